"""Lifecycle and retention: the stage each customer is in, how cohorts stay, when customers lapse or come a second time.

The rules stand in `sql/lifecycle/`. A lapse is the one of churn signals: no order for the horizon.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core import formats
from crm_core.book import FILTER_COLUMNS, Book
from crm_core.churn import Horizon, horizon
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.labels import NOT_YET_KNOWN, STAGES, stage_name
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.settings import LifecycleSettings, Scenario
from crm_core.survival import Survival, kaplan_meier

ALL_CUSTOMERS = "all"
MOST_SEGMENTS = 5
SEGMENT_TITLES = {
    ALL_CUSTOMERS: N_("All customers"),
    "region": N_("Region"),
    "industry": N_("Industry"),
    "city": N_("City"),
    "sales_rep": N_("Sales rep"),
    "gender": N_("Gender"),
}

SUMMARY_SCHEMA = pa.schema(
    [
        ("stage", pa.string()),
        ("label", pa.string()),
        ("customers", pa.int64()),
        ("customer_share", pa.float64()),
        ("earlier_customers", pa.int64()),
        ("revenue", pa.decimal128(38, 4)),
        ("revenue_share", pa.float64()),
        ("earlier_revenue", pa.decimal128(38, 4)),
    ]
)
FLOWS_SCHEMA = pa.schema(
    [
        ("from_stage", pa.string()),
        ("to_stage", pa.string()),
        ("customers", pa.int64()),
        ("revenue", pa.decimal128(38, 4)),
        ("earlier_revenue", pa.decimal128(38, 4)),
    ]
)


# ---------------------------------------------------------------------- stages


@dataclass(frozen=True)
class Lifecycle:
    """The stage of every customer in view and every prospect, on the book's day and on an earlier one.

    `cells` has one row per stage now, on the earlier day and as saved; every figure below is a sum over it.
    The earlier day's stages follow the same horizon and settings, so that a flow is never a change of rules.
    """

    book: Book
    scenario: Scenario
    saved: Scenario
    compared_on: date | None
    horizon: Horizon
    parts: tuple[Recipe, ...]
    drafts: Mapping[str, str]
    cells: pa.Table

    @property
    def settings(self) -> LifecycleSettings:
        """The part of the scenario that speaks of stages."""
        return self.scenario.lifecycle

    @property
    def dormant_days(self) -> int:
        """After how many days of silence a customer is dormant."""
        return dormant_days(self.horizon.days, self.settings)

    @cached_property
    def summary(self) -> pa.Table:
        """One row per stage, empty ones included.

        Columns: stage (a key of STAGES), label, customers, customer_share, earlier_customers, revenue (in the
        look-back window), revenue_share, earlier_revenue; the earlier ones null without an earlier day.
        """
        rows = []
        for stage in STAGES:
            customers, revenue = self.customers_in(stage), self.revenue_in(stage)
            rows.append(
                {
                    "stage": stage,
                    "label": stage_name(stage),
                    "customers": customers,
                    "customer_share": customers / self.customers,
                    "earlier_customers": self.earlier_customers_in(stage) if self.compared_on else None,
                    "revenue": revenue,
                    "revenue_share": float(revenue / self.revenue) if self.revenue else None,
                    "earlier_revenue": self.earlier_revenue_in(stage) if self.compared_on else None,
                }
            )
        return pa.Table.from_pylist(rows, schema=SUMMARY_SCHEMA)

    @cached_property
    def flows(self) -> pa.Table:
        """One row per stage on the earlier day and stage now that hold customers; no rows without an earlier day.

        Columns: from_stage ("unknown" for who was not known then), to_stage, customers, revenue (now),
        earlier_revenue (of the same customers then).
        """
        if not self.compared_on:
            return FLOWS_SCHEMA.empty_table()
        sums: dict[tuple[str, str], list[Any]] = {}
        for row in self._rows:
            flow = sums.setdefault((row["earlier_stage"] or NOT_YET_KNOWN, row["stage"]), [0, Decimal(0), Decimal(0)])
            flow[0] += row["customers"]
            flow[1] += row["revenue"] or 0
            flow[2] += row["earlier_revenue"] or 0
        order = [*STAGES, NOT_YET_KNOWN]
        ordered = sorted(sums.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1])))
        columns = FLOWS_SCHEMA.names
        return pa.Table.from_pylist(
            [dict(zip(columns, (*stages, *figures), strict=True)) for stages, figures in ordered], schema=FLOWS_SCHEMA
        )

    @property
    def customers(self) -> int:
        """Customers in view and prospects."""
        return sum(row["customers"] for row in self._rows)

    @property
    def revenue(self) -> Decimal:
        """What the customers in view brought in the look-back window, in the currency of the data set."""
        return _sum(self._rows, "revenue")

    def customers_in(self, *stages: str) -> int:
        """How many customers are in any of these stages."""
        return sum(row["customers"] for row in self._rows if row["stage"] in stages)

    def revenue_in(self, *stages: str) -> Decimal:
        """Revenue in the look-back window of the customers in these stages."""
        return _sum((row for row in self._rows if row["stage"] in stages), "revenue")

    def saved_customers_in(self, *stages: str) -> int:
        """Customers who are in these stages under the saved settings."""
        return sum(row["customers"] for row in self._rows if row["saved_stage"] in stages)

    def earlier_customers_in(self, *stages: str) -> int:
        """Customers who were in these stages on the earlier day."""
        return sum(row["customers"] for row in self._rows if row["earlier_stage"] in stages)

    def earlier_revenue_in(self, *stages: str) -> Decimal:
        """What the customers who were in these stages on the earlier day had brought in the look-back window then."""
        return _sum((row for row in self._rows if row["earlier_stage"] in stages), "earlier_revenue")

    def lapsed_since(self) -> tuple[int, Decimal]:
        """Who became lost between the two days: how many, and what they had brought by the earlier one."""
        rows = [row for row in self._rows if row["stage"] == "lost" and row["earlier_stage"] not in ("lost", None)]
        return sum(row["customers"] for row in rows), _sum(rows, "earlier_revenue")

    def returned_since(self) -> tuple[int, Decimal]:
        """Who was lost on the earlier day and no longer is: how many, and what they bring now."""
        rows = [row for row in self._rows if row["earlier_stage"] == "lost" and row["stage"] != "lost"]
        return sum(row["customers"] for row in rows), _sum(rows, "revenue")

    @property
    def moved_customers(self) -> int:
        """Customers whose stage differs from the saved one."""
        return sum(row["customers"] for row in self._moved)

    @property
    def moved_revenue(self) -> Decimal:
        """The revenue of the customers whose stage differs from the saved scenario's."""
        return _sum(self._moved, "revenue")

    def largest_moves(self, limit: int = 3) -> list[dict[str, Any]]:
        """Who changes stage against the saved settings, most customers first: from_stage, to_stage, customers."""
        sums: dict[tuple[str, str], int] = {}
        for row in self._moved:
            pair = row["saved_stage"], row["stage"]
            sums[pair] = sums.get(pair, 0) + row["customers"]
        moves = [{"from_stage": one, "to_stage": other, "customers": count} for (one, other), count in sums.items()]
        return sorted(moves, key=lambda move: -int(str(move["customers"])))[:limit]

    def listing(self) -> Listing:
        """The customers with stage, stage on the earlier day and revenue on both; sorted by revenue."""
        return Listing(
            self.book.engine,
            self._recipe("lifecycle_list", "select * from lifecycle_customers"),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "stage", "earlier_stage", "revenue",
                "earlier_revenue", "growth", "order_count", "days_since_last_order", "tenure_days",
            ),
            sorted_by="revenue",
        )  # fmt: skip

    def sql(self) -> str:
        """The query behind the stage of each customer, as it runs."""
        return self.parts[0].query().sql

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cells.to_pylist()
        return rows

    @cached_property
    def _moved(self) -> list[dict[str, Any]]:
        return [row for row in self._rows if row["stage"] != row["saved_stage"]]

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(name, text, drafts=self.drafts, parts=self.parts)


