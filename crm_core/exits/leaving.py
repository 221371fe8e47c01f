"""Who left in a period, what went with them, and why; and, from there, what had shown before and whom to win back."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core import formats
from crm_core.book import Book, Filters
from crm_core.churn import Horizon, horizon
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.exits.returning import Returns, returns
from crm_core.exits.warnings import SIGNALS, Warnings, looked_tables, signal_name, warnings
from crm_core.exits.win_back import WinBack, win_back
from crm_core.labels import EXIT_REASONS, NOT_RECORDED, exit_reason_name
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.settings import ExitSettings, Scenario
from crm_core.store import ExitReason

MOST_SIGNALS_TOLD = 2
LISTED = (
    "customer_id", "name", "region", "industry", "sales_rep", "exit_on", "exit_month", "last_on", "days_gone",
    "revenue_before", "margin_before", "returned_share", "order_count", "reason", "competitor",
)  # fmt: skip

REASONS_SCHEMA = pa.schema(
    [
        ("reason", pa.string()),
        ("label", pa.string()),
        ("customers", pa.int64()),
        ("revenue", pa.decimal128(38, 4)),
        ("revenue_share", pa.float64()),
    ]
)
COMPETITORS_SCHEMA = pa.schema(
    [("competitor", pa.string()), ("customers", pa.int64()), ("revenue", pa.decimal128(38, 4))]
)


@dataclass(frozen=True)
class Exits:
    """The customers in view who left in the period and were still away on the book's day.

    `recorded` gives the reason in the ledger by customer. Revenue gone is what a year of them had brought.
    """

    book: Book
    scenario: Scenario
    horizon: Horizon
    recorded: Mapping[str, ExitReason]
    lost: Recipe

    @property
    def settings(self) -> ExitSettings:
        """The part of the scenario that speaks of exits."""
        return self.scenario.exits

    @property
    def period_start(self) -> date:
        """The day before the first of the period."""
        return self.book.as_of - timedelta(self.settings.period_days)

    # ------------------------------------------------------------------ who left

    @cached_property
    def months(self) -> pa.Table:
        """One row per month in which somebody left, in order: month, customers, revenue (of a year before), warned
        (had been at high risk while they still bought), warned_error (by how many that may be off where a sample was
        looked at, else 0). The last two are null where nobody of the sample left in the month."""
        found = {row["month"]: row for row in self.warnings.months.to_pylist()}
        rows = [_warned(row, found.get(row["month"])) for row in self._sums.to_pylist()]
        schema = self._sums.schema.append(pa.field("warned", pa.int64())).append(pa.field("warned_error", pa.int64()))
        return pa.Table.from_pylist(rows, schema=schema)

    @property
    def customers(self) -> int:
        """Customers who left in the period."""
        return sum(self._sums["customers"].to_pylist())

    @property
    def revenue(self) -> Decimal:
        """What they had brought in a year before they left, net of returns."""
        return sum(self._sums["revenue"].to_pylist(), Decimal(0))

    @cached_property
    def company_revenue(self) -> Decimal:
        """What all customers in view brought in a year, by the look-back window up to the book's day."""
        row = self.book.engine.small(
            self.book.recipe("revenue", "select coalesce(sum(revenue), 0) as revenue from customers_in_view")
        ).to_pylist()[0]
        return Decimal(row["revenue"]) * 365 / self.book.windows.lookback_days

    @property
    def revenue_share(self) -> float | None:
        """Revenue gone as a share of the revenue a year now; None if there is none."""
        return float(self.revenue / self.company_revenue) if self.company_revenue > 0 else None

    def listing(self) -> Listing:
        """The customers who left, with value before, the first days of each signal and recorded reason; most revenue
        gone first."""
        return WarnedListing(
            self.book.engine,
            self._exit_list,
            columns=("customer_key", *LISTED),
            sorted_by="revenue_before",
            first_days=self.warnings.first_days,
        )

    def reason_listing(self) -> Listing:
        """The same without what had shown before, so that nothing has to be looked up for it."""
        return Listing(self.book.engine, self._exit_list, columns=LISTED, sorted_by="revenue_before")

    def signals_of(self, row: Mapping[str, Any]) -> str:
        """Which signals the customer in this row of the listing had shown, the earliest first, in words with days."""
        shown = [(row[f"{signal}_ahead"], signal) for signal in SIGNALS[2:] if row[f"{signal}_ahead"] is not None]
        earliest = sorted(shown, key=lambda pair: -pair[0])[:MOST_SIGNALS_TOLD]
        return " · ".join(
            _("{signal} {days}").format(signal=signal_name(signal), days=formats.days(days))
            for days, signal in earliest
        )

    # ------------------------------------------------------------------ why

    def reasons(self) -> pa.Table:
        """One row per recorded reason that occurs, most revenue first, what is not recorded last.

        Columns: reason (a key of EXIT_REASONS or "not_recorded"), label, customers, revenue (of a year before),
        revenue_share (of the revenue gone, 0-1).
        """
        sums = {code: self._sum("reason", code) for code in (*EXIT_REASONS, NOT_RECORDED)}
        total = self.revenue
        rows = [
            {
                "reason": code,
                "label": exit_reason_name(code),
                "customers": customers,
                "revenue": revenue,
                "revenue_share": float(revenue / total) if total > 0 else None,
            }
            for code, (customers, revenue) in sums.items()
            if customers
        ]
        rows.sort(key=lambda row: (row["reason"] == NOT_RECORDED, -Decimal(str(row["revenue"]))))
        return pa.Table.from_pylist(rows, schema=REASONS_SCHEMA)

    def competitors(self) -> pa.Table:
        """One row per recorded competitor, most revenue first: competitor, customers, revenue (of a year before)."""
        names = sorted({row["competitor"] for row in self._reason_sums if row["competitor"]})
        rows = [
            {"competitor": name, "customers": customers, "revenue": revenue}
            for name in names
            for customers, revenue in [self._sum("competitor", name)]
        ]
        return pa.Table.from_pylist(
            sorted(rows, key=lambda row: -Decimal(str(row["revenue"]))), schema=COMPETITORS_SCHEMA
        )

    @property
    def recorded_customers(self) -> int:
        """Customers who left in the period and have a reason in the ledger."""
        return self.customers - self._sum("reason", NOT_RECORDED)[0]

    # ------------------------------------------------------------------ what had shown, who came back, what to do

    @cached_property
    def warnings(self) -> Warnings:
        """What had shown before: see `crm_core.exits.warnings`."""
        return warnings(self.book, self.scenario, self.horizon, self.lost)

    @cached_property
    def returns(self) -> Returns:
        """Who came back from earlier lapses: see `crm_core.exits.returning`."""
        return returns(self.book, self.settings, self.horizon.days)

    @cached_property
    def win_back(self) -> WinBack:
        """What returning to each lost customer is worth: see `crm_core.exits.win_back`."""
        return win_back(self.book, self.settings, self.returns, self.lost, _recorded(self.recorded))

    def sql(self) -> str:
        """The query behind the list of who left, as it runs, and the one behind what it reads."""
        return f"{self._exit_list.query().sql};\n\n{self.lost.query().sql}"

    @property
    def _exit_list(self) -> Recipe:
        return self._recipe("exit_list", "select * from exits_of_period")

    @cached_property
    def _sums(self) -> pa.Table:
        """One row per month in which somebody left, in order: month, customers, revenue."""
        return self.book.engine.small(self._recipe("exit_months", "select * from exit_months order by month"))

    @cached_property
    def _reason_sums(self) -> list[dict[str, Any]]:
        recipe = self._recipe("exit_reason_sums", "select * from exit_reason_sums")
        rows: list[dict[str, Any]] = self.book.engine.small(recipe).to_pylist()
        return rows

    def _sum(self, column: str, value: str) -> tuple[int, Decimal]:
        rows = [row for row in self._reason_sums if row[column] == value]
        return sum(row["customers"] for row in rows), sum((row["revenue"] for row in rows), Decimal(0))

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(
            name,
            text,
            parameters={**_recorded(self.recorded), "period_start": self.period_start},
            parts=(self.lost,),
        )


