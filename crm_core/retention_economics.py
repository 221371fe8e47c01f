"""Retention economics: what fewer leavers and more margin would do to profit, from this data set's own customers.

No model of single customers: the last two years give how many customers are kept and won a year and
what each brings, and the years ahead are played forward from there, now and then. Profit is margin
less the cost of winning and keeping; what the company spends whether or not it has customers is left out.

    kept(t) = customers(t - 1) * retention        customers(t) = kept(t) + won
    profit(t) = kept(t) * kept_margin + won * (won_margin - acquisition_cost)
                - customers(t - 1) * retention_cost

summed over the years, each discounted from its middle. Played from the year before, the first line
gives the last year's customers and margin exactly.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import N_, _
from crm_core.settings import EconomicsSettings

YEAR_DAYS = 365
FEWEST_KEPT = 30
SWING = 0.1
"""By how much of itself each driver is made better and worse to see what matters most."""


# ---------------------------------------------------------------------- what happened


@dataclass(frozen=True)
class YearBalance:
    """The customers in view over the two years up to the book's day, and what the later one brought.

    `customers_before` bought in the earlier year; of them `kept` bought again in the later one.
    Won in the later year: `new_customers`, and `returned` ones from before both years. Revenue and
    margin are those of the later year, in the data set's currency.
    """

    customers_before: int
    kept: int
    new_customers: int
    returned: int
    kept_revenue: float
    kept_margin: float
    won_revenue: float
    won_margin: float

    @property
    def customers(self) -> int:
        """Who bought in the later year: kept and won."""
        return self.kept + self.won

    @property
    def won(self) -> int:
        """How many customers were won in the year: new ones and those who came back."""
        return self.new_customers + self.returned

    @property
    def retention(self) -> float:
        """The share (0-1) of the earlier year's customers who bought again in the later one."""
        return self.kept / self.customers_before

    @property
    def margin(self) -> float:
        """What was left of the later year's revenue after cost."""
        return self.kept_margin + self.won_margin

    @property
    def margin_per_customer(self) -> float:
        """Margin of the year per customer, in the currency of the data set."""
        return self.margin / self.customers

    @property
    def margin_rate(self) -> float | None:
        """Margin as a share of the year's revenue; None where there was none."""
        revenue = self.kept_revenue + self.won_revenue
        return self.margin / revenue if revenue > 0 else None


def year_balance(book: Book) -> YearBalance:
    """How many customers in view were kept and won in the last year, and what they brought.

    Raises NotEnoughData without two whole years of orders, or if fewer than 30 customers were kept.
    """
    days = (book.as_of - book.data.first_day).days + 1
    if days < 2 * YEAR_DAYS:
        raise NotEnoughData(
            _("Retention a year takes two years of orders, {wanted}; up to {day} there are {days}.").format(
                wanted=formats.days(2 * YEAR_DAYS), day=formats.day(book.as_of), days=formats.days(days)
            )
        )
    balance = YearBalance(**_row(book))
    if balance.kept < FEWEST_KEPT:
        raise NotEnoughData(
            _(
                "Only {customers} bought in both of the last two years; {wanted} are needed to say what one brings."
            ).format(customers=formats.customers(balance.kept), wanted=formats.number(FEWEST_KEPT))
        )
    return balance


def _row(book: Book) -> dict[str, Any]:
    row = book.engine.small(_recipe(book)).to_pylist()[0]
    return {name: value if isinstance(value, int) else float(value) for name, value in row.items()}


def _recipe(book: Book) -> Recipe:
    days = {
        "year_start": book.as_of - timedelta(YEAR_DAYS),
        "earlier_year_start": book.as_of - timedelta(2 * YEAR_DAYS),
    }
    return book.recipe("year_balance", parameters=days)


# ---------------------------------------------------------------------- the years ahead


