"""Who left in a period, what went with them, and why; and, from there, what had shown before and whom to win back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.churn import Horizon, horizon
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.exits.returning import Returns, lapse_table, returns
from crm_core.exits.warnings import SIGNALS, Warnings, signal_name, warnings
from crm_core.exits.win_back import WinBack, win_back
from crm_core.labels import EXIT_REASONS, NOT_RECORDED, exit_reason_name
from crm_core.language import _
from crm_core.listing import Listing
from crm_core.settings import ExitSettings, Scenario
from crm_core.store import ExitReason

MOST_SIGNALS_TOLD = 2

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
        (had been at high risk while they still bought)."""
        return self.book.engine.small(self._recipe("exit_months", "select * from exit_months order by month"))

    @property
    def customers(self) -> int:
        """Customers who left in the period."""
        return sum(self.months["customers"].to_pylist())

    @property
    def revenue(self) -> Decimal:
        """What they had brought in a year before they left, net of returns."""
        return sum(self.months["revenue"].to_pylist(), Decimal(0))

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
        """The customers who left, with value before, first warnings and recorded reason; most revenue gone first."""
        return Listing(
            self.book.engine,
            self._recipe("exit_list", "select * from exits_of_period"),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "exit_on", "exit_month", "last_on",
                "days_gone", "revenue_before", "margin_before", "returned_share", "order_count", "reason", "competitor",
                *(f"{signal}_ahead" for signal in SIGNALS),
            ),
            sorted_by="revenue_before",
        )  # fmt: skip

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
        return f"{self._recipe('exit_list', 'select * from exits_of_period').query().sql};\n\n{self.lost.query().sql}"

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
            parameters={
                **_recorded(self.recorded),
                "period_start": self.period_start,
                "horizon_days": self.horizon.days,
            },
            parts=(self.lost, self.warnings.first_signals),
        )


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
    lapses = lapse_table(book, in_force.days)
    lost = book.recipe("lost_customers", parameters={"horizon_days": in_force.days}, parts=(lapses,))
    return Exits(book, scenario, in_force, recorded or {}, lost)


def _recorded(recorded: Mapping[str, ExitReason]) -> dict[str, list[str]]:
    """The ledger as parameters of `recorded_reasons`; a competitor nobody named is null."""
    entries = sorted(recorded.values(), key=lambda entry: entry.customer_id)
    return {
        "reason_customers": [entry.customer_id for entry in entries],
        "reason_codes": [entry.reason for entry in entries],
        "reason_competitors": [entry.competitor for entry in entries],
    }
