"""How far ahead lifetime value looks."""

from typing import Literal

from pydantic import Field

from crm_core.language import N_
from crm_core.settings.base import Settings, discount_rate


class LifetimeSettings(Settings):
    """How far ahead lifetime value looks, what it counts, and by which model."""

    horizon_days: int = Field(
        365,
        ge=30,
        le=1825,
        title=N_("Horizon"),
        description=N_("Orders and value are expected over this many days from the day shown."),
    )
    annual_discount_rate: float = discount_rate(
        N_("What comes in a year is worth this much less than what comes today.")
    )
    measure: Literal["revenue", "margin"] = Field(
        "revenue",
        title=N_("Counted as value"),
        description=N_("Revenue net of returns, or what is left of it after cost."),
    )
    model: Literal["auto", "bg_nbd", "mbg_nbd"] = Field(
        "auto",
        title=N_("Model of orders"),
        description=N_("BG/NBD, MBG/NBD, or the one of the two that describes the orders better."),
    )
