"""What a manager tunes of churn signals: where risk bands begin, weights, sensitivities, when a customer has lapsed."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from crm_core import formats
from crm_core.churn import LONGEST_HORIZON_DAYS, SHORTEST_HORIZON_DAYS, Horizon
from crm_core.language import N_, _
from crm_core.settings import SignalWeights
from ui import scenarios
from ui.controls import number_setting, revert_button, title_of, weight_settings

PANEL_HEIGHT = 300
GROUPS = {"bands": N_("Bands"), "weights": N_("Weights"), "sensitivity": N_("Sensitivity"), "lapsed": N_("Lapsed")}
CHOSEN_GROUP = "churn controls"


def churn_controls(
    absent: Sequence[str], proposed: Horizon, customers: Mapping[str, int], on_group: Callable[[str], None]
) -> None:
    """All controls of the risk, in tabs.

    `absent` are the signals without data, `proposed` the horizon that the data suggests, `customers` how many
    each band holds now. `on_group` is told the name of the group (of `GROUPS`) that was opened.
    """
    titles = {_(title): name for name, title in GROUPS.items()}

    def opened() -> None:
        on_group(titles[st.session_state[CHOSEN_GROUP]])

    bands, weights, sensitivity, lapsed = st.tabs(list(titles), key=CHOSEN_GROUP, on_change=opened)
    if bands.open:
        with bands:
            _bands(customers)
    if weights.open:
        with weights, st.container(height=PANEL_HEIGHT, border=False):
            weight_settings("churn.weights", list(SignalWeights.model_fields), absent)
    if sensitivity.open:
        with sensitivity, st.container(height=PANEL_HEIGHT, border=False):
            _sensitivities(absent)
    if lapsed.open:
        with lapsed:
            _lapsed(proposed)
    revert_button(("churn.", "windows.window_days"), key="revert churn")


def _bands(customers: Mapping[str, int]) -> None:
    number_setting("churn.watch_from", step=0.01)
    number_setting("churn.high_from", step=0.01)
    below, between, above = (formats.customers(customers.get(band, 0)) for band in ("low", "watch", "high"))
    st.caption(
        _("{below} below watch, {between} from there to high, {above} from high up.").format(
            below=below, between=between, above=above
        )
    )
    st.caption(_("The lower bound belongs to the band."))


def _sensitivities(absent: Sequence[str]) -> None:
    st.caption(_("The change at which a signal is at full strength. Smaller reacts sooner."))
    number_setting("windows.window_days", step=1, unit=_("days"))
    number_setting("churn.sensitivity.overdue_order", step=0.1, least=1.1, unit=_("usual gaps"))
    for name in SignalWeights.model_fields:
        if name != "overdue_order" and name not in absent:
            number_setting(f"churn.sensitivity.{name}", step=5, least=5, scale=100, unit="%")


def lapsed_after(proposed: Horizon) -> None:
    """After how many days without an order a customer counts as lapsed; `proposed` says what the data suggests."""
    number_setting(
        "churn.horizon_days",
        step=1,
        least=SHORTEST_HORIZON_DAYS,
        most=LONGEST_HORIZON_DAYS,
        when_unset=proposed.days,
        unit=_("days"),
    )


def _lapsed(proposed: Horizon) -> None:
    lapsed_after(proposed)
    is_own = scenarios.setting("churn.horizon_days") is not None
    st.caption(proposed.explained())
    st.button(
        _("Take the proposed {days}").format(days=formats.days(proposed.days)),
        icon=":material/auto_awesome:",
        key="take proposed horizon",
        disabled=not is_own,
        on_click=scenarios.change_setting,
        args=("churn.horizon_days", None),
        help=_("{title} then follows the data.").format(title=title_of("churn.horizon_days")),
    )
