"""What is tried in retention economics."""

from pydantic import Field

from crm_core.language import N_
from crm_core.settings.base import Settings, cost


class EconomicsSettings(Settings):
    """What is tried in retention economics: how much churn and margin change, and what keeping and winning cost."""

    years: int = Field(
        3,
        ge=1,
        le=10,
        title=N_("Years ahead"),
        description=N_("Profit is added up over this many years from the day shown."),
    )
    churn_reduction: float = Field(
        0.05,
        ge=0,
        le=0.5,
        title=N_("Less churn"),
        description=N_("So many points fewer of last year's customers stay away for a year."),
    )
    margin_rise: float = Field(
        0.01,
        ge=-0.2,
        le=0.5,
        title=N_("More margin"),
        description=N_("So many points more of revenue are left after cost."),
    )
    retention_cost: float = cost(
        N_("Cost of keeping"),
        N_("What the lower churn costs more than is spent today, for each customer and year."),
    )
    acquisition_cost: float = cost(
        N_("Cost of winning"),
        N_("What winning one customer costs, today as in the plan. The orders do not tell it."),
    )
