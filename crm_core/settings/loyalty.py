"""Where rare ends and frequent begins, and what dependence consists of."""

from typing import Self

from pydantic import Field, model_validator

from crm_core.language import N_, _
from crm_core.settings.base import Settings, Share, Weight, Weights, weight


class DependenceWeights(Weights):
    """How much each component counts in a customer's dependence on us."""

    wallet_share: Weight = weight(3, N_("Share of wallet"), N_("Our part of what the customer spends on what we sell."))
    regularity: Weight = weight(
        2, N_("Regularity"), N_("How even the gaps between orders are; needs three purchase days.")
    )
    breadth: Weight = weight(2, N_("Breadth"), N_("How many categories the customer buys."))
    full_price: Weight = weight(1, N_("Full price"), N_("Share bought without discount."))
    tenure: Weight = weight(2, N_("Tenure"), N_("Days since the first order."))


class LoyaltySettings(Settings):
    """Where rare ends and frequent begins, and where low dependence ends and high begins."""

    frequency_cut: float | None = Field(
        None,
        gt=0,
        le=60,
        title=N_("Frequent from"),
        description=N_(
            "Orders per active month from which a customer counts as frequent. Unset: the median of active customers."
        ),
    )
    dependence_cut: Share = Field(
        0.5, title=N_("Dependent from"), description=N_("Dependence from which a customer counts as dependent on us.")
    )
    weights: DependenceWeights = DependenceWeights()

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if self.weights.are_all_zero:
            raise ValueError(_("Every weight of dependence is zero. Give at least one component some weight."))
        return self
