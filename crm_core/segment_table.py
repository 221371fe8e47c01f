"""The segment table of RFM: which scores make which segment, and whether it leaves any out.

A cell is three scores, of freshness (few days since the last order), orders and revenue; 1 is the worst.
A table is total when each cell belongs to exactly one segment. The two ready tables are, for any number
of scores; what a manager edits is checked. The table most copied in the field is not: of its 125 cells
36 belong to no segment, and three of its segments can never occur.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from crm_core.language import N_, _
from crm_core.settings import RfmSegment, RfmSettings, ScoreRange

Cell = tuple[int, int, int]

LOW, HIGH, ANY = (1, 1), (2, 2), (1, 5)
ELEVEN_SEGMENTS: tuple[tuple[str, ScoreRange, ScoreRange, ScoreRange], ...] = (
    (N_("Champions"), (4, 5), (4, 5), (4, 5)),
    (N_("Loyal customers"), (4, 5), (4, 5), (1, 3)),
    (N_("Loyal customers"), (4, 5), (3, 3), (4, 5)),
    (N_("Loyal customers"), (3, 3), (4, 5), ANY),
    (N_("Potential loyalists"), (4, 5), (2, 2), ANY),
    (N_("Potential loyalists"), (4, 5), (3, 3), (1, 3)),
    (N_("New customers"), (5, 5), (1, 1), ANY),
    (N_("Promising"), (4, 4), (1, 1), ANY),
    (N_("Need attention"), (3, 3), (1, 3), (3, 5)),
    (N_("About to sleep"), (3, 3), (1, 3), (1, 2)),
    (N_("Cannot lose them"), (1, 2), (4, 5), (4, 5)),
    (N_("At risk"), (1, 2), (4, 5), (1, 3)),
    (N_("At risk"), (1, 2), (3, 3), ANY),
    (N_("At risk"), (1, 2), (1, 2), (4, 5)),
    (N_("Hibernating"), (2, 2), (1, 2), (1, 3)),
    (N_("Lost"), (1, 1), (1, 2), (1, 3)),
)
"""The eleven named segments of the field, for five scores each; ours, so that all 125 cells are held once."""

EIGHT_TYPES: tuple[tuple[str, ScoreRange, ScoreRange, ScoreRange], ...] = (
    (N_("Important, valuable"), HIGH, HIGH, HIGH),
    (N_("Important, to develop"), HIGH, LOW, HIGH),
    (N_("Important, to keep"), LOW, HIGH, HIGH),
    (N_("Important, to win back"), LOW, LOW, HIGH),
    (N_("General, valuable"), HIGH, HIGH, LOW),
    (N_("General, to develop"), HIGH, LOW, LOW),
    (N_("General, to keep"), LOW, HIGH, LOW),
    (N_("General, to win back"), LOW, LOW, LOW),
)
"""The eight types by low and high: important is high revenue."""

READY_NAMES = frozenset(name for name, *_ranges in (*ELEVEN_SEGMENTS, *EIGHT_TYPES))
PLACE_AMONG_FIVE = {2: (1, 5), 3: (1, 3, 5), 4: (1, 2, 3, 5), 5: (1, 2, 3, 4, 5)}
"""Where the scores stand among five when there are fewer."""


def segment_name(name: str) -> str:
    """The name of a segment in the language now spoken; a name the manager gave stays as it is."""
    return _(name) if name in READY_NAMES else name


def source_name(shown: str) -> str:
    """The name that `segment_name` shows as `shown`."""
    return next((name for name in sorted(READY_NAMES) if _(name) == shown), shown)


def code(cell: Cell) -> str:
    """The scores side by side: "545"."""
    return "".join(str(score) for score in cell)


@dataclass(frozen=True)
class SegmentTable:
    """A segment table over so many scores of freshness, orders and revenue, and what is wrong with it."""

    lines: tuple[RfmSegment, ...]
    score_counts: tuple[int, int, int]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The segments, each once, in the order of the table; the first is number 1."""
        return tuple(dict.fromkeys(line.name for line in self.lines))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every combination of scores that a customer may have."""
        freshness, orders, revenue = (range(1, count + 1) for count in self.score_counts)
        return tuple(product(freshness, orders, revenue))

    @cached_property
    def segments_of(self) -> dict[Cell, tuple[str, ...]]:
        """The segments that claim each cell; the first one holds it."""
        return {
            cell: tuple(dict.fromkeys(line.name for line in self.lines if _claims(line, cell))) for cell in self.cells
        }

    @cached_property
    def number_of(self) -> dict[Cell, int]:
        """The number of the segment that holds each cell, for those that one does."""
        numbers = {name: number for number, name in enumerate(self.names, start=1)}
        return {cell: numbers[names[0]] for cell, names in self.segments_of.items() if names}

    @property
    def uncovered(self) -> tuple[Cell, ...]:
        """The cells that no segment claims."""
        return tuple(cell for cell, names in self.segments_of.items() if not names)

    @property
    def doubly_covered(self) -> dict[Cell, tuple[str, ...]]:
        """The cells that more than one segment claims, with those segments; the first decides."""
        return {cell: names for cell, names in self.segments_of.items() if len(names) > 1}

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The segments that can never occur: they claim no cell, or others above them hold all they claim."""
        return tuple(name for number, name in enumerate(self.names, start=1) if number not in self.number_of.values())

    @property
    def is_total(self) -> bool:
        """Whether each cell belongs to exactly one segment and each segment can occur."""
        return not (self.uncovered or self.doubly_covered or self.unreachable)


def _claims(line: RfmSegment, cell: Cell) -> bool:
    ranges = (line.freshness, line.orders, line.revenue)
    return all(low <= score <= high for (low, high), score in zip(ranges, cell, strict=True))


def segment_table(settings: RfmSettings) -> SegmentTable:
    """The table in force: a ready one made for the number of scores, or the manager's own."""
    counts = settings.score_counts
    if settings.table == "own":
        return SegmentTable(settings.segments, counts)
    return eleven_segments(counts) if settings.table == "eleven" else eight_types(counts)


def eleven_segments(score_counts: tuple[int, int, int] = (5, 5, 5)) -> SegmentTable:
    """The eleven named segments. With fewer than five scores some of them do not occur and are left out."""
    return _ready(ELEVEN_SEGMENTS, score_counts, PLACE_AMONG_FIVE)


def eight_types(score_counts: tuple[int, int, int] = (2, 2, 2)) -> SegmentTable:
    """The eight types. With more than two scores those above the middle one are high."""
    halves = {count: tuple(2 if 2 * score > count + 1 else 1 for score in range(1, count + 1)) for count in range(2, 6)}
    return _ready(EIGHT_TYPES, score_counts, halves)


def _ready(
    lines: Sequence[tuple[str, ScoreRange, ScoreRange, ScoreRange]],
    score_counts: tuple[int, int, int],
    places: dict[int, tuple[int, ...]],
) -> SegmentTable:
    """The lines with their ranges in the scores there are; lines that hold none of them are left out."""
    found = []
    for name, *ranges in lines:
        held = [
            [score for score, place in enumerate(places[count], start=1) if low <= place <= high]
            for (low, high), count in zip(ranges, score_counts, strict=True)
        ]
        if all(held):
            freshness, orders, revenue = ((scores[0], scores[-1]) for scores in held)
            found.append(RfmSegment(name=name, freshness=freshness, orders=orders, revenue=revenue))
    return SegmentTable(tuple(found), score_counts)
