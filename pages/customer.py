"""Customer: one customer's figures, why each label is what it is, and the orders behind them."""

from datetime import date
from typing import Literal

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.customer import CustomerView, UnknownCustomer, customer_search
from crm_core.labels import loyalty_type_name, risk_band_name
from crm_core.language import _
from crm_core.loyalty import treatment
from crm_core.schema import TABLES
from ui.exit_reasons import exit_reasons, reason_sentence

CHOSEN = "customer"
MOST_FOUND = 12
BAND_COLOURS: dict[str, Literal["blue", "orange", "red", "gray"]] = {
    "low": "blue",
    "watch": "orange",
    "high": "red",
    "lost": "gray",
}
LISTED = ("customer_id", "name", "tier_number", "band", "risk", "revenue", "expected_loss", "days_since_last_order")
LEFT_OUT_OF_CARD = ("customer_id", "name")


def page() -> None:
    book = ui.current_book()
    ui.page_head(_("Customer"), _("Who is this, and why are they where they are?"), book)
    if book is None or book.is_empty:
        ui.explain_empty(book)
        return
    search(book)
    customer_id = st.session_state.get(CHOSEN)
    if not customer_id:
        st.info(_("Search by name or number, or click a customer in any list."), icon=":material/person_search:")
        where_to_begin(book)
        return
    try:
        with st.spinner(_("Scoring the customers ...")):
            view = book.customer(customer_id, ui.saved_scenario())
    except UnknownCustomer as error:
        ui.explain_problem(error)
        return
    show(view)


def search(book: Book) -> None:
    """A box that finds customers by a part of their name or number."""
    typed = st.text_input(
        _("Find a customer"),
        key="customer search",
        placeholder=_("Name or number"),
        icon=":material/search:",
        label_visibility="collapsed",
        width=420,
    )
    if not typed or st.session_state.get("customer found for") == typed:
        return
    with st.spinner(_("Searching ...")):
        found = customer_search(book, typed, MOST_FOUND).to_pylist()
    if not found:
        st.info(_("No customer's name or number contains “{typed}”.").format(typed=typed), icon=":material/search_off:")
    with st.container(horizontal=True, gap="small"):
        for row in found:
            revenue = formats.money(row["revenue"], book.data.currency)
            label = (
                f"{row['customer_id']} · {row['name']} · {revenue}"
                if row["name"]
                else f"{row['customer_id']} · {revenue}"
            )
            st.button(label, key=f"found {row['customer_id']}", on_click=choose, args=(row["customer_id"], typed))


def where_to_begin(book: Book) -> None:
    """Nobody is chosen yet: the customers with the most revenue at risk are worth a look."""
    scenario = ui.saved_scenario()
    with st.spinner(_("Scoring the customers ...")):
        at_risk = book.churn_signals(scenario.churn, scenario).listing().only("band", ["watch", "high"])
    if not at_risk.count():
        return
    st.markdown(f"**{_('Most revenue at risk')}**")
    ui.first_customers(
        at_risk, LISTED, MOST_FOUND, key="where to begin", value=scenario.value, currency=book.data.currency
    )
    ui.link("churn-signals", _("See the whole watch list"), ":material/warning:")


def choose(customer_id: str, typed: str) -> None:
    st.session_state[CHOSEN] = customer_id
    st.session_state["customer found for"] = typed


def show(view: CustomerView) -> None:
    heading(view)
    figures(view)
    timeline, archive = st.columns([5, 2], gap="medium")
    with timeline:
        expected = view.expected_next_on
        ui.show_chart(
            charts.order_timeline(view.orders, view.book.as_of, expected, view.book.data.currency), "customer orders"
        )
    with archive:
        card(view)
    risk, tier, loyalty = st.columns(3, gap="medium")
    with risk:
        why_risk(view)
    with tier:
        why_tier(view)
    with loyalty:
        why_loyalty(view)
    ui.how_it_is_computed(
        [
            _("The same rules as on the pages of tiers, loyalty and churn, under the saved scenario."),
            _("Rank: the customer's place among all in view on a dimension, 0 is last and 1 is first."),
        ],
        view.tiers.sql(),
    )


