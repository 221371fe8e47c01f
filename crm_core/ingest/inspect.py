"""What a file is and holds, before anything is loaded: `inspect_file`."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.cells import content_of, is_absent
from crm_core.ingest.columnar import arrow_table, parquet_schema
from crm_core.ingest.decode import (
    SAMPLE_BYTES,
    Guess,
    guess_by_all,
    guess_encoding,
    head_of,
    known_encoding,
    survey,
)
from crm_core.ingest.dialect import decide_dialect
from crm_core.ingest.read_text import sample_records
from crm_core.ingest.source import (
    Dialect,
    ReadingOptions,
    SourceColumn,
    SourceTable,
    unique_headers,
)
from crm_core.ingest.table_start import Row, table_start
from crm_core.ingest.workbook import open_workbook, sheet_names, sheet_rows
from crm_core.language import N_, _

SAMPLE_ROWS = 20_000
WIDEST = 5_000

# Signatures of what is often given a wrong name; text never begins like this.
FOREIGN_CONTENT = (
    (b"%PDF", N_("a PDF document")),
    (b"\x89PNG", N_("an image")),
    (b"\xff\xd8\xff", N_("an image")),
    (b"GIF8", N_("an image")),
    (b"BM\x00", N_("an image")),
    (b"\x1f\x8b", N_("a compressed file")),
    (b"Rar!", N_("a compressed file")),
    (b"7z\xbc\xaf", N_("a compressed file")),
    (b"BZh", N_("a compressed file")),
    (b"\xfd7zXZ", N_("a compressed file")),
    (b"SQLite format 3", N_("a database file")),
    (b"\x7fELF", N_("a program")),
    (b"MZ\x90", N_("a program")),
    (b"<!DOCTYPE html", N_("a web page")),
    (b"<html", N_("a web page")),
)
WORKBOOK_PARTS = (b"xl/", b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def inspect_file(path: Path, file_name: str, *, overrides: ReadingOptions = ReadingOptions()) -> SourceTable:  # noqa: B008  frozen
    """What the file at `path`, which the reader knows as `file_name`, holds.

    Raises InputError, with a sentence that helps, if the file is empty, is no table at all, is
    locked by a password, or has no rows.
    """
    size = path.stat().st_size
    if size == 0:
        raise InputError(_("{file} is empty.").format(file=file_name))
    with path.open("rb") as file:
        head = file.read(4096)
    try:
        if head.startswith(b"PAR1"):
            return _inspect_parquet(path, file_name)
        if _is_workbook(head, path):
            return _inspect_workbook(path, file_name, overrides)
        _refuse_foreign(head, file_name)
        return _inspect_text(path, file_name, overrides)
    except InputError as error:
        raise error if file_name in str(error) else InputError(f"{file_name}: {error}") from None


def inspect_frame(frame: Any, name: str = "table") -> SourceTable:
    """The same of a pandas, polars or Arrow table in memory."""
    table = arrow_table(frame)
    if table.num_rows == 0:
        raise InputError(_("{file} holds no rows.").format(file=name))
    sample = _text_table(table.slice(0, SAMPLE_ROWS))
    return _source(Path(name), name, "frame", sample, line_count=table.num_rows, frame=table)


def _is_workbook(head: bytes, path: Path) -> bool:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return True
    if not head.startswith(b"PK\x03\x04"):
        return False
    with path.open("rb") as file:
        start = file.read(1 << 16)
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        end = file.read()
    return any(part in start or part in end for part in WORKBOOK_PARTS)


def _refuse_foreign(head: bytes, file_name: str) -> None:
    content = next((name for mark, name in FOREIGN_CONTENT if head.startswith(mark)), None)
    if head.startswith(b"PK\x03\x04"):
        content = N_("a zip archive")
    if content is None:
        return
    raise InputError(
        _("{file} is {content}, not a table. Choose a CSV, Excel or Parquet file.").format(
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
        raise InputError(_("{file} is not a text file. Choose a CSV, Excel or Parquet file.").format(file=file_name))
    dialect, header, layout_notes = decide_dialect(head, options)
    _refuse_width(len(header), file_name)
    headers = unique_headers(list(header))
    found = list(sample_records(head, dialect, len(headers), SAMPLE_ROWS))
    if not found and counts.line_count <= dialect.header_lines:
        raise InputError(_("{file} has a header but no rows.").format(file=file_name))
    sample = _sample_table(headers, [cells for _line, cells in found])
    notes = list(layout_notes)
    if counts.bad_byte_count:
        notes.append(
            _("{count} places do not decode as {encoding} and show as \ufffd.").format(
                count=counts.bad_byte_count, encoding=guess.encoding
            )
        )
    if not guess.is_sure:
        notes.append(
            _(
                "The text encoding is a guess: {encoding}. Check the preview, and choose another if it looks wrong."
            ).format(encoding=guess.encoding)
        )
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
        notes=tuple(notes),
    )


def _control_share(head: str) -> float:
    """The share of letters no text holds (0-1)."""
    start = head[:65536]
    return sum(letter < " " and letter not in "\n\t\f\v\x1a" for letter in start) / max(len(start), 1)


def _inspect_workbook(path: Path, file_name: str, options: ReadingOptions) -> SourceTable:
    workbook = open_workbook(path, file_name)
    sheets = sheet_names(workbook)
    if options.sheet is not None and options.sheet not in sheets:
        raise InputError(
            _("{file} has no sheet “{sheet}”. It has: {sheets}.").format(
                file=file_name, sheet=options.sheet, sheets=formats.listed(sheets)
            )
        )
    candidates = [options.sheet] if options.sheet else list(sheets)
    read = [(sheet, sheet_rows(workbook, sheet)) for sheet in candidates]
    filled = [(sheet, rows) for sheet, rows in read if any(any(cells) for cells in rows)]
    if not filled:
        raise InputError(_("{file} holds no rows.").format(file=file_name))
    sheet, rows = max(filled, key=lambda pair: len(pair[1])) if options.sheet is None else filled[0]
    numbered = (Row(line, line, cells) for line, cells in enumerate(rows, start=1))
    start = table_start([row for row in islice(numbered, 400) if not row.is_blank], options)
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
        line_count=len(rows),
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
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=SAMPLE_ROWS))
    return _source(path, file_name, "parquet", _text_table(pa.Table.from_batches([batch])), line_count=row_count)


def _refuse_width(width: int, file_name: str) -> None:
    if width > WIDEST:
        raise InputError(
            _("{file} has {count} columns; at most {most} can be read.").format(
                file=file_name, count=width, most=WIDEST
            )
        )


def _source(path: Path, file_name: str, kind: Any, sample: pa.Table, **facts: Any) -> SourceTable:
    headers = tuple(sample.column_names)
    columns = tuple(_describe(header, sample.column(header).to_pylist()) for header in headers)
    return SourceTable(path, file_name, kind, headers, columns, sample, **facts)


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


def _text_table(table: pa.Table) -> pa.Table:
    """A typed table as people would have written it."""
    from crm_core.ingest.workbook import cell_text

    headers = unique_headers(list(table.column_names))
    columns = [pa.array([cell_text(value) for value in column.to_pylist()], pa.string()) for column in table.columns]
    return pa.table(columns, names=list(headers))
