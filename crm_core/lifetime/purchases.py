"""What the purchase models read of each customer: how often, how long, since when.

A purchase is a day with an order; a repeat purchase is any but the first. The models know no unit
of time: the product counts in days, the published figures in weeks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Purchases:
    """One entry per combination of the three facts that occurs, with the number of customers who share it.

    repeat_purchases: x, shape (n,); active_days: t_x, from the first to the last purchase, shape (n,);
    tenure_days: T, from the first purchase to the day shown, shape (n,); customers: weight, shape (n,).
    """

    repeat_purchases: Floats
    active_days: Floats
    tenure_days: Floats
    customers: Floats

    @classmethod
    def grouped(cls, repeat_purchases: Any, active_days: Any, tenure_days: Any, customers: Any = None) -> "Purchases":
        """Group equal histories, sorted by repeat purchases, then tenure, then active days."""
        columns = [np.asarray(each, dtype=np.float64) for each in (active_days, tenure_days, repeat_purchases)]
        weights = np.ones_like(columns[0]) if customers is None else np.asarray(customers, dtype=np.float64)
        order = np.lexsort(columns)
        active, tenure, repeats = (column[order] for column in columns)
        starts = np.ones(len(order), dtype=bool)
        starts[1:] = (np.diff(repeats) != 0) | (np.diff(tenure) != 0) | (np.diff(active) != 0)
        places = np.flatnonzero(starts)
        summed = np.add.reduceat(weights[order], places) if len(places) else weights
        return cls(repeats[places], active[places], tenure[places], summed)

    @property
    def customer_count(self) -> int:
        """How many customers the rows stand for."""
        return round(float(self.customers.sum()))

    @property
    def repeat_buyer_count(self) -> int:
        """Customers who bought on more than one day."""
        return round(float(self.customers[self.repeat_purchases > 0].sum()))

    @property
    def repeat_purchase_count(self) -> int:
        """Repeat purchases of all customers together."""
        return round(float(self.repeat_purchases @ self.customers))

    def by_tenure(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Repeat purchases, tenure and summed `weights` of each pair of the two that occurs, shape (k,) each."""
        order = np.lexsort((self.tenure_days, self.repeat_purchases))
        repeats, tenure = self.repeat_purchases[order], self.tenure_days[order]
        places = np.flatnonzero(np.append(True, (np.diff(repeats) != 0) | (np.diff(tenure) != 0))[: len(order)])
        summed = np.add.reduceat(weights[order], places) if len(places) else weights
        return repeats[places], tenure[places], summed

    def thinned(self, most: int) -> "Purchases":
        """Every k-th history, so that at most about `most` remain: enough to start a search from."""
        step = -(-len(self.customers) // most)
        if step <= 1:
            return self
        kept = slice(step // 2, None, step)
        return Purchases(
            self.repeat_purchases[kept], self.active_days[kept], self.tenure_days[kept], self.customers[kept]
        )


@dataclass(frozen=True, eq=False)
class Spend:
    """What customers with repeat purchases paid for them, one entry per customer who paid more than nothing.

    repeat_purchases: x, shape (n,); mean_spend: m_x, value of one repeat purchase on average, shape (n,).
    """

    repeat_purchases: Floats
    mean_spend: Floats

    @property
    def customer_count(self) -> int:
        """How many customers there are, one a row."""
        return len(self.mean_spend)

    def thinned(self, most: int) -> "Spend":
        """Every k-th customer, by repeat purchases and spend, so that at most about `most` remain."""
        step = -(-len(self.mean_spend) // most)
        if step <= 1:
            return self
        kept = np.lexsort((self.mean_spend, self.repeat_purchases))[step // 2 :: step]
        return Spend(self.repeat_purchases[kept], self.mean_spend[kept])
