"""Migration: in which tier each customer was on an earlier day, and in which tier now, under the saved scenario."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import _
from crm_core.settings import Scenario
from crm_core.value import MOVES_SCHEMA, saved_tiers, tier_label

NEWCOMERS = 0
"""Where a flow begins whose customers had not bought by the earlier day."""

FLOWS_SCHEMA = MOVES_SCHEMA.append(pa.field("earlier_revenue", pa.decimal128(38, 4)))


@dataclass(frozen=True)
class Migration:
    """Tiers on two days, by the rules of one scenario; `cells` has one row per pair of tiers that occurs."""

    scenario: Scenario
    earlier_on: date
    as_of: date
    cells: pa.Table

    @cached_property
    def flows(self) -> pa.Table:
        """One row per tier on the earlier day and tier now that hold customers.

        Columns: from_tier_number (0 for who had not bought by then), from_tier, to_tier_number, to_tier, customers,
        revenue (in the look-back window now), earlier_revenue (of the same customers in the one then).
        """
        rows = [
            {
                "from_tier_number": row["earlier_tier_number"] or NEWCOMERS,
                "from_tier": tier_label(self.scenario.value, row["earlier_tier_number"])
                if row["earlier_tier_number"]
                else _("Not yet a customer"),
                "to_tier_number": row["tier_number"],
                "to_tier": tier_label(self.scenario.value, row["tier_number"]),
                "customers": row["customers"],
                "revenue": row["revenue"],
                "earlier_revenue": row["earlier_revenue"] or Decimal(0),
            }
            for row in self.cells.to_pylist()
        ]
        rows.sort(key=lambda row: (row["from_tier_number"] or 99, row["to_tier_number"]))
        return pa.Table.from_pylist(rows, schema=FLOWS_SCHEMA)

    def risen(self) -> tuple[int, Decimal]:
        """Who is in a better tier than on the earlier day: how many, and how much more they bring now."""
        return _gathered([row for row in self._moved if row["to_tier_number"] < row["from_tier_number"]])

    def fallen(self) -> tuple[int, Decimal]:
        """Who is in a worse tier than on the earlier day: how many, and how much more (less than 0) they bring now."""
        return _gathered([row for row in self._moved if row["to_tier_number"] > row["from_tier_number"]])

    @property
    def stayed(self) -> int:
        """How many are in the tier they were in."""
        return sum(row["customers"] for row in self._known if row["from_tier_number"] == row["to_tier_number"])

    @property
    def customers_then(self) -> int:
        """How many had bought by the earlier day."""
        return sum(row["customers"] for row in self._known)

    @cached_property
    def _known(self) -> list[dict[str, Any]]:
        return [row for row in self.flows.to_pylist() if row["from_tier_number"] != NEWCOMERS]

    @property
    def _moved(self) -> list[dict[str, Any]]:
        return [row for row in self._known if row["from_tier_number"] != row["to_tier_number"]]


def _gathered(rows: list[dict[str, Any]]) -> tuple[int, Decimal]:
    more = sum((row["revenue"] - row["earlier_revenue"] for row in rows), Decimal(0))
    return sum(row["customers"] for row in rows), more


def migration(book: Book, scenario: Scenario, earlier_on: date) -> Migration:
    """The tiers of the customers in view on `earlier_on` and on the book's day, both by `scenario`.

    Scores rank the customers of their own day: who falls has fallen behind others, or bought less.
    Raises NotEnoughData if nobody was in view on the earlier day.
    """
    now = book.through(scenario.windows)
    then = now.at(earlier_on)
    if now.is_empty or then.is_empty:
        raise NotEnoughData(_("Nobody in view had bought anything by the day compared with. Choose a later one."))
    recipe = book.recipe(
        "migration",
        "select * from tier_migration",
        parts=(_tiers(now, scenario, "current_tiers"), _tiers(then, scenario, "earlier_tiers")),
    )
    return Migration(scenario, earlier_on, book.as_of, book.engine.small(recipe))


def _tiers(book: Book, scenario: Scenario, name: str) -> Recipe:
    """One row per customer in view: tier and revenue on the book's day."""
    text = (
        "select customer_key, tier_number, revenue from saved_tiers inner join customers_in_view using (customer_key)"
    )
    return book.recipe(name, text, parts=(saved_tiers(book, scenario.value),))
