"""A text file as plain as its sample, loaded in one reading.

Nearly every large file is an export: dates that begin with the year, plain numbers. Where the sample of a
file is so, the rows that are plain (`plain_rows`) are typed and written in the reading that finds them,
and only the others are kept as text: rows to be set aside, blank ones, and rows with a cell that is not
plain. Those decide the columns in place of the whole file, by the same queries: a plain cell has no vote in
any decision. If they would decide anything else than the sample did, the answer here is None and the
file is loaded the careful way (`load`). `tests/ingest/test_one_reading.py` holds that both ways agree.

Where a mapping has rules (returns, refunds, prices of a piece, orders held already, ...) the values of the plain
rows are kept first and judged by the query that judges all others; else they are what is kept.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from collections.abc import Mapping as Dictionary
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.engine.watching import Result, watched_work
from crm_core.ingest.judge import DAYS_AHEAD, FIRST_PLAUSIBLE, Judgement
from crm_core.ingest.kept_rows import KeptRows
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.plain_rows import ARROW_TYPES, LINE, PlainColumn, parted, plain_bounds
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation, raw_schema
from crm_core.ingest.read_text import RECORDS, query_stream, raw_table, text_stream
from crm_core.ingest.row_writer import ROWS_A_GROUP, RowWriter
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.ingest.text_stream import MOST_PARSERS, TextStream
from crm_core.ingest.values import CellReading, decide_reading, number_cell, plain_points, trim_cells, typed_reading
from crm_core.schema import TABLES, Kind, Table

SAMPLE = "sample_of_text"
SELDOM_DIFFERENT = 0.25  # of the filled cells of a sample: a column with fewer different values is repetitive


@dataclass(frozen=True)
class Column:
    """A column to be read: its name among ours, the cell it comes from, its kind, and whether % means a share."""

    name: str
    cell: str
    kind: Kind
    is_rate: bool


@dataclass(frozen=True)
class RepeatedLines:
    """Rows whose every cell repeats that of a row above, and what they bring together."""

    count: int
    amount: Decimal


Judge = Callable[[RawTable, Dictionary[str, CellReading]], Judgement]


@dataclass(frozen=True)
class Outcome:
    """What one reading found. The relation of `raw` holds the exceptional rows only; its counts are of the file."""

    raw: RawTable
    judgement: Judgement
    amount_in: Decimal
    repeats: RepeatedLines


@dataclass(frozen=True)
class Sampled:
    """How the sample says a column is read.

    `hides_point` says that nothing in it shows the point to be the decimal mark: every point then votes.
    """

    reading: CellReading
    hides_point: bool


def load_in_one_reading(
    cursor: duckdb.DuckDBPyConnection,
    source: SourceTable,
    mapping: Mapping,
    columns: list[Column],
    compose: Judge,
    accepted: Path,
    as_of: date | None,
    tell: ProgressListener,
    *,
    has_rules: bool,
    needs_numbers: bool,
) -> Outcome | None:
    """Write `accepted` while reading; None where only the careful way will do.

    `has_rules` says that a row needs more than its own values to be judged, `needs_numbers` that a row
    which lacks a number is not plain.
    """
    if mapping.drop_exact_duplicates:
        return None
    sampled = _sampled_columns(cursor, source, mapping, columns)
    if sampled is None:
        return None
    table, folder = TABLES[mapping.table], accepted.parent
    plain = [_plain_column(column, sampled[column.name], table, as_of, needs_numbers) for column in columns]
    repetitive = [column.name for column in columns if _is_repetitive(source, column)]
    stream = text_stream(source)
    with KeptRows(accepted, table, source.file_name, repetitive) as kept:
        odd, typed = folder / "odd.parquet", folder / "typed.parquet"
        if has_rules:
            with RowWriter(typed, _typed_schema(columns), repetitive) as values:
                _read(stream, plain, values, odd, tell)
            amount_in = Decimal(0)
        else:
            amount_in = _read(stream, plain, kept, odd, tell)
        raw = raw_table(stream, parquet_relation(odd))
        line_sum = stream.counts.line_sum

        def quietly(work: Callable[[], Result]) -> Result:
            return watched_work(cursor, work, lambda _share: tell(Progress("count", 0, 100)))

        has_odd_rows = _has_rows(cursor, raw)
        decided = quietly(lambda: _decided(cursor, raw, mapping, columns, sampled)) if has_odd_rows else _alone(sampled)
        if decided is None:
            return None
        judgement = compose(raw, decided)
        if has_odd_rows:
            amount_in += quietly(lambda: _amount_of(cursor, judgement))
        if has_rules:
            read = {name: typed_reading(reading) for name, reading in decided.items()}
            by_value = compose(replace(raw, relation=_typed_relation(typed, raw.width, columns)), read)
            amount_in += quietly(lambda: _amount_of(cursor, by_value))
            quietly(lambda: _keep(cursor, by_value, kept))
            lines = quietly(lambda: _unkept_lines(cursor, by_value))
            unkept = _unkept(stream, lines, folder / "unkept.parquet", tell)
            raw = replace(raw, relation=_both(raw.relation, unkept))
            judgement = compose(raw, decided)
        if has_odd_rows:
            kept.rest_follows()
            quietly(lambda: _keep(cursor, judgement, kept))
    if not quietly(lambda: _is_complete(cursor, judgement, accepted, raw.row_count, line_sum)):
        return None
    everywhere = compose(replace(raw, relation=RECORDS), decided)
    repeats = _repeated_lines(cursor, stream, everywhere, kept.lines_alike(cursor, tell), tell)
    return Outcome(raw, judgement, amount_in, repeats)


# ---------------------------------------------------------------------- decisions


def _sampled_columns(
    cursor: duckdb.DuckDBPyConnection, source: SourceTable, mapping: Mapping, columns: list[Column]
) -> dict[str, Sampled] | None:
    """How the sample says the columns are read; None if any is not plain there."""
    names = cell_names(len(source.headers))
    table = source.sample.rename_columns(names)
    cursor.register(SAMPLE, table.append_column("flaw", pa.nulls(table.num_rows, pa.string())))
    sample = RawTable(SAMPLE, len(names), table.num_rows, 0, 0, 0, 0)
    try:
        sample = replace(sample, trim=trim_cells(cursor, sample, [column.cell for column in columns]))
        sampled = {}
        for column in columns:
            reading = decided_reading(cursor, sample, column, mapping)
            is_unknown = column.name.endswith("_id") and not any(source.sample.column(int(column.cell[1:])).to_pylist())
            if is_unknown or not reading.is_plain:
                return None
            sampled[column.name] = Sampled(_tolerant(reading, column), _hides_point(cursor, sample, reading))
        return sampled
    finally:
        cursor.complete()
        cursor.unregister(SAMPLE)


def decided_reading(cursor: duckdb.DuckDBPyConnection, raw: RawTable, column: Column, mapping: Mapping) -> CellReading:
    """How `column` is read, by the rows of `raw` and what the mapping says of it."""
    return decide_reading(
        cursor,
        raw,
        column.name,
        column.cell,
        column.kind,
        mapping.date_order,
        mapping.decimal_mark,
        is_rate=column.is_rate,
    )


def _hides_point(cursor: duckdb.DuckDBPyConnection, sample: RawTable, reading: CellReading) -> bool:
    return reading.numbers is not None and not plain_points(cursor, sample, reading.cell, reading.kind)


def _tolerant(reading: CellReading, column: Column) -> CellReading:
    """The same reading, of numbers such that one written with a currency or thousands would be read, too."""
    if reading.numbers is None:
        return reading
    return number_cell(reading.name, reading.cell, reading.kind, reading.numbers, column.is_rate, is_plain=False)


def _decided(
    cursor: duckdb.DuckDBPyConnection,
    odd: RawTable,
    mapping: Mapping,
    columns: list[Column],
    sampled: dict[str, Sampled],
) -> dict[str, CellReading] | None:
    """The readings by all of the column; None where any of them would have read a row in another way."""
    decided = {}
    for column in columns:
        reading = before = sampled[column.name].reading
        if reading.dates or reading.numbers:
            reading = _tolerant(decided_reading(cursor, odd, column, mapping), column)
            if (reading.sql, reading.first_step) != (before.sql, before.first_step):
                return None
            if (reading.dates and reading.dates.is_undecided) or (reading.numbers and reading.numbers.comma_votes):
                return None
        decided[column.name] = _with_shown_point(reading, sampled[column.name])
    return decided


def _alone(sampled: Dictionary[str, Sampled]) -> dict[str, CellReading]:
    """The readings where every row is plain."""
    return {name: _with_shown_point(column.reading, column) for name, column in sampled.items()}


def _has_rows(cursor: duckdb.DuckDBPyConnection, raw: RawTable) -> bool:
    return bool(cursor.execute(f"select * from {raw.relation} limit 1").fetchall())


def _with_shown_point(reading: CellReading, sampled: Sampled) -> CellReading:
    if reading.numbers is None or sampled.hides_point:
        return reading
    return replace(reading, numbers=replace(reading.numbers, point_votes=1))


def _plain_column(
    column: Column, sampled: Sampled, table: Table, as_of: date | None, needs_numbers: bool
) -> PlainColumn:
    is_number = column.kind in ("money", "number")
    is_required = column.name in table.required
    first, end = plain_bounds(is_required, FIRST_PLAUSIBLE, as_of + timedelta(days=DAYS_AHEAD) if as_of else None)
    return PlainColumn(
        column.name,
        int(column.cell[1:]),
        column.kind,
        is_required or (needs_numbers and is_number),
        sampled.hides_point,
        first,
        end,
    )


def _is_repetitive(source: SourceTable, column: Column) -> bool:
    seen = source.columns[int(column.cell[1:])]
    return bool(seen.distinct_count <= SELDOM_DIFFERENT * seen.filled_share * source.sample.num_rows)


# ---------------------------------------------------------------------- rows


def _read(
    stream: TextStream, columns: Sequence[PlainColumn], typed: RowWriter | KeptRows, odd: Path, tell: ProgressListener
) -> Decimal:
    """Write the plain rows of the file to `typed` and the others to `odd`; returns the sum of the plain amounts."""
    size = stream.source.path.stat().st_size
    amount = Decimal(0)
    with RowWriter(odd, raw_schema(stream.width)) as others, closing(_parted_in_order(stream, columns)) as pieces:
        for plain, rest in pieces:
            if "amount" in plain.schema.names:
                amount += pc.sum(plain.column("amount")).as_py() or 0
            typed.add(plain)
            others.add(rest)
            tell(Progress("read", stream.counts.bytes_read, size, stream.counts.row_count))
    return amount


def _parted_in_order(
    stream: TextStream, columns: Sequence[PlainColumn]
) -> Generator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The plain rows of each batch and the others, parted on all cores."""
    workers = min(os.cpu_count() or 1, MOST_PARSERS)
    waiting: deque[Future[tuple[pa.RecordBatch, pa.RecordBatch]]] = deque()
    with ThreadPoolExecutor(workers) as pool, closing(stream.batches()) as batches:
        for batch in batches:
            waiting.append(pool.submit(parted, batch, columns))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _typed_schema(columns: list[Column]) -> pa.Schema:
    return pa.schema([*((column.name, ARROW_TYPES[column.kind]) for column in columns), (LINE, pa.int64())])


