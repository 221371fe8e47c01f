"""Customers drawn from known parameters: to find the parameters again, and to measure on a million of them."""

import numpy as np

from crm_core.lifetime.beta_geometric import BetaGeometric
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.purchases import Floats, Purchases, Spend

SHORTEST_WAIT = 1e-9


def repeat_purchases(
    model: BetaGeometric, tenure_days: Floats, random: np.random.Generator
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
    """One entry per repeat purchase within each customer's tenure: customer (place in `tenure_days`) and time since
    the first purchase, in no order of customers."""
    count = len(tenure_days)
    rates = random.gamma(model.r, 1 / model.alpha, count)
    leaving = random.beta(model.a, model.b, count)
    active = np.arange(count)
    if model.first_toss:
        active = active[random.random(count) >= leaving]
    times = np.zeros(count)
    customers, moments = [], []
    while len(active):
        times[active] += random.exponential(size=len(active)) / np.maximum(rates[active], SHORTEST_WAIT)
        active = active[times[active] <= tenure_days[active]]
        customers.append(active)
        moments.append(times[active])
        active = active[random.random(len(active)) >= leaving[active]]
    return np.concatenate([active, *customers]), np.concatenate([times[active], *moments])


def purchases(model: BetaGeometric, tenure_days: Floats, random: np.random.Generator) -> Purchases:
    """The histories of customers of these tenures who behave as `model` says."""
    customers, moments = repeat_purchases(model, tenure_days, random)
    active = np.zeros(len(tenure_days))
    np.maximum.at(active, customers, moments)
    return Purchases.grouped(np.bincount(customers, minlength=len(tenure_days)), active, tenure_days)


def spend(model: GammaGamma, repeat_purchases: Floats, random: np.random.Generator) -> Spend:
    """Mean spends of customers with so many repeat purchases who spend as `model` says."""
    scale = random.gamma(model.q, 1 / model.gamma, len(repeat_purchases))
    means = random.gamma(model.p * repeat_purchases) / (scale * repeat_purchases)
    return Spend(np.asarray(repeat_purchases, dtype=np.float64), means)
