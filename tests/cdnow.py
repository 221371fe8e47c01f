"""CDNOW: the 2,357 customers of an internet shop of 1997 on whom every paper fits its model. Carried by `lifetimes`."""

from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from crm_core.lifetime.purchases import Purchases, Spend

CALIBRATED_ON = date(1997, 9, 30)
ENDS_ON = date(1998, 6, 30)
DAYS_A_WEEK = 7


@cache
def order_lines() -> list[tuple[str, date, float]]:
    """(customer, day, amount): 6,919 lines."""
    rows = [line.split() for line in (_folder() / "CDNOW_sample.txt").read_text().splitlines()]
    return [
        (customer, date.fromisoformat(day), float(amount)) for _master_id, customer, day, _discs, amount in rows if day
    ]


@cache
def histories() -> dict[str, np.ndarray]:
    """One entry per customer on the calibration day, in weeks: customer, x, t_x, T, mean_spend (nan without), later."""
    spent: dict[str, dict[date, float]] = {}
    for customer, day, amount in order_lines():
        days = spent.setdefault(customer, {})
        days[day] = days.get(day, 0.0) + amount
    rows = []
    for days in spent.values():
        known = sorted(day for day in days if day <= CALIBRATED_ON)
        repeats = [days[day] for day in known[1:]]
        rows.append(
            (
                len(repeats),
                (known[-1] - known[0]).days / DAYS_A_WEEK,
                (CALIBRATED_ON - known[0]).days / DAYS_A_WEEK,
                np.mean(repeats) if repeats else np.nan,
                len(days) - len(known),
            )
        )
    columns = np.array(rows, dtype=np.float64).T
    names = ("x", "t_x", "T", "mean_spend", "later")
    return {"customer": np.array(list(spent)), **dict(zip(names, columns, strict=True))}


def purchases() -> Purchases:
    found = histories()
    return Purchases.grouped(found["x"], found["t_x"], found["T"])


def spend() -> Spend:
    """Mean spends to the cent, as the published summary has them."""
    found = histories()
    came_back = found["x"] > 0
    return Spend(found["x"][came_back], published_spend()[came_back])


@cache
def published_spend() -> np.ndarray:
    """Mean spend of a repeat purchase as published with the Gamma-Gamma note, by customer, to the cent."""
    path = _folder() / "cdnow_customers_summary_with_transactions.csv"
    return np.array([float(row.split(",")[-1]) for row in path.read_text().splitlines()[1:]])


def _folder() -> Path:
    places = find_spec("lifetimes")
    assert places is not None
    assert places.submodule_search_locations is not None
    return Path(places.submodule_search_locations[0]) / "datasets"
