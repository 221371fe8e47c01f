"""CDNOW, in regions of our own, twice in a workspace: published by DuckDB, and by the command on a cluster."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_core.engine import Database
from crm_core.store import CanonicalTable, DataSet
from crm_core.store.publishing import Publication, current_data_set, publish_version
from tests import cdnow

PROJECT = Path(__file__).parent.parent.parent
FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CdnowShop:
    """The workspace with `on-duckdb` and `on-spark`, and the paths of prepared features that the command printed."""

    workspace: Path
    on_duckdb: DataSet
    on_spark: DataSet
    printed: list[str]


def published(home: Path, tables: Sequence[CanonicalTable], database: Database, **options: Any) -> DataSet:
    return publish_version(home, tables, Publication("Shop", "CNY", FIRST_OF_JULY), database, **options)


def cdnow_shop(folder: Path, connect: str, database: Database) -> CdnowShop:
    """From canonical Parquet to data sets with features of the calibration day and of the last, without Java."""
    source, homes = folder / "cdnow", folder / "workspace" / "data_sets"
    for place in (source, homes / "on-duckdb"):
        place.mkdir(parents=True)
    customers, days, amounts = zip(*cdnow.order_lines(), strict=True)
    amounts_of_four_digits = pc.cast(pa.array(amounts), pa.decimal128(18, 4))
    lines = pa.table({"customer_id": customers, "ordered_at": pa.array(days), "amount": amounts_of_four_digits})
    pq.write_table(lines, source / "orders.parquet")
    archive = sorted(set(customers))
    regions = ["North" if int(customer) % 3 else "South" for customer in archive]
    pq.write_table(pa.table({"customer_id": archive, "region": regions}), source / "customers.parquet")
    tables = [CanonicalTable(table, (source / f"{table}.parquet",)) for table in ("orders", "customers")]
    here = published(homes / "on-duckdb", tables, database)

    prepared = f"--as-of {cdnow.CALIBRATED_ON} --as-of {cdnow.ENDS_ON}"
    command = f"features --engine spark --remote {connect} --name Shop --currency CNY {prepared}"
    run = subprocess.run(
        [sys.executable, "-m", "crm_core", *command.split(), "--input", str(source), "--output", homes / "on-spark"],
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if name != "JAVA_HOME"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return CdnowShop(homes.parent, here, current_data_set(homes / "on-spark"), run.stdout.split())
