"""Text files to raw cells: DuckDB's fast reader where it can be trusted, ours everywhere else.

DuckDB's reader loses rows without a word in several ways (docs/decisions/0005-reading-text-twice.md).
It is believed in one case only: it reads strictly without an error, gives as many rows as the file has
physical lines, *and* the delimiters of the file are those between the cells and inside them (it drops
an empty cell too many without a word). Anything else (ragged rows, values with line ends, blank lines,
stray quotes) goes through `records`, which accounts for every line.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from crm_core.ingest.cells import is_date, is_number
from crm_core.ingest.dates import quoted
from crm_core.ingest.decode import Survey, normalise
from crm_core.ingest.raw import RawTable, RawWriter, cell_names, parquet_relation
from crm_core.ingest.records import LooksLikeRecord, records, slipped_quotes_sql
from crm_core.ingest.source import TYPOGRAPHIC, WHITE_SPACE, Dialect, Progress, ProgressListener, SourceTable

LONGEST_RECORD = 16 << 20
LINES_A_REPORT = 200_000


def read_text(
    source: SourceTable, folder: Path, cursor: duckdb.DuckDBPyConnection, listener: ProgressListener
) -> RawTable:
    """All records of a text file; intermediate files go into `folder`."""
    dialect = source.dialect
    if dialect is None:
        raise ValueError("a text source has a dialect")
    width = len(source.headers)
    body, raw_path = folder / "body.csv", folder / "raw.parquet"
    size = source.path.stat().st_size
    survey = normalise(
        source.path,
        body,
        source.encoding,
        skip_lines=dialect.header_lines,
        delimiter=dialect.delimiter,
        listener=lambda done: listener(Progress("decode", done, size)),
    )
    body_lines = survey.line_count - dialect.header_lines
    listener(Progress("read", 0, body_lines))
    row_count, continued = body_lines, 0
    if not _read_fast(cursor, body, raw_path, dialect, width, body_lines, survey):
        row_count, continued = _read_carefully(source, body, raw_path, dialect, width, body_lines, listener)
    body.unlink()
    listener(Progress("read", body_lines, body_lines))
    return RawTable(
        relation=parquet_relation(raw_path),
        width=width,
        row_count=row_count,
        line_count=survey.line_count,
        header_lines=dialect.header_lines,
        blank_lines=body_lines - row_count - continued,
        continued_lines=continued,
        bad_byte_count=survey.bad_byte_count,
        nul_count=survey.nul_count,
    )


def _read_fast(
    cursor: duckdb.DuckDBPyConnection,
    body: Path,
    target: Path,
    dialect: Dialect,
    width: int,
    body_lines: int,
    survey: Survey,
) -> bool:
    """Whether DuckDB read every line as one row of `width` cells; if not, what it wrote means nothing."""
    if dialect.delimiter == WHITE_SPACE or dialect.escape or dialect.spaced or dialect.pad_short_rows or width < 2:
        return False
    if dialect.quote == TYPOGRAPHIC:
        return False
    quote = dialect.quote if survey.quote_count or dialect.quote == "'" else ""
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in cell_names(width))
    read = (
        f"read_csv({quoted(str(body))}, auto_detect=false, header=false, delim={quoted(dialect.delimiter)}, "
        f"quote={quoted(quote)}, escape={quoted(quote)}, new_line='\\n', columns={{{columns}}}, strict_mode=true, "
        f"max_line_size={LONGEST_RECORD}, nullstr='', compression='none')"
    )
    try:
        cursor.execute(
            f"copy (select row_number() over () + {dialect.header_lines} as line, cast(null as varchar) as flaw, "
            f"cast(null as varchar) as raw, * from {read}) "
            f"to {quoted(str(target))} (format parquet, compression snappy)"
        ).fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.InvalidTypeException):
        return False
    rows, inner, slipped = _rows_read(cursor, target, dialect.delimiter, width, quote)
    return rows == body_lines and survey.delimiter_count == rows * (width - 1) + inner and not slipped


def _rows_read(
    cursor: duckdb.DuckDBPyConnection, target: Path, delimiter: str, width: int, quote: str
) -> tuple[int, int, int]:
    """Rows read, delimiters that stand inside values, and rows in which a delimiter may be missing before a quote.

    Without quotes there are none of the latter two.
    """
    mark, cells = quoted(delimiter), cell_names(width)
    inner = " + ".join(
        f"coalesce(sum(len({cell}) - len(replace({cell}, {mark}, ''))) filter (contains({cell}, {mark})), 0)"
        for cell in cells
    )
    counted = f"{inner}, count(*) filter ({slipped_quotes_sql(cells, quote)})" if quote else "0, 0"
    found = cursor.execute(f"select count(*), {counted} from {parquet_relation(target)}").fetchone()
    return (int(found[0]), int(found[1]), int(found[2])) if found else (0, 0, 0)


def _read_carefully(
    source: SourceTable,
    body: Path,
    target: Path,
    dialect: Dialect,
    width: int,
    body_lines: int,
    listener: ProgressListener,
) -> tuple[int, int]:
    """Rows read line by line, and the lines that only continue a row above them."""
    continued = 0
    next_report = LINES_A_REPORT
    with (
        body.open(encoding="utf-8", newline="\n") as lines,
        RawWriter(target, width) as writer,
    ):
        first_line = dialect.header_lines + 1
        for record in records(lines, dialect, width, first_line, record_test(source)):
            writer.add(record.line, record.cells, record.flaw, record.raw)
            continued += record.span - 1
            if writer.row_count >= next_report:
                listener(Progress("read", record.line - first_line, body_lines))
                next_report += LINES_A_REPORT
        return writer.row_count, continued


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
