"""What a file is and holds, before anything is loaded: `inspect_file`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.archive import MARKS as PACKED
from crm_core.ingest.cells import content_of, is_absent
from crm_core.ingest.columnar import (
    arrow_batches,
    arrow_sample,
    arrow_table,
    is_arrow,
    parquet_sample,
    parquet_schema,
    text_table,
)
from crm_core.ingest.decode import (
    SAMPLE_BYTES,
    Guess,
    Survey,
    guess_by_all,
    guess_encoding,
    head_of,
    known_encoding,
    survey,
)
from crm_core.ingest.dialect import decide_dialect
from crm_core.ingest.disk import changed, stamp_of
from crm_core.ingest.json_rows import is_json, survey_json
from crm_core.ingest.month_names import month_of, year_named
from crm_core.ingest.months import find_months, turned_sample
from crm_core.ingest.read_text import sample_records
from crm_core.ingest.source import (
    FIRST_YEAR,
    Dialect,
    JsonRows,
    ReadingOptions,
    SourceColumn,
    SourceTable,
    unique_headers,
)
from crm_core.ingest.table_start import Row, table_start
from crm_core.ingest.workbook import is_workbook, open_sheet, sheet_heights, sheet_rows
from crm_core.language import N_, _

SAMPLE_ROWS = 20_000
WIDEST = 5_000
HEAD_ROWS = 400

# Signatures of what is often given a wrong name, and where they stand; text never begins like this.
FOREIGN_CONTENT = (
    (0, b"%PDF", N_("a PDF document")),
    (0, b"\x89PNG", N_("an image")),
    (0, b"\xff\xd8\xff", N_("an image")),
    (0, b"GIF8", N_("an image")),
    (0, b"II*\0", N_("an image")),
    (0, b"MM\0*", N_("an image")),
    (8, b"WEBP", N_("an image")),
    (4, b"ftyp", N_("an image or a film")),
    (0, b"Rar!", N_("an archive of a kind that is not opened here; pack it as zip")),
    (0, b"7z\xbc\xaf", N_("an archive of a kind that is not opened here; pack it as zip")),
    (257, b"ustar", N_("an archive of a kind that is not opened here; pack it as zip")),
    (0, b"SQLite format 3", N_("a database file")),
    (0, b"\x7fELF", N_("a program")),
    (0, b"MZ\x90", N_("a program")),
    (0, b"FEA1", N_("a Feather file of the first version")),
    (0, b"<!DOCTYPE html", N_("a web page")),
    (0, b"<html", N_("a web page")),
    (0, b"{\\rtf", N_("a document")),
)
BITMAP = (b"BM", slice(6, 10), b"\0\0\0\0")


def inspect_file(path: Path, file_name: str, *, overrides: ReadingOptions = ReadingOptions()) -> SourceTable:
    """What the file at `path`, which the reader knows as `file_name`, holds.

    A packed file is not opened here; `unpack` does that. Raises InputError, with a sentence that helps,
    if the file is empty, is no table at all, is locked by a password, has no rows, or changes meanwhile.
    """
    stamp = stamp_of(path)
    if stamp[0] == 0:
        raise InputError(_("{file} is empty.").format(file=file_name))
    with path.open("rb") as file:
        head = file.read(4096)
    try:
        source = _months_turned(_inspected(path, file_name, head, overrides), overrides)
    except InputError as error:
        raise error if file_name in str(error) else InputError(f"{file_name}: {error}") from None
    if stamp_of(path) != stamp:
        raise changed(file_name)
    return replace(source, stamp=stamp)


def _inspected(path: Path, file_name: str, head: bytes, options: ReadingOptions) -> SourceTable:
    if head.startswith(b"PAR1"):
        return _inspect_parquet(path, file_name)
    if is_arrow(head):
        return _inspect_arrow(path, file_name)
    if is_workbook(path):
        return _inspect_workbook(path, file_name, options)
    _refuse_foreign(head, file_name)
    return _inspect_text(path, file_name, options)


def _months_turned(source: SourceTable, options: ReadingOptions) -> SourceTable:
    """A table with one column a month as one with a row a month, unless told otherwise."""
    if options.months_as_rows is False:
        return source
    year = options.months_year or year_named(source.sheet, source.file_name)
    months = find_months(source, year)
    if months is None:
        return source if year else _asked_for_year(source)
    sample = turned_sample(months, SAMPLE_ROWS)
    note = _("One column a month ({first} to {last}): each filled cell is read as a row of its own.").format(
        first=_with_year(source, months.turned[0]), last=_with_year(source, months.turned[-1])
    )
    headers = tuple(sample.column_names)
    return replace(
        source,
        headers=headers,
        columns=described(sample),
        sample=sample,
        notes=(*source.notes, note),
        months=months,
    )


def _with_year(source: SourceTable, turned: tuple[int, str]) -> str:
    """The header of a month, with the year where it names none."""
    place, day = turned
    header = source.headers[place]
    return header if month_of(header) else f"{header} {day[:4]}"


def _asked_for_year(source: SourceTable) -> SourceTable:
    """A table as it stands, with a note where all it lacks to have its months turned is their year."""
    months = find_months(source, FIRST_YEAR)
    if months is None:
        return source
    note = _(
        "The columns {first} to {last} name months without a year. To read each as rows, say the year: "
        "“Read it in another way”, or --months-year in a shell."
    ).format(first=source.headers[months.turned[0][0]], last=source.headers[months.turned[-1][0]])
    return replace(source, notes=(*source.notes, note), lacks_year=True)


def inspect_frame(frame: Any, name: str = "table") -> SourceTable:
    """The same of a pandas, polars or Arrow table in memory."""
    table = arrow_table(frame)
    if table.num_rows == 0:
        raise InputError(_("{file} holds no rows.").format(file=name))
    sample = text_table(table.slice(0, SAMPLE_ROWS))
    return _source(Path(name), name, "frame", sample, line_count=table.num_rows, frame=table)


def _refuse_foreign(head: bytes, file_name: str) -> None:
    content = next((name for place, mark, name in FOREIGN_CONTENT if head[place:].startswith(mark)), None)
    start, place, zeros = BITMAP
    if head.startswith(start) and head[place] == zeros:
        content = N_("an image")
    if head.startswith(b"PK\x03\x04"):
        content = N_("a zip archive or a document")
    if head.startswith(tuple(mark for mark, packing in PACKED if packing != "zip")):
        content = N_("a compressed file")
    if content is None:
        return
    raise InputError(
        _("{file} is {content}, not a table. Choose a CSV, Excel, JSON or Parquet file.").format(
            file=file_name, content=_(content)
        )
    )


def _inspect_text(path: Path, file_name: str, options: ReadingOptions) -> SourceTable:
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    guess = Guess(known_encoding(options.encoding, start), is_sure=True) if options.encoding else guess_encoding(start)
    counts = survey(path, guess.encoding)
    if counts.bad_byte_count and not options.encoding:
        again = guess_by_all(path)
        if again.encoding != guess.encoding and (counted := survey(path, again.encoding)).bad_byte_count == 0:
            guess, counts = again, counted
    head, _is_all = head_of(path, guess.encoding)
    if counts.nul_count > max(16, 0.1 * path.stat().st_size) or _control_share(head) > 0.02:
        raise InputError(
            _("{file} is not a text file. Choose a CSV, Excel, JSON or Parquet file.").format(file=file_name)
        )
    notes = tuple(_encoding_notes(guess, counts.bad_byte_count))
    if is_json(head) and options.delimiter is None and options.header_line is None:
        return _inspect_json(path, file_name, guess, counts, notes)
    dialect, header, layout_notes = decide_dialect(head, options)
    _refuse_width(len(header), file_name)
    headers = unique_headers(list(header))
    found = list(sample_records(head, dialect, len(headers), SAMPLE_ROWS))
    if not found and counts.line_count <= dialect.header_lines:
        raise InputError(_("{file} has a header but no rows.").format(file=file_name))
    sample = _sample_table(headers, [cells for _line, cells in found])
    return _source(
        path,
        file_name,
        "text",
        sample,
        line_count=counts.line_count,
        encoding=guess.encoding,
        encoding_is_sure=guess.is_sure,
        bad_byte_count=counts.bad_byte_count,
        nul_count=counts.nul_count,
        dialect=dialect,
        notes=(*layout_notes, *notes),
    )


def _encoding_notes(guess: Guess, bad_byte_count: int) -> Iterator[str]:
    if bad_byte_count:
        yield _("{count} places do not decode as {encoding} and show as \ufffd.").format(
            count=bad_byte_count, encoding=guess.encoding
        )
    if not guess.is_sure:
        yield _(
            "The text encoding is a guess: {encoding}. Check the preview, and choose another if it looks wrong."
        ).format(encoding=guess.encoding)


def _inspect_json(path: Path, file_name: str, guess: Guess, counts: Survey, notes: tuple[str, ...]) -> SourceTable:
    found = survey_json(path, file_name, guess.encoding, SAMPLE_ROWS, WIDEST)
    _refuse_width(len(found.keys), file_name)
    headers = unique_headers(list(found.keys))
    sample = _sample_table(headers, [[cells.get(key, "") for key in found.keys] for cells in found.sample])
    return _source(
        path,
        file_name,
        "json",
        sample,
        line_count=found.line_count,
        encoding=guess.encoding,
        encoding_is_sure=guess.is_sure,
        bad_byte_count=counts.bad_byte_count,
        nul_count=counts.nul_count,
        notes=notes,
        json=JsonRows(found.keys),
    )


def _control_share(head: str) -> float:
    """The share of letters no text holds (0-1)."""
    start = head[:65536]
    return sum(letter < " " and letter not in "\n\t\f\v\x1a" for letter in start) / max(len(start), 1)


def _inspect_workbook(path: Path, file_name: str, options: ReadingOptions) -> SourceTable:
    heights = sheet_heights(path, file_name)
    sheets = tuple(heights)
    if options.sheet is not None and options.sheet not in sheets:
        raise InputError(
            _("{file} has no sheet “{sheet}”. It has: {sheets}.").format(
                file=file_name, sheet=options.sheet, sheets=formats.listed(sheets)
            )
        )
    sheet = options.sheet or max(sheets, key=lambda name: heights[name], default="")
    if not heights.get(sheet):
        raise InputError(_("{file} holds no rows.").format(file=file_name))
    rows = list(islice(sheet_rows(open_sheet(path, file_name, sheet)), SAMPLE_ROWS + HEAD_ROWS))
    numbered = (Row(line, line, cells) for line, cells in enumerate(rows[:HEAD_ROWS], start=1))
    start = table_start([row for row in numbered if not row.is_blank], options)
    _refuse_width(len(start.header), file_name)
    headers = unique_headers(list(start.header))
    width = len(headers)
    body = [(cells + [""] * width)[:width] for cells in rows[start.header_lines :] if any(cells)]
    if not body:
        raise InputError(_("{file} has a header but no rows.").format(file=file_name))
    dialect = Dialect("\t", "", "", start.header_lines, start.has_header, header_rows=start.header_rows)
    sample = _sample_table(headers, body[:SAMPLE_ROWS])
    return _source(
        path,
        file_name,
        "workbook",
        sample,
        line_count=heights[sheet],
        dialect=dialect,
        sheet=sheet,
        sheets=sheets,
        notes=start.notes,
    )


def _inspect_parquet(path: Path, file_name: str) -> SourceTable:
    schema, row_count = parquet_schema(path, file_name)
    if row_count == 0:
        raise InputError(_("{file} holds no rows.").format(file=file_name))
    _refuse_width(len(schema), file_name)
    sample = text_table(parquet_sample(path, file_name, SAMPLE_ROWS))
    return _source(path, file_name, "parquet", sample, line_count=row_count)


def _inspect_arrow(path: Path, file_name: str) -> SourceTable:
    with arrow_batches(path, file_name) as batches:
        _refuse_width(len(batches.schema), file_name)
    sample, row_count = arrow_sample(path, file_name, SAMPLE_ROWS)
    if row_count == 0:
        raise InputError(_("{file} holds no rows.").format(file=file_name))
    return _source(path, file_name, "arrow", text_table(sample), line_count=row_count)


def _refuse_width(width: int, file_name: str) -> None:
    if width > WIDEST:
        raise InputError(
            _("{file} has {count} columns; at most {most} can be read.").format(
                file=file_name, count=formats.number(width), most=formats.number(WIDEST)
            )
        )


def _source(path: Path, file_name: str, kind: Any, sample: pa.Table, **facts: Any) -> SourceTable:
    headers = tuple(sample.column_names)
    return SourceTable(path, file_name, kind, headers, described(sample), sample, **facts)


def described(sample: pa.Table) -> tuple[SourceColumn, ...]:
    """What each column of a sample shows."""
    return tuple(_describe(header, sample.column(header).to_pylist()) for header in sample.column_names)


def _describe(header: str, values: Sequence[str | None]) -> SourceColumn:
    filled = [text for value in values if value and (text := value.strip()) and not is_absent(text)]
    distinct = dict.fromkeys(filled)
    return SourceColumn(
        header=header,
        content=content_of(filled[:2000]),
        samples=tuple(islice(distinct, 5)),
        filled_share=len(filled) / len(values) if values else 0.0,
        distinct_count=len(distinct),
    )


def _sample_table(headers: tuple[str, ...], rows: list[list[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers)
    return pa.table([pa.array(values, pa.string()) for values in columns], names=list(headers))
