"""How well a score orders customers by who leaves: figures from counts by score, whatever the number of customers.

ROC AUC and average precision are defined as in scikit-learn (`roc_auc_score`, `average_precision_score`:
a step at each score that occurs, no interpolation); Brier (1950), Verification of forecasts expressed
in terms of probability; the interval of a share is Wilson's (1927). Equal scores are never put in an
order: where a tenth ends among customers with equal scores, those who left are shared out evenly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]

WILSON_Z = 1.959963984540054  # 95 %
CUTS = 50  # steps of the curve of cuts
CLOSE = 1e-9  # a score that should lie on an edge, after division, does


@dataclass(frozen=True)
class Flagged:
    """What flagging some of the customers would have caught. Counts need not be whole where ties are shared out."""

    customers: float
    left: float
    flagged: float
    caught: float

    @property
    def recall(self) -> float | None:
        """The share of those who left that was flagged; None if nobody left."""
        return self.caught / self.left if self.left else None

    @property
    def precision(self) -> float | None:
        """The share of those flagged that left; None if nobody was flagged."""
        return self.caught / self.flagged if self.flagged else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None if nobody left and nobody was flagged."""
        both = self.flagged + self.left
        return 2 * self.caught / both if both else None


@dataclass(frozen=True, eq=False)
class Ranking:
    """Customers counted by a score: one entry per score that occurs, the highest first.

    score: any real number, higher means sooner to leave, shape (n,); left, stayed: customers with that
    score who left and who did not, shape (n,).
    """

    score: Floats
    left: Floats
    stayed: Floats

    @classmethod
    def of(cls, score: Any, left: Any, stayed: Any) -> "Ranking":
        """Counts by score in any order, equal scores in several entries or in one."""
        scores, places = np.unique(np.asarray(score, dtype=np.float64), return_inverse=True)
        counts = np.zeros((2, len(scores)))
        np.add.at(counts[0], places, np.asarray(left, dtype=np.float64))
        np.add.at(counts[1], places, np.asarray(stayed, dtype=np.float64))
        return cls(scores[::-1], counts[0, ::-1], counts[1, ::-1])

    @property
    def customers(self) -> float:
        """How many customers stand in the order: who left and who stayed."""
        return float(self.left.sum() + self.stayed.sum())

    @property
    def left_count(self) -> float:
        """How many of them left."""
        return float(self.left.sum())

    @property
    def left_share(self) -> float | None:
        """The share of all customers who left: what a list drawn by lot would hit."""
        return self.left_count / self.customers if self.customers else None

    # ------------------------------------------------------------------ the order alone

    @property
    def roc_auc(self) -> float | None:
        """How often one who left scores above one who stayed, equal scores counting half; None without both."""
        left, stayed = self.left.sum(), self.stayed.sum()
        if not left or not stayed:
            return None
        below = stayed - np.cumsum(self.stayed)
        return float((self.left @ (below + self.stayed / 2)) / (left * stayed))

    @property
    def average_precision(self) -> float | None:
        """Precision at each score that occurs, weighted by the recall gained there; None if nobody left."""
        if not self.left_count:
            return None
        caught, flagged = np.cumsum(self.left), np.cumsum(self.left + self.stayed)
        precision = np.divide(caught, flagged, out=np.zeros_like(caught), where=flagged > 0)
        return float(self.left @ precision / self.left_count)

    def lift(self, parts: int = 10) -> pa.Table:
        """One row per part of equal size, the highest scores first: part (1 is first), customers, left, left_share,
        lift (left_share against that of all), caught_share (of all who left, in this part and those before)."""
        if not self.customers or not self.left_count:
            return LIFT.empty_table()
        customers = self.customers / parts
        caught = np.diff(self._caught_among_first(np.arange(parts + 1, dtype=np.float64) * customers))
        base = self.left_count / self.customers
        return pa.table(
            {
                "part": pa.array(range(1, parts + 1)),
                "customers": [customers] * parts,
                "left": caught,
                "left_share": caught / customers,
                "lift": caught / customers / base,
                "caught_share": np.cumsum(caught) / self.left_count,
            },
            schema=LIFT,
        )

    # ------------------------------------------------------------------ flagging some of them

    def from_score(self, cut: float) -> Flagged:
        """Flag everybody who scores `cut` or more."""
        above = self.score >= cut
        caught = float(self.left[above].sum())
        return Flagged(self.customers, self.left_count, caught + float(self.stayed[above].sum()), caught)

    def first(self, customers: float) -> Flagged:
        """Flag so many customers, the highest scores first."""
        caught = float(self._caught_among_first(np.array([customers]))[0])
        return Flagged(self.customers, self.left_count, customers, caught)

    def cuts(self, steps: int = CUTS) -> pa.Table:
        """What flagging from each cut on, 0 to 1 in even steps, would catch: cut, flagged, precision (null where
        nobody scores so high), recall (null if nobody left)."""
        found = [(step / steps, self.from_score(step / steps)) for step in range(steps + 1)]
        return pa.Table.from_pylist(
            [
                {"cut": cut, "flagged": each.flagged, "precision": each.precision, "recall": each.recall}
                for cut, each in found
            ],
            schema=CURVE,
        )

    # ------------------------------------------------------------------ the score read as a probability

    @property
    def brier(self) -> float | None:
        """The mean squared distance of the score (0-1) from what happened: 0 is perfect; None without customers."""
        if not self.customers:
            return None
        return float((self.left @ (1 - self.score) ** 2 + self.stayed @ self.score**2) / self.customers)

    @property
    def brier_of_share(self) -> float | None:
        """The Brier score of giving everybody the share that left: a score above it says less than that one number."""
        return None if self.left_share is None else self.left_share * (1 - self.left_share)

    def calibration(self, bins: int = 10) -> pa.Table:
        """One row per even bin of the score (0-1) that holds customers, its lower bound included: score_from,
        customers, mean_score, left_share, and that share's 95 % interval (left_share_low, left_share_high)."""
        place = np.minimum((self.score * bins + CLOSE).astype(int), bins - 1)
        rows = []
        for each in np.unique(place):
            here = place == each
            left, customers = float(self.left[here].sum()), float((self.left + self.stayed)[here].sum())
            if customers:
                low, high = wilson(left, customers)
                mean = float(self.score[here] @ (self.left + self.stayed)[here] / customers)
                rows.append((each / bins, customers, mean, left / customers, low, high))
        return pa.Table.from_pylist([dict(zip(BINS.names, row, strict=True)) for row in rows], schema=BINS)

    def _caught_among_first(self, customers: Floats) -> Floats:
        """How many of the first so many left; among equal scores as many as their share."""
        reached = np.concatenate([[0.0], np.cumsum(self.left + self.stayed)])
        caught = np.concatenate([[0.0], np.cumsum(self.left)])
        return np.asarray(np.interp(customers, reached, caught), dtype=np.float64)


def wilson(hits: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share of `count` (more than none)."""
    share, square = hits / count, WILSON_Z**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = WILSON_Z / (1 + square / count) * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _schema(columns: str, first: pa.DataType | None = None) -> pa.Schema:
    names = columns.split()
    kinds = [first or pa.float64(), *[pa.float64()] * (len(names) - 1)]
    return pa.schema(list(zip(names, kinds, strict=True)))


LIFT = _schema("part customers left left_share lift caught_share", pa.int64())
CURVE = _schema("cut flagged precision recall")
BINS = _schema("score_from customers mean_score left_share left_share_low left_share_high")
