"""What a manager tunes of lifetime value: how far to look, what counts, which model; and what to try with churn."""

from collections.abc import Callable

import streamlit as st

from crm_core.language import N_, _
from crm_core.retention_economics import YearBalance
from ui.controls import choice_setting, number_setting, revert_button

OUTLOOK, WHAT_IF = "outlook", "economics"
GROUPS = {OUTLOOK: N_("Outlook"), WHAT_IF: N_("What if")}
CHOSEN_GROUP = "lifetime controls"
MEASURES = {"revenue": N_("Revenue"), "margin": N_("Margin")}
MODELS = {"auto": N_("The better one"), "bg_nbd": N_("BG/NBD"), "mbg_nbd": N_("MBG/NBD")}
LARGEST_REDUCTION = 30.0


def lifetime_controls(balance: YearBalance | None, on_group: Callable[[str], None]) -> None:
    """All controls of the page, in tabs.

    `balance` gives the sliders of retention economics their reach; without it they are not shown. `on_group` is
    told the name of the group (of `GROUPS`) that was opened.
    """
    titles = {_(title): name for name, title in GROUPS.items()}

    def opened() -> None:
        on_group(titles[st.session_state[CHOSEN_GROUP]])

    outlook, what_if = st.tabs(list(titles), key=CHOSEN_GROUP, on_change=opened)
    if outlook.open:
        with outlook:
            _outlook()
    if what_if.open:
        with what_if:
            _what_if(balance)
    revert_button(("lifetime.", "economics."), key="revert lifetime")


def show_group(name: str) -> None:
    """Open a group of controls from the next run on."""
    st.session_state[CHOSEN_GROUP] = _(GROUPS[name])


def _outlook() -> None:
    number_setting("lifetime.horizon_days", step=5, unit=_("days"))
    number_setting("lifetime.annual_discount_rate", step=1, most=30, scale=100, unit=_("% a year"))
    choice_setting("lifetime.measure", list(MEASURES), lambda name: _(MEASURES[name]), as_segments=True)
    choice_setting("lifetime.model", list(MODELS), lambda name: _(MODELS[name]))


def _what_if(balance: YearBalance | None) -> None:
    if balance is None:
        st.caption(_("Nothing to try yet: the page says what is missing."))
        return
    number_setting("economics.churn_reduction", step=0.5, most=LARGEST_REDUCTION, scale=100, unit=_("points"))
    number_setting("economics.margin_rise", step=0.5, least=-10.0, most=20.0, scale=100, unit=_("points"))
    step, most = reach(balance.margin_per_customer / 2)
    number_setting("economics.retention_cost", step=step, least=0, most=most, unit=_("a customer and year"))
    step, most = reach(balance.margin_per_customer)
    number_setting("economics.acquisition_cost", step=step, least=0, most=most, unit=_("a customer won"))
    number_setting("economics.years", step=1)


def reach(amount: float) -> tuple[float, float]:
    """A step and an upper end for a slider of money that goes to about `amount`: a round one, a hundred steps off."""
    power = 1.0
    while power * 10 <= amount:
        power *= 10
    while power > amount > 0:
        power /= 10
    most = next((power * times for times in (1, 2, 5) if power * times >= amount), power * 10)
    return (int(most / 100), int(most)) if most >= 100 else (round(most / 100, 6), most)
