"""What the page of lifetime value says first: how few bring how much, and how the check came out."""

from dataclasses import replace
from functools import lru_cache

import pyarrow as pa

from crm_core.book import Book, Filters
from crm_core.lifetime.calibration import HoldOut, hold_out
from crm_core.lifetime.fitting import REMEMBERED_FITS
from crm_core.lifetime.gate import Closed
from crm_core.lifetime.lifetime_value import LifetimeValue

EVEN_ODDS = 0.5


def top_share(found: LifetimeValue, customer_share: float = 0.2) -> float | None:
    """The share (0-1) of expected value that so many of the best customers in view bring; None if nothing is expected.

    With few customers the whole number of them that comes nearest.
    """
    curve = found.concentration().to_pylist()
    nearest = min(curve, key=lambda row: abs(row["customer_share"] - customer_share))
    share: float | None = nearest["value_share"]
    return share


def checked(found: LifetimeValue) -> HoldOut | Closed:
    """The model's orders of the hold-out beside those that came; the same book and model are checked once."""
    return _checked(replace(found.book, filters=Filters()), found.settings.model)


@lru_cache(REMEMBERED_FITS)
def _checked(book: Book, model: str) -> HoldOut | Closed:
    return hold_out(book, model)


def even_odds_after(grid: pa.Table, repeat_purchases: int) -> int | None:
    """After how many days of silence a customer of `LifetimeValue.alive_grid` with so many repeat purchases is as
    likely gone as alive; None if not within the history."""
    steps = [row for row in grid.to_pylist() if row["repeat_purchases"] == repeat_purchases]
    return next((row["days_since_last_order"] for row in steps if row["probability_alive"] < EVEN_ODDS), None)
