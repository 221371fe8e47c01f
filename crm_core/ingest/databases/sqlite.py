"""A SQLite file, opened so that it cannot be written."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crm_core.ingest.databases.connection import Connection
from crm_core.ingest.databases.problems import database_error
from crm_core.ingest.databases.rows import ROWS_A_BATCH, Rows, TableFound, text_batches
from crm_core.ingest.databases.time_limit import interrupted_after
from crm_core.ingest.databases.wanted import TableName, Wanted, statement
from crm_core.ingest.source import unique_headers

TABLES = (
    "select name, type from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'"
)


def tables(connection: Connection, seconds: int) -> list[TableFound]:
    """The tables and views of the file by name; SQLite keeps no count of rows."""
    with _opened(connection, seconds) as raw:
        found = raw.execute(f"{TABLES} order by name").fetchall()
    return [TableFound(TableName("", name), None, kind == "view") for name, kind in found]


@contextmanager
def rows(connection: Connection, wanted: Wanted, seconds: int, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a table or query, at most `limit`. Raises InputError."""
    only = "" if limit is None else f" limit {int(limit)}"
    with _opened(connection, seconds) as raw:
        cursor = raw.execute(f"select * from (\n{statement(wanted)}\n) as asked{only}")
        headers = unique_headers([column[0] for column in cursor.description])
        left_out: list[str] = []
        yield Rows(headers, text_batches(headers, _chunks(cursor), left_out), left_out)


def _chunks(cursor: Any) -> Iterator[Sequence[Sequence[Any]]]:
    while found := cursor.fetchmany(ROWS_A_BATCH):
        yield found


@contextmanager
def _opened(connection: Connection, seconds: int) -> Iterator[sqlite3.Connection]:
    path = Path(connection.database).absolute()
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as raw,
            interrupted_after(seconds, raw),
        ):
            yield raw
    except sqlite3.Error as error:
        said = str(error)
        if "unable to open" in said:
            raise database_error(connection, "unreachable", said) from None
        raise database_error(connection, "timeout" if "interrupted" in said else "query", said, seconds) from None
