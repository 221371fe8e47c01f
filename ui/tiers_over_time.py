"""Two tabs of the value tiers: who changed tier between two days, and whose tier hangs on the exact weights."""

import streamlit as st

from crm_core import charts, formats
from crm_core.errors import NotEnoughData
from crm_core.language import _
from crm_core.migration import migration
from crm_core.stability import DRAWS, JITTER, STEADY_FROM, Stability, near_cuts, stability
from crm_core.value import ValueTiers
from ui import in_view
from ui.exports import Coded
from ui.frame import explain_problem, show_chart
from ui.start import make_earlier_day_ready
from ui.tables import customer_table

NEAR_COLUMNS = ("customer_id", "name", "tier_number", "other_tier_number", "cut_distance", "kept_share", "revenue")


def migration_tab(tiers: ValueTiers) -> None:
    """Tier on the compared day against tier now, both by the saved scenario."""
    day = in_view.compared_day(tiers.book)
    if day is None:
        st.info(_("Choose a day to compare with in the sidebar to see who changed tier."), icon=":material/info:")
        return
    make_earlier_day_ready(tiers.book)
    try:
        with st.spinner(_("Placing customers in tiers on both days ...")):
            moved = migration(tiers.book, tiers.saved, day)
    except NotEnoughData as problem:
        explain_problem(problem)
        return
    currency = tiers.book.data.currency
    chart = charts.tier_flows(moved.flows, moved.earlier_on, moved.as_of, tiers.saved.value.tier_count, currency)
    show_chart(chart, "tier migration")
    (_risen, more), (_fallen, less) = moved.risen(), moved.fallen()
    st.caption(
        _(
            "By the saved scenario on both days. {stayed} of {customers} are where they were; revenue of those who rose"
            " changed by {more}, of those who fell by {less}."
        ).format(
            stayed=formats.number(moved.stayed),
            customers=formats.customers(moved.customers_then),
            more=formats.money(more, currency, signed=True),
            less=formats.money(less, currency, signed=True),
        )
    )


def stability_tab(tiers: ValueTiers) -> None:
    """Who keeps the tier when each weight is up to a fifth more or less, and who stands nearest a cut."""
    try:
        with st.spinner(_("Drawing weights anew, {draws} times ...").format(draws=formats.number(DRAWS))):
            found = stability(tiers.book, tiers.settings)
    except NotEnoughData as problem:
        explain_problem(problem)
        return
    show_chart(charts.stability_bars(found.by_tier, _finding(found)), "tier stability")
    st.caption(_how(found))
    customer_table(
        near_cuts(tiers),
        NEAR_COLUMNS,
        key="near cuts",
        value=tiers.settings,
        currency=tiers.book.data.currency,
        file_name="near-cuts",
        computed={"kept_share": Coded("customer_key", found.kept_of)},
        sortable=("cut_distance", "revenue"),
        lowest_first=True,
    )


def _finding(found: Stability) -> str:
    return _("{share} keep their tier when the weights are a little different").format(
        share=formats.percent(found.steady_share)
    )


def _how(found: Stability) -> str:
    told = _(
        "Steady: the same tier in at least {steady} of {draws} draws, each weight anywhere between {least} and {most}"
        " of itself, cuts found anew. Below, the customers nearest a cut."
    ).format(
        steady=formats.percent(STEADY_FROM, digits=0),
        draws=formats.number(DRAWS),
        least=formats.percent(1 - JITTER, digits=0),
        most=formats.percent(1 + JITTER, digits=0),
    )
    if found.step == 1:
        return told
    sampled = _("Estimated from a sample of {customers}.").format(customers=formats.customers(found.customers))
    return formats.sentences(told, sampled)