def heading(view: CustomerView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(view.name, anchor=False, width="content")
        if view.name != view.customer_id:
            st.badge(view.customer_id, color="gray")
        st.badge(_("Tier {tier}").format(tier=view.tier), icon=":material/change_history:", color="blue")
        if view.loyalty_row:
            st.badge(loyalty_type_name(view.loyalty_row["loyalty_type"]), icon=":material/favorite:", color="green")
        band = view.churn_row["band"]
        colour = BAND_COLOURS[band]
        st.badge(risk_band_name(band), icon=":material/warning:", color=colour)
    if entry := exit_reasons(view.book.data).current().get(view.customer_id):
        st.caption(f":material/logout: {ui.escaped(_('Left: {reason}').format(reason=reason_sentence(entry)))}")


def figures(view: CustomerView) -> None:
    card, currency = view.card, view.book.data.currency
    lookback = formats.days(view.book.windows.lookback_days)
    ui.headline_row(
        [
            ui.Headline(
                _("Revenue"),
                formats.money(card["revenue"], currency),
                formats.percent(card["growth"], signed=True) if card["growth"] is not None else None,
                is_good=None if card["growth"] is None else card["growth"] >= 0,
                rises=card["growth"] is None or card["growth"] >= 0,
                help=_("In the last {days}, net of returns; the change is against as many days before.").format(
                    days=lookback
                ),
            ),
            ui.Headline(_("Margin"), formats.money(card["margin"], currency), help=margin_help(view)),
            ui.Headline(
                _("Orders"),
                formats.number(card["order_count"]),
                help=_("In the last {days}; {count} since the first on {day}.").format(
                    days=lookback,
                    count=formats.number(card["lifetime_order_count"]),
                    day=formats.day(card["first_order_on"]),
                ),
            ),
            ui.Headline(
                _("Last order"),
                _("{days} ago").format(days=formats.days(card["days_since_last_order"])),
                help=_("Usually one every {days}.").format(days=usual_gap(view)),
            ),
            ui.Headline(
                _("Share of wallet"),
                formats.percent(card["wallet_share"]) if card["wallet_share"] is not None else _("not known"),
                help=_("Our part of what the customer spends on what we sell; needs the wallet in the archive."),
            ),
        ]
    )


def margin_help(view: CustomerView) -> str:
    assumed = view.card["margin_assumed_share"]
    if not assumed:
        return _("Revenue less cost in the look-back window.")
    return _(
        "Revenue less cost in the look-back window; the cost of {share} of revenue is unknown and assumed."
    ).format(share=formats.percent(assumed))


def usual_gap(view: CustomerView) -> str:
    gap = view.churn_row["usual_gap_days"]
    return formats.days(round(gap)) if gap is not None else "–"


def card(view: CustomerView) -> None:
    """The archive: what is filled in, and how complete it is."""
    columns = [column for column in TABLES["customers"].columns if column.name not in LEFT_OUT_OF_CARD]
    filled = {_(column.label): view.card[column.name] for column in columns if view.card[column.name] is not None}
    completeness = view.card["archive_completeness"]
    title = _("Archive")
    st.markdown(
        f"**{title}**"
        if completeness is None
        else f"**{formats.labelled(title, formats.percent(completeness, digits=0))}**"
    )
    if not filled:
        st.caption(_("Nothing is known besides the orders. Load a table of customers to fill the archive."))
        return
    with st.container(height=260, border=False):
        for label, value in filled.items():
            st.markdown(f":gray[{label}] {shown(value)}")


def shown(value: object) -> str:
    """A field of the archive as text."""
    return ui.escaped(formats.day_iso(value) if isinstance(value, date) else str(value))


def why_risk(view: CustomerView) -> None:
    risk, band = formats.number(view.churn_row["risk"], 2), risk_band_name(view.churn_row["band"])
    st.markdown(f"**{_('Risk {risk}: {band}').format(risk=risk, band=band)}**")
    if view.churn_row["band"] == "lost":
        st.write(view.churn.horizon.explained())
    if not view.reasons:
        st.write(_("No signal shows."))
    for reason in view.reasons:
        st.progress(min(reason.strength, 1.0), text=formats.labelled(reason.label, reason.sentence))


def why_tier(view: CustomerView) -> None:
    ui.show_chart(charts.score_waterfall(view.score_parts, view.tier_row["score"]), "customer score")


def why_loyalty(view: CustomerView) -> None:
    if view.loyalty is None or view.loyalty_row is None or view.loyalty_row["loyalty_type"] is None:
        st.markdown(f"**{_('Loyalty not known')}**")
        st.write(_("No component of dependence is known for this customer."))
        return
    row, cut = view.loyalty_row, view.loyalty.frequency_cut
    ui.show_chart(
        charts.rank_bars(
            view.dependence_parts,
            title=_("{type}: {orders} orders a month, dependence {dependence}").format(
                type=loyalty_type_name(row["loyalty_type"]),
                orders=formats.number(row["orders_per_month"], 2),
                dependence=formats.number(row["dependence"], 2),
            ),
        ),
        "customer dependence",
    )
    st.caption(
        _("Frequent from {orders} orders a month, dependent from {dependence}.").format(
            orders=formats.number(cut, 2), dependence=formats.number(view.loyalty.dependence_cut, 2)
        )
    )
    st.caption(treatment(row["loyalty_type"]))
