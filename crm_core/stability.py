"""Stability of tiers: who keeps the tier when the weights are a little different, and who stands nearest a cut.

Each weight is drawn anew between 80 % and 120 % of itself, 200 times from a fixed seed; scores and cuts are
computed afresh for every draw by the rules of `crm_core.value`, so that a quota stays a quota. The levels are read
once and scored with numpy, because 200 passes in SQL would cost 200 times as much.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crm_core.book import Book
from crm_core.errors import NotEnoughData
from crm_core.language import _
from crm_core.listing import Listing
from crm_core.settings import ValueSettings
from crm_core.value import ValueTiers, override_expression, override_parameters, tier_label, weighted_levels

DRAWS = 200
JITTER = 0.2
SEED = 2005
MOST_CUSTOMERS = 100_000
DRAWS_AT_ONCE = 10
STEADY_FROM = 0.95
HIGHEST_SCORE = 10_000
BEYOND_ALL_SCORES = 10_001
REMEMBERED = 8

Numbers = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]
Tiers = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Stability:
    """How often each customer keeps the tier: arrays with one place per customer looked at.

    `customer_keys`; `tiers`, the tier without jitter (tier_count + 1: not scored); `kept`, the share of draws (0-1)
    that leave the customer in it. `step`: every step-th customer was looked at, 1 for all.
    """

    settings: ValueSettings
    customer_keys: Wholes
    tiers: Tiers
    kept: Numbers
    step: int

    @property
    def customers(self) -> int:
        """How many customers were tested."""
        return len(self.kept)

    @property
    def steady_share(self) -> float:
        """The share of customers who keep their tier in at least 95 of 100 draws."""
        return float(np.mean(self.kept >= STEADY_FROM))

    @property
    def mean_kept(self) -> float:
        """In an average draw, the share of customers who keep their tier."""
        return float(np.mean(self.kept))

    @cached_property
    def by_tier(self) -> pa.Table:
        """One row per tier that holds customers looked at: tier_number, tier, customers, steady_share, mean_kept."""
        rows = []
        for number in np.unique(self.tiers):
            kept = self.kept[self.tiers == number]
            rows.append(
                {
                    "tier_number": int(number),
                    "tier": tier_label(self.settings, int(number)),
                    "customers": len(kept),
                    "steady_share": float(np.mean(kept >= STEADY_FROM)),
                    "mean_kept": float(np.mean(kept)),
                }
            )
        return pa.Table.from_pylist(rows)

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {int(key): place for place, key in enumerate(self.customer_keys)}

    def kept_of(self, customer_key: int) -> float | None:
        """The share of draws that leave one customer in the tier; None if the sample did not hold the customer."""
        place = self._places.get(customer_key)
        return None if place is None else float(self.kept[place])


@lru_cache(REMEMBERED)
def stability(book: Book, settings: ValueSettings, draws: int = DRAWS, jitter: float = JITTER) -> Stability:
    """How the tiers of the customers in view stand up to weights that differ by up to `jitter` (0-1).

    Up to 100,000 customers are all looked at; of more, evenly every second, third and so on.
    Raises NotEnoughData if no weighted dimension has data, or under the matrix method, which uses no weights.
    """
    if settings.method == "matrix":
        raise NotEnoughData(_("Under the matrix method two dimensions decide and no weights, so nothing can sway."))
    mean = weighted_levels(book, settings)
    step = -(-book.customer_count // MOST_CUSTOMERS)
    columns = list(mean.weights)
    table = _levels_and_figures(book, settings, columns, step)
    weights = np.array(list(mean.weights.values()))
    factors = np.random.default_rng(SEED).uniform(1 - jitter, 1 + jitter, (draws, len(columns)))
    looked_at = _looked_at(table, columns, settings)
    tiers = next(_tiers_of_draws(looked_at, weights[np.newaxis, :]))
    kept = np.zeros(len(tiers), dtype=np.int64)
    for drawn in _tiers_of_draws(looked_at, weights * factors):
        kept += drawn == tiers
    return Stability(settings, *looked_at.with_unscored(table, tiers, kept / draws), step)


def near_cuts(tiers: ValueTiers) -> Listing:
    """The customers in view by how close their score is to the nearest cut, with the tier on its other side.

    Adds to the tier list `cut_distance` (points of score, 0.01 for the first score below a cut) and
    `other_tier_number`. Customers whom a rule places, or who have no score, are not in it.
    """
    text = "select * from customers_near_cuts"
    recipe = tiers.book.recipe(
        "near_cuts", text, parameters=tiers.how.parameters, drafts=tiers.how.drafts, parts=(tiers.inputs,)
    )
    return Listing(
        tiers.book.engine,
        recipe,
        columns=(
            "customer_key", "customer_id", "name", "tier_number", "other_tier_number", "score", "cut_distance",
            "revenue", "margin", "order_count", "days_since_last_order",
        ),
        sorted_by="cut_distance",
        descending=False,
    )  # fmt: skip


# ---------------------------------------------------------------------- scoring and cutting with numpy


@dataclass(frozen=True, eq=False)
class _LookedAt:
    """The customers (n) who have a score, and what turns scores into tiers.

    `levels` (d x n), zero where `known` (d x n) is; None if all are known. `brought`: revenue or margin, for shares
    of value. `override_tiers`: the tier a rule sets, 0 for none. `is_scored`: who of all rows read they are.
    """

    settings: ValueSettings
    levels: Numbers
    known: Numbers | None
    brought: Numbers
    override_tiers: Tiers
    is_scored: npt.NDArray[np.bool_]

    def with_unscored(self, table: pa.Table, tiers: Tiers, kept: Numbers) -> tuple[Wholes, Tiers, Numbers]:
        """Keys, tiers and shares kept of all rows read; who has no score stands behind the last tier and stays."""
        overrides = table["override_tier"].to_numpy().astype(np.int8)
        all_tiers = np.where(overrides > 0, overrides, np.int8(self.settings.tier_count + 1))
        all_kept = np.ones(table.num_rows)
        all_tiers[self.is_scored], all_kept[self.is_scored] = tiers, kept
        return table["customer_key"].to_numpy().astype(np.int64), all_tiers, all_kept


def _levels_and_figures(book: Book, settings: ValueSettings, columns: list[str], step: int) -> pa.Table:
    """One row per customer looked at: customer_key, the levels with weight, the value measure, the rule's tier."""
    levels = book.levels(settings.normalisation)
    text = (
        f"select customer_key, {', '.join(columns)}, {settings.value_measure}::double as brought,"
        f" coalesce({override_expression(settings.overrides)}, 0) as override_tier"
        " from scoring_inputs where customer_key % $step = 0 order by customer_key"
    )
    recipe = book.recipe(
        "levels_looked_at",
        text,
        parameters={**override_parameters(settings.overrides, settings.tier_count), "step": step},
        drafts={"customer_levels": f"select * from {levels.name}"},
        parts=(levels,),
    )
    return book.engine.arrow(recipe)