def _typed_relation(path: Path, width: int, columns: list[Column]) -> str:
    """SQL for plain rows whose values have been read, as the rows of a raw table with their values beside."""
    nothing = ", ".join(f"cast(null as varchar) as {name}" for name in ("flaw", "raw", *cell_names(width)))
    values = ", ".join(f"{column.name} as {column.name}_typed" for column in columns)
    return f"(select {LINE} as line, {nothing}, {values} from {parquet_relation(path)})"


def _keep(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, kept: KeptRows) -> None:
    """Write the rows that are kept of those judged."""
    names = ", ".join(judgement.table.column_names)
    cursor.complete()
    rows = cursor.sql(
        f"select {names}, cast(line as bigint) as {LINE} from ({judgement.sql}) where reason is null and not is_blank"
    )
    for batch in rows.to_arrow_reader(ROWS_A_GROUP):
        kept.add(batch)


def _unkept_lines(cursor: duckdb.DuckDBPyConnection, judgement: Judgement) -> np.ndarray:
    """The lines, sorted, of rows judged that are not kept."""
    rows = f"select line from ({judgement.sql}) where reason is not null or is_blank order by line"
    return np.asarray(cursor.execute(rows).fetchnumpy()["line"])


def _unkept(stream: TextStream, lines: np.ndarray, path: Path, tell: ProgressListener) -> Path:
    """Write the rows on these lines as text, read once more."""
    size = stream.source.path.stat().st_size
    with RowWriter(path, raw_schema(stream.width)) as rows, closing(stream.batches(lines)) as batches:
        for batch in batches if len(lines) else ():
            rows.add(batch)
            tell(Progress("read", stream.counts.bytes_read, size, stream.counts.row_count))
    return path


