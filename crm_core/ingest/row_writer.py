"""Rows on their way to a Parquet file: gathered to groups and written by a thread of their own."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_GROUP = 122_880


class RowWriter:
    """Writes batches of one schema into a Parquet file; `repetitive` columns hold few different values.

    Used in a `with`; left by an exception the file is not whole. Raises OSError where the disk refuses.
    """

    def __init__(self, path: Path, schema: pa.Schema, repetitive: Sequence[str] = ()) -> None:
        self.path = path
        self.row_count = 0
        self._schema = schema
        self._gathered: list[pa.RecordBatch] = []
        self._gathered_rows = self._groups = 0
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._file = pq.ParquetWriter(
            path,
            schema,
            compression="snappy",
            use_dictionary=list(repetitive),
            write_statistics=[field.name for field in schema if _may_have_statistics(field, repetitive)],
            store_decimal_as_integer=True,
        )

    def __enter__(self) -> "RowWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write()
                self._wait()
        except BaseException:
            self._give_up()
            raise
        if error is not None:
            self._give_up()
            return
        self._thread.shutdown()
        self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Rows after those before; waits where the disk is slower than what comes."""
        if not batch.num_rows:
            return
        self.row_count += batch.num_rows
        self._gathered.append(batch)
        self._gathered_rows += batch.num_rows
        if self._gathered_rows >= ROWS_A_GROUP:
            self._write()

    def end_group(self) -> int:
        """Begin a new group of rows; returns how many there are before it."""
        self._write()
        return self._groups

    def _write(self) -> None:
        self._wait()
        if self._gathered:
            table = pa.Table.from_batches(self._gathered, self._schema)
            self._gathered, self._gathered_rows = [], 0
            self._groups += 1
            self._writing = self._thread.submit(self._file.write_table, table, row_group_size=table.num_rows)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing:
            writing.result()

    def _give_up(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        with suppress(OSError):
            self._file.close()


def _may_have_statistics(field: pa.Field, repetitive: Sequence[str]) -> bool:
    """Whether the lowest and highest value may be put down.

    Not of texts without a dictionary some of which are null: where both are the same, DuckDB 2.0 takes every
    row for null when asked which rows are.
    """
    return field.type != pa.string() or not field.nullable or field.name in repetitive
