"""The portable models on a Spark session, over Parquet that this machine and the cluster see under the same path.

Only what classic sessions and Spark Connect both offer is used: SQL with named parameters, temporary views, Parquet in
and out. What Spark writes in parts is joined by DuckDB into the one file that the store keeps.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_core.engine import Database
from crm_core.engine.composer import sources
from crm_core.portable import PORTABLE, given_name, portable
from crm_core.schema import TABLES
from crm_core.spark.golden import golden
from crm_core.store import DataSet
from crm_core.store.data_set import ALWAYS_THERE
from crm_core.store.files import remove
from crm_core.store.layout import SORTED_BY
from crm_core.store.loads import Load
from crm_core.store.selects import WRITTEN, column_types, quoted, reading

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {"VARCHAR": "string", "TIMESTAMP": "timestamp_ntz"}  # the others are called the same
LOADED = {f"loaded_{table}": table for table in TABLES}


class SparkTables:
    """Writes tables and features as the store keeps them, with Spark doing what grows with the order lines."""

    def __init__(self, session: "SparkSession", database: Database) -> None:
        self.session = session
        self.database = database

    # ------------------------------------------------------------------ what the store asks for

    def write(self, model: str, path: Path, loads: Sequence[Load]) -> None:
        """Lay out one table of a data set; the tables it stands on lie beside it. See `TableWriter`."""
        for table in sources(golden(model).lower()):
            if table in LOADED:
                self._give_loaded(LOADED[table], loads)
        for table in PORTABLE[model]:
            self.give(table, [path.with_name(f"{table}.parquet")])
        self._write_sorted(self.rows(model), SORTED_BY.get(model), path)

    def write_features(self, data: DataSet, bound: Mapping[str, Any], path: Path) -> None:
        """Write the features of a data set. See `FeatureWriter`."""
        for table in PORTABLE["customer_features"]:
            self.give_table_of(data, table)
        self._write_sorted(self.rows("customer_features", bound), "customer_key", path)

    # ------------------------------------------------------------------ any portable model

    def give(self, table: str, files: Iterable[Path]) -> None:
        """Let the rows of Parquet files stand for a table that models are given."""
        self._parquet(files).createOrReplaceTempView(given_name(table))

    def give_table_of(self, data: DataSet, table: str) -> None:
        """Give a table of a data set; one that was not loaded has its columns and no rows."""
        if table in ALWAYS_THERE or data.path(table).exists():
            self.give(table, [data.path(table)])
        else:
            columns = {"customer_key": "INTEGER"} | column_types(TABLES[table])
            self._nothing(columns).createOrReplaceTempView(given_name(table))

    def rows(self, model: str, bound: Mapping[str, Any] | None = None) -> "DataFrame":
        """The rows of a portable model over the tables given; `bound` holds at least the parameters it takes."""
        return self.session.sql(golden(model), args=portable(model).bind(bound or {}))

    # ------------------------------------------------------------------ reading and writing

    def _give_loaded(self, table: str, loads: Sequence[Load]) -> None:
        """What was loaded of a canonical table, typed as the schema has it; `load_number` tells the loads apart."""
        columns = column_types(TABLES[table]) | {"source_file": "VARCHAR", "source_line": "BIGINT"}
        rows = self._nothing({"load_number": "INTEGER"} | columns)
        for load in (load for load in loads if load.table == table):
            found = self._parquet(load.files)
            typed = [
                f"cast({name if name in found.columns else 'null'} as {_spark_type(kind)}) as {name}"
                for name, kind in columns.items()
            ]
            rows = rows.unionAll(found.selectExpr(f"{load.number} as load_number", *typed))
        rows.createOrReplaceTempView(f"loaded_{table}")

    def _nothing(self, columns: Mapping[str, str]) -> "DataFrame":
        typed = ", ".join(f"cast(null as {_spark_type(kind)}) as {name}" for name, kind in columns.items())
        return self.session.sql(f"select {typed} where false")

    def _parquet(self, files: Iterable[Path]) -> "DataFrame":
        return self.session.read.parquet(*(str(path.absolute()) for path in files))

    def _write_sorted(self, rows: "DataFrame", order: str | None, path: Path) -> None:
        parts = path.with_name(f".parts-{secrets.token_hex(6)}")
        columns = order.split(", ") if order else rows.columns
        try:
            rows.orderBy(*columns).write.option("compression", "zstd").parquet(str(parts.absolute()))
            written = reading(sorted(parts.glob("part-*.parquet")))
            self.database.execute(f"copy ({written}) to {quoted(str(path))} ({WRITTEN})")
        finally:
            remove(parts)


def _spark_type(kind: str) -> str:
    return SPARK_TYPES.get(kind, kind)