def _looked_at(table: pa.Table, columns: list[str], settings: ValueSettings) -> _LookedAt:
    values = np.vstack([table[name].to_numpy().astype(np.float64) for name in columns])
    known = ~np.isnan(values)
    is_scored = known.any(axis=0)
    known = known[:, is_scored]
    return _LookedAt(
        settings,
        levels=np.where(known, values[:, is_scored], 0.0),
        known=None if known.all() else known.astype(np.float64),
        brought=table["brought"].to_numpy().astype(np.float64)[is_scored],
        override_tiers=table["override_tier"].to_numpy().astype(np.int8)[is_scored],
        is_scored=is_scored,
    )


def _tiers_of_draws(looked_at: _LookedAt, weights: Numbers) -> Iterator[Tiers]:
    """The tiers (n) under each row of `weights` (draws x d), one after the other.

    The score is the weighted mean of the levels known: s = (w L) / (w K), with L (d x n) zero where K is.
    """
    for start in range(0, len(weights), DRAWS_AT_ONCE):
        some = weights[start : start + DRAWS_AT_ONCE]
        scores = some @ looked_at.levels
        scores /= some.sum(axis=1, keepdims=True) if looked_at.known is None else some @ looked_at.known
        scores *= HIGHEST_SCORE
        for row in scores:
            yield _tiers(row, looked_at)


def _tiers(scores: Numbers, looked_at: _LookedAt) -> Tiers:
    """The tier of each score (0 to 10,000): a table from points to tiers, looked up."""
    points = (scores + (0.5 + 1e-7)).astype(np.int64)
    cuts = np.array(_cuts(points, looked_at.brought, looked_at.settings))
    tier_of_points = (1 + (np.arange(HIGHEST_SCORE + 1) < cuts[:, np.newaxis]).sum(axis=0)).astype(np.int8)
    tiers = tier_of_points[points]
    return np.where(looked_at.override_tiers > 0, looked_at.override_tiers, tiers)


def _cuts(points: Wholes, brought: Numbers, settings: ValueSettings) -> list[int]:
    """The lowest points of each tier but the last, as the models quota_cuts and value_share_cuts find them."""
    if settings.method == "thresholds":
        return [round(threshold * 100) for threshold in settings.thresholds]
    counts = np.bincount(points, minlength=HIGHEST_SCORE + 1)
    shares, amounts = settings.quotas, counts.astype(np.float64)
    if settings.method == "value_share":
        shares = settings.value_shares
        amounts = np.maximum(0, np.bincount(points, weights=brought, minlength=HIGHEST_SCORE + 1))
    from_here_up = np.cumsum(amounts[::-1])[::-1]
    cuts, cumulated = [], 0.0
    for share in shares:
        cumulated = min(1.0, round(cumulated + share, 9))
        reached = (counts > 0) & (from_here_up >= (cumulated - 1e-9) * from_here_up[0])
        cuts.append(int(np.flatnonzero(reached)[-1]) if cumulated > 0 and reached.any() else BEYOND_ALL_SCORES)
    return cuts
