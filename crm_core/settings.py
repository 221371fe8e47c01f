"""The manager's decisions: a scenario and its parts, frozen, validated once, hashable.

Each field carries its range, default, title and help; the slider, the documents and the check of
an imported scenario all read them there. A scenario compares, hashes, and goes to and from JSON.
"""

import hashlib
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crm_core.errors import SettingsError
from crm_core.language import N_, _

Weight = Annotated[float, Field(ge=0, le=10)]
Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]

MOST_TIERS = 6


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown field, equal when all fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def weight(default: float, title: str, description: str) -> Any:
    """A relative weight from 0 (left out) to 10."""
    return Field(default, ge=0, le=10, title=title, description=description)


class Windows(Settings):
    """How far back the features look, in days."""

    lookback_days: int = Field(
        365,
        ge=30,
        le=1095,
        title=N_("Look-back window"),
        description=N_("Revenue, orders and shares are counted over this many days up to the day shown."),
    )
    window_days: int = Field(
        90,
        ge=7,
        le=365,
        title=N_("Signal window"),
        description=N_("Signals compare the last so many days with as many days before."),
    )
    default_margin_rate: float = Field(
        0.25,
        ge=0,
        le=1,
        title=N_("Assumed margin"),
        description=N_("Where the cost of a line is unknown, this share of its amount counts as margin."),
    )

    def days(self, as_of: date) -> dict[str, Any]:
        """The first and last days of every window that ends on `as_of`, as query parameters."""
        window, lookback = timedelta(self.window_days), timedelta(self.lookback_days)
        season_end = as_of - timedelta(364)
        return {
            "as_of": as_of,
            "never": date(9999, 12, 31),
            "year_days": 365,
            "lookback_days": self.lookback_days,
            "window_days": self.window_days,
            "default_margin_rate": self.default_margin_rate,
            "lookback_start": as_of - lookback,
            "earlier_lookback_start": as_of - 2 * lookback,
            "window_start": as_of - window,
            "earlier_window_start": as_of - 2 * window,
            "season_window_start": season_end - window,
            "season_window_end": season_end,
        }


class DimensionWeights(Settings):
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
        return min(MOST_TIERS, len(self.x_cuts) + len(self.y_cuts) + 1)


Normalisation = Literal["percentile", "min_max", "log_min_max"]
TierMethod = Literal["quotas", "thresholds", "value_share", "matrix"]
TierNames = Literal["letters", "importance", "pyramid"]


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
        if not any(self.weights.model_dump().values()):
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


class DependenceWeights(Settings):
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
        if not any(self.weights.model_dump().values()):
            raise ValueError(_("Every weight of dependence is zero. Give at least one component some weight."))
        return self


class SignalWeights(Settings):
    """How much each signal counts in the risk."""

    overdue_order: Weight = weight(5, N_("Overdue order"), N_("Silent for longer than the customer's own rhythm."))
    spend_falling: Weight = weight(3, N_("Spend falling"), N_("Revenue in the signal window below the window before."))
    season_falling: Weight = weight(
        2, N_("Below last year"), N_("Revenue in the signal window below the same season last year.")
    )
    orders_falling: Weight = weight(2, N_("Fewer orders"), N_("Orders in the signal window below the window before."))
    categories_falling: Weight = weight(
        1, N_("Fewer categories"), N_("Categories in the signal window below the window before.")
    )
    discount_rising: Weight = weight(1, N_("Leaning on discounts"), N_("The discounted share rises."))
    returns_rising: Weight = weight(1, N_("More returns"), N_("The returned share rises."))


Sensitivity = Annotated[float, Field(gt=0, le=10)]


def sensitivity(default: float, title: str, description: str, *, most: float) -> Any:
    """The change at which a signal is at full strength: smaller is more sensitive."""
    return Field(default, gt=0, le=most, title=title, description=description)


class SignalSensitivity(Settings):
    """From which change on a signal is fully lit; a smaller number reacts sooner."""

    overdue_order: Sensitivity = sensitivity(
        3, N_("Overdue order"), N_("Silent for this many usual gaps is full strength; one usual gap is none."), most=10
    )
    spend_falling: Sensitivity = sensitivity(
        0.8, N_("Spend falling"), N_("A fall by this share is full strength."), most=1
    )
    season_falling: Sensitivity = sensitivity(
        0.8, N_("Below last year"), N_("A fall by this share is full strength."), most=1
    )
    orders_falling: Sensitivity = sensitivity(
        0.8, N_("Fewer orders"), N_("A fall by this share is full strength."), most=1
    )
    categories_falling: Sensitivity = sensitivity(
        0.8, N_("Fewer categories"), N_("A fall by this share is full strength."), most=1
    )
    discount_rising: Sensitivity = sensitivity(
        0.2, N_("Leaning on discounts"), N_("A rise by this many points of share is full strength."), most=1
    )
    returns_rising: Sensitivity = sensitivity(
        0.2, N_("More returns"), N_("A rise by this many points of share is full strength."), most=1
    )

    @model_validator(mode="after")
    def _overdue_above_one(self) -> Self:
        if self.overdue_order <= 1:
            raise ValueError(_("An order is overdue only after more than one usual gap."))
        return self


