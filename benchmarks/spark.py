"""Spark beside DuckDB: laying order lines out and their features, on a master and two workers of one core each.

    python -m benchmarks --only spark                             a million order lines
    python -m benchmarks --only spark --spark-lines 10000000      ten million

The cluster is the one of the parity tests. Its CPU is that of everything Spark runs here: driver and executors, and the
idle daemons beside them. Nothing of ours is measured that Spark did not compute, but the digest of the version, which
this machine takes of either.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.inputs import FOLDER, PUBLISHED_AT, order_lines
from benchmarks.measure import Measured, cpu_seconds, peak_bytes
from benchmarks.printed import at_least, heading, row
from crm_core.engine import Database, Engine
from crm_core.prepared import FeatureWriter, LocalFeatures, prepare_features
from crm_core.settings import Windows
from crm_core.spark.session import spark_session
from crm_core.spark.tables import SparkTables
from crm_core.store import CanonicalTable, DataSet
from crm_core.store.layout import TableWriter
from crm_core.store.publishing import Publication, publish_version
from tests.spark.cluster import free_port, session_settings, standalone_cluster

MEMORY_LIMIT = "4GB"


@dataclass(frozen=True)
class Step:
    """One step of the work and what it took on an engine; `version` is what was published, by a digest of all rows."""

    name: str
    measured: Measured
    version: str = ""


def spark(lines: int, customers: int) -> None:
    """Print both, and whether they published the same rows."""
    heading(f"Spark, two workers: {lines:,} order lines, {customers:,} customers", "of DuckDB")
    ours = {step.name: step for step in on_duckdb(lines, customers)}
    for step in ours.values():
        row(f"DuckDB, {step.name}", step.measured)
    for step in on_spark(lines, customers):
        beside = ours.get(step.name)
        row(f"Spark, {step.name}", step.measured, beside.measured if beside else None)
        if step.version and beside:
            at_least(step.version == beside.version, 1, "version of two: the same rows")


def on_duckdb(lines: int, customers: int) -> Iterator[Step]:
    """Publish the lines, then their features of one day, on this machine."""
    database = Database(memory_limit=MEMORY_LIMIT)
    try:
        yield from _steps(lines, customers, database, None, lambda: LocalFeatures(Engine(database)), cpu_seconds)
    finally:
        database.close()


def on_spark(lines: int, customers: int) -> Iterator[Step]:
    """The same on a cluster that is started for it, and before that what starting takes."""
    database = Database(memory_limit=MEMORY_LIMIT)
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="clientele-bench-") as folder,
        standalone_cluster(Path(folder) / "cluster") as master,
        spark_session(master=master, settings=session_settings(free_port())) as session,
    ):
        session.sql("select 1").collect()
        yield Step("start the cluster", Measured(time.perf_counter() - start, _java_cpu(), _java_memory(), 1))
        tables = SparkTables(session, database)
        yield from _steps(lines, customers, database, tables, lambda: tables, lambda: cpu_seconds() + _java_cpu())
    database.close()


def _steps(
    lines: int,
    customers: int,
    database: Database,
    writer: TableWriter | None,
    features: Callable[[], FeatureWriter],  # a new one each time, that remembers nothing
    cpu: Callable[[], float],
) -> Iterator[Step]:
    with _new_home() as home:
        found: list[DataSet] = []
        source = CanonicalTable("orders", (order_lines(lines, customers),))
        publication = Publication("bench", "CNY", PUBLISHED_AT)
        taken = _taken(lambda: found.append(publish_version(home, [source], publication, database, writer=writer)), cpu)
        data = found[0]
        yield Step("lay out and publish", taken, data.version)
        paths: list[Path] = []
        for name in ("features, first", "features, again"):
            taken = _taken(lambda: paths.append(prepare_features(data, data.last_day, Windows(), features())), cpu)
            paths.pop().unlink()
            yield Step(name, taken)


@contextmanager
def _new_home() -> Iterator[Path]:
    """A data set's folder that is not there yet, and not afterwards either."""
    home = FOLDER / "beside-spark"
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir()
    try:
        yield home
    finally:
        shutil.rmtree(home)


def _taken(work: Callable[[], object], cpu: Callable[[], float]) -> Measured:
    wall, used = time.perf_counter(), cpu()
    work()
    return Measured(time.perf_counter() - wall, cpu() - used, peak_bytes() + _java_memory(), 1)


def _java() -> Iterator[psutil.Process]:
    """Driver, executors and daemons: all of them were started from here."""
    for process in psutil.Process().children(recursive=True):
        try:
            if process.name() == "java":
                yield process
        except psutil.NoSuchProcess:
            continue


def _java_cpu() -> float:
    times = [process.cpu_times() for process in _java()]
    return float(sum(each.user + each.system for each in times))


def _java_memory() -> int:
    return int(sum(process.memory_info().rss for process in _java()))
