"""A file understood and mapped becomes canonical rows, rows set aside and a report: `load_table`."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from crm_core.engine.database import Database, shared_database
from crm_core.engine.watching import watched, watched_work
from crm_core.errors import InputError
from crm_core.ingest.cells import FALSE_WORDS, TRUE_WORDS, is_number
from crm_core.ingest.columnar import read_columnar
from crm_core.ingest.date_question import order_question_in_words
from crm_core.ingest.dates import quoted
from crm_core.ingest.disk import changed, stamp_of, told_if_full
from crm_core.ingest.duplicates import together
from crm_core.ingest.guess import guess_mapping
from crm_core.ingest.inspect import inspect_frame
from crm_core.ingest.json_rows import read_json
from crm_core.ingest.judge import Judgement, judge
from crm_core.ingest.lookup import read_beside
from crm_core.ingest.mapping import Mapping, check_mapping
from crm_core.ingest.months import turn_months
from crm_core.ingest.one_reading import Column, Judge, Outcome, decided_reading, load_in_one_reading
from crm_core.ingest.quality import QualityReport
from crm_core.ingest.raw import RawTable, parquet_relation
from crm_core.ingest.read_text import read_text
from crm_core.ingest.report import ASIDE, amount_in, repeated_lines, write_report
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.ingest.values import CellReading, trim_cells
from crm_core.ingest.workbook import read_workbook
from crm_core.language import _
from crm_core.schema import TABLES, Kind

EXTRA_KINDS: dict[str, Kind] = {
    "unit_price": "money",
    "profit": "money",
    "refund": "money",
    "status": "text",
    "return_flag": "flag",
}
WRITTEN = "format parquet, compression snappy"


@dataclass(frozen=True)
class LoadedTable:
    """One file loaded as one canonical table.

    `folder` holds `accepted.parquet`, `set_aside.parquet` and `report.json`. A frame loaded without a
    folder keeps a temporary one as long as this object lives.
    """

    table_name: str
    folder: Path
    mapping: Mapping
    report: QualityReport
    origin: Dictionary[str, str] | None = None  # which connection, table or query, if not a file

    @property
    def accepted(self) -> Path:
        """The rows that were kept."""
        return self.folder / "accepted.parquet"

    @property
    def set_aside(self) -> Path:
        """The cells for which rows were set aside."""
        return self.folder / "set_aside.parquet"


def load_table(
    source: SourceTable,
    mapping: Mapping,
    folder: Path,
    *,
    database: Database,
    as_of: date | None,
    progress: ProgressListener | None = None,
    earlier: Sequence[str] = (),
) -> LoadedTable:
    """Read all of `source` by `mapping` and write the three files of a `LoadedTable` into `folder`.

    Order lines that stand in `earlier`, SELECTs of order lines, are set aside as held already.

    Every row is kept or set aside with a reason. A required date outside 1990-01-01 to `as_of` + 366
    days is implausible (no upper bound where `as_of` is None). An exception raised by `progress`
    stops the load; `folder` then holds nothing of it.

    Raises InputError if the mapping does not fit the file, or if the dates can be read in two ways
    and the mapping does not say which.
    """
    check_mapping(source, mapping)
    tell = progress or _nobody
    folder.mkdir(parents=True, exist_ok=True)
    with (
        told_if_full(source.file_name),
        tempfile.TemporaryDirectory(prefix=".reading-", dir=folder) as work,
        database.cursor() as cursor,
    ):
        written = Path(work) / "accepted.parquet", Path(work) / "set_aside.parquet"
        compose = partial(_judged, source=source, mapping=mapping, as_of=as_of, earlier=earlier)
        has_rules = bool(earlier) or _has_rules(mapping)
        outcome = _in_one_reading(
            cursor, source, mapping, compose, written[0], tell, as_of=as_of, has_rules=has_rules
        ) or _carefully(cursor, source, mapping, compose, written[0], tell)

        def summed_up() -> QualityReport:
            _write_set_aside(cursor, outcome.judgement, outcome.raw, source, *written)
            return write_report(cursor, outcome, source, mapping, written[0], as_of)

        report = watched_work(cursor, summed_up, lambda _share: tell(Progress("count", 50, 100)))
        tell(Progress("count", 100, 100))
        for path in written:
            path.replace(folder / path.name)
        (folder / "report.json").write_text(report.model_dump_json(indent=1), encoding="utf-8")
    return LoadedTable(mapping.table, folder, mapping, report)


def load_frame(
    frame: Any,
    table_name: str = "orders",
    mapping: Mapping | None = None,
    *,
    folder: Path | None = None,
    database: Database | None = None,
    as_of: date | None = None,
    name: str = "table",
) -> LoadedTable:
    """Load a pandas, polars or Arrow table as `load_table` loads a file; columns are guessed unless mapped."""
    source = inspect_frame(frame, name)
    target = folder or Path(tempfile.mkdtemp(prefix="clientele-frame-"))
    loaded = load_table(
        source,
        mapping or guess_mapping(source, table_name),
        target,
        database=database or shared_database(),
        as_of=as_of,
    )
    if folder is None:
        weakref.finalize(loaded, shutil.rmtree, target, ignore_errors=True)
    return loaded


def read_raw(
    source: SourceTable, folder: Path, cursor: duckdb.DuckDBPyConnection, listener: ProgressListener
) -> RawTable:
    """All records of a source as text."""
    if source.lookup:
        return read_beside(source.lookup, folder, cursor, partial(read_raw, cursor=cursor, listener=listener))
    if source.months:
        return turn_months(read_raw(source.months.table, folder, cursor, listener), source.months, folder, cursor)
    if source.format == "text":
        return read_text(source, folder, cursor, listener)
    if source.format == "workbook":
        return read_workbook(source, folder, listener)
    if source.format == "json":
        return read_json(source, folder, listener)
    return read_columnar(source, folder, cursor)


def _refuse_changed(source: SourceTable) -> None:
    """InputError if the file, or the list it looks prices up in, is not the one that was looked at."""
    for read in (source, source.lookup.table) if source.lookup else (source,):
        if read.stamp and stamp_of(read.path) != read.stamp:
            raise changed(read.file_name)


def _nobody(_progress: Progress) -> None:
    return None


def _in_one_reading(
    cursor: duckdb.DuckDBPyConnection,
    source: SourceTable,
    mapping: Mapping,
    compose: Judge,
    accepted: Path,
    tell: ProgressListener,
    *,
    as_of: date | None,
    has_rules: bool,
) -> Outcome | None:
    """A text file as plain as its sample; None for any other, and for one whose rows or columns are made of others."""
    if source.format != "text" or source.months or source.lookup:
        return None
    outcome = load_in_one_reading(
        cursor,
        source,
        mapping,
        _columns(source, mapping),
        compose,
        accepted,
        as_of,
        tell,
        has_rules=has_rules,
        needs_numbers=bool(_yes_no_cells(source)),
    )
    _refuse_changed(source)
    return outcome


def _has_rules(mapping: Mapping) -> bool:
    """Whether a row of ours is more than the cells mapped, each by itself."""
    extras = any(getattr(mapping, extra) for extra in EXTRA_KINDS)
    return extras or bool(mapping.units or mapping.return_order_prefix) or mapping.discount_is_rate


def _telling(tell: ProgressListener, percent: int) -> Callable[[float | None], None]:
    """For work that cannot say how far it is: the place it stands at, again and again, so that it may be stopped."""
    return lambda _share: tell(Progress("type", percent, 100))


def _carefully(
    cursor: duckdb.DuckDBPyConnection,
    source: SourceTable,
    mapping: Mapping,
    compose: Judge,
    accepted: Path,
    tell: ProgressListener,
) -> Outcome:
    """Any source: all records as text first, each column decided over the whole of it, then the rows."""
    raw = read_raw(source, accepted.parent, cursor, tell)
    _refuse_changed(source)
    tell(Progress("type", 0, 100))
    columns = _columns(source, mapping)
    trim = watched_work(
        cursor,
        lambda: trim_cells(cursor, raw, [column.cell for column in columns]),
        _telling(tell, 0),
    )
    raw = replace(raw, trim=trim)
    readings = {}
    for place, column in enumerate(columns):
        decide = partial(decided_reading, cursor, raw, column, mapping)
        readings[column.name] = watched_work(cursor, decide, _telling(tell, 100 * place // len(columns)))
    tell(Progress("type", 100, 100))
    _refuse_undecided(source, _headers(mapping), readings)
    judgement = compose(raw, readings)
    _write_accepted(cursor, judgement, source, accepted, tell)
    return watched_work(
        cursor,
        lambda: Outcome(raw, judgement, amount_in(cursor, judgement), repeated_lines(cursor, judgement, raw)),
        lambda _share: tell(Progress("count", 0, 100)),
    )


def _headers(mapping: Mapping) -> dict[str, str]:
    """The header behind each column the mapping reads."""
    extras = {extra: getattr(mapping, extra) for extra in EXTRA_KINDS}
    return {**mapping.columns, **{extra: header for extra, header in extras.items() if header}}


def _columns(source: SourceTable, mapping: Mapping) -> list[Column]:
    """The columns the mapping reads."""
    table = TABLES[mapping.table]
    cells = {header: f"c{place}" for place, header in enumerate(source.headers)}
    extras: dict[str, Kind] = EXTRA_KINDS | ({"return_flag": "text"} if mapping.return_values else {})
    kinds = {name: table.column(name).kind for name in mapping.columns}
    kinds |= {extra: kind for extra, kind in extras.items() if getattr(mapping, extra)}
    return [
        Column(name, cells[header], kinds[name], name == "discount" and mapping.discount_is_rate)
        for name, header in _headers(mapping).items()
    ]


def _judged(
    raw: RawTable,
    readings: Dictionary[str, CellReading],
    source: SourceTable,
    mapping: Mapping,
    as_of: date | None,
    earlier: Sequence[str],
) -> Judgement:
    """The query that judges the rows of `raw`, read so."""
    ours = {name: reading for name, reading in readings.items() if name not in EXTRA_KINDS}
    extras = {name: reading for name, reading in readings.items() if name in EXTRA_KINDS}
    held = together(earlier) if earlier else None
    return judge(raw, mapping, ours, extras, _headers(mapping), as_of, _yes_no_cells(source), held)


def _yes_no_cells(source: SourceTable) -> dict[str, str]:
    """Cells, with their headers, that hold yes or no in words in nearly every row of the sample, and some number."""
    found: dict[str, str] = {}
    for place, header in enumerate(source.headers):
        values = [value.casefold() for value in source.sample_values(header)]
        words = [value for value in values if not is_number(value)]
        if len(words) < len(values) <= 1.25 * len(words) and set(words) <= TRUE_WORDS | FALSE_WORDS:
            found[f"c{place}"] = header
    return found


def _refuse_undecided(
    source: SourceTable, headers: Dictionary[str, str], readings: Dictionary[str, CellReading]
) -> None:
    for name, reading in readings.items():
        if reading.dates and reading.dates.is_undecided:
            raise InputError(
                _("{file}, “{header}”: {question} Say which (date_order: dmy, mdy or ymd).").format(
                    file=source.file_name, header=headers[name], question=order_question_in_words(reading.dates)
                )
            )


def _write_accepted(
    cursor: duckdb.DuckDBPyConnection,
    judgement: Judgement,
    source: SourceTable,
    target: Path,
    tell: ProgressListener,
) -> None:
    columns = ", ".join(judgement.table.column_names)
    watched(
        cursor,
        f"copy (select {columns}, {quoted(source.file_name)} as source_file, cast(line as bigint) as source_line "
        f"from ({judgement.sql}) where reason is null and not is_blank) to {quoted(str(target))} ({WRITTEN})",
        lambda share: tell(Progress("write", round(100 * (share or 0)), 100)),
    )


def _write_set_aside(
    cursor: duckdb.DuckDBPyConnection,
    judgement: Judgement,
    raw: RawTable,
    source: SourceTable,
    accepted: Path,
    target: Path,
) -> None:
    """Rows set aside, by line, into a temporary table (the report reads it) and the file.

    Where every record was kept there is nothing to look for.
    """
    kept = cursor.execute(f"select count(*) from {parquet_relation(accepted)}").fetchone()
    is_whole = kept is not None and kept[0] == raw.row_count
    amount = "amount" if "amount" in judgement.table.column_names else "cast(null as decimal(18,4))"
    cursor.execute(
        f"""
        create or replace temp table {ASIDE} as
        select {quoted(source.file_name)} as source_file, cast(line as bigint) as source_line,
            reason_header as column_name, reason_value as value, reason, coalesce(raw, {_row_text_sql(raw)}) as raw,
            {amount} as amount
        from ({judgement.sql}) where {"false" if is_whole else "reason is not null and not is_blank"} order by line
        """
    ).fetchall()
    cursor.execute(f"copy (select * from {ASIDE} order by source_line) to {quoted(str(target))} ({WRITTEN})").fetchall()


def _row_text_sql(raw: RawTable) -> str:
    """A whole row as one line of CSV."""
    cells = [
        f"case when regexp_matches(c{place}, '[\",\\n]') then '\"' || replace(c{place}, '\"', '\"\"') || '\"' "
        f"else coalesce(c{place}, '') end"
        for place in range(raw.width)
    ]
    return " || ',' || ".join(cells)
