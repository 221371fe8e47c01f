"""Loaded tables written by hand, in the shape that ingest hands over."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crm_core.schema import TABLES

SET_ASIDE_COLUMNS = ("source_file", "source_line", "column_name", "value", "reason", "raw")


@dataclass(frozen=True)
class Load:
    table_name: str
    folder: Path


def load(
    folder: Path,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    set_aside: Iterable[Sequence[object]] = (),
    file_name: str = "",
    report: Mapping[str, Any] | None = None,
) -> Load:
    """A load of `rows`; columns that are not named are null. Lines are numbered from 2."""
    folder.mkdir(parents=True, exist_ok=True)
    file_name = file_name or f"{table}.csv"
    canonical = TABLES[table].columns
    accepted = [
        {**dict(zip(columns, row, strict=True)), "source_file": file_name, "source_line": line}
        for line, row in enumerate(rows, start=2)
    ]
    types = {column.name: column.sql_type for column in canonical}
    types |= {"source_file": "varchar", "source_line": "bigint"}
    _write(folder / "accepted.parquet", types, accepted)
    aside = [dict(zip(SET_ASIDE_COLUMNS, row, strict=True)) for row in set_aside]
    aside_types = {name: "bigint" if name == "source_line" else "varchar" for name in SET_ASIDE_COLUMNS}
    _write(folder / "set_aside.parquet", aside_types, aside)
    (folder / "report.json").write_text(json.dumps(report or {"file_name": file_name}))
    return Load(table, folder)


def _write(path: Path, types: Mapping[str, str], rows: list[dict[str, object]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
        for row in rows:
            marks = ", ".join(f"${name}" for name in row)
            connection.execute(f"insert into t ({', '.join(row)}) values ({marks})", row)
        connection.execute(f"copy t to '{path}' (format parquet)")