@dataclass(frozen=True)
class Drivers:
    """What profit hangs on; counts are customers, money is a customer and year, rates are 0-1."""

    retention: float
    won: float
    kept_margin: float
    won_margin: float
    acquisition_cost: float = 0.0
    retention_cost: float = 0.0
    discount_rate: float = 0.0

    def profit(self, customers: float, years: int) -> float:
        """Profit over the years ahead, beginning with so many customers, discounted."""
        total = 0.0
        for year in range(years):
            kept = customers * self.retention
            total += self.discount(year) * (
                kept * self.kept_margin
                + self.won * (self.won_margin - self.acquisition_cost)
                - customers * self.retention_cost
            )
            customers = kept + self.won
        return total

    def customer_years(self, customers: float, years: int) -> float:
        """For how many customers keeping is paid over the years, discounted as the money for it is."""
        total = 0.0
        for year in range(years):
            total += self.discount(year) * customers
            customers = customers * self.retention + self.won
        return total

    def discount(self, year: int) -> float:
        """What an amount of the middle of a year ahead (0 is the first) is worth today."""
        return float((1 + self.discount_rate) ** -(year + 0.5))


@dataclass(frozen=True)
class RetentionEconomics:
    """Profit over the years ahead as things are (`now`) and as the manager would have them (`then`)."""

    settings: EconomicsSettings
    balance: YearBalance
    now: Drivers
    then: Drivers
    recipe: Recipe

    @property
    def profit_now(self) -> float:
        """Discounted profit over the years ahead if nothing changes, in the currency of the data set."""
        return self._profit(self.now)

    @property
    def profit_then(self) -> float:
        """Discounted profit over the years ahead as planned, in the currency of the data set."""
        return self._profit(self.then)

    @property
    def churn_reduction(self) -> float:
        """The points of churn (0-1) that are saved: those wanted, or all there are."""
        return self.then.retention - self.now.retention

    def bridge(self) -> pa.Table:
        """From profit now to profit then, one row per step: step ("now", "churn", "margin", "cost", "then"), label,
        profit_from, profit_to. Each change comes on top of those before it, so they add up."""
        kept_longer = replace(self.now, retention=self.then.retention)
        with_margin = replace(kept_longer, kept_margin=self.then.kept_margin, won_margin=self.then.won_margin)
        heights = [self.profit_now, self._profit(kept_longer), self._profit(with_margin), self.profit_then]
        return pa.Table.from_pylist(
            [
                _step("now", _("Profit as things are"), 0.0, heights[0]),
                _step("churn", _("Less churn"), heights[0], heights[1]),
                _step("margin", _("More margin"), heights[1], heights[2]),
                _step("cost", _("Cost of keeping"), heights[2], heights[3]),
                _step("then", _("Profit as planned"), 0.0, heights[3]),
            ]
        )

    def tornado(self) -> pa.Table:
        """What matters most: each driver of the plan made a tenth better and a tenth worse, the widest swing first.

        driver, label, worse_value and better_value (of the driver), profit_worse, profit_better, swing. A driver that
        is zero swings nothing and is left out.
        """
        found = [self._swing(driver, _(label)) for driver, label in DRIVER_LABELS.items()]
        return pa.Table.from_pylist(
            sorted((row for row in found if row["swing"] > 0), key=lambda row: -row["swing"]), schema=SWINGS
        )

    # ------------------------------------------------------------------ keeping against winning

    @property
    def more_kept_customers(self) -> float:
        """How many more of today's customers the lower churn keeps in the first year."""
        return self.churn_reduction * self.balance.customers

    @property
    def gain_of_keeping(self) -> float:
        """What the lower churn brings at the planned margin, before its cost."""
        return self._profit(replace(self.then, retention_cost=0.0)) - self._profit(self._as_many_leave)

    @property
    def bearable_retention_cost(self) -> float:
        """What the lower churn may cost for each customer and year before it eats what it brings."""
        return self.gain_of_keeping / self.then.customer_years(self.balance.customers, self.settings.years)

    @property
    def as_many_won(self) -> float | None:
        """So many more customers won each year would bring as much as the lower churn; None if winning one never pays
        its cost within the years."""
        worth = self._profit(replace(self._as_many_leave, won=self.now.won + 1)) - self._profit(self._as_many_leave)
        return self.gain_of_keeping / worth if worth > 0 else None

    def point_of_churn(self) -> float:
        """What one point less churn than now would bring."""
        return self._profit(replace(self.now, retention=min(1.0, self.now.retention + 0.01))) - self.profit_now

    def point_of_margin(self) -> float:
        """What one point more margin than now would bring."""
        return self._profit(with_margin(self.now, self.balance, 0.01)) - self.profit_now

    def sql(self) -> str:
        """The query behind the figures of the two years, as it runs."""
        return self.recipe.query().sql

    # ------------------------------------------------------------------ inside

    @property
    def _as_many_leave(self) -> Drivers:
        """The plan without its lower churn and what that costs."""
        return replace(self.then, retention=self.now.retention, retention_cost=0.0)

    def _profit(self, drivers: Drivers) -> float:
        return drivers.profit(self.balance.customers, self.settings.years)

    def _swing(self, driver: str, label: str) -> dict[str, Any]:
        (worse, worse_value), (better, better_value) = (_moved(self.then, driver, way) for way in (-SWING, SWING))
        profit_worse, profit_better = self._profit(worse), self._profit(better)
        return {
            "driver": driver,
            "label": label,
            "worse_value": worse_value,
            "better_value": better_value,
            "profit_worse": profit_worse,
            "profit_better": profit_better,
            "swing": abs(profit_better - profit_worse),
        }