def _both(relation: str, path: Path) -> str:
    return f"(select * from {relation} union all select * from {parquet_relation(path)})"


def _is_complete(
    cursor: duckdb.DuckDBPyConnection, judgement: Judgement, accepted: Path, row_count: int, line_sum: int
) -> bool:
    """Whether every record is kept or judged not to be, by their number and the sum of their lines."""
    kept = f"select count(*), coalesce(sum({LINE}), 0) from {parquet_relation(accepted)}"
    unkept = f"select count(*), coalesce(sum(line), 0) from ({judgement.sql}) where reason is not null or is_blank"
    rows, lines = cursor.execute(kept).fetchone() or (0, 0)
    if rows != row_count:
        others = cursor.execute(unkept).fetchone() or (0, 0)
        rows, lines = rows + others[0], lines + others[1]
    return (int(rows), int(lines)) == (row_count, line_sum)


# ---------------------------------------------------------------------- figures


def _amount_of(cursor: duckdb.DuckDBPyConnection, judgement: Judgement) -> Decimal:
    """The sum of the amounts of all rows judged, kept or not."""
    if "amount" not in judgement.table.column_names:
        return Decimal(0)
    (total,) = cursor.execute(f"select sum(amount) from ({judgement.sql})").fetchone() or (0,)
    return Decimal(total or 0)


