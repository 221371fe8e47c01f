"""Typed tables (Parquet and Arrow files; pandas, polars and Arrow frames) to raw cells.

Their values are turned into text and read like those of any file, so a number stored as text, a
float where an id was meant, or a date in a string column all meet the same rules.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.errors import InputError
from crm_core.ingest.dates import quoted
from crm_core.ingest.disk import is_full
from crm_core.ingest.raw import RawTable, parquet_relation
from crm_core.ingest.source import SourceTable, unique_headers
from crm_core.ingest.workbook import cell_text
from crm_core.language import _

FRAME_VIEW = "loaded_frame"
ARROW_FILE = b"ARROW1"
LONGEST_SCHEMA = 64 << 20


def parquet_schema(path: Path, file_name: str) -> tuple[pa.Schema, int]:
    """Columns and row count of a Parquet file; InputError if it is not whole."""
    with told_if_torn(file_name), pq.ParquetFile(path) as file:
        return file.schema_arrow, file.metadata.num_rows


def parquet_sample(path: Path, file_name: str, rows: int) -> pa.Table:
    """The first rows of a Parquet file, which has some."""
    with told_if_torn(file_name), pq.ParquetFile(path) as file:
        return pa.Table.from_batches([_sound(next(file.iter_batches(batch_size=rows)))])


def is_arrow(head: bytes) -> bool:
    """Whether a file that begins so is an Arrow file or stream (Feather among them)."""
    is_stream = head.startswith(b"\xff\xff\xff\xff") and 0 < int.from_bytes(head[4:8], "little") < LONGEST_SCHEMA
    return head.startswith(ARROW_FILE) or is_stream


@contextmanager
def arrow_batches(path: Path, file_name: str) -> Iterator[pa.RecordBatchReader]:
    """The batches of an Arrow file or stream, one after the other; InputError if it is not whole."""
    with told_if_torn(file_name), pa.memory_map(str(path)) as file:
        is_file = file.read(len(ARROW_FILE)) == ARROW_FILE
        file.seek(0)
        if not is_file:
            with pa.ipc.open_stream(file) as stream:
                yield pa.RecordBatchReader.from_batches(stream.schema, map(_sound, stream))
            return
        with pa.ipc.open_file(file) as table:
            batches = (_sound(table.get_batch(number)) for number in range(table.num_record_batches))
            yield pa.RecordBatchReader.from_batches(table.schema, batches)


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose every offset and letter was looked at: unsound ones would bring the process down."""
    batch.validate(full=True)
    return batch


def arrow_sample(path: Path, file_name: str, rows: int) -> tuple[pa.Table, int]:
    """The first rows of an Arrow file, and how many there are."""
    with arrow_batches(path, file_name) as batches:
        kept: list[pa.RecordBatch] = []
        count = 0
        for batch in batches:
            if count < rows:
                kept.append(batch.slice(0, rows - count))
            count += batch.num_rows
        return pa.Table.from_batches(kept, batches.schema), count


def read_columnar(source: SourceTable, folder: Path, cursor: duckdb.DuckDBPyConnection) -> RawTable:
    """All rows of a Parquet or Arrow file, or of a frame, as text."""
    target = folder / "raw.parquet"
    with told_if_torn(source.file_name):
        if source.frame is not None:
            _copy(cursor, text_relation(source.frame.schema, register_frame(cursor, source.frame)), target)
        elif source.format == "arrow":
            with arrow_batches(source.path, source.file_name) as batches:
                cursor.register(FRAME_VIEW, batches)
                _copy(cursor, text_relation(batches.schema, FRAME_VIEW), target)
        else:
            schema = parquet_schema(source.path, source.file_name)[0]
            _copy(cursor, text_relation(schema, parquet_relation(safe_path(source.path, folder))), target)
    return RawTable(parquet_relation(target), len(source.headers), source.line_count, source.line_count, 0, 0, 0)


def _copy(cursor: duckdb.DuckDBPyConnection, relation: str, target: Path) -> None:
    cursor.execute(
        f"copy (select * from {relation}) to {quoted(str(target))} (format parquet, compression snappy)"
    ).fetchall()


@contextmanager
def told_if_torn(file_name: str) -> Iterator[None]:
    """Turn what a reader says of a damaged file into an InputError; a full disk goes its own way."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _torn(file_name) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _torn(file_name) from error
    except (duckdb.InvalidInputException, duckdb.SerializationException, duckdb.ConversionException) as error:
        raise _torn(file_name) from error
    except duckdb.IOException as error:
        if is_full(error):
            raise
        raise _torn(file_name) from error


def _torn(file_name: str) -> InputError:
    return InputError(_("{file} is cut off or damaged. Export it again.").format(file=file_name))


def text_relation(schema: pa.Schema, relation: str) -> str:
    """SQL for the rows of `relation` as a raw table: its columns as text, in order, with their row numbers.

    The columns are renamed by place first: DuckDB's names do not part `ID` from `id`.
    """
    named = ", ".join(f"f{place}" for place in range(len(schema)))
    cells = ", ".join(f"{_text_sql(field.type, f'f{place}')} as c{place}" for place, field in enumerate(schema))
    return (
        f"(select row_number() over () as line, cast(null as varchar) as flaw, cast(null as varchar) as raw, {cells} "
        f"from {relation} as written({named}))"
    )


def safe_path(path: Path, folder: Path) -> Path:
    """`path`, or a link to it in `folder` where its name holds DuckDB's wildcards."""
    if not any(letter in str(path) for letter in "*?["):
        return path
    link = folder / "source.parquet"
    if not link.exists():
        link.symlink_to(path.resolve())
    return link


def text_table(table: pa.Table) -> pa.Table:
    """A typed table as people would have written it, under headers that are unique."""
    columns = [pa.array(map(cell_text, _values(column)), pa.string()) for column in table.columns]
    return pa.table(columns, names=list(unique_headers(list(table.column_names))))


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; days that Python's calendar does not reach as text."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        values = column.cast(pa.string()).to_pylist()
    return values


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


def register_frame(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> str:
    """Make an Arrow table readable to `cursor`; returns its name in SQL."""
    cursor.register(FRAME_VIEW, table)
    return FRAME_VIEW


def _text_sql(kind: pa.DataType, name: str) -> str:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return f"cast({name} at time zone 'UTC' as varchar)"
    if pa.types.is_timestamp(kind):
        return f"cast(cast({name} as timestamp) as varchar)"
    if pa.types.is_floating(kind):
        whole = f"{name} = trunc({name}) and abs({name}) < {2**53}"
        return f"case when {whole} then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
    return f"cast({name} as varchar)"