def lifecycle(
    book: Book, scenario: Scenario | None = None, saved: Scenario | None = None, compared_on: date | None = None
) -> Lifecycle:
    """Place every customer in view, and every prospect, in one of eight stages; compare with an earlier day.

    Each has exactly one stage, the first that fits: prospect, lost, dormant, won back, new, growing, declining,
    mature. Without `scenario` the saved one applies. An earlier day on which nobody had bought is as good as none.
    Raises NotEnoughData if no customer is in view.
    """
    saved = saved or Scenario(windows=book.windows)
    scenario = scenario or saved
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    in_force = horizon(book, scenario.churn)
    as_saved = book.through(saved.windows)
    if compared_on and (compared_on >= book.as_of or book.at(compared_on).is_empty):
        compared_on = None
    current = _stages(book, "current_stages", in_force.days, scenario.lifecycle)
    parts: tuple[Recipe, ...] = (
        current,
        _stages(as_saved, "saved_stages", horizon(as_saved, saved.churn).days, saved.lifecycle),
    )
    drafts: dict[str, str] = {}
    if compared_on:
        parts = (*parts, _stages(book.at(compared_on), "earlier_stages", in_force.days, scenario.lifecycle))
    else:
        drafts["earlier_stages"] = "select customer_key, stage, revenue from current_stages where false"
    recipe = book.recipe("stage_cells", "select * from stage_cells", drafts=drafts, parts=parts)
    return Lifecycle(book, scenario, saved, compared_on, in_force, parts, drafts, book.engine.small(recipe))


