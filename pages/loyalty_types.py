"""Loyalty types: who is loyal and in which way, and what to do for each."""

from typing import Literal

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.charts import palette
from crm_core.errors import NotEnoughData
from crm_core.labels import LOYALTY_TYPES, loyalty_type_name
from crm_core.language import _
from crm_core.loyalty import LoyaltyTypes, absent_components, treatment
from crm_core.settings import DependenceWeights
from ui.against_saved import against_saved

LIST_COLUMNS = (
    "customer_id", "name", "loyalty_type", "orders_per_month", "dependence", "revenue", "order_count",
    "days_since_last_order", "tier_number", "band",
)  # fmt: skip
CHOSEN_TYPE = "loyalty type chosen"
TYPE_COLOURS: dict[str, Literal["green", "orange", "violet", "gray"]] = {
    "high": "green",
    "inertia": "orange",
    "latent": "violet",
    "zero": "gray",
}


def page() -> None:
    if ui.page_opens(_("Loyalty types"), _("Who buys often, who leans on us, and what does each of them need?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a cut or a weight."""
    book = ui.book_in_step()
    try:
        with st.spinner(_("Scoring the customers ...")):
            types = book.loyalty_types(ui.draft().loyalty, ui.saved_scenario())
    except NotEnoughData as error:
        types, problem = None, error
    if types is not None:
        _cards(types)
    left, right = st.columns([5, 9], gap="medium")
    with right:
        if types is None:
            ui.explain_problem(problem)
        else:
            _against_saved(types)
            _plane(types)
    with left:
        _controls(types, absent_components(book))
    if types is not None:
        _customers(types)
        _how(types)


# ---------------------------------------------------------------------- the controls


def _controls(types: LoyaltyTypes | None, absent: list[str]) -> None:
    ui.revert_button("loyalty.", key="revert loyalty")
    cuts, dependence = st.tabs([_("Cuts"), _("What dependence consists of")])
    with cuts:
        _cuts(types)
    with dependence:
        ui.weight_settings("loyalty.weights", list(DependenceWeights.model_fields), absent)


def _cuts(types: LoyaltyTypes | None) -> None:
    proposed = types.proposed_frequency_cut if types else None
    ui.number_setting(
        "loyalty.frequency_cut",
        step=0.05,
        least=0.05,
        most=max(4.0, round(4 * (proposed or 0), 2)),
        when_unset=proposed,
        unit=_("orders a month"),
    )
    if types:
        st.button(
            _("Use the median ({count})").format(count=formats.number(proposed, 2)),
            icon=":material/vertical_align_center:",
            disabled=ui.setting("loyalty.frequency_cut") is None,
            on_click=ui.change_setting,
            args=("loyalty.frequency_cut", None),
            help=_("Half of the active customers buy more often than that, half more rarely."),
        )
    ui.number_setting("loyalty.dependence_cut", step=0.01)


# ---------------------------------------------------------------------- the picture


def _against_saved(types: LoyaltyTypes) -> None:
    moves = [
        f"{loyalty_type_name(move['from_type'])} → {loyalty_type_name(move['to_type'])}:"
        f" {formats.number(move['customers'])}"
        for move in types.moves[:3]
    ]
    sentence = ui.moved_sentence(types.moved_customers, types.moved_revenue, types.book.data.currency)
    against_saved(sentence, moves, ui.draft_problem())


def _plane(types: LoyaltyTypes) -> None:
    """Every customer as a point, or how many stand where if there are too many."""
    high = types.summary.to_pylist()[0]
    finding = _("{customers} ({share}) are in high loyalty and bring {revenue_share} of revenue").format(
        customers=formats.customers(high["customers"]),
        share=formats.percent(high["customer_share"]),
        revenue_share=formats.percent(high["revenue_share"]),
    )
    chart = charts.loyalty_plane(
        None if types.is_dense else types.points(),
        types.density() if types.is_dense else None,
        frequency_cut=types.frequency_cut,
        dependence_cut=types.dependence_cut,
        currency=types.book.data.currency,
        title=finding,
    )
    points = ui.show_chart(chart, "loyalty plane", selects=not types.is_dense)
    if points and (customer_id := points[0].get("customdata", [None])[0]):
        ui.open_customer(customer_id)


# ---------------------------------------------------------------------- the four types


def _cards(types: LoyaltyTypes) -> None:
    """A card for each type: who they are, what they bring, what to do; a click narrows the list."""
    rows = {row["loyalty_type"]: row for row in types.summary.to_pylist()}
    chosen = st.session_state.get(CHOSEN_TYPE)
    for column, name in zip(st.columns(len(palette.LOYALTY_TYPES)), palette.LOYALTY_TYPES, strict=True):
        row = rows[name]
        with column, st.container(border=True, height="stretch"):
            st.badge(loyalty_type_name(name), color=TYPE_COLOURS[name])
            st.markdown(
                f"**{formats.customers(row['customers'])}** · {formats.percent(row['customer_share'])}  \n"
                f"{formats.money(row['revenue'], types.book.data.currency)} · {formats.percent(row['revenue_share'])}"
            )
            st.caption(treatment(name))
            st.button(
                _("Show all") if chosen == name else _("Show these customers"),
                key=f"loyalty type:{name}",
                type="primary" if chosen == name else "secondary",
                width="stretch",
                on_click=_choose,
                args=(None if chosen == name else name,),
            )
    if None in rows:
        st.caption(
            _("Of {customers} no component of dependence is known; they have no type.").format(
                customers=formats.customers(rows[None]["customers"])
            )
        )


def _choose(name: str | None) -> None:
    st.session_state[CHOSEN_TYPE] = name


def _customers(types: LoyaltyTypes) -> None:
    chosen = st.session_state.get(CHOSEN_TYPE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Customers"), anchor=False, width="content")
        if chosen in LOYALTY_TYPES:
            st.badge(loyalty_type_name(chosen), icon=":material/filter_alt:", color="blue")
    ui.customer_table(
        types.listing().only("loyalty_type", [chosen] if chosen in LOYALTY_TYPES else []),
        LIST_COLUMNS,
        key="loyalty",
        value=types.saved.value,
        currency=types.book.data.currency,
        file_name="loyalty-types",
    )


# ---------------------------------------------------------------------- the small print


def _how(types: LoyaltyTypes) -> None:
    shares = {column.removesuffix("_level"): share for column, share in types.mean.shares.items()}
    weights = [f"{ui.title_of(f'loyalty.weights.{name}')} {formats.percent(share)}" for name, share in shares.items()]
    ui.how_it_is_computed(
        [
            _(
                "Purchase frequency is orders per active month of the look-back window. Dependence is how much a"
                " customer leans on us: the weighted mean of percentile ranks of what is known. What is not known of"
                " a customer is left out of that customer's mean."
            ),
            rf"$$\text{{{_('dependence')}}}" r" = \frac{\sum_c w_c \, r_c}{\sum_c w_c}$$",
            _("Weights in force: {weights}.").format(weights=formats.listed(weights)),
            _(
                "Frequent from {frequency} orders a month, dependent from {dependence}; both bounds belong to the upper"
                " side. High loyalty: frequent and dependent. Inertia: frequent only. Latent: dependent only. Zero:"
                " neither."
            ).format(
                frequency=formats.number(types.frequency_cut, 2), dependence=formats.number(types.dependence_cut, 2)
            ),
        ],
        types.sql(),
        _("The four types follow Dick and Basu (1994), with dependence in place of attitude."),
    )
