"""A shop whose customers behave as the models assume: MBG/NBD for when they come, Gamma-Gamma for what they pay."""

from datetime import date, timedelta
from functools import cache

import numpy as np

from crm_core.lifetime import simulation
from crm_core.lifetime.mbg_nbd import MbgNbd

LAST_DAY = date(2026, 6, 30)


@cache
def shop_orders(customers: int = 600, history: int = 545, growth: float = 1.0) -> tuple[tuple[str, date, float], ...]:
    """(customer, day, amount): `history` days up to LAST_DAY, one order of a customer a day at most.

    In the second half of the history an order is worth `growth` times what it was.
    """
    random = np.random.default_rng(21)
    starts = random.integers(0, history, customers)
    starts[0] = 0
    who, moments = simulation.repeat_purchases(MbgNbd(0.8, 30.0, 0.6, 4.0), history - starts.astype(float), random)
    later = np.minimum(starts[who] + np.ceil(moments).astype(int), history)
    placed = sorted(
        {*zip(range(customers), starts.tolist(), strict=True), *zip(who.tolist(), later.tolist(), strict=True)}
    )
    scales = random.gamma(4.0, 1 / 15.0, customers)
    worth = [random.gamma(6.0) / scales[customer] * (growth if day > history / 2 else 1) for customer, day in placed]
    return tuple(
        (f"c{customer}", LAST_DAY - timedelta(history - day), round(float(amount) + 0.01, 2))
        for (customer, day), amount in zip(placed, worth, strict=True)
    )
