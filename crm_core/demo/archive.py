"""The demo's customer archive: names, places, people, wallet, limits; with the gaps a real archive has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import pyarrow as pa

from crm_core.demo import words
from crm_core.demo.columns import days, money, texts
from crm_core.demo.orders import Lines, Orders
from crm_core.demo.plants import DAY_COUNT, PLANTS, day_number
from crm_core.demo.traits import Flags, Floats, Integers, Texts, Traits

REP_NAMES = [f"{first} {last}" for first, last in product(words.REP_FIRST, words.REP_LAST)][:: len(words.REP_LAST) - 3]
REP_NAMES = REP_NAMES[: words.REPS_A_REGION * len(words.REGIONS)]
LONE_REP = 0  # nobody else ever serves this rep's customers, and no contract of theirs is signed by the company
LEAVING_REP = 6  # leaves on REP_LEAVES; the customers go to SUCCESSOR
SUCCESSOR = 7
REP_LEAVES = date(2025, 3, 31)
STAND_IN_SHARE = 0.06
GROUPS = 36  # of related companies
COMPANIES_UNDER_A_PARENT = 3  # companies besides the parent


@dataclass(frozen=True)
class Portfolio:
    """Whose customer each one was at first and is now: places in REP_NAMES, shape (customers,)."""

    first: Integers
    current: Integers


def draw_portfolio(traits: Traits, random: np.random.Generator) -> Portfolio:
    first = traits.region * words.REPS_A_REGION + random.integers(0, words.REPS_A_REGION, traits.count)
    first = np.where((first == LEAVING_REP) & (traits.start > day_number(REP_LEAVES)), SUCCESSOR, first)
    return Portfolio(first, np.where(first == LEAVING_REP, SUCCESSOR, first))


def serving_rep(portfolio: Portfolio, customer: Integers, day: Integers, random: np.random.Generator) -> Integers:
    """The customer's own rep, or now and then another of the region."""
    own = np.where(day <= day_number(REP_LEAVES), portfolio.first[customer], portfolio.current[customer])
    other = own // words.REPS_A_REGION * words.REPS_A_REGION + random.integers(0, words.REPS_A_REGION, len(own))
    other = np.where((other == LEAVING_REP) & (day > day_number(REP_LEAVES)), SUCCESSOR, other)
    stands_in = (random.random(len(own)) < STAND_IN_SHARE) & (own != LONE_REP) & (other != LONE_REP)
    return np.where(stands_in, other, own)


def draw_ids(traits: Traits, random: np.random.Generator) -> Texts:
    """Customer numbers such as C010482: rising with the first order, with gaps."""
    by_start = np.argsort(traits.start, kind="stable")
    number = np.empty(traits.count, dtype=np.int64)
    number[by_start] = 10000 + np.cumsum(random.integers(1, 6, traits.count))
    return np.array([f"C{value:06d}" for value in number], dtype=object)


def customers_table(
    traits: Traits, ids: Texts, portfolio: Portfolio, orders: Orders, lines: Lines, random: np.random.Generator
) -> pa.Table:
    """One row per customer, prospects included."""
    count = traits.count
    revenue = _yearly_revenue(traits, orders, lines)
    is_person = traits.industry == words.HOUSEHOLD
    place = random.random(count)
    cities = [cities for cities, _, _ in words.REGIONS.values()]
    city = [
        cities[region][int(where * len(cities[region]))] for region, where in zip(traits.region, place, strict=True)
    ]
    syllables_zh = random.permutation(len(words.SYLLABLES_ZH) ** 3)[:count]

    def known(share: float) -> Flags:
        return random.random(count) < share

    return pa.table(
        {
            "customer_id": texts(ids),
            "name": texts(_names(traits, syllables_zh, random)),
            "industry": texts(_chosen(list(words.INDUSTRIES), traits.industry), known(0.97)),
            "region": texts(_chosen(list(words.REGIONS), traits.region)),
            "city": texts(np.array(city, dtype=object), known(0.96)),
            "sales_rep": texts(_chosen(REP_NAMES, portfolio.current)),
            "parent_id": _parents(traits, ids, revenue, random),
            "created_at": days(_created(traits, random)),
            "birth_year": pa.array(random.integers(1956, 2004, count), mask=~(is_person & known(0.8))),
            "gender": texts(_chosen(["female", "male"], random.integers(0, 2, count)), is_person & known(0.9)),
            "phone": texts(_phones(random, count), known(0.86)),
            "email": texts(_numbered("{}@example.com", [name.lower() for name in ids]), known(0.62)),
            "address": texts(_addresses(syllables_zh, random), known(0.71)),
            "licence_no": texts(
                _numbered("DEMO-{:06d}", random.permutation(1_000_000)[:count].tolist()), ~is_person & known(0.66)
            ),
            **_influence(traits, revenue, random),
            "wallet": _wallet(traits, revenue, random),
            "credit_limit": money(_credit_limits(traits, revenue), ~is_person & known(0.8)),
        }
    )


def _chosen(names: list[str], places: Integers) -> Texts:
    return np.array([names[place] for place in places], dtype=object)


def _numbered(pattern: str, values: Sequence[object]) -> Texts:
    return np.array([pattern.format(value) for value in values], dtype=object)


