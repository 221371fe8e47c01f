"""Lifetime value: CDNOW beside `lifetimes`, and a million customers fitted and predicted.

    python -m benchmarks --only lifetime      in turn with the peer, as ratios
    python -m benchmarks.lifetime             the million step by step
    python -m benchmarks.lifetime --customers 100000

Nothing is read from disk but the CDNOW sample that `lifetimes` carries and customers simulated from a seed.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path

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

FOLDER = Path(__file__).parent.parent / "build" / "bench"
CALIBRATED_ON = date(1997, 9, 30)
SEED = 1
LONGEST_TENURE_DAYS = 1096
MODELS: dict[str, type[BetaGeometric]] = {"BG/NBD": BgNbd, "MBG/NBD": MbgNbd}
PEERS = {"BG/NBD": "BetaGeoFitter", "MBG/NBD": "ModifiedBetaGeoFitter"}


@contextmanager
def engine_of(customers: int) -> Iterator[tuple[Engine, Recipe]]:
    """An engine that keeps the histories of so many simulated customers, as the product keeps them."""
    engine = Engine(Database())
    kept = Recipe("customer_purchases", text=f"select * from read_parquet('{simulated(customers)}')")
    try:
        with engine.lease(kept):
            yield engine, kept
    finally:
        engine.database.close()


def steps(engine: Engine, kept: Recipe) -> Iterator[str]:
    """Read, group, fit all three models and predict for everyone, in SQL as the product does.

    After each step what it was.
    """
    grouped = _purchases(engine, kept)
    yield f"read {len(grouped.customers):,} histories"
    spend = _spend(engine, kept)
    yield f"read {spend.customer_count:,} mean spends"
    BgNbd.fit(grouped)
    yield "fit BG/NBD"
    model, _fit = MbgNbd.fit(grouped)
    yield "fit MBG/NBD"
    worth, _fit = GammaGamma.fit(spend)
    yield "fit Gamma-Gamma"
    _predicted(engine, kept, model, grouped, worth)
    yield "predict and sum"


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


def peer_fit(name: str) -> Callable[[], object]:
    """`lifetimes` fits CDNOW with its model of this name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

    x, t_x, tenure = cdnow_histories()

    def fitted() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(lifetimes, PEERS[name])().fit(x, t_x, tenure)

    return fitted


def our_fit(name: str) -> Callable[[], object]:
    """We fit CDNOW with our model of this name."""
    x, t_x, tenure = cdnow_histories()
    return lambda: MODELS[name].fit(Purchases.grouped(x, t_x, tenure))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.lifetime", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    given = parser.parse_args()
    print(f"Lifetime value of {given.customers:,} customers\n{'':34}{'wall s':>9}{'cpu s':>9}")
    with engine_of(given.customers) as (engine, kept):
        wall, cpu = time.perf_counter(), cpu_seconds()
        for step in steps(engine, kept):
            print(f"  {step:32}{time.perf_counter() - wall:>9.3f}{cpu_seconds() - cpu:>9.3f}", flush=True)
            wall, cpu = time.perf_counter(), cpu_seconds()


if __name__ == "__main__":
    main()
