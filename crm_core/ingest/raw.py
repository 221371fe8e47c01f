"""Every format on its way in becomes one thing: a Parquet file of text cells with their line numbers."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.ingest.dates import quoted

ROWS_A_BATCH = 50_000
FIRST_CELL = 3  # before the cells stand line, flaw and raw


@dataclass(frozen=True)
class RawTable:
    """All records of a source as text, readable any number of times.

    `relation` is SQL for the rows: `line` BIGINT (physical line or sheet row, 1-based), `flaw`
    VARCHAR (a reason code, null for a whole record), `raw` VARCHAR (a flawed record as written),
    then `c0` ... VARCHAR, `width` of them. Every physical line is in one of the counts:
    `line_count + added_rows = header_lines + blank_lines + empty_cells + row_count + continued_lines`, where
    `added_rows` and `empty_cells` are of records turned into several rows (else 0). `trim` are the cells
    known to have no white space at their ends.
    """

    relation: str
    width: int
    row_count: int
    line_count: int
    header_lines: int
    blank_lines: int
    continued_lines: int
    bad_byte_count: int = 0
    nul_count: int = 0
    trim: frozenset[str] = frozenset()
    added_rows: int = 0
    empty_cells: int = 0


def cell_names(width: int) -> list[str]:
    """The names of `width` columns of unread text."""
    return [f"c{place}" for place in range(width)]


def raw_schema(width: int) -> pa.Schema:
    """The columns of a raw table in Arrow."""
    return pa.schema(
        [("line", pa.int64()), ("flaw", pa.string()), ("raw", pa.string())]
        + [(name, pa.string()) for name in cell_names(width)]
    )


def parquet_relation(path: Path) -> str:
    """SQL that reads one Parquet file; the path must hold none of DuckDB's wildcards."""
    return f"read_parquet({quoted(str(path))})"


class RawWriter:
    """Writes records into the Parquet file of a `RawTable`, a batch at a time."""

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.row_count = 0
        self._width = width
        self._schema = raw_schema(width)
        self._empty = [None] * width
        self._lines: list[int] = []
        self._flaws: list[str | None] = []
        self._raws: list[str | None] = []
        self._rows: list[list[str] | list[None]] = []
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")

    def __enter__(self) -> "RawWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()

    def add(self, line: int, cells: list[str], flaw: str | None = None, raw: str | None = None) -> None:
        """One record; a flawed one has no cells."""
        self._lines.append(line)
        self._flaws.append(flaw)
        self._raws.append(raw)
        self._rows.append(self._empty if flaw else cells)
        self.row_count += 1
        if len(self._lines) >= ROWS_A_BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        cells = list(zip(*self._rows, strict=True)) if self._width else []
        arrays = [self._lines, self._flaws, self._raws, *cells]
        columns = [pa.array(values, type=field.type) for values, field in zip(arrays, self._schema, strict=True)]
        self._writer.write_table(pa.table(columns, schema=self._schema))
        self._lines, self._flaws, self._raws, self._rows = [], [], [], []
