"""The overview: a few figures, what changed since an earlier day, and where to look.

Every figure is asked of the same rules as the page that explains it, on two days and at the ends of
earlier months for the small trends beside them.
"""

import calendar
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.churn import ChurnSignals, churn_signals, risk_rule
from crm_core.churn import changes as churn_changes
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import _, ngettext
from crm_core.loyalty import LoyaltyTypes, loyalty_rule, loyalty_types
from crm_core.settings import Scenario
from crm_core.value import ValueTiers, tier_label, value_tiers

TREND_POINTS = 12
TREND_POINTS_WHEN_LARGE = 4
LARGE_CUSTOMER_COUNT = 200_000
TREND_WORKERS = 2  # one day's small queries leave most of a machine idle; a large company's fill it
TOP_SHARE = 0.2


@dataclass(frozen=True)
class Figures:
    """The headline figures of one book on one day; None where the data cannot tell.

    Shares are 0-1, money is in the data set's currency, both over the look-back window.
    """

    customers: int
    active_customers: int
    new_customers: int
    revenue: Decimal
    margin: Decimal
    margin_assumed_share: float | None
    retention: float | None
    """Of the customers of the window before, the share that bought again in this one."""
    satisfaction: float | None
    """Mean answer to the overall question in the look-back window, 0-100; None without surveys."""
    high_loyalty_share: float | None
    revenue_at_risk: Decimal
    """Revenue of the customers in the high risk band."""
    customers_at_risk: int
    top_share: float | None
    """Share of revenue that the best 20 % of customers bring."""


@dataclass(frozen=True)
class Change:
    """One thing that changed, in a sentence, and the page that explains it.

    `weight` is the revenue concerned: what changes most comes first. `is_good` colours it.
    """

    sentence: str
    page: str
    weight: Decimal
    is_good: bool


@dataclass(frozen=True)
class Overview:
    """What an executive asks of a book: figures now and then, trends, tiers, loyalty, changes."""

    book: Book
    scenario: Scenario
    compared_on: date | None
    figures: Figures
    earlier: Figures | None
    """The figures on `compared_on`; None where the data does not reach back that far."""
    tiers: ValueTiers
    loyalty: LoyaltyTypes | None
    churn: ChurnSignals

    @property
    def is_large(self) -> bool:
        """Whether there are so many customers that each day of the trend takes a while."""
        return self.figures.customers > LARGE_CUSTOMER_COUNT

    @cached_property
    def trend(self) -> list[tuple[date, Figures]]:
        """The figures at the ends of the last months and on the day itself, oldest first."""
        points = TREND_POINTS_WHEN_LARGE if self.is_large else TREND_POINTS
        days = [day for day in month_ends_before(self.book.as_of, points - 1) if day >= self.book.data.first_day]
        workers = 1 if self.is_large else TREND_WORKERS
        with self.book.engine.passing(), ThreadPoolExecutor(max_workers=workers) as pool:
            past = list(pool.map(lambda day: figures(self.book.at(day), self.scenario), days))
        found = [(day, figures_then) for day, figures_then in zip(days, past, strict=True) if figures_then]
        return [*found, (self.book.as_of, self.figures)]

    def trend_of(self, name: str) -> list[float]:
        """One figure of `trend` as numbers for a sparkline; days on which it is unknown are left out."""
        values = [getattr(found, name) for _day, found in self.trend]
        return [float(value) for value in values if value is not None]

    def growth_of(self, name: str) -> float | None:
        """How much a figure grew since `compared_on`, as a share of what it was; None if that is unknown or zero."""
        before, after = getattr(self.earlier, name, None), getattr(self.figures, name)
        return float(Decimal(after) / Decimal(before)) - 1 if before and after is not None else None

    def difference_of(self, name: str) -> float | None:
        """What was added to a figure since `compared_on`; None if either is unknown."""
        before, after = getattr(self.earlier, name, None), getattr(self.figures, name)
        return float(after - before) if before is not None and after is not None else None

    def monthly_trend(self, months: int = 24) -> pa.Table:
        """One row per month: month (its first day), revenue, active_customers."""
        start = _months_before(self.book.as_of.replace(day=1), months - 1)
        recipe = self.book.recipe(
            "monthly", "select * from monthly_trend order by month", parameters={"trend_start": start}
        )
        return self.book.engine.small(recipe)

    @cached_property
    def changes(self) -> list[Change]:
        """What changed since `compared_on`, the weightiest first; empty without an earlier day."""
        if self.earlier is None or self.compared_on is None:
            return []
        return _changes(self, label_changes(self.book, self.scenario, self.compared_on))


