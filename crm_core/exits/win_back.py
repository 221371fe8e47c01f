"""Whom to return to, and whom to let go.

The field's formula is "value lost x chance of return x second lifetime value - cost". Two amounts multiplied are
no money, so the second lifetime value stands here as a multiple: what those who returned brought in the horizon after
the return (discounted to its day) divided by what the same customers had brought in a year before they left, and no
more than 1.

    regain profit = value lost * chance of return * second life multiple - cost of an attempt      [money]

    value lost             what the customer brought in a year before leaving, revenue or margin
    chance of return       within the horizon from the book's day, by the days gone
    second life multiple   measured from this company's own returners

The chance is that of a return as it has happened so far, with whatever was tried then; an attempt adds less than the
whole of it where customers return by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.exits.returning import Returns
from crm_core.labels import exit_reason_name
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.settings import ExitSettings

FINAL_REASONS = ("need_gone", "closed")
"""Recorded reasons after which nobody is there to return to."""

LET_GO = {
    "final_reason": N_("Nobody to return to"),
    "brought_nothing": N_("Brought nothing, or cost more"),
    "not_worth": N_("An attempt costs more than it brings"),
}


def let_go_name(code: str | None) -> str:
    """Why a lost customer is let go, in the language now spoken."""
    return _(LET_GO[code]) if code in LET_GO else _("Worth an attempt")


@dataclass(frozen=True)
class WinBack:
    """The lost customers with what returning to them is worth.

    `measure` is "margin" or "revenue"; `missing` says why there is no chance of return or no second life, None if
    both are known. Without them there is no regain profit; value before and the reasons remain.
    """

    book: Book
    settings: ExitSettings
    measure: str
    missing: str | None
    second_ratio: float | None
    recipe: Recipe

    @property
    def is_known(self) -> bool:
        """Whether the regain profit can be told."""
        return self.missing is None

    @property
    def customers(self) -> int:
        """Lost customers worth an attempt; all but those let go."""
        return int(self._sums.get(None, {}).get("customers", 0))

    @property
    def regain_profit(self) -> Decimal | None:
        """What returning to all of those worth an attempt brings, less its cost; None where it cannot be told."""
        return self._sums.get(None, {}).get("regain_profit") if self.is_known else None

    @property
    def expected_returns(self) -> float | None:
        """How many of those worth an attempt are expected to return within the horizon."""
        return self._sums.get(None, {}).get("expected_returns") if self.is_known else None

    @property
    def let_go_customers(self) -> int:
        """How many lost customers an attempt would be wasted on."""
        return sum(row["customers"] for code, row in self._sums.items() if code)

    def let_go(self) -> pa.Table:
        """One row per reason to let go that occurs: let_go, label, customers, value_before, regain_profit."""
        found = [
            {
                "let_go": code,
                "label": let_go_name(code),
                "customers": self._sums[code]["customers"],
                "value_before": self._sums[code]["value_before"],
                "regain_profit": self._sums[code]["regain_profit"],
            }
            for code in LET_GO
            if code in self._sums
        ]
        return pa.Table.from_pylist(found, schema=LET_GO_SCHEMA)

    def listing(self, *, let_go: bool = False) -> Listing:
        """The lost customers worth an attempt, most regain profit first; with `let_go` the others."""
        found = Listing(
            self.book.engine,
            self.recipe,
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "exit_on", "last_on", "days_gone",
                "revenue_before", "margin_before", "value_before", "returned_share", "order_count", "chance",
                "second_value", "regain_profit", "reason", "competitor", "let_go", "is_let_go",
            ),
            sorted_by="regain_profit" if self.is_known and not let_go else "value_before",
        )  # fmt: skip
        return found.only("is_let_go", [let_go])

    def why(self, row: Mapping[str, Any]) -> str:
        """Why the customer in this row of the listing is let go, in words with figures."""
        currency = self.book.data.currency
        value = formats.money(row["value_before"], currency)
        if row["let_go"] == "final_reason":
            return _("Recorded: {reason}").format(reason=exit_reason_name(row["reason"]))
        if row["let_go"] == "brought_nothing":
            brought = (
                _("Margin {value} in the year before")
                if self.measure == "margin"
                else _("Revenue {value} in the year before")
            )
            returned = _("{share} of purchases came back").format(share=formats.percent(row["returned_share"]))
            return " · ".join((brought.format(value=value), *([returned] if row["returned_share"] else [])))
        return _("A return would bring {second}, its chance is {chance}: less than the {cost} of an attempt").format(
            second=formats.money(row["second_value"], currency),
            chance=formats.percent(row["chance"]),
            cost=formats.money(self.settings.attempt_cost, currency),
        )

    def sql(self) -> str:
        """The query behind the regain profit of each customer, as it runs."""
        return self.recipe.query().sql

    @cached_property
    def _sums(self) -> dict[str | None, dict[str, Any]]:
        recipe = replace(self.recipe, name="win_back_sums", text="select * from win_back_sums")
        return {row["let_go"]: row for row in self.book.engine.small(recipe).to_pylist()}


LET_GO_SCHEMA = pa.schema(
    [
        ("let_go", pa.string()),
        ("label", pa.string()),
        ("customers", pa.int64()),
        ("value_before", pa.decimal128(38, 4)),
        ("regain_profit", pa.decimal128(38, 4)),
    ]
)


def win_back(
    book: Book, settings: ExitSettings, returned: Returns, lost: Recipe, recorded: Mapping[str, Any]
) -> WinBack:
    """What returning to each lost customer is worth; `recorded` are the parameters of the recorded reasons."""
    measure = measure_in_force(book, settings)
    missing, chances, ratio = None, list[float](), None
    try:
        chances, ratio = returned.curve.by_day(), returned.second_life.multiple(measure)
    except NotEnoughData as problem:
        missing, chances = str(problem), []
    recipe = book.recipe(
        "win_back",
        "select * from win_back_customers",
        parameters={
            **recorded,
            "chances": chances,
            "second_ratio": ratio,
            "by_margin": measure == "margin",
            "attempt_cost": settings.attempt_cost,
            "final_reasons": list(FINAL_REASONS),
        },
        parts=(lost,),
    )
    return WinBack(book, settings, measure, missing, ratio, recipe)


def measure_in_force(book: Book, settings: ExitSettings) -> str:
    """What counts as value: margin takes a known cost somewhere, else it is revenue."""
    return settings.measure if book.data.has_column("orders", "cost") else "revenue"
