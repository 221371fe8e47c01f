"""Rows set aside, put right by hand, become a load of their own: read as the file they came from was."""

import csv
import io
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from crm_core.engine.database import Database
from crm_core.ingest.inspect import inspect_file
from crm_core.ingest.load import LoadedTable, load_table
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.source import ReadingOptions
from crm_core.language import _

OURS = ReadingOptions(encoding="utf-8", delimiter=",", quote='"', header_line=1)
DELIMITERS = (",", ";", "\t", "|")


def cells_of(raw: str | None, width: int) -> list[str]:
    """A row set aside as `width` cells: those of its text as written, the rest in the last cell.

    A row that broke the layout of its file is kept as it stood there, so the delimiter that gives the
    number of cells nearest to `width` parts it.
    """
    split = [_split(raw or "", delimiter) for delimiter in DELIMITERS]
    cells = min(split, key=lambda found: abs(len(found) - width))
    if len(cells) > width:
        cells = [*cells[: width - 1], ",".join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))


def _split(raw: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(raw), delimiter=delimiter), [""])
    except csv.Error:
        return raw.split(delimiter)


def corrections_name(file_name: str) -> str:
    """What a load of corrected rows of a file is called."""
    mark = _("put right")
    return file_name if file_name.endswith(f"({mark})") else f"{file_name} ({mark})"


def load_corrections(
    rows: Sequence[Sequence[str]],
    mapping: Mapping,
    file_name: str,
    folder: Path,
    *,
    database: Database,
    as_of: date | None,
    decided: Dictionary[str, Any] | None = None,
) -> LoadedTable:
    """Load `rows`, cells in the order of `mapping.headers`, as the file `file_name` was loaded.

    `decided` updates the mapping with what the whole file had shown (date_order, decimal_mark), so
    that a handful of rows is not read otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "corrections.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([mapping.headers, *rows])
    known = {name: value for name, value in (decided or {}).items() if value and not getattr(mapping, name)}
    source = inspect_file(path, corrections_name(file_name), overrides=OURS)
    loaded = load_table(source, mapping.model_copy(update=known), folder, database=database, as_of=as_of)
    path.unlink()
    return loaded