def overview(book: Book, scenario: Scenario | None = None, compared_on: date | None = None) -> Overview:
    """The overview of `book` under `scenario`, compared with an earlier day.

    Raises NotEnoughData if no customer is in view.
    """
    scenario = scenario or Scenario(windows=book.windows)
    now = figures(book, scenario)
    if now is None:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    reaches_back = compared_on is not None and book.data.first_day <= compared_on < book.as_of
    earlier = figures(book.at(compared_on), scenario) if compared_on and reaches_back else None
    return Overview(
        book,
        scenario,
        compared_on if earlier else None,
        now,
        earlier,
        value_tiers(book, saved=scenario),
        _or_none(lambda: loyalty_types(book, saved=scenario)),
        churn_signals(book, saved=scenario),
    )


def figures(book: Book, scenario: Scenario) -> Figures | None:
    """The headline figures of a book; None if nobody is in view."""
    if book.is_empty:
        return None
    found = _headline_figures(book, scenario)
    knows_earlier = book.data.first_day <= book.as_of - timedelta(2 * book.windows.lookback_days) + timedelta(31)
    return Figures(
        customers=found["customers"],
        active_customers=found["active_customers"],
        new_customers=found["new_customers"],
        revenue=found["revenue"],
        margin=found["margin"],
        margin_assumed_share=found["margin_assumed_share"],
        retention=found["retained_customers"] / found["earlier_customers"]
        if knows_earlier and found["earlier_customers"]
        else None,
        satisfaction=_satisfaction(book),
        high_loyalty_share=found["high_loyalty_share"],
        revenue_at_risk=found["revenue_at_risk"],
        customers_at_risk=found["customers_at_risk"],
        top_share=found["top_share"],
    )


def _headline_figures(book: Book, scenario: Scenario) -> dict[str, Any]:
    """The row of the headline figures: by the rules of loyalty and risk, without the tables that tuning needs."""
    loyalty = loyalty_rule(book, scenario.loyalty)
    risk = risk_rule(book, scenario.churn, "customer_changes")
    recipe = book.recipe(
        "headlines",
        "select * from headline_figures",
        parameters={**loyalty.parameters, **risk.parameters, "top_share": TOP_SHARE},
        drafts={**loyalty.drafts, **risk.drafts},
        parts=(churn_changes(book),),
    )
    row: dict[str, Any] = book.engine.small(recipe).to_pylist()[0]
    return row


def _satisfaction(book: Book) -> float | None:
    if not book.data.has("surveys"):
        return None
    answer: float | None = book.engine.small(book.recipe("satisfied", "select * from satisfaction"))["satisfaction"][
        0
    ].as_py()
    return answer


def label_changes(book: Book, scenario: Scenario, compared_on: date) -> list[dict[str, Any]]:
    """One row per change of tier, band and loyalty type between the two days."""
    recipe = Recipe(
        "changes",
        text="select * from label_changes",
        drafts={},
        parts=(
            _labels(book, scenario, "current_labels"),
            _labels(book.at(compared_on), scenario, "earlier_labels"),
        ),
    )
    rows: list[dict[str, Any]] = book.engine.small(recipe).to_pylist()
    return rows


def _labels(book: Book, scenario: Scenario, name: str) -> Recipe:
    """One row per customer in view: tier, band and loyalty type as saved."""
    loyalty = _or_none(lambda: loyalty_types(book, saved=scenario))
    if loyalty is None:
        text = (
            "select customer_key, customer_id, saved_tier_number as tier_number,"
            " null::varchar as loyalty_type, band, revenue from value_inputs"
        )
        return book.recipe(name, text, parts=(value_tiers(book, saved=scenario).inputs,))
    return loyalty.labels(name)


def month_ends_before(day: date, count: int) -> list[date]:
    """The last days of the `count` months before the one that `day` lies in, oldest first."""
    first = day.replace(day=1)
    return [_months_before(first, back - 1) - timedelta(1) for back in range(count, 0, -1)]


def _months_before(first_of_month: date, count: int) -> date:
    months = first_of_month.year * 12 + first_of_month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def same_day_months_before(day: date, months: int) -> date:
    """The same day of the month, `months` earlier; the end of a month goes with the end of a month."""
    first = _months_before(day.replace(day=1), months)
    last = calendar.monthrange(first.year, first.month)[1]
    ends_month = day.day == calendar.monthrange(day.year, day.month)[1]
    return first.replace(day=last if ends_month else min(day.day, last))


def _or_none(subject: Callable[[], LoyaltyTypes]) -> LoyaltyTypes | None:
    try:
        return subject()
    except NotEnoughData:
        return None