def retention_economics(
    book: Book, settings: EconomicsSettings | None = None, annual_discount_rate: float = 0.1
) -> RetentionEconomics:
    """Profit over the years ahead now and then, from the customers in view.

    Raises NotEnoughData where the last two years do not say how customers stay: see `year_balance`.
    """
    settings = settings or EconomicsSettings()
    balance = year_balance(book)
    now = Drivers(
        retention=balance.retention,
        won=balance.won,
        kept_margin=balance.kept_margin / balance.kept,
        won_margin=balance.won_margin / balance.won if balance.won else 0.0,
        acquisition_cost=settings.acquisition_cost,
        discount_rate=annual_discount_rate,
    )
    then = replace(
        with_margin(now, balance, settings.margin_rise),
        retention=min(1.0, now.retention + settings.churn_reduction),
        retention_cost=settings.retention_cost,
    )
    return RetentionEconomics(settings, balance, now, then, _recipe(book))


def with_margin(drivers: Drivers, balance: YearBalance, points: float) -> Drivers:
    """The same with so much more of revenue (0-1) left after cost."""
    return replace(
        drivers,
        kept_margin=drivers.kept_margin + points * balance.kept_revenue / balance.kept,
        won_margin=drivers.won_margin + (points * balance.won_revenue / balance.won if balance.won else 0.0),
    )


# ---------------------------------------------------------------------- one driver at a time

DRIVER_LABELS = {
    "churn": N_("Churn"),
    "margin": N_("Margin per customer"),
    "won": N_("Customers won a year"),
    "acquisition_cost": N_("Cost of winning"),
    "retention_cost": N_("Cost of keeping"),
    "discount_rate": N_("Discount rate"),
}
SWINGS = pa.schema(
    [("driver", pa.string()), ("label", pa.string())]
    + [(name, pa.float64()) for name in ("worse_value", "better_value", "profit_worse", "profit_better", "swing")]
)


def _moved(drivers: Drivers, driver: str, better_by: float) -> tuple[Drivers, float]:
    """The drivers with one of them better by a share of itself (worse where negative), and its value then.

    The margin's value is that of a kept customer; it moves with that of a won one.
    """
    if driver == "margin":
        up = 1 + better_by
        moved = replace(drivers, kept_margin=drivers.kept_margin * up, won_margin=drivers.won_margin * up)
        return moved, moved.kept_margin
    if driver == "churn":
        churn = min(1.0, (1 - drivers.retention) * (1 - better_by))
        return replace(drivers, retention=1 - churn), churn
    way = 1 if driver == "won" else -1
    value = getattr(drivers, driver) * (1 + way * better_by)
    return replace(drivers, **{driver: value}), value


def _step(step: str, label: str, profit_from: float, profit_to: float) -> dict[str, Any]:
    return {"step": step, "label": label, "profit_from": profit_from, "profit_to": profit_to}
