"""Lifetime value: CDNOW beside `lifetimes`, and a million customers fitted and predicted.

    python -m benchmarks.lifetime
    python -m benchmarks.lifetime --customers 100000

`measure` returns the rows; nothing is read from disk but the CDNOW sample that `lifetimes` carries.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import cpu_seconds
from crm_core.engine import Database, Engine, Recipe
from crm_core.lifetime import simulation
from crm_core.lifetime.beta_geometric import BetaGeometric
from crm_core.lifetime.bg_nbd import BgNbd
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.lifetime_value import orders_if_alive, prediction_parameters
from crm_core.lifetime.mbg_nbd import MbgNbd
from crm_core.lifetime.purchases import Floats, Purchases, Spend
from crm_core.settings import LifetimeSettings

Found = TypeVar("Found")

FOLDER = Path(__file__).parent.parent / "build" / "bench"
CALIBRATED_ON = date(1997, 9, 30)
SEED = 1
LONGEST_TENURE_DAYS = 1096
LEAST_TIMES_FASTER = 10.0
MOST_SECONDS = 10.0


@dataclass(frozen=True)
class Row:
    """One measurement, the median of `rounds`. `limit` is what must hold of `figure`, which says what it is."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    rounds: int
    figure: float | None = None
    limit: str = ""
    is_within: bool = True


def measure(customers: int = 1_000_000, rounds: int = 5) -> list[Row]:
    """The rows of this part: CDNOW ours and theirs, then so many customers step by step and in all."""
    return [*cdnow(rounds), *many(customers)]


def cdnow(rounds: int) -> list[Row]:
    """One fit of the 2,357 customers, ours beside `lifetimes`, in turns."""
    x, t_x, tenure = cdnow_histories()
    rows = []
    for name, ours, theirs in (("BG/NBD", BgNbd, "BetaGeoFitter"), ("MBG/NBD", MbgNbd, "ModifiedBetaGeoFitter")):
        peer = _peer(theirs)
        pairs = []
        for _ in range(rounds):
            _found, our = _timed(partial(_fitted, ours, x, t_x, tenure))
            _found, their = _timed(partial(peer, x, t_x, tenure))
            pairs.append((our, their))
        our, their = (_median([pair[side] for pair in pairs]) for side in (0, 1))
        rows.append(Row(f"CDNOW {name}, lifetimes", *their, rounds))
        times = their[1] / our[1]
        limit = f"at least {LEAST_TIMES_FASTER:g} times faster, by CPU"
        rows.append(Row(f"CDNOW {name}, ours", *our, rounds, times, limit, times >= LEAST_TIMES_FASTER))
    return rows


def many(customers: int) -> list[Row]:
    """Read, group, fit all three models and predict for everyone, in SQL as the product does."""
    engine = Engine(Database())
    try:
        rows = _steps(engine, simulated(customers))
    finally:
        engine.database.close()
    wall, cpu = sum(row.wall_seconds for row in rows), sum(row.cpu_seconds for row in rows)
    limit = f"at most {MOST_SECONDS:g} s"
    return [*rows, Row(f"{customers:,} customers in all", wall, cpu, 1, wall, limit, wall <= MOST_SECONDS)]


def _steps(engine: Engine, path: Path) -> list[Row]:
    kept = Recipe("customer_purchases", text=f"select * from read_parquet('{path}')")
    with engine.lease(kept):
        pass  # made beforehand, as the features are
    grouped, read = _timed(lambda: _purchases(engine, kept))
    spend, read_spend = _timed(lambda: _spend(engine, kept))
    _plain, fit_plain = _timed(lambda: BgNbd.fit(grouped))
    (model, _fit), fit_modified = _timed(lambda: MbgNbd.fit(grouped))
    (worth, _fit), fit_spend = _timed(lambda: GammaGamma.fit(spend))
    _total, predict = _timed(lambda: _predicted(engine, kept, model, grouped, worth))
    named = {
        f"  read {len(grouped.customers):,} histories": read,
        f"  read {spend.customer_count:,} mean spends": read_spend,
        "  fit BG/NBD": fit_plain,
        "  fit MBG/NBD": fit_modified,
        "  fit Gamma-Gamma": fit_spend,
        "  predict and sum": predict,
    }
    return [Row(name, *cost, 1) for name, cost in named.items()]


def _purchases(engine: Engine, kept: Recipe) -> Purchases:
    table = engine.arrow(Recipe("groups", text="select * from purchase_groups", parts=(kept,)))
    return Purchases.grouped(*(table[name].to_numpy() for name in table.column_names))