# ---------------------------------------------------------------------- what changed, in sentences


def _changes(seen: Overview, rows: list[dict[str, Any]]) -> list[Change]:
    found = [
        change
        for change in (
            _slid_to_high_risk(seen, rows),
            _lost_best(seen, rows),
            _fell_from_best(seen, rows),
            _rose_to_best(seen, rows),
            _recovered(seen, rows),
            _left_high_loyalty(seen, rows),
        )
        if change
    ]
    return sorted(found, key=lambda change: -change.weight)


def _sum(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((row[column] or Decimal(0) for row in rows), Decimal(0))


def _count(rows: list[dict[str, Any]]) -> int:
    return int(sum(row["customers"] for row in rows))


def _best(seen: Overview) -> str:
    return tier_label(seen.scenario.value, 1)


def _slid_to_high_risk(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    slid = [
        row
        for row in rows
        if row["earlier_tier_number"] == 1 and row["band"] == "high" and row["earlier_band"] in ("low", "watch")
    ]
    if not slid:
        return None
    count, revenue = _count(slid), _sum(slid, "earlier_revenue")
    sentence = ngettext(
        "{count} customer of tier {tier} slid to high risk: {revenue} at risk",
        "{count} customers of tier {tier} slid to high risk: {revenue} at risk",
        count,
    )
    return _change(seen, sentence, count, revenue, "churn-signals", is_good=False)


def _lost_best(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    lost = [row for row in rows if row["band"] == "lost" and row["earlier_band"] not in ("lost", None)]
    if not lost:
        return None
    count, revenue = _count(lost), _sum(lost, "earlier_revenue")
    sentence = ngettext(
        "{count} customer lapsed who had brought {revenue}",
        "{count} customers lapsed who had brought {revenue}",
        count,
    )
    return _change(seen, sentence, count, revenue, "churn-signals", is_good=False)


def _fell_from_best(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    fell = [row for row in rows if row["earlier_tier_number"] == 1 and (row["tier_number"] or 0) > 1]
    if not fell:
        return None
    count, revenue = _count(fell), _sum(fell, "earlier_revenue") - _sum(fell, "revenue")
    sentence = ngettext(
        "{count} customer fell out of tier {tier} and buys {revenue} less",
        "{count} customers fell out of tier {tier} and buy {revenue} less",
        count,
    )
    return _change(seen, sentence, count, revenue, "value-tiers", is_good=False) if revenue > 0 else None


def _rose_to_best(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    rose = [row for row in rows if row["tier_number"] == 1 and row["earlier_tier_number"] not in (1, None)]
    if not rose:
        return None
    count, revenue = _count(rose), _sum(rose, "revenue") - _sum(rose, "earlier_revenue")
    sentence = ngettext(
        "{count} customer rose into tier {tier} and buys {revenue} more",
        "{count} customers rose into tier {tier} and buy {revenue} more",
        count,
    )
    return _change(seen, sentence, count, revenue, "value-tiers", is_good=True) if revenue > 0 else None


def _recovered(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    back = [row for row in rows if row["earlier_band"] in ("high", "lost") and row["band"] in ("low", "watch")]
    if not back:
        return None
    count, revenue = _count(back), _sum(back, "revenue")
    sentence = ngettext(
        "{count} customer came back from risk or loss: {revenue}",
        "{count} customers came back from risk or loss: {revenue}",
        count,
    )
    return _change(seen, sentence, count, revenue, "churn-signals", is_good=True)


def _left_high_loyalty(seen: Overview, rows: list[dict[str, Any]]) -> Change | None:
    left = [row for row in rows if row["earlier_loyalty_type"] == "high" and row["loyalty_type"] != "high"]
    came = [row for row in rows if row["loyalty_type"] == "high" and row["earlier_loyalty_type"] not in ("high", None)]
    if not left or _count(left) <= _count(came):
        return None
    count, revenue = _count(left), _sum(left, "earlier_revenue")
    sentence = ngettext(
        "{count} customer left high loyalty ({revenue}), {came} came to it",
        "{count} customers left high loyalty ({revenue}), {came} came to it",
        count,
    )
    return _change(seen, sentence, count, revenue, "loyalty-types", is_good=False, came=formats.number(_count(came)))


def _change(
    seen: Overview, sentence: str, count: int, revenue: Decimal, page: str, *, is_good: bool, came: str = ""
) -> Change:
    text = sentence.format(
        count=formats.number(count),
        tier=_best(seen),
        revenue=formats.money(revenue, seen.book.data.currency),
        came=came,
    )
    return Change(text, page, revenue, is_good)
