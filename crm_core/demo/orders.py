"""The demo's order lines: what is in each order, at what price, when it arrives, what comes back."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from crm_core.demo import words
from crm_core.demo.plants import (
    CHASED,
    COST_UNKNOWN,
    DAY_COUNT,
    FALLEN,
    FIRST_DAY,
    GROWN_VALUE,
    INFLATION_A_YEAR,
    NARROWED,
    NEW_CHANNEL_OPENS,
    ORDER_VALUE_SHAPE,
    RETURN_CHANCE,
    RETURNED,
    day_number,
)
from crm_core.demo.traits import Flags, Floats, Integers, Texts, Traits

FIRST_MINUTE = np.datetime64(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day), "m")
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Orders:
    """Arrays of shape (orders,), sorted by time; `promised` and `delivered` are days, -1 where there is none."""

    customer: Integers
    day: Integers
    minute: Integers  # since FIRST_DAY 00:00
    channel: Integers
    rep: Integers
    promised: Integers
    delivered: Integers


@dataclass(frozen=True)
class Lines:
    """Arrays of shape (lines,), purchases first and then returns. Money in CNY, nan where unknown."""

    order: Integers
    minute: Integers
    is_return: Flags
    category: Integers
    product: Integers
    quantity: Integers
    amount: Floats
    discount: Floats
    cost: Floats


def draw_orders(
    traits: Traits, customer: Integers, day: Integers, rep: Integers, random: np.random.Generator
) -> Orders:
    count = len(customer)
    minute = day * MINUTES_A_DAY + 7 * 60 + np.minimum(random.gamma(4.0, 75.0, count), 16 * 60).astype(np.int64)
    by_time = np.lexsort((customer, minute))
    customer, day, minute, rep = customer[by_time], day[by_time], minute[by_time], rep[by_time]

    promised_days = np.array([days for _, days, _ in words.REGIONS.values()])[traits.region[customer]]
    punctuality = np.array([share for *_, share in words.REGIONS.values()])[traits.region[customer]]
    leaving = traits.is_plant("about_to_lapse")[customer]
    let_down = leaving & (day > traits.changed[customer] - 90) & (day < traits.changed[customer])
    punctuality = np.where(let_down, 0.55, punctuality)
    is_late = random.random(count) > punctuality
    promised = day + promised_days
    delivered = np.where(
        is_late, promised + random.geometric(0.35, count), np.maximum(promised - random.integers(0, 2, count), day)
    )
    collected = random.random(count) < 0.06
    promised[collected] = -1
    delivered[collected | (delivered >= DAY_COUNT)] = -1
    return Orders(customer, day, minute, _channels(traits, customer, day, random), rep, promised, delivered)


def _channels(traits: Traits, customer: Integers, day: Integers, random: np.random.Generator) -> Integers:
    favourite = random.choice(len(words.CHANNEL_SHARES), traits.count, p=words.CHANNEL_SHARES)
    other = random.choice(len(words.CHANNEL_SHARES), len(customer), p=words.CHANNEL_SHARES)
    channel = np.where(random.random(len(customer)) < 0.7, favourite[customer], other)
    adopts = random.random(traits.count) < np.where(traits.region == words.NEW_REGION, 0.75, 0.35)
    opened = day_number(NEW_CHANNEL_OPENS)
    adoption = np.clip((day - opened) / (DAY_COUNT - opened), 0.0, 1.0) ** 0.7 * 0.85
    return np.where(adopts[customer] & (random.random(len(customer)) < adoption), words.NEW_CHANNEL, channel)


def draw_lines(traits: Traits, orders: Orders, random: np.random.Generator) -> Lines:
    purchases = _purchases(traits, orders, random)
    returns = _returns(traits, orders, purchases, random)
    return Lines(
        *(np.concatenate([getattr(part, name) for part in (purchases, returns)]) for name in Lines.__annotations__)
    )


def _order_values(traits: Traits, orders: Orders, random: np.random.Generator) -> Floats:
    customer = orders.customer
    progress = traits.progress(customer, orders.day)
    factor = (1.0 + INFLATION_A_YEAR) ** (orders.day / 365.25)
    factor *= np.where(traits.is_plant("falling_spend")[customer], 1.0 + (FALLEN - 1.0) * progress, 1.0)
    factor *= np.where(traits.is_plant("fast_growing")[customer], GROWN_VALUE**progress, 1.0)
    within = random.gamma(ORDER_VALUE_SHAPE, 1.0 / ORDER_VALUE_SHAPE, len(customer))
    return traits.order_value[customer] * factor * within


def _purchases(traits: Traits, orders: Orders, random: np.random.Generator) -> Lines:
    progress = traits.progress(orders.customer, orders.day)
    narrows = traits.is_plant("narrowing")[orders.customer]
    breadth = traits.breadth[orders.customer]
    breadth = np.where(narrows, breadth + (NARROWED - breadth) * progress, breadth)
    line_count = 1 + random.poisson(np.minimum(0.3 + 0.19 * breadth, 2.1))

    order = np.repeat(np.arange(len(orders.customer)), line_count)
    customer, day, count = orders.customer[order], orders.day[order], len(order)
    weight = random.gamma(2.0, 1.0, count)
    weight /= np.bincount(order, weight)[order]
    amount = np.maximum(np.round(_order_values(traits, orders, random)[order] * weight, 2), 1.0)

    place = np.floor(breadth[order] * random.random(count) ** 1.3).astype(np.int64)
    category = traits.categories[customer, np.minimum(place, traits.categories.shape[1] - 1)]
    product = np.floor(words.PRODUCTS_A_CATEGORY * random.random(count) ** 1.8).astype(np.int64)

    chases = traits.is_plant("discount_chaser")[customer]
    chase = np.where(chases, progress[order], 0.0)
    chance = traits.discount_chance[customer] + (CHASED[0] - traits.discount_chance[customer]) * chase
    rate = traits.discount_rate[customer] + (CHASED[1] - traits.discount_rate[customer]) * chase
    rate = np.where(random.random(count) < chance, rate * random.uniform(0.7, 1.3, count), 0.0)
    discount = np.round(amount * rate / (1.0 - rate), 2)

    list_value = amount + discount
    price = _list_prices(random)[category, product] * (1.0 + INFLATION_A_YEAR) ** (day / 365.25)
    cost_shares = np.array([share for *_, share in words.CATEGORIES.values()])[category]
    cost_shares = cost_shares * random.normal(1.0, 0.07, traits.count)[customer] * random.normal(1.0, 0.02, count)
    cost = np.round(list_value * cost_shares, 2)
    cost[random.random(count) < COST_UNKNOWN] = np.nan
    return Lines(
        order=order,
        minute=orders.minute[order],
        is_return=np.zeros(count, dtype=bool),
        category=category,
        product=product,
        quantity=np.maximum(np.rint(list_value / price), 1).astype(np.int64),
        amount=amount,
        discount=discount,
        cost=cost,
    )


def _list_prices(random: np.random.Generator) -> Floats:
    """Shape (categories, products), CNY on FIRST_DAY."""
    median = np.array([price for _, price, _ in words.CATEGORIES.values()])
    return np.round(median[:, None] * np.exp(random.normal(0, 0.5, (len(median), words.PRODUCTS_A_CATEGORY))), 2)


def _returns(traits: Traits, orders: Orders, purchases: Lines, random: np.random.Generator) -> Lines:
    """Lines that come back 2 to 14 days later, whole or in part; the discount of a return is not on file."""
    customer = orders.customer[purchases.order]
    rises = traits.is_plant("return_riser")[customer]
    progress = traits.progress(customer, orders.day[purchases.order])
    chance = RETURN_CHANCE + np.where(rises, (RETURNED - RETURN_CHANCE) * progress, 0.0)
    later = random.integers(2, 15, len(orders.customer))[purchases.order] * MINUTES_A_DAY
    came_back = random.random(len(customer)) < chance
    came_back &= purchases.minute + later < DAY_COUNT * MINUTES_A_DAY
    back = np.flatnonzero(came_back)
    share = np.where(random.random(len(back)) < 0.6, 1.0, random.uniform(0.3, 0.9, len(back)))
    quantity = np.maximum(np.rint(purchases.quantity[back] * share), 1)
    share = quantity / purchases.quantity[back]
    return Lines(
        order=purchases.order[back],
        minute=purchases.minute[back] + later[back],
        is_return=np.ones(len(back), dtype=bool),
        category=purchases.category[back],
        product=purchases.product[back],
        quantity=-quantity.astype(np.int64),
        amount=-np.round(purchases.amount[back] * share, 2),
        discount=np.full(len(back), np.nan),
        cost=-np.round(purchases.cost[back] * share, 2),
    )


def order_ids(orders: Orders, lines: Lines) -> Texts:
    """SO… for a purchase, in the order of time; a return note carries the number of its order: RN…"""
    number = (np.arange(len(orders.customer)) + 100001).astype(str)
    return np.where(lines.is_return, np.char.add("RN", number[lines.order]), np.char.add("SO", number[lines.order]))
