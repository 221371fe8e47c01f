"""What BG/NBD and MBG/NBD share: they differ in one toss of the coin.

While alive a customer buys at random at the rate lambda, which differs from customer to customer by
a gamma distribution (r, alpha). After each purchase the customer leaves for good with probability
p, which differs by a beta distribution (a, b). BG/NBD tosses that coin after every repeat purchase,
MBG/NBD after the first purchase too. With m tosses survived (m = x, or x + 1), each formula below
serves both; `bg_nbd.py` and `mbg_nbd.py` name the sources.

Symbols: x repeat purchases, t_x active days, T tenure days, in any one unit of time.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, expit, gammaln, hyp2f1, psi, xlogy, zeta

from crm_core.lifetime.maximum_likelihood import Fit, highest, in_logarithms
from crm_core.lifetime.purchases import Floats, Purchases

PARAMETER_NAMES = ("r", "alpha", "a", "b")
LOWEST, HIGHEST = np.array([1e-4, 1e-6, 1e-4, 1e-4]), np.array([1e3, 1e4, 1e3, 1e4])
"""Limits of the search; alpha in mean tenures."""
STARTS = ((0.3, 0.8, 2.5), (1.0, 1.0, 1.0), (2.0, 0.2, 3.0), (0.7, 1.0, 8.0))
"""r, a and b to begin with; alpha follows from the rate of purchases seen."""
SAMPLE = 8_000
STRIDE = 8_192
INTEGRATION_POINTS = 24
CURVE_DEGREE = 40


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted model of purchases: rates gamma(r, alpha), leaving beta(a, b). `alpha` has the unit of time.

    `first_toss`: 1 where the first purchase may be the last, else 0.
    """

    r: float
    alpha: float
    a: float
    b: float

    name: ClassVar[str]
    first_toss: ClassVar[int]

    # ------------------------------------------------------------------ fitting

    @classmethod
    def fit(cls, purchases: Purchases) -> tuple["BetaGeometric", Fit]:
        """Maximum likelihood. Parameters and standard errors in the order r, alpha, a, b."""
        unit = float(purchases.tenure_days @ purchases.customers / purchases.customers.sum()) or 1.0
        # one repeat purchase more than seen: a rate to start from even where nobody came back
        rate = (float(purchases.repeat_purchases @ purchases.customers) + 1) / (unit * purchases.customers.sum())
        scale = np.array([1.0, unit, 1.0, 1.0])
        exact, sample = Likelihood(purchases, cls.first_toss), purchases.thinned(SAMPLE)
        found = highest(
            rough=exact if sample is purchases else Likelihood(sample, cls.first_toss),
            exact=exact,
            starts=[np.array([r, r / rate, a, b]) for r, a, b in STARTS],
            lowest=LOWEST * scale,
            highest=HIGHEST * scale,
        )
        return cls(*(float(value) for value in found.parameters)), found

    def log_likelihood(self, purchases: Purchases) -> float:
        """The log-likelihood of these customers under this model."""
        place = np.log([self.r, self.alpha, self.a, self.b])
        return -Likelihood(purchases, self.first_toss)(place)[0]

    # ------------------------------------------------------------------ one customer, or many

    def probability_alive(self, repeat_purchases: Floats, active_days: Floats, tenure_days: Floats) -> Floats:
        """P(alive | x, t_x, T), shape of the arguments. One for x = 0 under BG/NBD: it knows no way to have left."""
        tosses = repeat_purchases + self.first_toss
        log_odds = (
            np.log(self.a)
            - np.log(self.b + np.maximum(tosses, 1) - 1)
            + (self.r + repeat_purchases) * np.log((self.alpha + tenure_days) / (self.alpha + active_days))
        )
        alive: Floats = np.where(tosses > 0, expit(-log_odds), 1.0)
        return alive

    def rate_if_alive(self, repeat_purchases: Floats, tenure_days: Floats, ahead: Floats) -> Floats:
        """Expected purchases per unit of time, `ahead` from now, of a customer alive now.

        Given that the customer is alive, lambda is gamma(r + x, alpha + T) and p beta(a, b + m), so the
        rate is E[lambda exp(-lambda p s)]
        = (r + x) / (alpha + T) 2F1(r + x + 1, a; a + b + m; -s / (alpha + T)), here by Pfaff's
        transformation, which keeps the argument in [0, 1). Its integral over s times P(alive) is the
        conditional expectation of the papers, without their pole at a = 1.
        """
        since = self.alpha + tenure_days
        tosses = repeat_purchases + self.first_toss
        leaving = hyp2f1(
            self.a + self.b + self.first_toss - self.r - 1,
            self.a,
            self.a + self.b + tosses,
            ahead / (since + ahead),
        )
        rate: Floats = (self.r + repeat_purchases) / since * (since / (since + ahead)) ** self.a * leaving
        return rate

    def orders_if_alive(
        self, repeat_purchases: Floats, tenure_days: Floats, horizon: float, discount_rate: float = 0.0
    ) -> tuple[Floats, Floats]:
        """Expected purchases over `horizon` of customers alive now, plain and discounted, shape (n,) each.

        `discount_rate` is continuous, per unit of time: a purchase s ahead counts exp(-discount_rate s).
        Gauss-Legendre in log time, so that a brisk start and a long horizon are both met.
        """
        unit = self.alpha + float(np.min(tenure_days, initial=np.inf)) if len(tenure_days) else self.alpha
        points, weights = np.polynomial.legendre.leggauss(INTEGRATION_POINTS)
        length = np.log1p(horizon / unit)
        stretched = np.exp(length * (points + 1) / 2)
        plain, discounted = np.zeros(len(tenure_days)), np.zeros(len(tenure_days))
        for ahead, weight in zip(unit * (stretched - 1), weights * unit * stretched * length / 2, strict=True):
            rate = self.rate_if_alive(repeat_purchases, tenure_days, ahead)
            plain += weight * rate
            discounted += weight * np.exp(-discount_rate * ahead) * rate
        return plain, discounted

    def expected_orders(
        self, repeat_purchases: Floats, active_days: Floats, tenure_days: Floats, horizon: float
    ) -> Floats:
        """E[X(T, T + horizon) | x, t_x, T], shape (n,)."""
        repeats, active, tenure = (
            np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (repeat_purchases, active_days, tenure_days)
        )
        alive = self.probability_alive(repeats, active, tenure)
        return alive * self.orders_if_alive(repeats, tenure, horizon)[0]

    # ------------------------------------------------------------------ all customers together

    def cumulative_orders(self, purchases: Purchases, ahead: Floats) -> Floats:
        """Expected repeat purchases of these customers within each time `ahead`, rising from 0, shape (k,)."""
        alive = purchases.customers * self.probability_alive(
            purchases.repeat_purchases, purchases.active_days, purchases.tenure_days
        )
        repeats, tenure, customers = purchases.by_tenure(alive)
        unit = self.alpha + float(tenure.min(initial=np.inf)) if len(tenure) else self.alpha

        def rates(places: Floats) -> Floats:
            spread = unit * np.exp(places)
            return np.asarray([customers @ self.rate_if_alive(repeats, tenure, each - unit) * each for each in spread])

        longest = float(np.max(ahead))
        curve = np.polynomial.Chebyshev.interpolate(rates, CURVE_DEGREE, domain=[0, np.log1p(longest / unit)]).integ()
        expected: Floats = curve(np.log1p(ahead / unit)) - curve(0.0)
        return expected

    def count_probabilities(self, tenure_days: Floats, most: int) -> Floats:
        """P(X(T) = x) for x from 0 to `most`, from the first purchase on. Shape (n, most + 1)."""
        tenure = np.asarray(tenure_days, dtype=np.float64)[:, None]
        counts = np.arange(most + 1, dtype=np.float64)[None, :]
        bought = np.exp(
            gammaln(self.r + counts) - gammaln(self.r) - gammaln(counts + 1)
            + self.r * np.log(self.alpha / (self.alpha + tenure))
            + xlogy(counts, tenure / (self.alpha + tenure))
        )  # fmt: skip
        tosses = counts + self.first_toss
        stays = np.exp(betaln(self.a, self.b + tosses) - betaln(self.a, self.b))
        leaves = np.where(
            tosses > 0, np.exp(betaln(self.a + 1, self.b + np.maximum(tosses, 1) - 1) - betaln(self.a, self.b)), 0.0
        )
        fewer = np.cumsum(bought, axis=1) - bought
        probabilities: Floats = stays * bought + leaves * np.maximum(1 - fewer, 0)
        return probabilities


