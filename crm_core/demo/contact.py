"""Who at the demo company knows whom: visits, calls, mails and contracts."""

import numpy as np
import pyarrow as pa

from crm_core.demo import words
from crm_core.demo.archive import LONE_REP, REP_NAMES, Portfolio, serving_rep
from crm_core.demo.columns import days, labels, money, texts
from crm_core.demo.plants import DAY_COUNT, PLANTS
from crm_core.demo.traits import Flags, Integers, Texts, Traits

VISIT_DAYS = 730  # visits are on file for the last two years
KIND_SHARES = (0.35, 0.45, 0.20)
KIND_MINUTES = (75.0, 18.0, 8.0)
KIND_COSTS = (180.0, 12.0, 4.0)
MINUTE_COST = 1.8

CONTRACT_SHARES = {"whale": 1.0, "high_loyalty": 0.5, "latent": 0.25, "inertia": 0.1, "late_payer": 0.3}
OTHER_CONTRACT_SHARE = 0.06
SIGNED_BY_COMPANY_SHARE = 0.8
CONTRACT_DAYS = (365, 365, 730)


def visits_table(traits: Traits, ids: Texts, portfolio: Portfolio, random: np.random.Generator) -> pa.Table:
    """One row per contact of the last two years; effort follows habit, not value: zero gets more than latent."""
    a_year = np.array([plant.visits_per_year for plant in PLANTS])[traits.plant]
    customer = np.repeat(np.arange(traits.count), random.poisson(a_year * VISIT_DAYS / 365.25))
    day = DAY_COUNT - VISIT_DAYS + random.integers(0, VISIT_DAYS, len(customer))
    possible = (day > traits.start[customer] - 20) & ~_is_out_of_sight(traits, customer, day)
    customer, day = customer[possible], day[possible]
    by_time = np.lexsort((customer, day))
    customer, day = customer[by_time], day[by_time]
    kind = random.choice(len(KIND_SHARES), len(customer), p=KIND_SHARES)
    minutes = np.maximum(np.rint(np.array(KIND_MINUTES)[kind] * random.gamma(4.0, 0.25, len(customer))), 2.0)
    return pa.table(
        {
            "customer_id": texts(ids[customer]),
            "visited_at": days(day),
            "sales_rep": labels(serving_rep(portfolio, customer, day, random), REP_NAMES),
            "kind": labels(kind, list(words.VISIT_KINDS)),
            "minutes": pa.array(minutes.astype(np.int64)),
            "cost": money(np.round(np.array(KIND_COSTS)[kind] + minutes * MINUTE_COST, 2)),
        }
    )


def _is_out_of_sight(traits: Traits, customer: Integers, day: Integers) -> Flags:
    """Nobody calls on those who are leaving or gone."""
    gone = traits.is_plant("lapsed") | traits.is_plant("about_to_lapse")
    out_of_sight: Flags = gone[customer] & (day > traits.changed[customer] - 30)
    return out_of_sight


def contracts_table(traits: Traits, ids: Texts, portfolio: Portfolio, random: np.random.Generator) -> pa.Table:
    """One row per contract, signed after the first order; the lone rep signs everything in person."""
    share = np.array([CONTRACT_SHARES.get(plant.name, OTHER_CONTRACT_SHARE) for plant in PLANTS])[traits.plant]
    customer = np.flatnonzero((random.random(traits.count) < share) & (traits.industry != words.HOUSEHOLD))
    signed = np.minimum(traits.start[customer] + random.integers(20, 900, len(customer)), DAY_COUNT - 1)
    by_time = np.lexsort((customer, signed))
    customer, signed = customer[by_time], signed[by_time]
    by_company = (random.random(len(customer)) < SIGNED_BY_COMPANY_SHARE) & (portfolio.current[customer] != LONE_REP)
    volume = traits.order_value[customer] * np.maximum(traits.orders_per_year[customer], 4.0)
    return pa.table(
        {
            "customer_id": texts(ids[customer]),
            "contract_id": texts(np.array([f"CT{number:04d}" for number in range(1, len(customer) + 1)], dtype=object)),
            "signed_at": days(signed),
            "ends_at": days(signed + random.choice(CONTRACT_DAYS, len(customer))),
            "amount": money(np.round(volume, -3)),
            "company_signed": pa.array(by_company),
        }
    )
