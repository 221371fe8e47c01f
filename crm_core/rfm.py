"""RFM: who bought lately, who often, who for how much, and the segment that makes.

Days since the last order, orders and revenue in the look-back window are each cut into scores, 1 the
worst; a segment table says what the three scores together are called. The scores are coded in
`sql/rfm/`, the tables stand in `segment_table`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.segment_table import SegmentTable, segment_name, segment_table
from crm_core.settings import RfmCuts, RfmSettings, Scenario

MEASURES: dict[str, tuple[str, str]] = {
    "days": (N_("Days since last order"), "-days_since_last_order"),
    "orders": (N_("Orders"), "order_count"),
    "revenue": (N_("Revenue"), "revenue"),
}
"""What RFM looks at: the title, and the figure with more for better."""
RANKED = "select {figure} as worth from rfm_inputs where order_count > 0"
"""Who did not order in the look-back window would fill the lowest parts; unranked they have the lowest scores."""
SCORE_COLUMNS = {"days": "freshness_score", "orders": "order_score", "revenue": "revenue_score"}


def measure_title(measure: str) -> str:
    """What a measure is called, in the language now spoken."""
    return _(MEASURES[measure][0])


# ---------------------------------------------------------------------- from figures to scores


@dataclass(frozen=True)
class Scores:
    """The scores of one measure ("days", "orders", "revenue") and the figures that reach them.

    `bounds` are for the scores 2, 3 and so on as far as anybody gets: fewer days than the bound, or orders
    or revenue from the bound up. `count` is how many scores there are.
    """

    measure: str
    count: int
    bounds: tuple[float, ...]

    def interval(self, score: int) -> tuple[float | None, float | None] | None:
        """The figures that have this score, from (included) and to (excluded); None where it is open.

        None in place of the pair if no figure can have the score: too many equal ones below it.
        """
        own = self._bound(score)
        above = self._bound(score + 1)
        if (score > 1 and own is None) or (own is not None and own == above):
            return None
        return (above, own) if self.measure == "days" else (own, above)

    def _bound(self, score: int) -> float | None:
        return self.bounds[score - 2] if 2 <= score <= len(self.bounds) + 1 else None

    def label(self, score: int, currency: str = "") -> str:
        """The figures that have this score, in words: "13–40 days", "3 or more", "under £120"."""
        interval = self.interval(score)
        if interval is None:
            return _("nobody")
        low, high = interval
        if self.measure == "revenue":
            return _range(low, high, lambda amount: formats.money(amount, currency, digits=4))
        # days and orders are whole numbers: what is under 40.5 is at most 40
        first = max(0, ceil(low)) if low is not None else 0
        last = ceil(high) - 1 if high is not None else None
        return _whole_range(self.measure, first, last)

    def explained(self, currency: str = "") -> str:
        """Every score with its figures in full, the best first: "5: 0–12 days"."""
        parts = [f"**{score}** {self._exact(score, currency)}" for score in range(self.count, 0, -1)]
        return formats.labelled(measure_title(self.measure), formats.listed(parts))

    def _exact(self, score: int, currency: str) -> str:
        interval = self.interval(score)
        if interval is None:
            return self.label(score, currency)
        if self.measure == "revenue":
            return _range(*interval, lambda amount: formats.money(amount, currency, exact=True))
        if all(bound is None or bound.is_integer() for bound in interval):
            return self.label(score, currency)
        unit = _("{count} days") if self.measure == "days" else "{count}"
        return _range(*interval, lambda figure: unit.format(count=formats.number(figure, 2)))


def _range(low: float | None, high: float | None, written: Callable[[float], str]) -> str:
    if low is None:
        return _("all") if high is None else _("under {high}").format(high=written(high))
    if high is None:
        return _("{low} or more").format(low=written(low))
    return _("{low} to under {high}").format(low=written(low), high=written(high))


def _whole_range(measure: str, first: int, last: int | None) -> str:
    """From `first` to `last`, both included: "13–40 days", "1 day", "3 or more"."""
    written = formats.days if measure == "days" else formats.number
    if last is None:
        return _("{low} or more").format(low=written(first)) if first else _("all")
    if first >= last:
        return written(first)
    both = f"{formats.number(first)}–{formats.number(last)}"
    return _("{count} days").format(count=both) if measure == "days" else both


def _scores(book: Book, inputs: Recipe, measure: str, cuts: RfmCuts) -> Scores:
    """The bounds in force for one measure."""
    if cuts.cut_by == "own":
        points = tuple(float(point) for point in cuts.points)
        bounds = points[::-1] if measure == "days" else points
    elif cuts.cut_by == "mean":
        bounds = (float(_means(book, inputs)[measure]),)
    else:
        bounds = _quantile_bounds(book, inputs, measure, cuts.parts)
    return Scores(measure, cuts.score_count, bounds)


def _means(book: Book, inputs: Recipe) -> dict[str, Any]:
    """How many customers ordered in the look-back window, and the mean of each measure over them."""
    row: dict[str, Any] = book.engine.small(
        book.recipe("means", "select * from rfm_means", parts=(inputs,))
    ).to_pylist()[0]
    return row


def _quantile_bounds(book: Book, inputs: Recipe, measure: str, parts: int) -> tuple[float, ...]:
    recipe = book.recipe(
        "bounds",
        "select bound from rfm_quantile_bounds order by score",
        parameters={"parts": parts},
        drafts={"rfm_worths": RANKED.format(figure=MEASURES[measure][1])},
        parts=(inputs,),
    )
    found = [float(bound) for bound in book.engine.small(recipe)["bound"].to_pylist()]
    # whoever has at most 12 days has fewer than 13
    return tuple(1 - worth for worth in found) if measure == "days" else tuple(found)


# ---------------------------------------------------------------------- the result


@dataclass(frozen=True)
class Group:
    """Some customers: how many, what they bring, and their share of both."""

    customers: int
    revenue: Decimal
    customer_share: float | None
    revenue_share: float | None


@dataclass(frozen=True)
class Rfm:
    """The customers in view by their three scores, under one set of settings.

    `cells` has one row per combination of scores that occurs; every figure below is a sum over it.
    """

    book: Book
    settings: RfmSettings
    saved: Scenario
    table: SegmentTable
    scores: dict[str, Scores]
    inputs: Recipe
    cells: pa.Table

    @property
    def customers(self) -> int:
        """How many customers are in view."""
        return sum(row["customers"] for row in self._rows)

    @property
    def revenue(self) -> Decimal:
        """What they brought in the look-back window, in the currency of the data set."""
        return sum((row["revenue"] for row in self._rows), Decimal(0))

    def where(self, belongs: Callable[[dict[str, Any]], bool]) -> Group:
        """The customers of the cells that `belongs` picks."""
        chosen = [row for row in self._rows if belongs(row)]
        customers = sum(row["customers"] for row in chosen)
        revenue = sum((row["revenue"] for row in chosen), Decimal(0))
        return Group(
            customers,
            revenue,
            customers / self.customers if self.customers else None,
            float(revenue / self.revenue) if self.revenue else None,
        )

    @property
    def best(self) -> Group:
        """Those with the best score in all three."""
        tops = {column: self.scores[measure].count for measure, column in SCORE_COLUMNS.items()}
        return self.where(lambda row: all(row[column] == top for column, top in tops.items()))

    @property
    def silent_and_big(self) -> Group:
        """Those above the middle score in revenue and below it in freshness: worth much, and not seen lately."""
        days, revenue = self.scores["days"].count, self.scores["revenue"].count
        return self.where(lambda row: 2 * row["revenue_score"] > revenue + 1 and 2 * row["freshness_score"] < days + 1)

    @property
    def without_segment(self) -> Group:
        """Those whose scores the table holds no segment for."""
        return self.where(lambda row: row["segment_number"] == 0)

    def segment(self, number: int) -> str:
        """The name of a segment in the language now spoken; 0 is no segment."""
        return segment_name(self.table.names[number - 1]) if number else _("No segment")

    @cached_property
    def segments(self) -> pa.Table:
        """One row per segment in the order of the table, empty ones included, then those without one if any.

        Columns: segment_number, segment, customers, customer_share, revenue, revenue_share, margin,
        mean_days, mean_orders (null without customers).
        """
        numbers = list(range(1, len(self.table.names) + 1))
        return pa.Table.from_pylist(
            [self._segment_row(number) for number in [*numbers, *([0] if self.without_segment.customers else [])]]
        )

    def _segment_row(self, number: int) -> dict[str, Any]:
        held = [row for row in self._rows if row["segment_number"] == number]
        group = self.where(lambda row: row["segment_number"] == number)
        count = group.customers
        return {
            "segment_number": number,
            "segment": self.segment(number),
            "customers": count,
            "customer_share": group.customer_share,
            "revenue": group.revenue,
            "revenue_share": group.revenue_share,
            "margin": sum((row["margin"] for row in held), Decimal(0)),
            "mean_days": float(sum(row["days"] for row in held)) / count if count else None,
            "mean_orders": float(sum(row["orders"] for row in held)) / count if count else None,
        }

    def grid(self) -> pa.Table:
        """One row per pair of scores of orders and freshness, empty ones included.

        Columns: x_level (orders), y_level (freshness), x_label, y_label (score and figures), customers, revenue,
        segments (the names that occur there, most customers first).
        """
        currency = self.book.data.currency
        days, orders = self.scores["days"], self.scores["orders"]
        rows = []
        for freshness in range(1, days.count + 1):
            for order in range(1, orders.count + 1):
                held = [row for row in self._rows if (row["freshness_score"], row["order_score"]) == (freshness, order)]
                names = sorted(held, key=lambda row: -row["customers"])
                rows.append(
                    {
                        "x_level": order,
                        "y_level": freshness,
                        "x_label": f"F{order} · {orders.label(order, currency)}",
                        "y_label": f"R{freshness} · {days.label(freshness, currency)}",
                        "customers": sum(row["customers"] for row in held),
                        "revenue": sum((row["revenue"] for row in held), Decimal(0)),
                        "segments": list(dict.fromkeys(self.segment(row["segment_number"]) for row in names)),
                    }
                )
        return pa.Table.from_pylist(rows, schema=GRID_SCHEMA)

    def score_rows(self) -> pa.Table:
        """One row per measure and score, the best first: measure, title, score, label (its figures), customers,
        revenue."""
        rows = []
        for measure, column in SCORE_COLUMNS.items():
            scores = self.scores[measure]
            for score in range(scores.count, 0, -1):
                held = [row for row in self._rows if row[column] == score]
                rows.append(
                    {
                        "measure": measure,
                        "title": measure_title(measure),
                        "score": score,
                        "label": scores.label(score, self.book.data.currency),
                        "customers": sum(row["customers"] for row in held),
                        "revenue": sum((row["revenue"] for row in held), Decimal(0)),
                    }
                )
        return pa.Table.from_pylist(rows)

    def empty_scores(self, measure: str) -> list[int]:
        """The scores of a measure that nobody can have, because too many customers share one figure."""
        scores = self.scores[measure]
        return [score for score in range(1, scores.count + 1) if scores.interval(score) is None]

    # ------------------------------------------------------------------ against saved

    @cached_property
    def moves(self) -> list[dict[str, Any]]:
        """One row per pair of segments that differ, as saved and now; most customers first.

        Columns: from_segment, to_segment, customers, revenue.
        """
        if self.settings == self.saved.rfm and self.book.windows == self.saved.windows:
            return []
        try:
            before = rfm(self.book.through(self.saved.windows), self.saved.rfm, self.saved)
        except NotEnoughData:  # nobody could be scored as saved
            return self._moves([(_("No segment"), each["segment"], each) for each in self.segments.to_pylist()])
        as_saved = before._recipe("saved_rfm", "select customer_key, segment_number from customer_rfm")
        recipe = self._recipe("rfm_moves", "select * from rfm_moves order by from_number, to_number", as_saved)
        pairs = self.book.engine.small(recipe).to_pylist()
        return self._moves([(before.segment(row["from_number"]), self.segment(row["to_number"]), row) for row in pairs])

    def _moves(self, pairs: Sequence[tuple[str, str, dict[str, Any]]]) -> list[dict[str, Any]]:
        """The pairs of names that differ, with the sums of their rows."""
        sums: dict[tuple[str, str], list[Any]] = {}
        for before, now, row in pairs:
            if before != now and row["customers"]:
                cell = sums.setdefault((before, now), [0, Decimal(0)])
                cell[0] += row["customers"]
                cell[1] += row["revenue"]
        moves = [
            {"from_segment": before, "to_segment": now, "customers": customers, "revenue": revenue}
            for (before, now), (customers, revenue) in sums.items()
        ]
        return sorted(moves, key=lambda move: -move["customers"])

    @property
    def moved_customers(self) -> int:
        """Customers whose segment differs from the saved one."""
        return sum(move["customers"] for move in self.moves)

    @property
    def moved_revenue(self) -> Decimal:
        """The revenue of the customers whose segment differs from the saved scenario's."""
        return sum((move["revenue"] for move in self.moves), Decimal(0))

    # ------------------------------------------------------------------ customers

    def listing(self) -> Listing:
        """The customers with scores, segment and what they stand on; sorted by revenue."""
        return Listing(
            self.book.engine,
            self._list(),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "segment_number", "rfm_code",
                "freshness_score", "order_score", "revenue_score", "days_since_last_order", "order_count", "revenue",
                "margin", "tier_number", "band",
            ),
            sorted_by="revenue",
        )  # fmt: skip

    def sql(self) -> str:
        """The query behind the scores and the segment of each customer, as it runs."""
        return self._list().query().sql

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cells.to_pylist()
        return rows

    def _list(self) -> Recipe:
        """The list alone knows tiers and bands, so that no picture waits for the ranks they stand on."""
        from crm_core.churn import saved_risk
        from crm_core.value import saved_tiers

        as_saved = self.book.through(self.saved.windows)
        tiers, risk = saved_tiers(as_saved, self.saved.value), saved_risk(as_saved, self.saved.churn)
        return self._recipe("rfm_list", "select * from rfm_customers", tiers, risk)

    def _recipe(self, name: str, text: str, *parts: Recipe) -> Recipe:
        return _over_scores(self.book, name, text, self.table, self.scores, (self.inputs, *parts))


