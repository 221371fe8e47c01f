"""The weighted mean of levels: what a score, a dependence and a risk have in common.

Weights are relative. What a customer lacks is left out of that customer's mean, and the weights
that remain are rescaled: no missing figure counts as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WeightedMean:
    """SQL for one customer's weighted mean, and the weights it binds.

    `expression` is 0 to 1, null where the customer has none of the columns; `weights` names the
    columns that take part. The SQL binds `$weight_<column>` for each, as doubles.
    """

    expression: str
    weights: Mapping[str, float]

    @property
    def parameters(self) -> dict[str, float]:
        """The weights as query parameters."""
        return {f"weight_{column}": weight for column, weight in self.weights.items()}

    @property
    def shares(self) -> dict[str, float]:
        """The weights as shares of 1."""
        total = sum(self.weights.values())
        return {column: weight / total for column, weight in self.weights.items()}


def weighted_mean(weights: Mapping[str, float], filled: Mapping[str, int], customers: int) -> WeightedMean | None:
    """The mean over the columns of `weights` that have weight and data; None if no column has both.

    `filled` counts the customers that have a value in each column. Columns that all customers have
    need no test for null, which halves the cost of a slider at a million customers.
    """
    used = {column: float(weight) for column, weight in weights.items() if weight > 0 and filled.get(column, 0) > 0}
    if not used:
        return None
    whole = [column for column in used if filled[column] == customers]
    partly = [column for column in used if filled[column] < customers]
    parts = [f"$weight_{column} * {column}" for column in whole]
    parts += [f"coalesce($weight_{column} * {column}, 0)" for column in partly]
    known = [f"$weight_{column}" for column in whole]
    known += [f"case when {column} is null then 0 else $weight_{column} end" for column in partly]
    return WeightedMean(f"({' + '.join(parts)}) / nullif({' + '.join(known)}, 0)", used)