def _repeated_lines(
    cursor: duckdb.DuckDBPyConnection,
    stream: TextStream,
    everywhere: Judgement,
    lines: np.ndarray,
    tell: ProgressListener,
) -> RepeatedLines:
    """Kept rows whose every cell repeats that of a row above; `everywhere` is the judgement of all of the file.

    Rows alike as text are alike in every value: only those on `lines`, whose values may repeat, are looked up.
    """
    if not len(lines):
        return RepeatedLines(0, Decimal(0))
    again = repeated_lines_sql(everywhere.sql, everywhere, stream.width)
    [(count, amount)] = query_stream(cursor, stream, again, tell, stream.reader(lines))
    return RepeatedLines(count, amount)


def repeated_lines_sql(rows: str, judgement: Judgement, width: int) -> str:
    """SQL for the one row (count, amount) of `RepeatedLines` among rows judged by the query `rows` to be kept."""
    amount = "any_value(amount)" if "amount" in judgement.table.column_names else "0"
    return f"""
        select cast(coalesce(sum(times - 1), 0) as bigint),
            cast(coalesce(sum((times - 1) * amount), 0) as decimal(38,4))
        from (
            select count(*) as times, {amount} as amount from ({rows}) where flaw is null and reason is null
            group by hash({", ".join(cell_names(width))})
        )
    """
