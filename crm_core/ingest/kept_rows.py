"""The rows a load keeps, on their way to `accepted.parquet`, and which of them are alike."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.engine.watching import watched
from crm_core.ingest.dates import quoted
from crm_core.ingest.plain_rows import ARROW_TYPES, LINE, fingerprints
from crm_core.ingest.row_writer import ROWS_A_GROUP, RowWriter
from crm_core.ingest.source import Progress, ProgressListener
from crm_core.schema import Table

COMPARED_AT_ONCE = 10_000_000
LOW_BITS = 16
LOW = np.uint64((1 << LOW_BITS) - 1)


class KeptRows:
    """Writes rows with all columns of `table`, the file's name and their lines; `repetitive` have few different values.

    Of each row a fingerprint is put down beside the file. Used in a `with`.
    """

    def __init__(self, path: Path, table: Table, file_name: str, repetitive: Sequence[str]) -> None:
        own = [
            pa.field(column.name, ARROW_TYPES[column.kind], nullable=not column.required) for column in table.columns
        ]
        self.path = path
        self.schema = pa.schema([*own, ("source_file", pa.string()), (LINE, pa.int64())])
        self._compared = table.column_names
        self._file_name = file_name
        self._fingerprints = path.with_name("fingerprints")
        self._repetitive = [*repetitive, "source_file"]
        self._groups_in_order: int | None = None
        self._open()

    def _open(self) -> None:
        with ExitStack() as opened:
            self._rows = opened.enter_context(RowWriter(self.path, self.schema, self._repetitive))
            self._prints = opened.enter_context(self._fingerprints.open("wb"))
            self._opened = opened.pop_all()

    def __enter__(self) -> "KeptRows":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._groups_in_order is not None:
            is_in_order = self._rows.end_group() == self._groups_in_order
            self._opened.close()
            if not is_in_order:
                self._put_in_order(self._groups_in_order)
        else:
            self._opened.__exit__(kind, error, trace)

    def rest_follows(self) -> None:
        """The rows added from now on stand in the file between those before, and are put there in the end."""
        self._groups_in_order = self._rows.end_group()

    def _put_in_order(self, groups: int) -> None:
        before = self.path.with_name("unordered.parquet")
        self.path.replace(before)
        self._open()
        with self._opened, pq.ParquetFile(before) as first, pq.ParquetFile(before) as rest:
            for batch in _by_line(_batches(first, 0, groups), _batches(rest, groups, rest.num_row_groups)):
                self.add(batch)

    @property
    def row_count(self) -> int:
        return self._rows.row_count

    def add(self, batch: pa.RecordBatch) -> None:
        """Rows with their `source_line`; a column that is not among theirs is null."""
        if not batch.num_rows:
            return
        whole = pa.record_batch([self._column(batch, field) for field in self.schema], schema=self.schema)
        self._rows.add(whole)
        self._prints.write(fingerprints(whole, self._compared).tobytes())

    def _column(self, batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
        if field.name in batch.schema.names:
            return batch.column(field.name)
        if field.name == "source_file":
            return pa.repeat(pa.scalar(self._file_name), batch.num_rows)
        return pa.nulls(batch.num_rows, field.type)

    def lines_alike(self, cursor: duckdb.DuckDBPyConnection, tell: ProgressListener) -> np.ndarray:
        """The lines, sorted, of rows that may be alike; asked when all are written."""
        if not self._rows.row_count:
            return np.zeros(0, np.int64)
        alike = _places_alike(np.memmap(self._fingerprints, np.uint64, "r"), tell)
        if not len(alike):
            return alike
        cursor.complete()
        cursor.register("places_alike", pa.table({"place": alike}))
        try:
            rows = watched(
                cursor,
                f"select {LINE} from read_parquet({quoted(str(self.path))}, file_row_number = true) "
                "where file_row_number in (select place from places_alike) order by all",
                lambda _share: tell(Progress("count", 50, 100)),
            )
        finally:
            cursor.complete()
            cursor.unregister("places_alike")
        return np.array([line for (line,) in rows], np.int64)


def _batches(file: pq.ParquetFile, start: int, end: int) -> Iterator[pa.RecordBatch]:
    yield from file.iter_batches(ROWS_A_GROUP, row_groups=list(range(start, end)))


def _by_line(first: Iterator[pa.RecordBatch], rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Two streams of rows, each in the order of the lines, as one."""
    waiting = next(rest, None)
    for batch in first:
        parts = [batch]
        last = batch.column(LINE)[-1].as_py()
        while waiting is not None:
            above = int(np.searchsorted(waiting.column(LINE).to_numpy(), last))
            parts.append(waiting.slice(0, above))
            waiting = waiting.slice(above) if above < waiting.num_rows else next(rest, None)
            if not above or waiting is None or waiting.column(LINE)[0].as_py() > last:
                break
        rows = pa.Table.from_batches(parts)
        yield from (rows.sort_by(LINE) if rows.num_rows > batch.num_rows else rows).to_batches()
    if waiting is not None:
        yield waiting
        yield from rest


def _places_alike(prints: np.ndarray, tell: ProgressListener) -> np.ndarray:
    """The places of numbers that stand there more than once, some millions of rows looked at together."""
    parts = 1 + len(prints) // COMPARED_AT_ONCE
    repeated = []
    for part in range(parts):
        in_order = np.sort(prints[prints % np.uint64(parts) == part] if parts > 1 else prints)
        repeated.append(np.unique(in_order[1:][in_order[1:] == in_order[:-1]]))
        tell(Progress("count", 40 * (part + 1) // parts, 100))
    wanted = np.concatenate(repeated)
    may_be_wanted = np.zeros(1 << LOW_BITS, bool)  # small enough to stay in the fastest memory
    may_be_wanted[wanted & LOW] = True
    found = []
    for start in range(0, len(prints) if len(wanted) else 0, COMPARED_AT_ONCE):
        some = prints[start : start + COMPARED_AT_ONCE]
        places = np.flatnonzero(may_be_wanted[some & LOW])
        found.append(start + places[np.isin(some[places], wanted)])
    return np.concatenate(found) if found else np.zeros(0, np.int64)