class ChurnSettings(Settings):
    """When a customer counts as slipping away, and what we look at."""

    horizon_days: int | None = Field(
        None,
        ge=7,
        le=1095,
        title=N_("Lapsed after"),
        description=N_(
            "No order for this many days means lapsed. Unset: the gap that 95 % of returning customers stay under."
        ),
    )
    watch_from: Share = Field(0.3, title=N_("Watch from"), description=N_("Risk from here up is worth watching."))
    high_from: Share = Field(0.6, title=N_("High from"), description=N_("Risk from here up is high."))
    weights: SignalWeights = SignalWeights()
    sensitivity: SignalSensitivity = SignalSensitivity()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.watch_from >= self.high_from:
            raise ValueError(_("Watch must begin below high."))
        if not any(self.weights.model_dump().values()):
            raise ValueError(_("Every signal's weight is zero. Give at least one signal some weight."))
        return self


class LifetimeSettings(Settings):
    """How far ahead lifetime value looks, what it counts, and by which model."""

    horizon_days: int = Field(
        365,
        ge=30,
        le=1825,
        title=N_("Horizon"),
        description=N_("Orders and value are expected over this many days from the day shown."),
    )
    annual_discount_rate: float = Field(
        0.1,
        ge=0,
        le=1,
        title=N_("Discount rate"),
        description=N_("What comes in a year is worth this much less than what comes today."),
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


class LifecycleSettings(Settings):
    """Where one stage of a customer's life ends and the next begins."""

    dormant_share: float = Field(
        0.5,
        ge=0.1,
        le=1,
        title=N_("Dormant from"),
        description=N_("Silent for this share of the time after which a customer counts as lapsed."),
    )
    won_back_days: int = Field(
        180,
        ge=7,
        le=1095,
        title=N_("Won back for"),
        description=N_("Who had lapsed and bought again counts as won back for this many days from the return."),
    )
    growing_from: Share = Field(
        0.2,
        title=N_("Growing from"),
        description=N_("Revenue of the look-back window above that of the window before by this share."),
    )
    declining_from: Share = Field(
        0.2,
        title=N_("Declining from"),
        description=N_("Revenue of the look-back window below that of the window before by this share."),
    )

    @model_validator(mode="after")
    def _growth_is_a_change(self) -> Self:
        if not self.growing_from or not self.declining_from:
            raise ValueError(_("Growing and declining need a change of more than 0 %."))
        return self


MOST_SCORES = 5
MOST_SEGMENTS = 60
ScoreNumber = Annotated[int, Field(ge=1, le=MOST_SCORES)]
ScoreRange = tuple[ScoreNumber, ScoreNumber]


class RfmCuts(Settings):
    """How one measure of RFM is cut into scores, of which 1 is the worst."""

    cut_by: Literal["quantiles", "mean", "own"] = Field(
        "quantiles",
        title=N_("Cut by"),
        description=N_(
            "Parts with about as many customers each, below and above the mean, or break points of your own."
            " Customers with equal figures always share a score."
        ),
    )
    parts: int = Field(5, ge=2, le=MOST_SCORES, title=N_("Parts"), description=N_("How many scores there are."))
    points: tuple[float, ...] = Field(
        (1,),
        min_length=1,
        max_length=MOST_SCORES - 1,
        title=N_("Break points"),
        description=N_("Where one score ends and the next begins, rising; the point itself belongs to the part above."),
    )

    @model_validator(mode="after")
    def _points_rise(self) -> Self:
        if list(self.points) != sorted(set(self.points)):
            points = ", ".join(f"{point:g}" for point in self.points)
            raise ValueError(_("Each break point must lie above the one before: {points}.").format(points=points))
        return self

    @property
    def score_count(self) -> int:
        """How many scores there are."""
        return {"quantiles": self.parts, "mean": 2, "own": len(self.points) + 1}[self.cut_by]


class RfmSegment(Settings):
    """A line of the segment table: a name, and the lowest and highest score of each measure, both included.

    Several lines may have one name. Where two lines hold the same scores the upper one decides.
    """

    name: str = Field(min_length=1, max_length=60, title=N_("Segment"))
    freshness: ScoreRange = (1, MOST_SCORES)
    orders: ScoreRange = (1, MOST_SCORES)
    revenue: ScoreRange = (1, MOST_SCORES)

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        if any(low > high for low, high in (self.freshness, self.orders, self.revenue)):
            raise ValueError(_("{name}: the lower score of a range comes first.").format(name=self.name))
        return self


class RfmSettings(Settings):
    """How days since the last order, orders and revenue become scores, and scores become segments."""

    days: RfmCuts = RfmCuts(points=(30, 90, 180, 365))
    orders: RfmCuts = RfmCuts(points=(2, 3, 5, 10))
    revenue: RfmCuts = RfmCuts(points=(100, 500, 1000, 5000))
    table: Literal["eleven", "eight", "own"] = Field(
        "eleven",
        title=N_("Segment table"),
        description=N_("Which scores make which segment: one of the ready tables, or your own."),
    )
    segments: tuple[RfmSegment, ...] = Field(
        (),
        max_length=MOST_SEGMENTS,
        title=N_("Segments"),
        description=N_("Your own table, line by line; where two lines hold the same scores the upper one decides."),
    )

    @model_validator(mode="after")
    def _own_table_has_lines(self) -> Self:
        if self.table == "own" and not self.segments:
            raise ValueError(_("The segment table has no line. Add one, or take a ready table."))
        return self

    @property
    def score_counts(self) -> tuple[int, int, int]:
        """How many scores freshness, orders and revenue have."""
        return self.days.score_count, self.orders.score_count, self.revenue.score_count


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
    retention_cost: float = Field(
        0,
        ge=0,
        le=1e9,
        title=N_("Cost of keeping"),
        description=N_("What the lower churn costs more than is spent today, for each customer and year."),
    )
    acquisition_cost: float = Field(
        0,
        ge=0,
        le=1e9,
        title=N_("Cost of winning"),
        description=N_("What winning one customer costs, today as in the plan. The orders do not tell it."),
    )


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
    annual_discount_rate: float = Field(
        0.1,
        ge=0,
        le=1,
        title=N_("Discount rate"),
        description=N_("What comes a year after the return is worth this much less than what comes at once."),
    )
    attempt_cost: float = Field(
        0,
        ge=0,
        le=1e9,
        title=N_("Cost of an attempt"),
        description=N_("What it costs to try to win one customer back, whether or not the customer returns."),
    )


class Scenario(Settings):
    """All of a manager's decisions together."""

    windows: Windows = Windows()
    value: ValueSettings = ValueSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    churn: ChurnSettings = ChurnSettings()
    lifetime: LifetimeSettings = LifetimeSettings()
    economics: EconomicsSettings = EconomicsSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    rfm: RfmSettings = RfmSettings()
    exits: ExitSettings = ExitSettings()

    @property
    def key(self) -> str:
        """A short hash of all settings: equal scenarios have equal keys."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str) -> "Scenario":
        """Read a scenario from JSON. Raises SettingsError naming each field that does not fit."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise settings_error(error) from error

    def with_changes(self, changes: dict[str, Any]) -> "Scenario":
        """This scenario with some settings replaced: `{"value.weights.revenue": 3}`.

        Raises SettingsError naming each field that does not fit.
        """
        content = self.model_dump()
        for path, value in changes.items():
            *parents, last = path.split(".")
            branch: Any = content
            for name in parents:
                branch = branch.get(name) if isinstance(branch, dict) else None
            if not isinstance(branch, dict) or last not in branch:
                raise SettingsError(_("There is no setting called {name}.").format(name=path))
            branch[last] = value
        try:
            return Scenario.model_validate(content)
        except ValidationError as error:
            raise settings_error(error) from error

    def changes_from(self, other: "Scenario") -> dict[str, Any]:
        """The settings that differ from `other`, by path, with the values they have here."""
        return _differences(self.model_dump(mode="json"), other.model_dump(mode="json"))


def _differences(mine: dict[str, Any], theirs: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in mine.items():
        if isinstance(value, dict):
            found |= _differences(value, theirs[name], f"{prefix}{name}.")
        elif value != theirs[name]:
            found[prefix + name] = value
    return found


def settings_error(error: ValidationError) -> SettingsError:
    """A sentence for each setting that does not fit."""
    sentences = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        text = problem["msg"].removeprefix("Value error, ")
        sentences.append(f"{place}: {text}" if place and problem["type"] != "value_error" else text)
    return SettingsError(" ".join(sentences))