@dataclass(frozen=True)
class WarnedListing(Listing):
    """A list of who left with the first days of each signal, which are looked up for the rows that are asked for."""

    first_days: Callable[[Sequence[int]], pa.Table] = field(kw_only=True)

    def page(self, limit: int = 200, offset: int = 0) -> pa.Table:
        """`limit` rows from `offset` on, in order."""
        return self._with_first_days(super().page(limit, offset))

    def everything(self) -> pa.Table:
        """All rows in order, for an export."""
        return self._with_first_days(super().everything())

    def _with_first_days(self, rows: pa.Table) -> pa.Table:
        found = self.first_days(rows["customer_key"].to_pylist())
        places = pc.index_in(rows["customer_key"], found["customer_key"].combine_chunks())
        shown = found.drop_columns("customer_key").take(places)
        for name in shown.column_names:
            rows = rows.append_column(name, shown[name])
        return rows


def exits(book: Book, scenario: Scenario | None = None, recorded: Mapping[str, ExitReason] | None = None) -> Exits:
    """Who left in the period up to the book's day, by the horizon in force; `recorded` are the reasons in the ledger.

    Raises NotEnoughData if no customer is in view, or if the orders do not reach back a horizon, so that nobody can
    have left.
    """
    scenario = scenario or Scenario(windows=book.windows)
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    in_force = horizon(book, scenario.churn)
    known = (book.as_of - book.data.first_day).days
    if known < in_force.days:
        raise NotEnoughData(
            _("Orders reach back {days}, and a customer lapses only after {horizon} without one.").format(
                days=formats.days(known), horizon=formats.days(in_force.days)
            )
        )
    lost = book.recipe("lost_customers", parameters={"horizon_days": in_force.days}, parts=(last_years(book),))
    return Exits(book, scenario, in_force, recorded or {}, lost)


ONCE_A_DAY = {
    "last_years": N_("Adding up the year before each last order ..."),
    "looked_orders": N_("Reading the orders of the customers looked at ..."),
    "looked_lines": N_("Reading what they bought ..."),
}


def once_a_day(book: Book) -> list[tuple[str, Recipe]]:
    """The tables that hang on the day and the customers in view alone, each with what to say while it is made."""
    return [(ONCE_A_DAY[recipe.name], recipe) for recipe in (last_years(book), *looked_tables(book))]


def last_years(book: Book) -> Recipe:
    """`last_years`: one row per customer of the data set, what a year up to the last order had brought; kept."""
    return book.within(Filters()).recipe("last_years")


def _warned(month: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    """A month of exits with how many of its customers were warned, as told by those of them looked at."""
    if found is None:
        return {**month, "warned": None, "warned_error": None}
    share = found["warned"] / found["looked_at"]
    return {
        **month,
        "warned": round(month["customers"] * share),
        "warned_error": math.ceil(month["customers"] * found["share_error"]),
    }


def _recorded(recorded: Mapping[str, ExitReason]) -> dict[str, list[str]]:
    """The ledger as parameters of `recorded_reasons`; a competitor nobody named is null."""
    entries = sorted(recorded.values(), key=lambda entry: entry.customer_id)
    return {
        "reason_customers": [entry.customer_id for entry in entries],
        "reason_codes": [entry.reason for entry in entries],
        "reason_competitors": [entry.competitor for entry in entries],
    }
