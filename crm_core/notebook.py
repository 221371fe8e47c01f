"""From a table or a file to a book in one call, for notebooks and scripts."""

import atexit
import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from crm_core.book import Book, Filters
from crm_core.engine import shared_database
from crm_core.ingest import LoadedTable, Mapping, arrivals, load_frame, load_table, read_together
from crm_core.settings import Windows
from crm_core.store import Workspace

UNPUBLISHED_AT = datetime(1970, 1, 1, tzinfo=UTC)
_numbers = count(1)


def open_book(
    orders: Any,
    *,
    as_of: date | None = None,
    currency: str = "",
    mapping: Mapping | None = None,
    windows: Windows | None = None,
    filters: Filters | None = None,
    **tables: Any,
) -> Book:
    """The book of an order table, as of a day (the last one in it, unless told).

    `orders` is a pandas, polars or Arrow table, or the path of what the dashboard could load: a file, or a
    folder, archive or workbook whose tables are then told apart by themselves; or a list of paths, read as
    one table. One row per order line. `tables` are further canonical tables by name: `customers=...`,
    `payments=...`. Columns are guessed from their headers and contents, those of the orders unless
    `mapping` names them. What is laid out on disk goes when the process ends.

    Raises InputError if a required column is missing, StoreError if no order line could be used.
    """
    number = next(_numbers)
    folder = Path(tempfile.mkdtemp(dir=_folder(), prefix="load-"))
    given = {"orders": orders, **tables}
    loads = [
        load
        for name, table in given.items()
        for load in _loads(table, name, mapping if name == "orders" else None, folder / name, as_of)
    ]
    data = _workspace().keep_for_session(
        "notebook", f"book {number}", loads, currency=currency, published_at=UNPUBLISHED_AT
    )
    shutil.rmtree(folder)
    return Book(data, as_of or data.last_day, windows or Windows(), filters or Filters())


def _loads(table: Any, name: str, mapping: Mapping | None, folder: Path, as_of: date | None) -> list[LoadedTable]:
    """One table, or what lies at a path or several."""
    if not isinstance(table, (str, Path, list)):
        return [load_frame(table, name, mapping, folder=folder, as_of=as_of)]
    paths = [Path(path) for path in (table if isinstance(table, list) else [table])]
    folder.mkdir()
    files = [file for path in paths for file in arrivals(path, path.name, folder).files]
    told = name if isinstance(table, list) or len(files) == 1 else None
    loads: list[LoadedTable] = []
    for alike in read_together([file.source() for file in files], told):
        chosen = mapping if mapping and alike.mapping.table == mapping.table else alike.mapping
        for source in alike.sources:
            part = folder / f"loaded {len(loads)}"
            loads.append(load_table(source, chosen, part, database=shared_database(), as_of=as_of))
    return loads


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="clientele-notebook-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _workspace() -> Workspace:
    return Workspace(_folder() / "workspace", shared_database())
