"""Who the demo's customers are before they do anything: one array a trait, one place a customer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crm_core.demo import words
from crm_core.demo.plants import (
    BACKGROUND,
    CHANGES,
    DAY_COUNT,
    NEW_REGION_OPENS,
    NEW_REGION_SHARE,
    PLANTS,
    day_number,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

PLANT_NAMES = tuple(plant.name for plant in PLANTS)
CATEGORY_COUNT = len(words.CATEGORIES)


@dataclass(frozen=True)
class Traits:
    """Arrays of shape (customers,), in an order that tells nothing; days count from FIRST_DAY."""

    plant: Integers  # place in PLANTS
    start: Integers  # day of the first order
    changed: Integers  # day the planted change begins; DAY_COUNT where nothing changes
    done: Integers  # day it is complete
    orders_per_year: Floats
    regularity: Floats
    order_value: Floats
    breadth: Floats
    discount_chance: Floats
    discount_rate: Floats
    wallet_share: Floats
    purchase_rate: Floats  # lambda of the background, orders a day; nan elsewhere
    dropout_probability: Floats  # p of the background; nan elsewhere
    industry: Integers
    region: Integers
    categories: Integers  # shape (customers, categories): favourites first

    @property
    def count(self) -> int:
        return len(self.plant)

    def is_plant(self, name: str) -> Flags:
        is_it: Flags = self.plant == PLANT_NAMES.index(name)
        return is_it

    def progress(self, customer: Integers, day: Integers) -> Floats:
        """How far a customer's change has come on a day: 0 before it begins, 1 once complete."""
        begun = self.changed[customer]
        progress: Floats = np.clip((day - begun) / np.maximum(self.done[customer] - begun, 1), 0.0, 1.0)
        return progress


def draw_traits(random: np.random.Generator) -> Traits:
    plant = random.permutation(np.repeat(np.arange(len(PLANTS)), [kind.customers for kind in PLANTS]))
    count = len(plant)
    background = plant == PLANT_NAMES.index("background")

    def each(values: list[float]) -> Floats:
        chosen: Floats = np.array(values, dtype=float)[plant]
        return chosen

    def between(ranges: list[tuple[float, float]]) -> Floats:
        ends = np.array(ranges, dtype=float)[plant]
        drawn: Floats = random.uniform(ends[:, 0], ends[:, 1])
        return drawn

    start = between([kind.starts for kind in PLANTS]).astype(np.int64)
    early = background & (random.random(count) < BACKGROUND.early_share)
    start[early] = random.integers(0, BACKGROUND.early_days, early.sum())

    order_value = each([kind.order_value for kind in PLANTS]) * np.exp(
        random.standard_normal(count) * each([kind.value_spread for kind in PLANTS])
    )
    nu = random.gamma(BACKGROUND.q, 1.0 / BACKGROUND.gamma, count)
    purchase_rate = random.gamma(BACKGROUND.r, 1.0 / BACKGROUND.alpha, count)
    dropout_probability = random.beta(BACKGROUND.a, BACKGROUND.b, count)

    no_change = (0.0, 0.0)
    days_before = between([CHANGES[name].days if name in CHANGES else no_change for name in PLANT_NAMES])
    done_before = each([CHANGES[name].done if name in CHANGES else 0 for name in PLANT_NAMES])

    industry = random.choice(len(words.INDUSTRIES), count, p=words.INDUSTRY_SHARES)
    region = random.choice(len(words.REGION_SHARES), count, p=words.REGION_SHARES)
    is_new_ground = (start >= day_number(NEW_REGION_OPENS)) & (random.random(count) < NEW_REGION_SHARE)
    liking = np.array([likes for *_, likes in words.INDUSTRIES.values()])[industry]

    return Traits(
        plant=plant,
        start=start,
        changed=(DAY_COUNT - days_before).astype(np.int64),
        done=(DAY_COUNT - done_before).astype(np.int64),
        orders_per_year=between([kind.orders_per_year for kind in PLANTS]),
        regularity=each([kind.regularity for kind in PLANTS]),
        order_value=np.where(background, BACKGROUND.p / nu, order_value),
        breadth=between([kind.categories for kind in PLANTS]),
        discount_chance=between([kind.discount_chance for kind in PLANTS]),
        discount_rate=between([kind.discount_rate for kind in PLANTS]),
        wallet_share=between([kind.wallet_share for kind in PLANTS]),
        purchase_rate=np.where(background, purchase_rate, np.nan),
        dropout_probability=np.where(background, dropout_probability, np.nan),
        industry=industry,
        region=np.where(is_new_ground, words.NEW_REGION, region),
        categories=np.argsort(-(liking + random.gumbel(0, 0.9, (count, CATEGORY_COUNT))), axis=1, kind="stable"),
    )
