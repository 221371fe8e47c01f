"""What the page of lifetime value says first: how few bring how much, and how the check came out."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

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


def even_odds_after(found: LifetimeValue, repeat_purchases: int) -> int | None:
    """After how many days of silence a customer with so many repeat purchases is more likely gone than alive.

    The customer of `LifetimeValue.alive_grid`, who first bought when the history begins; None if not within it.
    """
    tenure = float(found.models.history_days)
    silences = np.arange(tenure + 1)
    repeats, tenures = np.full_like(silences, repeat_purchases), np.full_like(silences, tenure)
    chances = found.used.model.probability_alive(repeats, tenure - silences, tenures)
    gone = np.flatnonzero(chances < EVEN_ODDS)
    return int(silences[gone[0]]) if len(gone) else None
