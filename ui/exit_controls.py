"""What a manager tunes of exits: when a customer has left, which period is looked at, what winning back costs."""

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from crm_core.churn import Horizon
from crm_core.language import N_, _
from ui.churn_controls import lapsed_after
from ui.controls import choice_setting, number_setting, revert_button
from ui.lifetime_controls import reach

EXITS, WIN_BACK = "exits", "win back"
GROUPS = {EXITS: N_("Exits"), WIN_BACK: N_("Win back")}
CHOSEN_GROUP = "exit controls"
MEASURES = {"margin": N_("Margin"), "revenue": N_("Revenue")}
REVERTED = ("exits.", "churn.horizon_days")


def exit_controls(
    proposed: Horizon, mean_value: Decimal | None, knows_cost: bool, on_group: Callable[[str], None]
) -> None:
    """All controls of the page, in tabs.

    `proposed` is the horizon that the data suggests; `mean_value`, what a lost customer had brought in a year, gives
    the cost of an attempt its reach. Without a known cost there is no margin to choose. `on_group` is told the name
    of the group (of `GROUPS`) that was opened.
    """
    titles = {_(title): name for name, title in GROUPS.items()}

    def opened() -> None:
        on_group(titles[st.session_state[CHOSEN_GROUP]])

    exits, win_back = st.tabs(list(titles), key=CHOSEN_GROUP, on_change=opened)
    if exits.open:
        with exits:
            _exits(proposed)
    if win_back.open:
        with win_back:
            _win_back(mean_value, knows_cost)
    revert_button(REVERTED, key="revert exits")


def show_group(name: str) -> None:
    """Open a group of controls from the next run on."""
    st.session_state[CHOSEN_GROUP] = _(GROUPS[name])


def _exits(proposed: Horizon) -> None:
    lapsed_after(proposed)
    st.caption(proposed.explained())
    number_setting("exits.period_days", step=5, unit=_("days"))
    number_setting("exits.shown_from", step=0.05)


def _win_back(mean_value: Decimal | None, knows_cost: bool) -> None:
    step, most = reach(float(mean_value or 0) / 2 or 1000.0)
    number_setting("exits.attempt_cost", step=step, least=0, most=most, unit=_("a customer"))
    number_setting("exits.horizon_days", step=5, unit=_("days"))
    number_setting("exits.annual_discount_rate", step=1, most=30, scale=100, unit=_("% a year"))
    if knows_cost:
        choice_setting("exits.measure", list(MEASURES), lambda name: _(MEASURES[name]), as_segments=True)
    else:
        st.caption(_("Counted in revenue: the orders tell no cost."))
