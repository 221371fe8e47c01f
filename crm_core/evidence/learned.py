"""Learned weights: the weights with which the same rules would have ordered customers best.

Logistic regression with non-negative weights: the logit of leaving is a + k r(w), where r(w) is the very
risk the product shows, the weighted mean of the signals a customer has. A missing signal is therefore
left out of that customer's mean and the weights that remain are rescaled, in learning as in use; a weight
below zero cannot come out. Only proportions of w matter: the strongest is brought to 10. Fitted by
maximum likelihood (L-BFGS-B, analytic gradient, several starts, as the likelihood need not have one peak).

Judged out of sample: customers fall into folds, and those of one fold on one day are scored with weights
learned from the other customers on the other days. The horizons of neighbouring days may overlap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.churn import SIGNAL_CHANGES, Horizon
from crm_core.evidence.back_test import DECIMALS_COMPARED, POINTS, BackTest, Evidence, Figure, mean, stand_on
from crm_core.evidence.ranking import Ranking
from crm_core.language import _
from crm_core.settings import ChurnSettings, SignalWeights

Floats = npt.NDArray[np.float64]

FOLDS = 5
MOST_ROWS = 30_000
"""On all days together; with seven weights to find, more would not change them."""
MOST, STEP = 10.0, 0.5
"""What a weight may be, and the step of its slider."""
STEEPEST = 100.0
CLOSE_ENOUGH = 1e-7
"""Of the likelihood: weights are rounded to the steps of a slider anyway."""
SMALLEST = 1e-3
"""A steepness below this is none."""
REMEMBERED_ANSWERS = 16


@dataclass(frozen=True, eq=False)
class Rows:
    """What is learned from, one entry per customer and day.

    strength: of each signal, 0 where missing, shape (n, s); known: 1 or 0, shape (n, s); left: 1 or 0, shape (n,);
    fold and day: whole numbers, shape (n,).
    """

    signals: tuple[str, ...]
    strength: Floats
    known: Floats
    left: Floats
    fold: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]

    def only(self, these: npt.NDArray[np.bool_]) -> "Rows":
        """The rows where `these`, shape (rows,), is true."""
        return Rows(
            self.signals,
            self.strength[these],
            self.known[these],
            self.left[these],
            self.fold[these],
            self.day[these],
        )

    def risk(self, weights: Floats) -> Floats:
        """The risk as the product computes it, shape (n,); 0 for who has none of the weighted signals."""
        total = mixed(self.known, weights)
        risk = np.divide(mixed(self.strength, weights), total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(np.round(POINTS * risk) / POINTS, dtype=np.float64)


@dataclass(frozen=True)
class LearnedWeights:
    """Weights learned from the back-test, 0 to 10 for the signals with data, and how they do out of sample.

    `scores`: one row per day and set of weights ("learned", "own") or "silence": day, rule, customers, roc_auc,
    average_precision; all on the same customers.
    """

    weights: Mapping[str, float]
    rows: int
    scores: tuple[Mapping[str, Any], ...]

    def values(self, rule: str, figure: Figure = "average_precision") -> list[float]:
        """One figure of a rule on every day, the oldest first."""
        return [row[figure] for row in self.scores if row["rule"] == rule]

    def mean(self, rule: str, figure: Figure = "average_precision") -> float | None:
        """The mean over the days."""
        return mean(self.values(rule, figure))

    @property
    def gain(self) -> float:
        """By how much average precision, the mean over the days, would rise against the manager's own weights; a
        difference that does not show is none."""
        return round((self.mean("learned") or 0) - (self.mean("own") or 0), DECIMALS_COMPARED)

    def applied_to(self, weights: SignalWeights) -> SignalWeights:
        """The manager's weights with the learned ones in their place; a signal without data keeps its weight."""
        return weights.model_copy(update=dict(self.weights))

    def sentence(self) -> str:
        """What the learned weights would change, in words with the figures."""
        figures = {
            "learned": formats.number(self.mean("learned"), DECIMALS_COMPARED),
            "own": formats.number(self.mean("own"), DECIMALS_COMPARED),
            "silence": formats.number(self.mean("silence"), DECIMALS_COMPARED),
        }
        text = (
            _(
                "On customers and days they were not learned from, the learned weights reach an average precision of"
                " {learned}; yours reach {own}, days since last order alone {silence}."
            )
            if self.gain > 0
            else _(
                "The learned weights do no better than yours on customers and days they were not learned from: average"
                " precision {learned} against {own}, days since last order alone {silence}."
            )
        )
        return text.format(**figures)


def learned_weights(evidence: Evidence) -> LearnedWeights | None:
    """Learn weights from all days of the evidence; None if no signal says anything about who leaves."""
    newest = evidence.newest
    settings = ChurnSettings(sensitivity=newest.settings.sensitivity)  # neither the weights nor where bands begin
    days = tuple(sorted((test.day, test.every) for test in evidence.tests))
    found = _learned(newest.book, settings, newest.horizon, days)
    if found is None:
        return None
    rows, silences, weights, held_out = found
    own = np.array([getattr(newest.settings.weights, name) for name in rows.signals])
    scores = []
    for place, (day, _every) in enumerate(days):
        here = rows.day == place
        for rule, risk in (("learned", held_out[here]), ("own", rows.risk(own)[here]), ("silence", silences[here])):
            ranking = Ranking.of(risk, rows.left[here], 1 - rows.left[here])
            scores.append(
                {
                    "day": day,
                    "rule": rule,
                    "customers": int(here.sum()),
                    "roc_auc": ranking.roc_auc,
                    "average_precision": ranking.average_precision,
                }
            )
    return LearnedWeights(weights, len(rows.left), tuple(scores))


