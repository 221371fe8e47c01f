"""Loaded tables written by hand, in the shape that ingest hands over."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from crm_core.schema import TABLES
from crm_core.store import DataSet, Workspace

SET_ASIDE_COLUMNS = ("source_file", "source_line", "column_name", "value", "reason", "raw")
FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Load:
    folder: Path


@dataclass(frozen=True)
class MappedLoad(Load):
    mapping: BaseModel


def load(
    folder: Path,
    table: str,
    columns: str,
    rows: Iterable[Sequence[object]],
    *,
    set_aside: Iterable[Sequence[object]] = (),
    file_name: str = "",
) -> Load:
    """A load of `rows`; columns that are not named are null. Lines are numbered from 2."""
    folder.mkdir(parents=True, exist_ok=True)
    file_name = file_name or f"{table}.csv"
    types = {column.name: column.sql_type for column in TABLES[table].columns}
    types |= {"source_file": "varchar", "source_line": "bigint"}
    placed = [(*row, file_name, line) for line, row in enumerate(rows, start=2)]
    _write(folder / "accepted.parquet", types, [*columns.split(), "source_file", "source_line"], placed)
    aside_types = {name: "bigint" if name == "source_line" else "varchar" for name in SET_ASIDE_COLUMNS}
    _write(folder / "set_aside.parquet", aside_types, SET_ASIDE_COLUMNS, set_aside)
    (folder / "report.json").write_text(json.dumps({"file_name": file_name, "table": table}))
    return Load(folder)


def _write(path: Path, types: Mapping[str, str], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
        for row in rows:
            connection.execute(f"insert into t ({', '.join(columns)}) values ({', '.join('?' * len(columns))})", row)
        target = str(path).replace("'", "''")
        connection.execute(f"copy t to '{target}' (format parquet)")


def published(workspace: Workspace, loads: Sequence[Load], name: str = "Shop", **options: Any) -> DataSet:
    """The data set that `loads` give, in yuan, on the first of July unless told otherwise."""
    told = {"currency": "CNY", "published_at": FIRST_OF_JULY} | options
    return workspace.publish(name, loads, **told)


def shop(workspace: Workspace, columns: str, rows: Iterable[Sequence[object]], name: str = "Shop") -> DataSet:
    """A published data set of these order lines alone."""
    return published(workspace, [load(workspace.root.parent / f"load of {name}", "orders", columns, rows)], name)


def values(data_set: DataSet, workspace: Workspace, table: str, columns: str) -> list[tuple[Any, ...]]:
    """The named columns of a table, in the order the file has them; decimals as whole numbers of text."""
    return workspace.database.rows(f"select {columns} from ({data_set.relation(table)})")
