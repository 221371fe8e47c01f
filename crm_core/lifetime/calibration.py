"""Whether to believe a model of orders: what it says beside what happened.

Two checks. *Fit*: how many customers bought again 0, 1, 2 ... times, and how many the model expects
to. *Hold-out*: the model is fitted on an earlier day, knows nothing after it, and its orders are
set beside those that came, week by week and by how often a customer had bought before.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from crm_core.book import Book
from crm_core.lifetime.fitting import ModelFit, OrderModels, customer_purchases, order_models
from crm_core.lifetime.gate import Closed
from crm_core.lifetime.purchases import Floats, Purchases

MOST_COUNTED = 7
"""So many repeat purchases and more are one row."""


def repeat_counts(models: OrderModels) -> pa.Table:
    """One row per number of repeat purchases from 0 to 7 (7 stands for 7 and more): repeat_purchases, customers
    (who made them), and for each fitted model how many it expects to (bg_nbd, mbg_nbd)."""
    purchases = models.purchases
    counted = np.minimum(purchases.repeat_purchases, MOST_COUNTED).astype(int)
    columns = {
        "repeat_purchases": pa.array(range(MOST_COUNTED + 1)),
        "customers": pa.array(np.bincount(counted, purchases.customers, MOST_COUNTED + 1).astype(np.int64)),
    }
    tenure, place = np.unique(purchases.tenure_days, return_inverse=True)
    customers = np.bincount(place, purchases.customers)
    for name, each in models.fits.items():
        expected = customers @ each.model.count_probabilities(tenure, MOST_COUNTED - 1)
        columns[name] = pa.array([*expected, max(0.0, purchases.customer_count - float(expected.sum()))])
    return pa.table(columns)


@dataclass(frozen=True, eq=False)
class HoldOut:
    """A model fitted on `calibrated_on`, beside the orders of the days after it up to `ends_on`.

    `weeks`: one row per week: week (1 is the first), ends_on, orders and expected_orders, both
    counted from the calibration day on. `by_count`: one row per number of repeat purchases before:
    repeat_purchases (7 stands for 7 and more), customers, orders and expected_orders of them
    in the hold-out.
    """

    calibrated_on: date
    ends_on: date
    used: ModelFit
    customers: int
    weeks: pa.Table
    by_count: pa.Table

    @property
    def orders(self) -> int:
        """Repeat purchases that the customers of the calibration day made in the hold-out."""
        return int(self.weeks["orders"][-1].as_py())

    @property
    def expected_orders(self) -> float:
        """How many orders the model expected by the last week held out."""
        return float(self.weeks["expected_orders"][-1].as_py())


def hold_out(book: Book, model: str = "auto", days: int | None = None) -> HoldOut | Closed:
    """Fit on an earlier day and compare with what came. By default the later half of the history is held out, at
    most a year. Closed where the earlier day's data do not carry a model."""
    first_day = book.as_of - timedelta(order_models(book).history_days)
    days = days or max(7, min(364, (book.as_of - first_day).days // 14 * 7))
    earlier = book.at(book.as_of - timedelta(days))
    models = order_models(earlier)
    doubts = models.doubts(horizon_days=days) or models.rejected(model)
    if doubts:
        return Closed(tuple(doubts))
    used = models.chosen(model)
    purchases, later_orders = _later_orders(earlier, book.as_of)
    return HoldOut(
        calibrated_on=earlier.as_of,
        ends_on=book.as_of,
        used=used,
        customers=purchases.customer_count,
        weeks=_weeks(earlier, book.as_of, used, purchases),
        by_count=_by_count(used, purchases, later_orders, days),
    )


def _weeks(earlier: Book, ends_on: date, used: ModelFit, purchases: Purchases) -> pa.Table:
    days = (ends_on - earlier.as_of).days
    recipe = earlier.recipe("weeks", "select * from holdout_weeks", parameters={"holdout_end": ends_on})
    made = {row["week"]: row["orders"] for row in earlier.engine.arrow(recipe).to_pylist()}
    ends = np.minimum(7 * np.arange(1, -(-days // 7) + 1), days)
    return pa.table(
        {
            "week": pa.array(range(1, len(ends) + 1)),
            "ends_on": pa.array([earlier.as_of + timedelta(int(end)) for end in ends]),
            "orders": pa.array(np.cumsum([made.get(week, 0) for week in range(1, len(ends) + 1)])),
            "expected_orders": pa.array(used.model.cumulative_orders(purchases, ends.astype(np.float64))),
        }
    )


def _by_count(used: ModelFit, purchases: Purchases, later_orders: Floats, days: int) -> pa.Table:
    counted = np.minimum(purchases.repeat_purchases, MOST_COUNTED).astype(int)
    expected = purchases.customers * used.model.expected_orders(
        purchases.repeat_purchases, purchases.active_days, purchases.tenure_days, float(days)
    )
    length = MOST_COUNTED + 1
    return pa.table(
        {
            "repeat_purchases": pa.array(range(length)),
            "customers": pa.array(np.bincount(counted, purchases.customers, length).astype(np.int64)),
            "orders": pa.array(np.bincount(counted, later_orders, length).astype(np.int64)),
            "expected_orders": pa.array(np.bincount(counted, expected, length)),
        }
    )


def _later_orders(earlier: Book, ends_on: date) -> tuple[Purchases, Floats]:
    """The customers of the earlier day, grouped, and the repeat purchases of each group since."""
    recipe = earlier.recipe(
        "held_out",
        "select * from holdout_customers",
        parameters={"holdout_end": ends_on},
        parts=(customer_purchases(earlier),),
    )
    table = earlier.engine.arrow(recipe)
    columns = {name: table[name].to_numpy().astype(np.float64) for name in table.column_names}
    later_orders = columns.pop("later_orders")
    return Purchases(**columns), later_orders
