"""A text file as plain as its sample, loaded in one reading.

Nearly every large file is an export: dates that begin with the year, plain numbers. Where the sample of a
file is so, its rows are typed and written in the reading that finds them, and only the rows that are
*not* so are kept as text: rows to be set aside, blank ones, and rows with a filled cell that is not
plain. Those decide the columns in place of the whole file, by the same queries: a plain cell has no vote in
any decision. If they would decide anything else than the sample did, the answer here is None and the
file is loaded the careful way (`load`). `tests/ingest/test_one_reading.py` holds that both ways agree.
"""

from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from crm_core.ingest.dates import quoted
from crm_core.ingest.judge import Judgement
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation, raw_schema
from crm_core.ingest.read_text import RECORDS, query_stream, raw_table, text_stream
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.ingest.text_stream import TextStream
from crm_core.ingest.values import CellReading, decide_reading, number_cell, plain_points, reading_at_once
from crm_core.schema import Kind

SAMPLE = "sample_of_text"
HASHES_AT_ONCE = 30_000_000


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


def load_in_one_reading(
    cursor: duckdb.DuckDBPyConnection,
    source: SourceTable,
    mapping: Mapping,
    columns: list[Column],
    compose: Judge,
    accepted: Path,
    written: str,
    tell: ProgressListener,
) -> Outcome | None:
    """Write `accepted` with the options `written` while reading; None where only the careful way will do."""
    if mapping.drop_exact_duplicates:
        return None
    sampled = _sampled_readings(cursor, source, mapping, columns)
    if sampled is None:
        return None
    stream = text_stream(source)
    stream.summed = _amount_as_written(mapping, columns)
    at_once = {name: reading_at_once(reading) for name, reading in sampled.items()}
    judgement = compose(replace(_nothing(stream.width), relation=RECORDS), at_once)
    query_stream(
        cursor, stream, f"copy ({accepted_sql(judgement, source)}) to {quoted(str(accepted))} ({written})", tell
    )
    raw, counts = raw_table(stream, ""), stream.counts
    exceptions = _exceptions(cursor, stream, judgement, accepted, raw, tell)
    raw = replace(raw, relation=exceptions)
    decided = _decided(cursor, raw, mapping, columns, sampled)
    if decided is None:
        return None
    amount_in = counts.amount if stream.summed is not None else None
    if amount_in is None:
        amount_in = _amount_in(cursor, stream, compose(replace(raw, relation=RECORDS), decided), tell)
    judgement = compose(raw, decided)
    _without_marks(cursor, accepted, written)
    if not _is_complete(cursor, judgement, accepted, raw.row_count, counts.line_sum):
        return None
    tell(Progress("count", 0, 100))
    everywhere = compose(replace(raw, relation=RECORDS), decided)
    repeats = _repeated_lines(cursor, stream, judgement, everywhere, accepted, raw.row_count, tell)
    return Outcome(raw, judgement, amount_in, repeats)


def accepted_sql(judgement: Judgement, source: SourceTable) -> str:
    """The rows to keep. One with a filled cell that is not plain bears its line with a minus."""
    names = ", ".join(judgement.table.column_names)
    return (
        f"select {names}, {quoted(source.file_name)} as source_file, "
        f"cast(case when {_doubt(judgement)} then -line else line end as bigint) as source_line "
        f"from ({judgement.sql}) where reason is null and not is_blank"
    )


def _doubt(judgement: Judgement) -> str:
    readings = [*judgement.readings.values(), *judgement.extras.values()]
    return " or ".join([reading.doubt for reading in readings if reading.doubt] or ["false"])


# ---------------------------------------------------------------------- decisions