# ---------------------------------------------------------------------- what is learned from

Answer = tuple[Rows, Floats, dict[str, float], Floats]


@lru_cache(REMEMBERED_ANSWERS)
def _learned(
    then: Book, settings: ChurnSettings, in_force: Horizon, days: tuple[tuple[date, int], ...]
) -> Answer | None:
    """The rows, their days since the last order, the weights, and each row's risk by weights not learned from it."""
    rows, silences = _rows([stand_on(then, settings, in_force, day, every) for day, every in days])
    weights = fitted(rows)
    if weights is None:
        return None
    return rows, silences, dict(zip(rows.signals, weights.tolist(), strict=True)), held_out_risk(rows)


def _rows(tests: Sequence[BackTest]) -> tuple[Rows, Floats]:
    """The customers of all tests, or as many of them as are learned from; signals nobody has data for are left out."""
    widest = max(test.every for test in tests)
    count = sum(test.silence.customers * test.every for test in tests) / widest
    every = widest * max(1, -(-int(count) // MOST_ROWS))
    tables = [test.learning_rows(every, FOLDS) for test in tests]
    table = pa.concat_tables(tables)
    signals = tuple(signal for signal in SIGNAL_CHANGES if table[signal].null_count < len(table))
    strengths = np.stack([table[signal].cast(pa.float64()).to_numpy() for signal in signals], axis=1)
    known = ~np.isnan(strengths)
    rows = Rows(
        signals,
        strength=np.where(known, strengths, 0.0),
        known=known.astype(np.float64),
        left=table["has_left"].cast(pa.int8()).to_numpy().astype(np.float64),
        fold=table["fold"].to_numpy().astype(np.int64),
        day=np.repeat(np.arange(len(tables)), [len(each) for each in tables]),
    )
    return rows, table["days_since_last_order"].to_numpy().astype(np.float64)


# ---------------------------------------------------------------------- the fit


def held_out_risk(rows: Rows) -> Floats:
    """The risk of each row by weights learned from other customers on other days, shape (n,).

    With one day alone, by weights learned from other customers on that day.
    """
    risk = np.zeros(len(rows.left))
    several = rows.day.max(initial=0) > 0
    for day in np.unique(rows.day):
        for fold in range(FOLDS):
            here = (rows.day == day) & (rows.fold == fold)
            others = (rows.fold != fold) & (rows.day != day if several else True)
            weights = fitted(rows.only(others))
            if weights is not None and here.any():
                risk[here] = rows.only(here).risk(weights)
    return risk


def fitted(rows: Rows) -> Floats | None:
    """The most likely weights, the strongest 10, in the steps that a slider has; shape (s,). None where nobody left,
    nobody stayed, or no signal rises with leaving."""
    from scipy.optimize import minimize

    share = float(rows.left.mean()) if len(rows.left) else 0.0
    if not rows.signals or share in (0.0, 1.0):
        return None
    count = len(rows.signals)
    bounds = [(None, None), (0, STEEPEST), *[(0, 1)] * count]
    found = [
        minimize(
            _loss,
            [np.log(share / (1 - share)) - 1, 2.0, *start],
            (rows,),
            "L-BFGS-B",
            jac=True,
            bounds=bounds,
            options={"ftol": CLOSE_ENOUGH},
        )
        for start in _starts(rows)
    ]
    best = min(found, key=lambda each: float(each.fun))
    steepness, weights = float(best.x[1]), np.asarray(best.x[2:], dtype=np.float64)
    if steepness * weights.max(initial=0) < SMALLEST:
        return None
    return np.asarray(np.round(weights / weights.max() * MOST / STEP) * STEP, dtype=np.float64)


def _starts(rows: Rows) -> list[Floats]:
    """Where the search begins: all signals alike, and each by how much stronger it is in those who left."""
    left = rows.left[:, None]
    means = [
        (rows.strength * who).sum(axis=0) / np.maximum((rows.known * who).sum(axis=0), 1) for who in (left, 1 - left)
    ]
    apart = np.maximum(means[0] - means[1], 0)
    alike = np.full(len(rows.signals), 0.5)
    return [alike, apart / apart.max()] if apart.max() > 0 else [alike]


def _loss(parameters: Floats, rows: Rows) -> tuple[float, Floats]:
    """The mean negative log-likelihood at (a, k, w) and its gradient.

    With r = (S w) / (K w), of strengths S and known K: dr/dw = (S - r K) / (K w).
    """
    level, steepness, weights = parameters[0], parameters[1], parameters[2:]
    total = mixed(rows.known, weights)
    is_scored = total > 0
    risk = np.divide(mixed(rows.strength, weights), total, out=np.zeros_like(total), where=is_scored)
    logit = level + steepness * risk
    loss = float(np.mean(np.logaddexp(0, logit) - rows.left * logit))
    slope = (1 / (1 + np.exp(-logit)) - rows.left) / len(rows.left)
    pull = np.divide(steepness * slope, total, out=np.zeros_like(total), where=is_scored)
    along = mixed(rows.strength.T, pull) - mixed(rows.known.T, pull * risk)
    return loss, np.concatenate([[slope.sum(), (slope * risk).sum()], along])


def mixed(table: Floats, weights: Floats) -> Floats:
    """The product of a table and a vector, on one thread: tables so narrow gain nothing from several, and lose a lot
    where others wait for the same processors."""
    return np.asarray(np.einsum("ij,j->i", table, weights), dtype=np.float64)