def dormant_days(horizon_days: int, settings: LifecycleSettings) -> int:
    """After how many days of silence a customer is dormant, where `horizon_days` of it mean lapsed."""
    return max(1, round(horizon_days * settings.dormant_share))


def _stages(book: Book, name: str, horizon_days: int, settings: LifecycleSettings) -> Recipe:
    """One row per customer in view and prospect: customer_key, stage, revenue; for today's, all that a list shows."""
    by_horizon = {"horizon_days": horizon_days}
    inputs = book.recipe("lifecycle_inputs", parameters=by_horizon)
    columns = "*" if name == "current_stages" else "customer_key, stage, revenue"
    return book.recipe(
        name,
        f"select {columns} from customer_stages",
        parameters={
            **by_horizon,
            "dormant_days": dormant_days(horizon_days, settings),
            "won_back_days": settings.won_back_days,
            "growing_from": settings.growing_from,
            "declining_from": settings.declining_from,
        },
        parts=(inputs,),
    )


def _sum(rows: Iterable[Mapping[str, Any]], column: str) -> Decimal:
    return sum((row[column] or Decimal(0) for row in rows), Decimal(0))


# ---------------------------------------------------------------------- retention by cohort


@dataclass(frozen=True)
class Retention:
    """How cohorts stay: who of those who first bought in a month (or quarter) bought again in later ones.

    `cells` has one row per cohort and age in periods, from 0 on: cohort (first day of its period), age,
    customers (who bought in that period), customer_share (of the cohort), revenue, revenue_share (of the cohort's
    own first period). All four are null for periods that had not ended by the book's day.
    """

    period_months: int
    observed_until: date
    cells: pa.Table

    @cached_property
    def cohort_count(self) -> int:
        return len(set(self.cells["cohort"].to_pylist()))

    def youngest(self, count: int) -> "Retention":
        """The same of the youngest `count` cohorts alone; those of the data's first months hold older customers too."""
        kept = sorted(set(self.cells["cohort"].to_pylist()))[-count:]
        cells = self.cells.filter(pc.is_in(self.cells["cohort"], pa.array(kept, pa.date32())))
        return replace(self, cells=cells)

    @cached_property
    def by_age(self) -> pa.Table:
        """One row per age: age, cohorts (that have been seen so old), customer_share (of their customers together)."""
        ages: dict[int, list[int]] = {}
        sizes: dict[date, int] = {}
        for row in self.cells.to_pylist():
            if row["age"] == 0:
                sizes[row["cohort"]] = row["customers"]
            if row["customers"] is not None:
                sums = ages.setdefault(row["age"], [0, 0, 0])
                sums[0] += 1
                sums[1] += row["customers"]
                sums[2] += sizes[row["cohort"]]
        return pa.table(
            {
                "age": pa.array(list(ages), pa.int64()),
                "cohorts": pa.array([sums[0] for sums in ages.values()], pa.int64()),
                "customer_share": pa.array([sums[1] / sums[2] for sums in ages.values()], pa.float64()),
            }
        )