class Likelihood:
    """Negative log-likelihood, gradient and Hessian in the log-parameters, over all customers of `purchases`.

        ln L = ln G(r + x) / G(r) + r ln alpha + ln B(a, b + m) / B(a, b)
             + ln[ (alpha + T)^-(r + x) + [m > 0] a / (b + m - 1) (alpha + t_x)^-(r + x) ]

    Terms in x alone or T alone are summed once a value, not once a customer. Of the bracket,
    (alpha + T)^-(r + x) is taken out and what remains is ln(1 + odds of having left). Rows go
    through in strides that stay in the processor's cache.
    """

    def __init__(self, purchases: Purchases, first_toss: int) -> None:
        self.purchases = purchases
        self.repeats, self.repeats_place = np.unique(purchases.repeat_purchases, return_inverse=True)
        self.tenures, self.tenure_place = np.unique(purchases.tenure_days, return_inverse=True)
        self.actives, self.active_place = np.unique(purchases.active_days, return_inverse=True)
        self.tosses = self.repeats + first_toss
        weights = purchases.customers
        self.customers_of_repeats = np.bincount(self.repeats_place, weights=weights)
        self.customers_of_tenure = np.bincount(self.tenure_place, weights=weights)
        self.repeats_of_tenure = np.bincount(self.tenure_place, weights=weights * purchases.repeat_purchases)
        self.customer_count = float(weights.sum())

    def __call__(self, place: Floats) -> tuple[float, Floats, Floats]:
        parameters = np.exp(place)
        value, slope, curvature = self._known_counts(*parameters)
        for more in (self._stayed(*parameters), self._left(*parameters)):
            value, slope, curvature = value + more[0], slope + more[1], curvature + more[2]
        return -value, *in_logarithms(parameters, slope, curvature)

    def _known_counts(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """ln G(r + x) / G(r) + r ln alpha + ln B(a, b + m) / B(a, b)."""
        customers, count, tosses = self.customers_of_repeats, self.customer_count, self.tosses
        value = customers @ (gammaln(r + self.repeats) + gammaln(b + tosses) - gammaln(a + b + tosses)) + count * (
            r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b)
        )
        both = count * psi(a + b) - customers @ psi(a + b + tosses)
        both_curve = count * zeta(2, a + b) - customers @ zeta(2, a + b + tosses)
        slope = np.array(
            [
                customers @ psi(r + self.repeats) + count * (np.log(alpha) - psi(r)),
                count * r / alpha,
                both,
                both + customers @ psi(b + tosses) - count * psi(b),
            ]
        )
        curvature = np.zeros((4, 4))
        curvature[0, 0] = customers @ zeta(2, r + self.repeats) - count * zeta(2, r)
        curvature[0, 1] = curvature[1, 0] = count / alpha
        curvature[1, 1] = -count * r / alpha**2
        curvature[2:, 2:] = both_curve
        curvature[3, 3] += customers @ zeta(2, b + tosses) - count * zeta(2, b)
        return float(value), slope, curvature

    def _stayed(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """-(r + x) ln(alpha + T)."""
        since = alpha + self.tenures
        purchases = r * self.customers_of_tenure + self.repeats_of_tenure
        logs = np.log(since)
        slope = np.array([-(self.customers_of_tenure @ logs), -(purchases @ (1 / since)), 0.0, 0.0])
        curvature = np.zeros((4, 4))
        curvature[0, 1] = curvature[1, 0] = -(self.customers_of_tenure @ (1 / since))
        curvature[1, 1] = purchases @ (1 / since**2)
        return -float(purchases @ logs), slope, curvature

    def _left(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """ln(1 + odds), odds = [m > 0] a / (b + m - 1) ((alpha + T) / (alpha + t_x))^(r + x)."""
        tossed = self.tosses > 0
        by_toss = np.where(tossed, 1 / (b + np.maximum(self.tosses, 1) - 1), 0.0)
        log_ratio = np.where(tossed, np.log(a * np.maximum(by_toss, 1e-300)), -np.inf)
        log_tenures, log_actives = np.log(alpha + self.tenures), np.log(alpha + self.actives)
        rates, later_rates = 1 / (alpha + self.actives), 1 / (alpha + self.tenures)
        value, slope, curvature = 0.0, np.zeros(4), np.zeros((4, 4))
        for begin in range(0, len(self.repeats_place), STRIDE):
            rows = slice(begin, begin + STRIDE)
            repeats, tenure, active = self.repeats_place[rows], self.tenure_place[rows], self.active_place[rows]
            weights, exponent = self.purchases.customers[rows], r + self.purchases.repeat_purchases[rows]
            gap = log_tenures[tenure] - log_actives[active]
            log_odds = exponent * gap + log_ratio[repeats]
            shrunk = np.exp(-np.abs(log_odds))
            share_left = np.where(log_odds > 0, 1.0, shrunk) / (1 + shrunk)
            left = weights * share_left
            # the odds' logarithm by r, alpha, a and b, a row each
            rate_gap = later_rates[tenure] - rates[active]
            by = np.empty((4, len(gap)))
            by[0], by[1], by[2], by[3] = gap, exponent * rate_gap, 1 / a, -by_toss[repeats]
            value += float(weights @ (np.maximum(log_odds, 0) + np.log1p(shrunk)))
            slope += by @ left
            curvature += (by * (left * (1 - share_left))) @ by.T
            curvature[0, 1] += left @ rate_gap
            curvature[1, 1] -= left @ (by[1] * (later_rates[tenure] + rates[active]))
            curvature[2, 2] -= left.sum() / a**2
            curvature[3, 3] += left @ by[3] ** 2
        curvature[1, 0] = curvature[0, 1]
        return value, slope, curvature
