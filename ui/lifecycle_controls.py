"""What a manager tunes of the lifecycle: when a customer is dormant, lost, won back, growing, declining."""

from collections.abc import Mapping

import streamlit as st

from crm_core import formats
from crm_core.churn import Horizon
from crm_core.language import _
from ui.churn_controls import lapsed_after
from ui.controls import number_setting, revert_button

REVERTED = ("lifecycle.", "churn.horizon_days")


def lifecycle_controls(proposed: Horizon, dormant_days: int | None, customers: Mapping[str, int]) -> None:
    """The thresholds between stages.

    `proposed` is the horizon that the data suggests, `dormant_days` what the share of it comes to, `customers` how
    many each stage holds now.
    """
    lapsed_after(proposed)
    number_setting("lifecycle.dormant_share", step=5, least=10, scale=100, unit="%")
    st.caption(
        _("Dormant after {days} without an order: {dormant}. Lost: {lost}.").format(
            days=formats.days(dormant_days),
            dormant=formats.customers(customers.get("dormant")),
            lost=formats.customers(customers.get("lost")),
        )
    )
    number_setting("lifecycle.won_back_days", step=1, unit=_("days"))
    number_setting("lifecycle.growing_from", step=5, least=5, scale=100, unit="%")
    number_setting("lifecycle.declining_from", step=5, least=5, scale=100, unit="%")
    st.caption(_("The bound belongs to the stage it begins."))
    revert_button(REVERTED, key="revert lifecycle")
