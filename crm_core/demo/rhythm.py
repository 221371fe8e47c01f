"""When the demo's customers order: BG/NBD for the background, a planted rhythm for the rest."""

from datetime import timedelta

import numpy as np

from crm_core.demo.plants import (
    DAY_COUNT,
    DAY_WEIGHTS,
    FIRST_DAY,
    GROWN_ORDERS,
    GROWTH_A_YEAR,
    MONTH_WEIGHTS,
    SLOWED,
    WON_BACK,
)
from crm_core.demo.traits import Flags, Floats, Integers, Traits

DAYS = [FIRST_DAY + timedelta(days=number) for number in range(DAY_COUNT)]
WEEKDAY = np.array([day.weekday() for day in DAYS])
SEASON = np.array([MONTH_WEIGHTS[day.month - 1] * DAY_WEIGHTS[day.weekday()] for day in DAYS])


def order_days(traits: Traits, random: np.random.Generator) -> tuple[Integers, Integers, Flags]:
    """Every order's customer and day, sorted by day; and for each customer whether they would still order."""
    background_customer, background_day, is_alive = _background_orders(traits, random)
    planted_customer, planted_day = _planted_orders(traits, random)
    customer = np.concatenate([background_customer, planted_customer])
    day = np.concatenate([background_day, planted_day])
    by_day = np.lexsort((customer, day))
    return customer[by_day], day[by_day], is_alive


def _background_orders(traits: Traits, random: np.random.Generator) -> tuple[Integers, Integers, Flags]:
    """BG/NBD: exponential gaps at the customer's rate, leaving with probability p after each repeat order."""
    customers = np.flatnonzero(traits.is_plant("background"))
    rate, dropout = traits.purchase_rate[customers], traits.dropout_probability[customers]
    most_orders = int(DAY_COUNT * rate.max() * 1.3) + 40
    gaps = random.exponential(1.0, (len(customers), most_orders)) / rate[:, None]
    repeat_orders = random.geometric(np.maximum(dropout, 1e-9))
    since_start = np.concatenate([np.zeros((len(customers), 1)), np.cumsum(gaps, axis=1)], axis=1)
    day = np.floor(traits.start[customers, None] + since_start)
    happened = (day < DAY_COUNT) & (np.arange(most_orders + 1) <= repeat_orders[:, None])
    row, place = np.nonzero(happened)
    is_alive = np.zeros(traits.count, dtype=bool)
    is_alive[customers] = happened.sum(axis=1) <= repeat_orders
    return customers[row], day[row, place].astype(np.int64), is_alive


def _planted_orders(traits: Traits, random: np.random.Generator) -> tuple[Integers, Integers]:
    """A renewal process on the customer's own clock, which runs with season, weekday and the planted change."""
    customers = np.flatnonzero(~traits.is_plant("background") & ~traits.is_plant("prospect"))
    clock = np.cumsum(_pace(traits, random)[customers], axis=1)
    most_orders = int(clock[:, -1].max() * 1.4) + 30
    shape = traits.regularity[customers, None]
    gaps = random.gamma(shape, 1.0 / shape, (len(customers), most_orders))
    ticks = np.concatenate([np.zeros((len(customers), 1)), np.cumsum(gaps, axis=1)], axis=1)
    # One search for all: customer i's clock is lifted above every earlier customer's.
    lift = np.arange(len(customers))[:, None] * (clock.max() + 1.0)
    found = np.searchsorted((clock + lift).ravel(), (np.minimum(ticks, clock.max() + 0.5) + lift).ravel(), side="right")
    day = found.reshape(ticks.shape) - np.arange(len(customers))[:, None] * DAY_COUNT
    day[:, 0] = traits.start[customers]
    happened = ticks < clock[:, -1:]
    happened[:, 0] = True
    row, place = np.nonzero(happened)
    return customers[row], day[row, place]


def _pace(traits: Traits, random: np.random.Generator) -> Floats:
    """Orders a day, shape (customers, days)."""
    day = np.arange(DAY_COUNT)[None, :]
    changed = traits.changed[:, None]
    factor = np.ones((traits.count, DAY_COUNT))
    slows = traits.is_plant("about_to_lapse") & (random.random(traits.count) < 0.5)
    stops = (traits.is_plant("about_to_lapse") & ~slows) | traits.is_plant("lapsed")
    factor[slows] = np.where(day >= changed[slows], SLOWED, 1.0)
    factor[stops] = np.where(day >= changed[stops], 0.0, 1.0)
    back = traits.is_plant("won_back")
    returned = DAY_COUNT - random.integers(int(WON_BACK[0]), int(WON_BACK[1]), traits.count)[:, None]
    factor[back] = np.where((day >= changed[back]) & (day < returned[back]), 0.0, 1.0)
    grows = np.flatnonzero(traits.is_plant("fast_growing"))
    factor[grows] = GROWN_ORDERS ** traits.progress(grows[:, None], day)
    growth = (1.0 + GROWTH_A_YEAR) ** (day / 365.25)
    started = day >= traits.start[:, None]
    pace: Floats = traits.orders_per_year[:, None] / 365.25 * SEASON[None, :] * growth * factor * started
    return pace
