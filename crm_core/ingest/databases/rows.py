"""Rows on their way out of a database: batches of text, as the server writes each value.

Text is what every file becomes before it is read (`raw.py`), so a number keeps all of its digits, a date
such as 0000-00-00 meets the rule that sets it aside, and every database gives the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import pyarrow as pa

from crm_core.ingest.databases.wanted import TableName

ROWS_A_BATCH = 20_000
EXACT_WHOLE = 2**53


@dataclass(frozen=True)
class TableFound:
    """A table or view the account may read; `row_estimate` is the server's own, None if it has none."""

    table: TableName
    row_estimate: int | None
    is_view: bool = False


@dataclass
class Rows:
    """The rows of a table or a query: unique headers, then batches of text columns under them.

    `left_out` names the columns without text (pictures and the like); it is whole after the last batch.
    """

    headers: Sequence[str]
    batches: Iterator[pa.RecordBatch]
    left_out: list[str] = field(default_factory=list)


def text_batches(
    headers: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]], left_out: list[str]
) -> Iterator[pa.RecordBatch]:
    """Rows of a DB-API cursor, some at a time, as batches of text; bytes are left out and their columns named."""
    schema = pa.schema([(header, pa.string()) for header in headers])
    for rows in chunks:
        columns = []
        for header, values in zip(headers, zip(*rows, strict=True), strict=True):
            column, has_bytes = _text_column(values)
            if has_bytes and header not in left_out:
                left_out.append(header)
            columns.append(column)
        yield pa.record_batch(columns, schema=schema)


def _text_column(values: Sequence[Any]) -> tuple[pa.Array, bool]:
    kinds = set(map(type, values))
    if kinds <= {str, NoneType}:
        return pa.array(values, pa.string()), False
    return pa.array([_text(value) for value in values], pa.string()), bytes in kinds


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bytes):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_WHOLE:
        return str(int(value))
    return str(value)
