"""From a database to a Parquet file, which then is inspected, mapped and loaded like any other file."""

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.databases.connection import Connection, Dialect
from crm_core.ingest.databases.rows import Rows, TableFound
from crm_core.ingest.databases.wanted import Query, TableName, Wanted, table_name
from crm_core.ingest.inspect import inspect_file
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.language import _

LOOKS_WITHIN_SECONDS = 30
PREVIEW_ROWS = 20
READERS: Mapping[Dialect, str] = {
    "postgresql": "postgresql",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb_file",
}


@dataclass(frozen=True)
class Origin:
    """Where rows came from, so that they can be fetched again: names and the query, never a secret.

    Either `table` (as written: "shop.orders") or `query` is set, the other is "".
    """

    connection: str
    table: str = ""
    query: str = ""

    def wanted(self) -> Wanted:
        """What to read. Raises InputError if it is neither a table nor a query."""
        return Query(self.query) if self.query else table_name(self.table)


@dataclass(frozen=True)
class Fetched:
    """Rows of a database on disk: a Parquet file of text columns, in the order in which they came.

    `file_name` is what the reader calls it ("postgresql: shop.orders"); `notes` are sentences about it.
    """

    path: Path
    file_name: str
    row_count: int
    origin: Origin
    notes: tuple[str, ...] = ()


def tables(connection: Connection) -> list[TableFound]:
    """What the account of `connection` may read, with the server's estimate of rows. Raises InputError."""
    found: list[TableFound] = _reader(connection).tables(connection, _at_most(connection, LOOKS_WITHIN_SECONDS))
    return found


def preview(connection: Connection, wanted: Wanted, row_count: int = PREVIEW_ROWS) -> pa.Table:
    """The first rows as text. Raises InputError."""
    with _rows(connection, wanted, _at_most(connection, LOOKS_WITHIN_SECONDS), row_count) as found:
        schema = pa.schema([(header, pa.string()) for header in found.headers])
        return pa.Table.from_batches(list(found.batches), schema=schema)


def read_query(
    connection: Connection,
    wanted: Wanted,
    folder: Path,
    *,
    progress: ProgressListener | None = None,
    row_estimate: int | None = None,
) -> Fetched:
    """Read all rows of a table or a query into a Parquet file of its own in `folder`.

    Rows go to disk as they come; memory holds a few batches. `progress` hears of step "fetch" after each
    batch, `total` being `row_estimate` (0 if unknown); an exception it raises ends the reading, and nothing
    of it is left. Raises InputError, which never holds the password.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}.parquet"
    unfinished = path.with_suffix(".part")
    try:
        with _rows(connection, wanted, connection.timeout_seconds, None) as found:
            row_count = _write(found, unfinished, progress or _nobody, row_estimate or 0)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return Fetched(path, source_name(connection, wanted), row_count, origin_of(connection, wanted), _notes(found))


def inspect_query(
    connection: Connection,
    folder: Path,
    *,
    table: str | None = None,
    query: str | None = None,
    progress: ProgressListener | None = None,
) -> tuple[SourceTable, Origin]:
    """Read a table ("shop.orders") or a query into `folder`, and inspect it for `load_table`.

    For those who have a command line instead of a page: exactly one of `table` and `query`.
    """
    if (table is None) == (query is None):
        raise InputError(_("Give either a table or a query."))
    wanted = Query(query) if query is not None else table_name(table or "")
    fetched = read_query(connection, wanted, folder, progress=progress)
    source = inspect_file(fetched.path, fetched.file_name)
    return replace(source, notes=(*fetched.notes, *source.notes)), fetched.origin


def source_name(connection: Connection, wanted: Wanted) -> str:
    """What stands for the file name of rows from a database."""
    if isinstance(wanted, TableName):
        return f"{connection.dialect}: {wanted.words}"
    return f"{connection.dialect}: {connection.name} (query)"


def origin_of(connection: Connection, wanted: Wanted) -> Origin:
    """Where rows came from, to fetch them again."""
    if isinstance(wanted, Query):
        return Origin(connection.name, query=wanted.text)
    return Origin(connection.name, table=wanted.written)


def _write(found: Rows, path: Path, tell: ProgressListener, total: int) -> int:
    """Write batches as they come; each is told before the next is asked for."""
    row_count = 0
    schema = pa.schema([(header, pa.string()) for header in found.headers])
    with pq.ParquetWriter(path, schema, compression="snappy") as writer:
        tell(Progress("fetch", 0, total))
        for batch in found.batches:
            writer.write_batch(batch)
            row_count += batch.num_rows
            tell(Progress("fetch", row_count, total))
    return row_count


def _notes(found: Rows) -> tuple[str, ...]:
    if not found.left_out:
        return ()
    return (_("Left out, because they hold no text: {columns}.").format(columns=formats.listed(found.left_out)),)


def _reader(connection: Connection) -> Any:
    """The module that speaks to this kind of database; its driver is loaded only now."""
    return import_module(f"crm_core.ingest.databases.{READERS[connection.dialect]}")


def _rows(connection: Connection, wanted: Wanted, seconds: int, limit: int | None) -> AbstractContextManager[Rows]:
    found: AbstractContextManager[Rows] = _reader(connection).rows(connection, wanted, seconds, limit)
    return found


def _at_most(connection: Connection, seconds: int) -> int:
    return min(connection.timeout_seconds, seconds)


def _nobody(_progress: Progress) -> None:
    return None
