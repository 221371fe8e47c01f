"""Text files as raw tables: what the stream of their records holds, kept to be asked many times."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crm_core.engine.watching import watched
from crm_core.ingest.cells import is_date, is_number
from crm_core.ingest.dates import quoted
from crm_core.ingest.raw import RawTable, parquet_relation
from crm_core.ingest.records import LooksLikeRecord, records
from crm_core.ingest.source import Dialect, Progress, ProgressListener, SourceTable
from crm_core.ingest.text_stream import TextStream

RECORDS = "records_of_text"


def read_text(
    source: SourceTable, folder: Path, cursor: duckdb.DuckDBPyConnection, listener: ProgressListener
) -> RawTable:
    """All records of a text file, kept in `folder`."""
    stream = text_stream(source)
    kept = folder / "raw.parquet"
    query_stream(
        cursor, stream, f"copy {RECORDS} to {quoted(str(kept))} (format parquet, compression snappy)", listener
    )
    return raw_table(stream, parquet_relation(kept))


def text_stream(source: SourceTable) -> TextStream:
    return TextStream(source, record_test(source))


def query_stream(
    cursor: duckdb.DuckDBPyConnection,
    stream: TextStream,
    sql: str,
    listener: ProgressListener,
    reader: pa.RecordBatchReader | None = None,
) -> list[tuple[Any, ...]]:
    """The rows of a statement that reads the records of the file, under the name `RECORDS`, once.

    The listener is told the bytes and rows read; what it raises stops the statement.
    """
    size = stream.source.path.stat().st_size

    def look(_share: float | None) -> None:
        listener(Progress("read", stream.counts.bytes_read, size, stream.counts.row_count))

    cursor.complete()
    cursor.register(RECORDS, reader or stream.reader())
    try:
        return watched(cursor, sql, look, stream.stop)
    except duckdb.Error:
        if stream.failure:
            raise stream.failure from None
        raise
    finally:
        cursor.complete()
        cursor.unregister(RECORDS)


def raw_table(stream: TextStream, relation: str) -> RawTable:
    """The counts of a stream read to its end, and where its records lie now."""
    counts = stream.counts
    return RawTable(
        relation=relation,
        width=stream.width,
        row_count=counts.row_count,
        line_count=stream.dialect.header_lines + counts.line_count,
        header_lines=stream.dialect.header_lines,
        blank_lines=counts.line_count - counts.row_count - counts.continued_lines,
        continued_lines=counts.continued_lines,
        bad_byte_count=counts.bad_byte_count,
        nul_count=counts.nul_count,
    )


def record_test(source: SourceTable) -> LooksLikeRecord:
    """A test whether a line inside a quoted value is in truth a record of its own.

    It is if it has as many fields as the table and a number or a date wherever the table has one.
    """
    dialect = source.dialect
    tests: list[tuple[int, Callable[[str], bool]]] = [
        (place, is_date if column.content == "date" else is_number)
        for place, column in enumerate(source.columns)
        if column.content in ("date", "number")
    ]
    if dialect is None or not tests or not dialect.delimiter:
        return lambda _line: False
    delimiter, width = dialect.delimiter, len(source.headers)

    def looks_like_record(line: str) -> bool:
        first, _mark, _rest = line.partition(delimiter)
        if line.count(delimiter) < width - 1 or (dialect.quote and first.count(dialect.quote) % 2):
            return False  # a quote that ends the first cell ends a value begun on a line above
        cells = [cell.strip(f"{dialect.quote} ") for cell in line.split(delimiter)]
        return len(cells) == width and all(not cells[place] or test(cells[place]) for place, test in tests)

    return looks_like_record


def sample_records(head: str, dialect: Dialect, width: int, limit: int) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of the first whole records after the header."""
    lines = head.split("\n")[dialect.header_lines :]
    found = 0
    for record in records((line + "\n" for line in lines), dialect, width, dialect.header_lines + 1):
        if record.flaw is None:
            yield record.line, record.cells
            found += 1
            if found >= limit:
                return
