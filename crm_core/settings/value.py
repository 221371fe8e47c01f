"""What a customer's value consists of, and how tiers are cut."""

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_core.language import N_, _
from crm_core.settings.base import Score, Settings, Share, Weight, Weights, weight

MOST_TIERS = 6
Normalisation = Literal["percentile", "min_max", "log_min_max"]
TierMethod = Literal["quotas", "thresholds", "value_share", "matrix"]
TierNames = Literal["letters", "importance", "pyramid"]


class DimensionWeights(Weights):
    """How much each dimension counts in the value score. Relative: only the proportions matter."""

    revenue: Weight = weight(5, N_("Revenue"), N_("What the customer brought in the look-back window, net of returns."))
    margin: Weight = weight(3, N_("Margin"), N_("Revenue less cost in the look-back window."))
    order_count: Weight = weight(3, N_("Orders"), N_("How many orders in the look-back window."))
    freshness: Weight = weight(3, N_("Freshness"), N_("How recently the last order came; fewer days rank higher."))
    growth: Weight = weight(
        2, N_("Growth"), N_("Revenue a day against the window before; needs a signal window of history in it.")
    )
    regularity: Weight = weight(
        1, N_("Regularity"), N_("How even the gaps between orders are; needs three purchase days.")
    )
    breadth: Weight = weight(1, N_("Breadth"), N_("How many categories the customer buys."))
    tenure: Weight = weight(1, N_("Tenure"), N_("Days since the first order."))
    full_price: Weight = weight(1, N_("Full price"), N_("Share bought without discount."))
    few_returns: Weight = weight(0, N_("Few returns"), N_("Little of what was bought came back."))
    wallet_share: Weight = weight(2, N_("Share of wallet"), N_("Our part of what the customer spends on what we sell."))
    market_newness: Weight = weight(
        0,
        N_("New market"),
        N_("The customer's region brings little of our revenue so far, so winning it widens coverage."),
    )
    punctuality: Weight = weight(1, N_("Prompt payment"), N_("Invoices paid early or on time rank higher."))
    archive: Weight = weight(
        0, N_("Complete archive"), N_("Weighted share of the archive's fields that are filled in.")
    )
    reference: Weight = weight(
        1, N_("Reference value"), N_("Industry, rank in it and fame: what the customer's example brings.")
    )


BALANCED = DimensionWeights()
EXPANDING_COVERAGE = DimensionWeights(
    revenue=1, margin=0, order_count=2, freshness=3, growth=4, regularity=0, breadth=3, tenure=0, full_price=0,
    wallet_share=2, market_newness=8, punctuality=0, reference=5,
)  # fmt: skip
BUILDING_THE_SYSTEM = DimensionWeights(
    revenue=2, margin=1, order_count=3, freshness=2, growth=1, regularity=7, breadth=2, tenure=3, full_price=0,
    few_returns=2, wallet_share=1, punctuality=7, archive=7, reference=1,
)  # fmt: skip
CONTROLLING_THE_CHAIN = DimensionWeights(
    revenue=4, margin=8, order_count=1, freshness=1, growth=1, regularity=1, breadth=2, tenure=1, full_price=3,
    few_returns=1, wallet_share=8, punctuality=2, reference=1,
)  # fmt: skip
PRESETS: dict[str, tuple[str, DimensionWeights]] = {
    "balanced": (N_("Balanced"), BALANCED),
    "expanding": (N_("Expanding coverage"), EXPANDING_COVERAGE),
    "building": (N_("Building the system"), BUILDING_THE_SYSTEM),
    "controlling": (N_("Controlling the chain"), CONTROLLING_THE_CHAIN),
}
RULE_FEATURES: dict[str, str] = {
    "revenue": N_("Revenue"),
    "margin": N_("Margin"),
    "margin_rate": N_("Margin rate"),
    "order_count": N_("Orders"),
    "lifetime_revenue": N_("Revenue to date"),
    "days_since_last_order": N_("Days since last order"),
    "tenure_days": N_("Days since first order"),
    "wallet_share": N_("Share of wallet"),
    "median_days_late": N_("Days paid late (median)"),
    "overdue_balance": N_("Overdue balance"),
    "return_share": N_("Share returned"),
}


