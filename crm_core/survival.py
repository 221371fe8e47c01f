"""How long until it happens, when for many it has not happened yet: the Kaplan-Meier estimator.

Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481. The variance is
Greenwood's (1926); the band is his on the scale log(-log S), which stays within 0 and 1 (Kalbfleisch &
Prentice 1980, The statistical analysis of failure time data, section 1.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

NORMAL_975 = 1.959963984540054
"""The 97.5 % point of the normal distribution: a band that holds the curve 95 times in 100 on each day."""

CURVE_SCHEMA = pa.schema(
    [
        ("days", pa.int64()),
        ("at_risk", pa.int64()),
        ("ended", pa.int64()),
        ("survival", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Survival:
    """The estimate from `table`, one row per length that occurs, ascending.

    Columns: days; at_risk (n, still in view just before), ended (d); survival (S, 0-1, the share for whom it
    has not happened after so many days), lower and upper (its band of 95 %, null once nobody is left).
    """

    table: pa.Table

    @property
    def customers(self) -> int:
        """All it is estimated from."""
        return int(self.table["at_risk"][0].as_py())

    @property
    def ended(self) -> int:
        """For how many it has happened."""
        return int(sum(self.table["ended"].to_pylist()))

    @property
    def last_day(self) -> int:
        """The longest anybody was in view; nothing is known beyond."""
        return int(self.table["days"][-1].as_py())

    def after(self, days: int) -> float | None:
        """The share (0-1) for whom it has not happened after `days`; None beyond what was seen."""
        if days > self.last_day:
            return None
        shares = [row["survival"] for row in self.table.to_pylist() if row["days"] <= days]
        return float(shares[-1]) if shares else 1.0

    @property
    def median_days(self) -> int | None:
        """After how many days it has happened for half; None if it has not come so far."""
        return next((row["days"] for row in self.table.to_pylist() if row["survival"] <= 0.5), None)


def kaplan_meier(days: Sequence[int], ended: Sequence[int], still_open: Sequence[int]) -> Survival:
    """The estimate from counts: after each of `days` it had happened for `ended`, and `still_open` were last seen.

    `days` must rise and hold at least one row. Who is last seen on the day it happens to another was
    still at risk then.
    """
    d, c = np.asarray(ended, dtype=np.int64), np.asarray(still_open, dtype=np.int64)
    leaving = d + c
    n = leaving.sum() - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    survival = np.cumprod(1 - d / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(d / (n * (n - d)))
        width = NORMAL_975 * np.sqrt(greenwood) / np.log(survival)
        lower, upper = survival ** np.exp(-width), survival ** np.exp(width)
    untouched = survival == 1
    lower, upper = np.where(untouched, 1.0, lower), np.where(untouched, 1.0, upper)
    unknown = survival <= 0
    columns = {
        "days": pa.array(days, pa.int64()),
        "at_risk": pa.array(n, pa.int64()),
        "ended": pa.array(d, pa.int64()),
        "survival": pa.array(survival, pa.float64()),
        "lower": pa.array(lower, pa.float64(), mask=unknown),
        "upper": pa.array(upper, pa.float64(), mask=unknown),
    }
    return Survival(pa.table(columns, schema=CURVE_SCHEMA))


def standard_errors(curve: Survival) -> list[float]:
    """Greenwood's standard error of S on each row of the curve."""
    n, d = np.asarray(curve.table["at_risk"]), np.asarray(curve.table["ended"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return list(np.asarray(curve.table["survival"]) * np.sqrt(np.cumsum(d / (n * (n - d)))))