CELLS_SCHEMA = pa.schema(
    [
        ("cohort", pa.date32()),
        ("age", pa.int64()),
        ("customers", pa.int64()),
        ("customer_share", pa.float64()),
        ("revenue", pa.decimal128(38, 4)),
        ("revenue_share", pa.float64()),
    ]
)


def retention(book: Book, period_months: int = 1) -> Retention:
    """The retention triangle of the customers in view, by cohorts of `period_months` (1 or 3) calendar months.

    Only whole periods count: the one the book's day lies in is left out unless it ends on that day.
    Raises NotEnoughData if there are not two whole periods since the first order.
    """
    observed_until = last_whole_period(book.as_of, period_months)
    recipe = book.recipe(
        "cohorts",
        "select * from cohort_cells order by cohort, age",
        parameters={"period_months": period_months, "observed_until": observed_until},
    )
    seen = {(row["cohort"], row["age"]): row for row in book.engine.small(recipe).to_pylist()}
    last = _period_number(observed_until, period_months)
    cohorts = sorted({cohort for cohort, _age in seen})
    if not cohorts or cohorts[0] == last:
        raise NotEnoughData(
            _("Retention needs two whole months of orders; none has ended since the first.")
            if period_months == 1
            else _("Retention by quarter needs two whole quarters of orders; none has ended since the first.")
        )
    rows = [
        _cohort_cell(seen, cohort, age, last, period_months)
        for cohort in cohorts
        for age in range(last - cohorts[0] + 1)
    ]
    return Retention(period_months, observed_until, pa.Table.from_pylist(rows, schema=CELLS_SCHEMA))


def last_whole_period(day: date, period_months: int) -> date:
    """The last day of the last calendar month (or quarter) that has ended by `day`."""
    number = _period_number(day + timedelta(1), period_months)
    return _period_start(number, period_months) - timedelta(1)


def _period_number(day: date, period_months: int) -> int:
    return (day.year * 12 + day.month - 1) // period_months


