"""Workbooks (xlsx, xls, xlsb, ods) to raw cells, through calamine."""

import datetime as dt
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from crm_core.errors import InputError
from crm_core.ingest import workbook_probe
from crm_core.ingest.disk import Stamp, stamp_of
from crm_core.ingest.raw import RawTable, RawWriter, parquet_relation
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.language import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

UNPACKED_LIMIT = 2 << 30
PACKING_LIMIT = 300
COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
LARGEST_EXACT = 2**53
ROWS_A_REPORT = 50_000
WORKBOOK_PARTS = ("xl/", "[Content_Types].xml", "mimetype")
OTHER_PARTS = ("word/", "ppt/", "visio/")
TORN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What reading a damaged zip ends in: its table of contents may name any length, method or letters."""


def sheet_heights(path: Path, file_name: str) -> dict[str, int]:
    """The sheets that can hold rows (no charts, no macros), each with its rows down to the last filled one.

    Raises InputError if the workbook is locked, broken, or swells beyond reason.
    """
    _refuse_bomb(path, file_name)
    found = _probed(path, stamp_of(path))
    if found == "password" or (found is None and _is_encrypted(path)):
        raise InputError(_("{file} is protected by a password. Save a copy without one.").format(file=file_name))
    if not isinstance(found, dict):
        raise _damaged(file_name)
    return found


def _damaged(file_name: str) -> InputError:
    return InputError(
        _(
            "{file} cannot be opened as a workbook: it is damaged, or a cell stands far outside of the table. "
            "Open it in your spreadsheet program, and save the table as a new workbook or as CSV."
        ).format(file=file_name)
    )


@lru_cache(maxsize=100)
def _probed(path: Path, _stamp: Stamp) -> dict[str, int] | str | None:
    """What a process of its own says of a workbook; None if it did not survive it. The stamp tells versions apart."""
    ran = subprocess.run([sys.executable, "-P", workbook_probe.__file__, str(path)], capture_output=True, check=False)
    try:
        found: dict[str, int] | str = json.loads(ran.stdout)
        return found
    except json.JSONDecodeError:
        return None


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return head.startswith(COMPOUND_FILE) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def open_sheet(path: Path, file_name: str, sheet: str) -> "CalamineSheet":
    """One sheet of a workbook that may be opened; InputError if it may not."""
    import python_calamine

    sheet_heights(path, file_name)
    return python_calamine.load_workbook(str(path)).get_sheet_by_name(sheet)


def is_workbook(path: Path) -> bool:
    """Whether the file at `path` is a workbook of a known kind, whatever its name."""
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(COMPOUND_FILE):
        return True
    return head.startswith(b"PK\x03\x04") and any(name.startswith(WORKBOOK_PARTS) for name in _member_names(path, head))


def _member_names(path: Path, head: bytes) -> list[str]:
    """The names in a zip that is not an office document of another kind; of a torn one the first."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            if "mimetype" in names and b"opendocument.spreadsheet" not in packed.read("mimetype")[:80]:
                return []
    except TORN:
        return [head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("cp437")]
    return [] if any(name.startswith(OTHER_PARTS) for name in names) else names


def sheet_rows(sheet: "CalamineSheet") -> Iterator[list[str]]:
    """The rows of a sheet one by one, from its first row on, every cell as text."""
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


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
    rows = sheet_rows(open_sheet(source.path, source.file_name, source.sheet))
    return write_rows(
        rows, folder / "raw.parquet", len(source.headers), dialect.header_lines, source.line_count, listener
    )


def write_rows(
    rows: Iterable[list[str]], target: Path, width: int, header_lines: int, line_count: int, listener: ProgressListener
) -> RawTable:
    """Rows of a sheet as a raw table; `rows` begins with the sheet's first row, `line_count` is about how many."""
    blank = line = 0
    with RawWriter(target, width) as writer:
        for line, cells in enumerate(rows, start=1):
            if line <= header_lines:
                continue
            if not any(cells):
                blank += 1
            elif any(cells[width:]):
                writer.add(line, [], "too_many_fields", "\t".join(cells))
            else:
                writer.add(line, (cells + [""] * (width - len(cells)))[:width])
            if line % ROWS_A_REPORT == 0:
                listener(Progress("rows", line, line_count))
        row_count = writer.row_count
    listener(Progress("rows", line_count, line_count))
    return RawTable(parquet_relation(target), width, row_count, line, header_lines, blank, 0)


def _refuse_bomb(path: Path, file_name: str) -> None:
    """Refuse a zip that unpacks to far more than it is, or does not say to how much."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
    except TORN:
        raise _damaged(file_name) from None
    if unpacked > UNPACKED_LIMIT or unpacked > PACKING_LIMIT * max(path.stat().st_size, 1 << 20):
        raise InputError(
            _("{file} unpacks to {size} MB, more than a workbook should. Save the table as CSV instead.").format(
                file=file_name, size=unpacked >> 20
            )
        )
