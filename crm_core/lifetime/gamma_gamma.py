"""Gamma-Gamma: what a customer's purchases are worth on average, when few of them were seen.

Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value": likelihood (1a), conditional
expectation (5). Purchases of one customer scatter about the customer's mean by a gamma
distribution of shape p; the means differ between customers. The model assumes that spend has
nothing to do with how often a customer buys, and stays what it was: the gate checks both.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi, zeta

from crm_core.lifetime.maximum_likelihood import Fit, highest, in_logarithms
from crm_core.lifetime.purchases import Floats, Spend

PARAMETER_NAMES = ("p", "q", "gamma")
LOWEST, HIGHEST = np.array([1e-3, 1e-2, 1e-5]), np.array([1e4, 1e3, 1e5])
"""Limits of the search; gamma in mean spends."""
STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (0.5, 1.5, 3.0))
SAMPLE = 8_000


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model of spend. `gamma` has the unit of money; p and q have none."""

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, spend: Spend) -> tuple["GammaGamma", Fit]:
        """Maximum likelihood. Parameters and standard errors in the order p, q, gamma."""
        unit = float(spend.mean_spend.mean())
        scale = np.array([1.0, 1.0, unit])
        exact, sample = Likelihood(spend), spend.thinned(SAMPLE)
        found = highest(
            rough=exact if sample is spend else Likelihood(sample),
            exact=exact,
            starts=[np.array(start) * scale for start in STARTS],
            lowest=LOWEST * scale,
            highest=HIGHEST * scale,
        )
        return cls(*(float(value) for value in found.parameters)), found

    def log_likelihood(self, spend: Spend) -> float:
        """The log-likelihood of these customers' mean spends under this model."""
        return -Likelihood(spend)(np.log([self.p, self.q, self.gamma]))[0]

    @property
    def mean_spend(self) -> float:
        """What a purchase of a customer of whom nothing is known is worth; infinite where q is at most 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else np.inf

    def expected_spend(self, repeat_purchases: Floats, mean_spend: Floats) -> Floats:
        """E[M | m_x, x], shape of the arguments: between the customer's own mean and everybody's. Needs q > 1."""
        return self.p * (self.gamma + mean_spend * repeat_purchases) / (self.p * repeat_purchases + self.q - 1)


class Likelihood:
    """Negative log-likelihood, gradient and Hessian in the log-parameters, over all customers of `spend`.

    ln f(m | x) = ln G(px + q) - ln G(px) - ln G(q) + q ln gamma + (px - 1) ln m + px ln x
                - (px + q) ln(gamma + m x)
    """

    def __init__(self, spend: Spend) -> None:
        self.repeats, place = np.unique(spend.repeat_purchases, return_inverse=True)
        self.repeats_place = place
        self.customers = np.bincount(place).astype(np.float64)
        self.total_spend = spend.mean_spend * spend.repeat_purchases
        log_spend = np.log(spend.mean_spend)
        self.log_spend = float(log_spend.sum())
        self.log_total = float(spend.repeat_purchases @ (log_spend + np.log(spend.repeat_purchases)))

    def __call__(self, place: Floats) -> tuple[float, Floats, Floats]:
        parameters = np.exp(place)
        p, q, gamma = parameters
        repeats, customers, place_of = self.repeats, self.customers, self.repeats_place
        shape, count = p * repeats, customers.sum()
        reached = gamma + self.total_spend
        logs = np.bincount(place_of, weights=np.log(reached))
        inverses = np.bincount(place_of, weights=1 / reached)
        squares = np.bincount(place_of, weights=1 / reached**2)

        value = (
            customers @ (gammaln(shape + q) - gammaln(shape))
            + count * (q * np.log(gamma) - gammaln(q))
            + p * self.log_total - self.log_spend
            - (shape + q) @ logs
        )  # fmt: skip
        slope = np.array(
            [
                customers @ (repeats * (psi(shape + q) - psi(shape))) + self.log_total - repeats @ logs,
                customers @ psi(shape + q) + count * (np.log(gamma) - psi(q)) - logs.sum(),
                count * q / gamma - (shape + q) @ inverses,
            ]
        )
        curve = zeta(2, shape + q)
        by_p_q, by_p_gamma = customers @ (repeats * curve), -(repeats @ inverses)
        by_q_gamma = count / gamma - inverses.sum()
        curvature = np.array(
            [
                [customers @ (repeats**2 * (curve - zeta(2, shape))), by_p_q, by_p_gamma],
                [by_p_q, customers @ curve - count * zeta(2, q), by_q_gamma],
                [by_p_gamma, by_q_gamma, (shape + q) @ squares - count * q / gamma**2],
            ]
        )
        return -float(value), *in_logarithms(parameters, slope, curvature)