def _sampled_readings(
    cursor: duckdb.DuckDBPyConnection, source: SourceTable, mapping: Mapping, columns: list[Column]
) -> dict[str, CellReading] | None:
    """How the sample says the columns are read; None if any is not plain there."""
    names = cell_names(len(source.headers))
    table = source.sample.rename_columns(names)
    cursor.register(SAMPLE, table.append_column("flaw", pa.nulls(table.num_rows, pa.string())))
    sample = replace(_nothing(len(names)), relation=SAMPLE, row_count=table.num_rows)
    try:
        readings = {}
        for column in columns:
            reading = _decide(cursor, sample, column, mapping)
            is_unknown = column.name.endswith("_id") and not any(source.sample.column(int(column.cell[1:])).to_pylist())
            if is_unknown or not reading.is_plain:
                return None
            readings[column.name] = _tolerant(reading, column, doubts_points=_hides_point(cursor, sample, reading))
        return readings
    finally:
        cursor.complete()
        cursor.unregister(SAMPLE)


def _decide(cursor: duckdb.DuckDBPyConnection, raw: RawTable, column: Column, mapping: Mapping) -> CellReading:
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
    """Whether nothing in a sample of numbers shows the point to be their decimal mark: every point then votes."""
    return reading.numbers is not None and not plain_points(cursor, sample, reading.cell, reading.kind)


def _tolerant(reading: CellReading, column: Column, doubts_points: bool) -> CellReading:
    """The same reading, of numbers such that one written with a currency or thousands would be read, too."""
    if reading.numbers is None:
        return reading
    tolerant = number_cell(reading.name, reading.cell, reading.kind, reading.numbers, column.is_rate, is_plain=False)
    return replace(tolerant, doubts_points=doubts_points)


def _decided(
    cursor: duckdb.DuckDBPyConnection,
    exceptions: RawTable,
    mapping: Mapping,
    columns: list[Column],
    sampled: dict[str, CellReading],
) -> dict[str, CellReading] | None:
    """The readings by all of the column; None where any of them would have read a row in another way."""
    decided = {}
    for column in columns:
        reading = before = sampled[column.name]
        if reading.dates or reading.numbers:
            reading = _tolerant(_decide(cursor, exceptions, column, mapping), column, before.doubts_points)
            if (reading.sql, reading.first_step) != (before.sql, before.first_step):
                return None
            if (reading.dates and reading.dates.is_undecided) or (reading.numbers and reading.numbers.comma_votes):
                return None
            if reading.numbers and not before.doubts_points:  # the sample has shown the point
                reading = replace(reading, numbers=replace(reading.numbers, point_votes=1))
        decided[column.name] = reading
    return decided


# ---------------------------------------------------------------------- rows


def _exceptions(
    cursor: duckdb.DuckDBPyConnection,
    stream: TextStream,
    judgement: Judgement,
    accepted: Path,
    raw: RawTable,
    tell: ProgressListener,
) -> str:
    """SQL for the rows that are not plain, as they were in the file; there is nothing to look for where all are."""
    found = cursor.execute(f"select count(*), min(source_line) from {parquet_relation(accepted)}").fetchone()
    rows, lowest = found or (0, None)
    if rows == raw.row_count and (lowest is None or lowest > 0):
        return _no_rows(raw.width)
    target = accepted.with_name("exceptions.parquet")
    cells = ", ".join(cell_names(raw.width))
    query_stream(
        cursor,
        stream,
        f"copy (select line, flaw, raw, {cells} from ({judgement.sql}) "
        f"where reason is not null or is_blank or {_doubt(judgement)}) to {quoted(str(target))} (format parquet)",
        tell,
    )
    return parquet_relation(target)


def _no_rows(width: int) -> str:
    nulls = ", ".join(
        f"cast(null as {'bigint' if field.name == 'line' else 'varchar'}) as {field.name}"
        for field in raw_schema(width)
    )
    return f"(select {nulls} where false)"


def _nothing(width: int) -> RawTable:
    return RawTable("", width, 0, 0, 0, 0, 0)


def _without_marks(cursor: duckdb.DuckDBPyConnection, accepted: Path, written: str) -> None:
    """Take the minus off the lines that bear one."""
    kept = parquet_relation(accepted)
    found = cursor.execute(f"select min(source_line) from {kept}").fetchone()
    if not found or found[0] is None or found[0] > 0:
        return
    unmarked = accepted.with_name("unmarked.parquet")
    cursor.execute(
        f"copy (select * replace (abs(source_line) as source_line) from {kept}) to {quoted(str(unmarked))} ({written})"
    ).fetchall()
    unmarked.replace(accepted)


