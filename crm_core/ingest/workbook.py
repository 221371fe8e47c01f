"""Workbooks (xlsx, xls, xlsb, ods) to raw cells, through calamine."""

import datetime as dt
import zipfile
from collections.abc import Iterable
from pathlib import Path

import python_calamine

from crm_core.errors import InputError
from crm_core.ingest.raw import RawTable, RawWriter, parquet_relation
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.language import _

UNPACKED_LIMIT = 2 << 30
PACKING_LIMIT = 300
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST_EXACT = 2**53


def open_workbook(path: Path, file_name: str) -> python_calamine.CalamineWorkbook:
    """The workbook at `path`; InputError if it is locked, broken or swells beyond reason."""
    _refuse_bomb(path, file_name)
    try:
        return python_calamine.load_workbook(str(path))
    except python_calamine.PasswordError:
        raise _locked(file_name) from None
    except python_calamine.CalamineError:
        with path.open("rb") as file:
            head = file.read(1 << 16)
        if head.startswith(COMPOUND_FILE) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise _locked(file_name) from None
        raise InputError(
            _("{file} cannot be opened as a workbook. Open it in your spreadsheet program and save it again.").format(
                file=file_name
            )
        ) from None


def sheet_names(workbook: python_calamine.CalamineWorkbook) -> tuple[str, ...]:
    return tuple(workbook.sheet_names)


def sheet_rows(workbook: python_calamine.CalamineWorkbook, sheet: str) -> list[list[str]]:
    """All rows of a sheet from its first row on, every cell as text."""
    rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [[cell_text(cell) for cell in row] for row in rows]


def cell_text(cell: object) -> str:
    """A cell as a person would have written it: 7 and not 7.0, a day without its midnight."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < LARGEST_EXACT:
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, dt.datetime):
        if cell.time() == dt.time():
            return cell.date().isoformat()
        return cell.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell).strip()


def read_workbook(source: SourceTable, folder: Path, listener: ProgressListener) -> RawTable:
    """All rows of the sheet below its header."""
    dialect = source.dialect
    if dialect is None:
        raise ValueError("a workbook source has a dialect")
    rows = sheet_rows(open_workbook(source.path, source.file_name), source.sheet)
    return write_rows(rows, folder / "raw.parquet", len(source.headers), dialect.header_lines, listener)


def write_rows(
    rows: list[list[str]], target: Path, width: int, header_lines: int, listener: ProgressListener
) -> RawTable:
    """Rows of a sheet as a raw table; `rows` begins with the sheet's first row."""
    blank = 0
    with RawWriter(target, width) as writer:
        for line, cells in enumerate(rows[header_lines:], start=header_lines + 1):
            if not any(cells):
                blank += 1
            elif any(cells[width:]):
                writer.add(line, [], "too_many_fields", "\t".join(cells))
            else:
                writer.add(line, (cells + [""] * (width - len(cells)))[:width])
        row_count = writer.row_count
    listener(Progress("type", 0, 100, len(rows)))
    return RawTable(parquet_relation(target), width, row_count, len(rows), header_lines, blank, 0)


def _refuse_bomb(path: Path, file_name: str) -> None:
    """Refuse a zip that unpacks to far more than it is."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        members: Iterable[zipfile.ZipInfo] = packed.infolist()
        unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED_LIMIT or unpacked > PACKING_LIMIT * max(path.stat().st_size, 1 << 20):
        raise InputError(
            _("{file} unpacks to {size} MB, more than a workbook should. Save the table as CSV instead.").format(
                file=file_name, size=unpacked >> 20
            )
        )


def _locked(file_name: str) -> InputError:
    return InputError(_("{file} is protected by a password. Save a copy without one.").format(file=file_name))
