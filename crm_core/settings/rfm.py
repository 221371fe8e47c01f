"""How orders become scores, and scores segments."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crm_core.language import N_, _
from crm_core.settings.base import Settings

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
