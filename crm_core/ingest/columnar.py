"""Typed tables (Parquet files; pandas, polars and Arrow frames) to raw cells.

Their values are turned into text and read like those of any file, so a number stored as text, a
float where an id was meant, or a date in a string column all meet the same rules.
"""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.errors import InputError
from crm_core.ingest.raw import RawTable
from crm_core.language import _

FRAME_VIEW = "loaded_frame"


def parquet_schema(path: Path, file_name: str) -> tuple[pa.Schema, int]:
    """Columns and row count of a Parquet file; InputError if it is not whole."""
    try:
        with pq.ParquetFile(path) as file:
            return file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowInvalid, OSError):
        raise InputError(_("{file} is not a whole Parquet file. Export it again.").format(file=file_name)) from None


def text_relation(schema: pa.Schema, relation: str) -> str:
    """SQL for the rows of `relation` as a raw table: its columns as text, in order, with their row numbers."""
    cells = ", ".join(f"{_text_sql(field)} as c{place}" for place, field in enumerate(schema))
    return (
        f"(select row_number() over () as line, cast(null as varchar) as flaw, cast(null as varchar) as raw, {cells} "
        f"from {relation})"
    )


def safe_path(path: Path, folder: Path) -> Path:
    """`path`, or a link to it in `folder` where its name holds DuckDB's wildcards."""
    if not any(letter in str(path) for letter in "*?["):
        return path
    link = folder / "source.parquet"
    if not link.exists():
        link.symlink_to(path.resolve())
    return link


def arrow_table(frame: Any) -> pa.Table:
    """A pandas, polars, pyarrow or any other frame with the Arrow interface as an Arrow table."""
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__"):
        table = pa.table(frame)
        kept = [name for name in table.column_names if not name.startswith("__index_level_")]
        return table.select(kept)
    raise InputError(
        _("A table of type {kind} cannot be read; give a pandas, polars or Arrow table.").format(
            kind=type(frame).__name__
        )
    )


def columnar_table(relation: str, width: int, row_count: int) -> RawTable:
    return RawTable(relation, width, row_count, row_count, 0, 0, 0)


def register_frame(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> str:
    """Make an Arrow table readable to `cursor`; returns its name in SQL."""
    cursor.register(FRAME_VIEW, table)
    return FRAME_VIEW


def _text_sql(field: pa.Field) -> str:
    name = '"' + field.name.replace('"', '""') + '"'
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return f"cast({name} at time zone 'UTC' as varchar)"
    if pa.types.is_timestamp(kind):
        return f"cast(cast({name} as timestamp) as varchar)"
    if pa.types.is_floating(kind):
        whole = f"{name} = trunc({name}) and abs({name}) < {2**53}"
        return f"case when {whole} then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
    return f"cast({name} as varchar)"