def _yearly_revenue(traits: Traits, orders: Orders, lines: Lines) -> Floats:
    """Net revenue of the last 365 days; of those who bought nothing then, of their days as a buyer, a year."""
    customer, day = orders.customer[lines.order], lines.minute // (24 * 60)
    recent = np.bincount(customer, lines.amount * (day >= DAY_COUNT - 365), traits.count)
    ever = np.bincount(customer, lines.amount, traits.count)
    last = np.zeros(traits.count, dtype=np.int64)
    np.maximum.at(last, orders.customer, orders.day)
    return np.where(recent > 0, recent, ever * 365 / np.maximum(last - traits.start + 1, 365))


def _names(traits: Traits, syllables_zh: Integers, random: np.random.Generator) -> Texts:
    base = len(words.SYLLABLES_ZH)
    zh = ["".join(words.SYLLABLES_ZH[value // base**power % base] for power in (0, 1, 2)) for value in syllables_zh]
    base_en, endings = len(words.SYLLABLES_EN), len(words.ENDINGS_EN)
    en = [
        words.SYLLABLES_EN[value % base_en]
        + words.SYLLABLES_EN[value // base_en % base_en]
        + words.SYLLABLES_EN[value // base_en**2 % base_en]
        + words.ENDINGS_EN[value // base_en**3]
        for value in random.permutation(base_en**3 * endings)[: traits.count]
    ]
    trades = [(word_zh, word_en) for word_zh, word_en, _ in words.INDUSTRIES.values()]
    speaks = random.random(traits.count)
    names = np.empty(traits.count, dtype=object)
    for place, industry in enumerate(traits.industry):
        trade_zh, trade_en = trades[industry]
        if industry == words.HOUSEHOLD:
            names[place] = f"{en[place].title()} {chr(65 + place % 26)}."
        elif speaks[place] < 0.55:
            names[place] = f"{zh[place]}{trade_zh}"
        elif speaks[place] < 0.85:
            names[place] = f"{en[place].title()} {trade_en}"
        else:
            names[place] = f"{zh[place]}{trade_zh} {en[place].title()}"
    return names


def _parents(traits: Traits, ids: Texts, revenue: Floats, random: np.random.Generator) -> pa.Array:
    """Groups of related companies: large parents, each with COMPANIES_UNDER_A_PARENT other companies under it."""
    company = np.flatnonzero((traits.industry != words.HOUSEHOLD) & (revenue > 0))
    parents = company[np.argsort(-revenue[company], kind="stable")][: GROUPS * 4 : 4]
    rest = np.setdiff1d(company, parents)
    children = random.permutation(rest)[: GROUPS * COMPANIES_UNDER_A_PARENT]
    parent_id = np.full(traits.count, None, dtype=object)
    parent_id[children] = np.repeat(ids[parents], COMPANIES_UNDER_A_PARENT)
    return pa.array(parent_id, pa.string())


def _created(traits: Traits, random: np.random.Generator) -> Integers:
    """Days before the first order; years before it for the old customers, who were there before the records."""
    oldest = np.array([2000 if plant.name in OLD_CUSTOMERS else 0 for plant in PLANTS])[traits.plant]
    before = random.integers(0, 30, traits.count) + (random.random(traits.count) * oldest).astype(np.int64)
    created: Integers = traits.start - before
    return created


OLD_CUSTOMERS = ("whale", "high_loyalty", "latent", "lapsed")


def _phones(random: np.random.Generator, count: int) -> Texts:
    """555-0100 to 555-0199 is kept free for fiction in every area code."""
    areas, lines = random.integers(201, 990, count), random.integers(0, 100, count)
    return np.array([f"{area}-555-01{line:02d}" for area, line in zip(areas, lines, strict=True)], dtype=object)


def _addresses(syllables_zh: Integers, random: np.random.Generator) -> Texts:
    base = len(words.SYLLABLES_ZH)
    numbers = random.integers(1, 400, len(syllables_zh))
    return np.array(
        [
            f"{words.SYLLABLES_ZH[value % base]}{words.SYLLABLES_ZH[(value + 7) // base % base]}路 {number} 号"
            for value, number in zip(syllables_zh, numbers, strict=True)
        ],
        dtype=object,
    )


def _influence(traits: Traits, revenue: Floats, random: np.random.Generator) -> dict[str, pa.Array]:
    count = traits.count
    known = (random.random(count) < 0.12) | traits.is_plant("whale")
    standing = np.argsort(np.argsort(revenue, kind="stable"), kind="stable") / count
    scores = {
        "influence_industry": 20 + 60 * random.random(count),
        "influence_rank": 20 + 60 * standing + 20 * random.random(count),
        "influence_fame": 100 * (0.4 * standing + 0.6 * random.random(count)),
    }
    return {name: pa.array(np.round(values).astype(np.int64), mask=~known) for name, values in scores.items()}


def _wallet(traits: Traits, revenue: Floats, random: np.random.Generator) -> pa.Array:
    known_share = np.array([plant.wallet_known for plant in PLANTS])[traits.plant]
    known = random.random(traits.count) < known_share
    spend = np.where(revenue > 0, revenue / traits.wallet_share, 5000 * np.exp(random.normal(0, 1, traits.count)))
    return money(np.maximum(np.round(spend, -2), 100), known)


def _credit_limits(traits: Traits, revenue: Floats) -> Floats:
    """Two months of revenue and something, a month's for late payers: theirs is exceeded."""
    months = np.where(traits.is_plant("late_payer"), 1.5, 3.5)
    limits: Floats = np.maximum(np.ceil(revenue / 12 * months / 1000) * 1000, 2000)
    return limits
