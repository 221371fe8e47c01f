"""Which exits are looked at, and what winning back costs and brings."""

from typing import Literal

from pydantic import Field

from crm_core.language import N_
from crm_core.settings.base import Settings, cost, discount_rate


class ExitSettings(Settings):
    """Which exits are looked at, when a signal counts as shown, and what winning back costs and brings."""

    period_days: int = Field(
        365,
        ge=30,
        le=1095,
        title=N_("Left in the last"),
        description=N_("Who left is looked at over this many days up to the day shown."),
    )
    shown_from: float = Field(
        0.5,
        ge=0.05,
        le=1,
        title=N_("Signal shown from"),
        description=N_("A signal counts as shown before an exit from this strength up."),
    )
    measure: Literal["margin", "revenue"] = Field(
        "margin",
        title=N_("Counted as value"),
        description=N_(
            "What is left of revenue after cost, or revenue net of returns. Without any known cost: revenue."
        ),
    )
    horizon_days: int = Field(
        365,
        ge=30,
        le=1095,
        title=N_("Look ahead"),
        description=N_(
            "A return is expected within this many days, and what it brings is counted for as long after it."
        ),
    )
    annual_discount_rate: float = discount_rate(
        N_("What comes a year after the return is worth this much less than what comes at once.")
    )
    attempt_cost: float = cost(
        N_("Cost of an attempt"),
        N_("What it costs to try to win one customer back, whether or not the customer returns."),
    )