class OverrideRule(Settings):
    """A rule that decides alone (一票决定制): whoever meets it is in this tier."""

    feature: Literal[tuple(RULE_FEATURES)] = Field("margin", title=N_("Feature"))  # type: ignore[valid-type]  # one list for all
    comparison: Literal["at_least", "below"] = Field("below", title=N_("Comparison"))
    value: float = Field(0, title=N_("Value"))
    tier_number: int = Field(4, ge=1, le=MOST_TIERS, title=N_("Tier"))


class Matrix(Settings):
    """Two dimensions, each cut in two to four; tiers run along the diagonal."""

    x_dimension: Literal[tuple(DimensionWeights.model_fields)] = Field("revenue", title=N_("Across"))  # type: ignore[valid-type]  # the weights name them
    y_dimension: Literal[tuple(DimensionWeights.model_fields)] = Field("growth", title=N_("Up"))  # type: ignore[valid-type]  # likewise
    x_cuts: tuple[Share, ...] = Field((0.5, 0.8), min_length=1, max_length=3, title=N_("Cuts across"))
    y_cuts: tuple[Share, ...] = Field((0.5,), min_length=1, max_length=3, title=N_("Cuts up"))

    @model_validator(mode="after")
    def _cuts_rise(self) -> Self:
        for cuts in (self.x_cuts, self.y_cuts):
            if list(cuts) != sorted(set(cuts)):
                raise ValueError(_("The cuts of the matrix must rise: {cuts}.").format(cuts=cuts))
        if self.x_dimension == self.y_dimension:
            raise ValueError(_("The matrix needs two different dimensions."))
        return self

    @property
    def tier_count(self) -> int:
        """How many tiers there are along the diagonal, at most six."""
        return min(MOST_TIERS, len(self.x_cuts) + len(self.y_cuts) + 1)


class ValueSettings(Settings):
    """What a customer's value consists of, and where one tier ends and the next begins."""

    weights: DimensionWeights = BALANCED
    normalisation: Normalisation = Field(
        "percentile",
        title=N_("Scale"),
        description=N_(
            "How each dimension becomes 0 to 1: by rank, by its place between least and most,"
            " or by the logarithm of that."
        ),
    )
    method: TierMethod = Field(
        "quotas",
        title=N_("Method"),
        description=N_("How customers are parted into tiers."),
    )
    tier_names: TierNames = Field("letters", title=N_("Names"), description=N_("What the tiers are called."))
    quotas: tuple[Share, ...] = Field(
        (0.2, 0.3, 0.3),
        min_length=1,
        max_length=MOST_TIERS - 1,
        title=N_("Quotas"),
        description=N_("Share of customers in each tier, best first; the last tier takes the rest."),
    )
    thresholds: tuple[Score, ...] = Field(
        (75, 50, 25),
        min_length=1,
        max_length=MOST_TIERS - 1,
        title=N_("Thresholds"),
        description=N_("Lowest score of each tier, best first; the bound itself belongs to the better tier."),
    )
    value_shares: tuple[Share, ...] = Field(
        (0.8, 0.15),
        min_length=1,
        max_length=MOST_TIERS - 1,
        title=N_("Shares of value"),
        description=N_(
            "Each tier holds the best customers left that together bring this share; the last takes the rest."
        ),
    )
    value_measure: Literal["revenue", "margin"] = Field(
        "revenue", title=N_("Measured by"), description=N_("What the shares of value are shares of.")
    )
    matrix: Matrix = Matrix()
    overrides: tuple[OverrideRule, ...] = Field(
        (),
        max_length=8,
        title=N_("Rules that decide alone"),
        description=N_("The first rule a customer meets sets the tier, whatever the score."),
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.weights.are_all_zero:
            raise ValueError(_("Every weight is zero. Give at least one dimension some weight."))
        if sum(self.quotas) > 1 + 1e-9:
            raise ValueError(_("The quotas add up to more than 100 %. Lower one of them."))
        if sum(self.value_shares) > 1 + 1e-9:
            raise ValueError(_("The shares of value add up to more than 100 %. Lower one of them."))
        if list(self.thresholds) != sorted(set(self.thresholds), reverse=True):
            raise ValueError(_("Each tier's lowest score must lie below that of the tier above it."))
        return self

    @property
    def tier_count(self) -> int:
        """How many tiers the method in force makes."""
        if self.method == "matrix":
            return self.matrix.tier_count
        cuts = {"quotas": self.quotas, "thresholds": self.thresholds, "value_share": self.value_shares}
        return len(cuts[self.method]) + 1