def _is_complete(
    cursor: duckdb.DuckDBPyConnection, judgement: Judgement, accepted: Path, row_count: int, line_sum: int
) -> bool:
    """Whether every record is kept or among the exceptions, by their number and the sum of their lines."""
    totals = cursor.execute(
        f"""
        select sum(rows), sum(lines) from (
            select count(*) as rows, coalesce(sum(source_line), 0) as lines from {parquet_relation(accepted)}
            union all
            select count(*), coalesce(sum(line), 0) from ({judgement.sql}) where reason is not null or is_blank
        )
        """
    ).fetchone()
    return totals is not None and (int(totals[0]), int(totals[1])) == (row_count, line_sum)


# ---------------------------------------------------------------------- figures


def _amount_as_written(mapping: Mapping, columns: list[Column]) -> int | None:
    """The place of the cell whose plain sum is the sum of the amounts; None where an amount is more than its cell."""
    if mapping.return_order_prefix or mapping.return_flag or mapping.refund or "amount" in mapping.units:
        return None
    return next((int(column.cell[1:]) for column in columns if column.name == "amount"), None)


def _amount_in(
    cursor: duckdb.DuckDBPyConnection, stream: TextStream, judgement: Judgement, tell: ProgressListener
) -> Decimal:
    """The sum of the amounts of all rows, read once more."""
    if "amount" not in judgement.table.column_names:
        return Decimal(0)
    [(total,)] = query_stream(cursor, stream, f"select sum(amount) from ({judgement.sql})", tell)
    return Decimal(total or 0)


def _repeated_lines(
    cursor: duckdb.DuckDBPyConnection,
    stream: TextStream,
    judgement: Judgement,
    everywhere: Judgement,
    accepted: Path,
    row_count: int,
    tell: ProgressListener,
) -> RepeatedLines:
    """Rows whose every cell repeats that of a row above; `everywhere` is the judgement of all of the file.

    Rows alike as text are alike in every value, so only those kept rows are looked up in the file whose
    values repeat; of the rows not kept the text is there.
    """
    names = ", ".join(judgement.readings)
    lines = _lines_alike(cursor, f"hash({names})", accepted, row_count, tell)
    aside = f"select * from ({judgement.sql}) where reason is not null or is_blank"
    found = cursor.execute(repeated_lines_sql(aside, judgement, stream.width)).fetchall()
    if len(lines):
        again = repeated_lines_sql(everywhere.sql, judgement, stream.width)
        found += query_stream(cursor, stream, again, tell, stream.reader(lines))
    return RepeatedLines(sum(count for count, _amount in found), sum((amount for _count, amount in found), Decimal(0)))


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


def _lines_alike(
    cursor: duckdb.DuckDBPyConnection, hashed: str, accepted: Path, row_count: int, tell: ProgressListener
) -> np.ndarray:
    """The lines, sorted, of kept rows whose hash another one has, too."""
    kept = parquet_relation(accepted)
    parts = 1 + row_count // HASHES_AT_ONCE
    alike = []
    for part in range(parts):
        of_part = f"where {hashed} % {parts} = {part}" if parts > 1 else ""
        hashes = cursor.execute(f"select {hashed} as hash from {kept} {of_part}").fetchnumpy()["hash"]
        hashes = np.sort(np.asarray(hashes))
        alike.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        tell(Progress("count", 50 * (part + 1) // parts, 100))
    repeated = np.concatenate(alike)
    if not len(repeated):
        return repeated.astype(np.int64)
    cursor.complete()
    cursor.register("hashes_alike", pa.table({"hash": repeated}))
    rows = cursor.execute(
        f"select source_line from {kept} where {hashed} in (select hash from hashes_alike) order by source_line"
    ).fetchnumpy()["source_line"]
    cursor.complete()
    cursor.unregister("hashes_alike")
    return np.asarray(rows)
