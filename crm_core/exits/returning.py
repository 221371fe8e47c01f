"""Earlier returns: how many of those who had left came back, how the chance falls with time, what they brought then.

The chance of a return is that of a piecewise constant rate by months since the exit, fitted by maximum
likelihood under the constraint that it never rises: returns divided by days at risk in each month, neighbours
that rise pooled (pool adjacent violators; Barlow, Bartholomew, Bremner & Brunk 1972, Statistical Inference
under Order Restrictions, ch. 1). Customers still away count for the days they have been.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book, Filters
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import _
from crm_core.settings import ExitSettings

MONTH_DAYS = 30
FEWEST_RETURNS = 20
FEWEST_LATE_RETURNS = 5
"""Months with fewer returns than this in them and after them are one: a rate takes somebody to have come."""

CURVE_SCHEMA = pa.schema(
    [
        ("months_gone", pa.int64()),
        ("chance", pa.float64()),
        ("at_risk", pa.int64()),
        ("returned", pa.int64()),
    ]
)


@dataclass(frozen=True)
class ReturnMonth:
    """A stretch of time since the exit: who was still away at its beginning, who returned in it, days at risk in it."""

    begins: int
    at_risk: int
    returned: int
    days_at_risk: int


@dataclass(frozen=True)
class ReturnCurve:
    """How the chance of a return falls with the days gone: the rate of each month, a day; the last one goes on."""

    months: tuple[ReturnMonth, ...]
    rates: tuple[float, ...]
    horizon_days: int

    def chance(self, days_gone: int) -> float:
        """The chance (0-1) that a customer gone for so many days returns within the horizon."""
        return 1 - math.exp(-(self._expected(days_gone + self.horizon_days) - self._expected(days_gone)))

    def by_day(self) -> list[float]:
        """The chance for each number of days gone, up to where it no longer changes."""
        return [round(self.chance(day), 9) for day in range(self.months[-1].begins + 1)]

    @cached_property
    def table(self) -> pa.Table:
        """One row per month since the exit: months_gone, chance (of a return within the horizon, 0-1), at_risk (still
        away then), returned (in that month)."""
        rows = [
            {
                "months_gone": month.begins // MONTH_DAYS,
                "chance": self.chance(month.begins),
                "at_risk": month.at_risk,
                "returned": month.returned,
            }
            for month in self.months
        ]
        return pa.Table.from_pylist(rows, schema=CURVE_SCHEMA)

    def _expected(self, day: int) -> float:
        """The sum of the rates over the days up to `day`."""
        total = 0.0
        ends = [*(month.begins for month in self.months[1:]), None]
        for month, end, rate in zip(self.months, ends, self.rates, strict=True):
            until = day if end is None else min(day, end)
            total += rate * max(0, until - month.begins)
        return total


@dataclass(frozen=True)
class SecondLife:
    """What returners brought in the horizon after the return, discounted to its day, against a year before they left.

    Sums over `returns` whose horizon has passed, as revenue and as margin.
    """

    returns: int
    revenue_before: Decimal
    margin_before: Decimal
    second_revenue: Decimal
    second_margin: Decimal

    def measured(self, measure: str) -> float:
        """The second life as a multiple of the year before, in the measure; 0 where it brought nothing."""
        second, before = (
            (self.second_margin, self.margin_before)
            if measure == "margin"
            else (self.second_revenue, self.revenue_before)
        )
        return round(max(float(second / before), 0.0), 6)

    def multiple(self, measure: str) -> float:
        """The multiple that is counted with: the one measured, but no more than 1.

        Most who return had brought little in the year before they left, so what they bring after is large beside it.
        Of a customer who had brought much that cannot be expected.
        """
        return min(self.measured(measure), 1.0)

    def mean(self, measure: str) -> Decimal:
        """What one returner brought in the second life."""
        return (self.second_margin if measure == "margin" else self.second_revenue) / self.returns


@dataclass(frozen=True)
class Returns:
    """The lapses of the customers in view up to the book's day, and how they ended.

    `lapses` had happened, `returned` of them ended in a return, `in_period` of those in the period. The curve and the
    second life are measured on `everybody`, the book without its filters, so that a filter changes nobody's chance.
    """

    everybody: Book
    settings: ExitSettings
    all_lapses: Recipe
    lapses: int
    returned: int
    in_period: int

    @cached_property
    def curve(self) -> ReturnCurve:
        """The chance of a return. Raises NotEnoughData with fewer than 20 returns."""
        rows = self.everybody.engine.small(self._recipe("return_lengths", "select * from return_lengths")).to_pylist()
        returned = sum(row["returned"] for row in rows)
        if returned < FEWEST_RETURNS:
            raise NotEnoughData(
                _(
                    "Of {lapses} lapses so far, {returns} ended in a return; the chance of another takes at least"
                    " {wanted}. Shorten the days after which a customer counts as lapsed, or load more history."
                ).format(
                    lapses=formats.number(sum(row["returned"] + row["still_away"] for row in rows)),
                    returns=formats.number(returned),
                    wanted=formats.number(FEWEST_RETURNS),
                )
            )
        months = return_months(rows)
        rates = pooled_decreasing(
            [month.returned / max(month.days_at_risk, 1) for month in months],
            [month.days_at_risk for month in months],
        )
        return ReturnCurve(tuple(months), tuple(rates), self.settings.horizon_days)

    @cached_property
    def second_life(self) -> SecondLife:
        """What returners brought. Raises NotEnoughData with fewer than 20 seen for a horizon, or no value before."""
        life = SecondLife(**self._second_row())
        if life.returns < FEWEST_RETURNS:
            raise NotEnoughData(
                _(
                    "{returns} returns are {horizon} ago or longer; what a returner brings in that time takes at least"
                    " {wanted}. Look ahead for fewer days, or load more history."
                ).format(
                    returns=formats.number(life.returns),
                    horizon=formats.days(self.settings.horizon_days),
                    wanted=formats.number(FEWEST_RETURNS),
                )
            )
        if min(life.revenue_before, life.margin_before) <= 0:
            raise NotEnoughData(_("Those who returned had brought nothing in the year before they left."))
        return life

    def sql(self) -> str:
        """The query behind each second life, as it runs."""
        return self._second("select * from second_lives").query().sql

    def _second_row(self) -> dict[str, Any]:
        row: dict[str, Any] = self.everybody.engine.small(self._second("select * from second_life_sums")).to_pylist()[0]
        return row

    def _second(self, text: str) -> Recipe:
        days = self.settings.horizon_days
        parameters = {
            "second_days": days,
            "second_seen_until": self.everybody.as_of - timedelta(days - 1),
            "discount_rate": self.settings.annual_discount_rate,
        }
        return self._recipe("second_life", text, parameters)

    def _recipe(self, name: str, text: str, parameters: dict[str, Any] | None = None) -> Recipe:
        return self.everybody.recipe(name, text, parameters=parameters, parts=(self.all_lapses,))


def returns(book: Book, settings: ExitSettings, horizon_days: int) -> Returns:
    """The lapses of the customers in view and how they ended, a lapse being a silence of `horizon_days`."""
    recipe = book.recipe(
        "returns",
        "select * from returns_of_period",
        parameters={"period_start": book.as_of - timedelta(settings.period_days)},
        parts=(lapse_table(book, horizon_days),),
    )
    row = book.engine.small(recipe).to_pylist()[0]
    everybody = book.within(Filters())
    all_lapses = lapse_table(everybody, horizon_days)
    return Returns(everybody, settings, all_lapses, row["lapses"], row["returns"], row["returns_in_period"])


def lapse_table(book: Book, horizon_days: int) -> Recipe:
    """One row per customer in view and silence of `horizon_days`; kept."""
    return book.recipe("customer_lapses", parameters={"horizon_days": horizon_days})


def return_months(lengths: Sequence[dict[str, Any]]) -> list[ReturnMonth]:
    """The months since the exit with what happened in each, from the counts by days gone.

    `lengths` have days_gone, returned and still_away. A return on day d is one at the end of d days at risk.
    The last month goes on for ever: it begins where the next would have fewer than five returns left.
    """
    months = []
    begins = 0
    while True:
        at_risk = sum(row["returned"] + row["still_away"] for row in lengths if row["days_gone"] > begins)
        later = sum(row["returned"] for row in lengths if row["days_gone"] > begins + MONTH_DAYS)
        is_last = later < FEWEST_LATE_RETURNS
        ends = None if is_last else begins + MONTH_DAYS
        months.append(
            ReturnMonth(
                begins,
                at_risk,
                sum(row["returned"] for row in lengths if begins < row["days_gone"] and _is_by(row["days_gone"], ends)),
                sum(
                    (row["returned"] + row["still_away"])
                    * max(0, (row["days_gone"] if ends is None else min(row["days_gone"], ends)) - begins)
                    for row in lengths
                ),
            )
        )
        if is_last:
            return months
        begins += MONTH_DAYS


def _is_by(day: int, end: int | None) -> bool:
    return end is None or day <= end


def pooled_decreasing(rates: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rates nearest to `rates` under `weights` that never rise: neighbours that do are pooled."""
    blocks: list[list[float]] = []  # rate, weight, how many
    for rate, weight in zip(rates, weights, strict=True):
        blocks.append([rate, weight, 1])
        while len(blocks) > 1 and blocks[-1][0] > blocks[-2][0]:
            later, earlier = blocks.pop(), blocks.pop()
            together = earlier[1] + later[1]
            pooled = (earlier[0] * earlier[1] + later[0] * later[1]) / together if together else 0.0
            blocks.append([pooled, together, earlier[2] + later[2]])
    return [rate for rate, _weight, count in blocks for _place in range(int(count))]