def _spend(engine: Engine, kept: Recipe) -> Spend:
    table = engine.arrow(Recipe("spend", text="select * from repeat_spend", parts=(kept,)))
    return Spend(*(table[name].to_numpy().astype(np.float64) for name in table.column_names))


def _predicted(engine: Engine, kept: Recipe, model: BetaGeometric, purchases: Purchases, worth: GammaGamma) -> pa.Table:
    predictions = Recipe(
        "lifetime_predictions",
        parameters=prediction_parameters(model, worth),
        parts=(kept, orders_if_alive(model, purchases, LifetimeSettings())),
    )
    total = "select count(*) as customers, sum(expected_value) as value from lifetime_predictions"
    return engine.arrow(Recipe("totals", text=total, parts=(predictions,)))


def simulated(customers: int) -> Path:
    """So many customers as the models assume, as `customer_purchases` has them: made once, then reused."""
    path = FOLDER / f"customer-purchases-{customers}-seed-{SEED}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    tenure = random.integers(0, LONGEST_TENURE_DAYS, customers)
    who, moments = simulation.repeat_purchases(MbgNbd(0.8, 60.0, 0.6, 4.0), tenure.astype(float), random)
    placed = np.unique(np.stack([who, np.ceil(moments).astype(np.int64)]), axis=1)
    placed = placed[:, placed[1] <= tenure[placed[0]]]
    repeats = np.bincount(placed[0], minlength=customers)
    active = np.zeros(customers, dtype=np.int64)
    np.maximum.at(active, placed[0], placed[1])
    worth = np.zeros(customers)
    came_back = repeats > 0
    found = simulation.spend(GammaGamma(6.0, 4.0, 15.0), repeats[came_back].astype(float), random)
    worth[came_back] = found.mean_spend * found.repeat_purchases
    table = pa.table(
        {
            "customer_key": pa.array(np.arange(customers, dtype=np.int32)),
            "customer_id": pa.array([f"C{number:08}" for number in range(customers)]),
            "repeat_purchases": repeats,
            "active_days": active,
            "tenure_days": tenure,
            "days_since_last_order": tenure - active,
            "revenue_to_date": pa.array(worth.round(2)).cast(pa.decimal128(18, 4), safe=False),
            "repeat_value": pa.array(worth.round(2)).cast(pa.decimal128(18, 4), safe=False),
        }
    )
    written = path.with_suffix(".part")
    pq.write_table(table, written)
    written.rename(path)
    return path


def cdnow_histories() -> tuple[Floats, Floats, Floats]:
    """x, t_x and T of the 2,357 customers of the CDNOW sample in weeks."""
    places = find_spec("lifetimes")
    assert places is not None
    assert places.submodule_search_locations is not None
    sample = Path(places.submodule_search_locations[0]) / "datasets" / "CDNOW_sample.txt"
    bought: dict[str, set[date]] = {}
    for line in sample.read_text().splitlines():
        _master, customer, day, *_rest = line.split()
        bought.setdefault(customer, set()).add(date.fromisoformat(day))
    rows = []
    for days in bought.values():
        known = sorted(day for day in days if day <= CALIBRATED_ON)
        rows.append((len(known) - 1, (known[-1] - known[0]).days / 7, (CALIBRATED_ON - known[0]).days / 7))
    x, t_x, tenure = np.array(rows, dtype=np.float64).T
    return x, t_x, tenure


def _peer(fitter: str) -> Callable[[Floats, Floats, Floats], object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

    def fitted(x: Floats, t_x: Floats, tenure: Floats) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(lifetimes, fitter)().fit(x, t_x, tenure)

    return fitted


def _fitted(model: type[BetaGeometric], x: Floats, t_x: Floats, tenure: Floats) -> object:
    return model.fit(Purchases.grouped(x, t_x, tenure))


def _timed(step: Callable[[], Found]) -> tuple[Found, tuple[float, float]]:
    """What a step gives, and its wall and CPU seconds."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    found = step()
    return found, (time.perf_counter() - wall, cpu_seconds() - cpu)


def _median(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(wall for wall, _cpu in rounds), statistics.median(cpu for _wall, cpu in rounds)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.lifetime", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    given = parser.parse_args()
    print(f"Lifetime value\n{'':34}{'wall s':>9}{'cpu s':>9}")
    for row in measure(given.customers):
        kept = f"  {'within' if row.is_within else 'OVER'}: {row.figure:.3g}, {row.limit}" if row.figure else ""
        print(f"  {row.name:32}{row.wall_seconds:>9.3f}{row.cpu_seconds:>9.3f}{kept}")


if __name__ == "__main__":
    main()