GRID_SCHEMA = pa.schema(
    [
        ("x_level", pa.int64()),
        ("y_level", pa.int64()),
        ("x_label", pa.string()),
        ("y_label", pa.string()),
        ("customers", pa.int64()),
        ("revenue", pa.decimal128(38, 4)),
        ("segments", pa.list_(pa.string())),
    ]
)


def _over_scores(
    book: Book, name: str, text: str, table: SegmentTable, scores: dict[str, Scores], parts: Sequence[Recipe]
) -> Recipe:
    held = list(table.number_of.items())
    return book.recipe(
        name,
        text,
        parameters={
            **{f"{measure}_bounds": list(each.bounds) for measure, each in scores.items()},
            "cell_freshness_scores": [cell[0] for cell, _number in held],
            "cell_order_scores": [cell[1] for cell, _number in held],
            "cell_revenue_scores": [cell[2] for cell, _number in held],
            "cell_segment_numbers": [number for _cell, number in held],
        },
        parts=tuple(parts),
    )


def rfm(book: Book, settings: RfmSettings | None = None, saved: Scenario | None = None) -> Rfm:
    """Score every customer in view by days since the last order, orders and revenue, and name the segments.

    Without `settings` the saved ones apply. Quantiles and means are those of the customers in view who
    ordered in the look-back window. Raises NotEnoughData if there are none.
    """
    saved = saved or Scenario(windows=book.windows)
    settings = settings or saved.rfm
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    inputs = book.recipe("rfm_inputs", "select * from rfm_inputs_of_view")
    if not _means(book, inputs)["customers"]:
        raise NotEnoughData(
            _("Nobody in view ordered in the last {days}, so there is nothing to score. Look back further.").format(
                days=formats.days(book.windows.lookback_days)
            )
        )
    cuts = {"days": settings.days, "orders": settings.orders, "revenue": settings.revenue}
    scores = {measure: _scores(book, inputs, measure, cuts[measure]) for measure in MEASURES}
    table = segment_table(settings)
    recipe = _over_scores(book, "rfm_cell_sums", "select * from rfm_cell_sums", table, scores, (inputs,))
    return Rfm(book, settings, saved, table, scores, inputs, book.engine.small(recipe))