def _period_start(number: int, period_months: int) -> date:
    months = number * period_months
    return date(months // 12, months % 12 + 1, 1)


def _cohort_cell(
    seen: Mapping[tuple[int, int], Mapping[str, Any]], cohort: int, age: int, last: int, period_months: int
) -> dict[str, Any]:
    """One cell: nothing where the period had not ended, zero where it had and nobody came."""
    cell: dict[str, Any] = {"cohort": _period_start(cohort, period_months), "age": age}
    if cohort + age > last:
        return cell
    first, found = seen[cohort, 0], seen.get((cohort, age), {"customers": 0, "revenue": Decimal(0)})
    return cell | {
        "customers": found["customers"],
        "customer_share": found["customers"] / first["customers"],
        "revenue": found["revenue"],
        "revenue_share": float(found["revenue"] / first["revenue"]) if first["revenue"] > 0 else None,
    }


# ---------------------------------------------------------------------- survival


@dataclass(frozen=True)
class SurvivalBySegment:
    """How long customers stay before they lapse, by segment; the largest segments first.

    `curves` gives each segment's estimate; `left_out` counts the segments too small to be among them.
    """

    by: str
    horizon: Horizon
    curves: Mapping[str, Survival]
    left_out: int


def segment_columns(book: Book) -> list[str]:
    """What survival may be told apart by: all customers, and the columns of the archive that hold something."""
    columns = [column for column in FILTER_COLUMNS.values() if book.data.has_column("customers", column)]
    return [ALL_CUSTOMERS, *columns]


def survival(book: Book, scenario: Scenario | None = None, by: str = ALL_CUSTOMERS) -> SurvivalBySegment:
    """The time from the first order to the first lapse, for each segment of the customers in view.

    `by` is one of `segment_columns`; customers without a value in it are in no segment.
    Raises NotEnoughData if the first order is not yet a horizon ago, so that nobody can have lapsed.
    """
    scenario = scenario or Scenario(windows=book.windows)
    in_force = horizon(book, scenario.churn)
    if by not in segment_columns(book):
        raise KeyError(f"no segments by {by}")
    segment = f"'{ALL_CUSTOMERS}'" if by == ALL_CUSTOMERS else by
    recipe = book.recipe(
        "survival",
        "select * from survival_counts order by segment, days",
        parameters={"horizon_days": in_force.days},
        drafts={"customer_segments": f"select customer_key, {segment} as segment from customers"},
    )
    counts: dict[str, list[dict[str, Any]]] = {}
    for row in book.engine.small(recipe).to_pylist():
        counts.setdefault(row["segment"], []).append(row)
    longest = max((rows[-1]["days"] for rows in counts.values()), default=0)
    if longest < in_force.days:
        raise NotEnoughData(
            _("Orders reach back {days}, and a customer lapses only after {horizon} without one.").format(
                days=formats.days(longest), horizon=formats.days(in_force.days)
            )
        )
    largest = sorted(counts, key=lambda name: (-sum(row["ended"] + row["still_open"] for row in counts[name]), name))
    curves = {name: _estimate(counts[name]) for name in largest[:MOST_SEGMENTS]}
    return SurvivalBySegment(by, in_force, curves, len(largest) - len(curves))


def _estimate(rows: list[dict[str, Any]]) -> Survival:
    return kaplan_meier(
        [row["days"] for row in rows], [row["ended"] for row in rows], [row["still_open"] for row in rows]
    )


# ---------------------------------------------------------------------- the second order


@dataclass(frozen=True)
class Newcomers:
    """Who first bought in the look-back window, and whether they came a second time.

    `months` has one row per month of first orders: month, customers, confirmed (came again by the book's day).
    `recent` is the time to the second order, an estimate that counts those still waiting as waiting; `before` the
    same for who first bought in the window before, None if there was nobody.
    `median_days` is the median over those who did come again.
    """

    months: pa.Table
    recent: Survival
    before: Survival | None
    median_days: int | None

    @property
    def customers(self) -> int:
        """How many customers came lately."""
        return self.recent.customers

    @property
    def confirmed(self) -> int:
        """How many of them have ordered on a second day."""
        return self.recent.ended

    def confirmed_within(self, days: int) -> float | None:
        """The share (0-1) expected to come again within `days`; None if nobody has been watched so long."""
        waiting = self.recent.after(days)
        return None if waiting is None else 1 - waiting


def newcomers(book: Book) -> Newcomers:
    """The new customers of the look-back window in view, and their second orders.

    Raises NotEnoughData if nobody first bought in the look-back window.
    """
    recipe = book.recipe("second_order", "select * from second_order_counts order by month, days")
    counts = book.engine.small(recipe).to_pylist()
    recent = [row for row in counts if row["segment"] == "recent"]
    before = [row for row in counts if row["segment"] == "before"]
    if not recent:
        raise NotEnoughData(
            _("Nobody bought for the first time in the last {days}.").format(
                days=formats.days(book.windows.lookback_days)
            )
        )
    months: dict[date, list[int]] = {}
    for row in recent:
        month = months.setdefault(row["month"], [0, 0])
        month[0] += row["ended"] + row["still_open"]
        month[1] += row["ended"]
    return Newcomers(
        months=pa.table(
            {
                "month": pa.array(list(months), pa.date32()),
                "customers": pa.array([counted[0] for counted in months.values()], pa.int64()),
                "confirmed": pa.array([counted[1] for counted in months.values()], pa.int64()),
            }
        ),
        recent=_estimate(_by_days(recent)),
        before=_estimate(_by_days(before)) if before else None,
        median_days=_median_of_ended(_by_days(recent)),
    )


def _by_days(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The counts of all months together, by days."""
    sums: dict[int, list[int]] = {}
    for row in rows:
        counted = sums.setdefault(row["days"], [0, 0])
        counted[0] += row["ended"]
        counted[1] += row["still_open"]
    return [{"days": days, "ended": sums[days][0], "still_open": sums[days][1]} for days in sorted(sums)]


def _median_of_ended(rows: list[dict[str, Any]]) -> int | None:
    """The days after which half of those who came again had come; the later of the two middle ones."""
    all_ended, seen = sum(row["ended"] for row in rows), 0
    for row in rows:
        seen += row["ended"]
        if all_ended and seen > (all_ended - 1) // 2:
            return int(row["days"])
    return None
