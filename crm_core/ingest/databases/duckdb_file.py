"""A DuckDB file, opened so that nothing is written and no other file can be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from crm_core.engine.database import opened_file
from crm_core.errors import InputError
from crm_core.ingest.databases.connection import Connection
from crm_core.ingest.databases.problems import database_error
from crm_core.ingest.databases.rows import ROWS_A_BATCH, Rows, TableFound
from crm_core.ingest.databases.time_limit import interrupted_after
from crm_core.ingest.databases.wanted import TableName, Wanted, statement
from crm_core.ingest.source import unique_headers
from crm_core.language import _

WITHOUT_TEXT = frozenset({"BLOB", "BIT"})
TABLES = """
    select schema_name, table_name, estimated_size, false as is_view from duckdb_tables() where not internal
    union all
    select schema_name, view_name, null, true from duckdb_views() where not internal
    order by 1, 2
"""


def tables(connection: Connection, seconds: int) -> list[TableFound]:
    """The tables and views of the file, by schema and name."""
    with _opened(connection, seconds) as raw:
        found = raw.execute(TABLES).fetchall()
    return [TableFound(TableName(schema, name), count, is_view) for schema, name, count, is_view in found]


@contextmanager
def rows(connection: Connection, wanted: Wanted, seconds: int, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a table or query, at most `limit`. Raises InputError."""
    asked = f"(\n{statement(wanted)}\n) as asked"
    only = "" if limit is None else f" limit {int(limit)}"
    with _opened(connection, seconds) as raw:
        described = raw.execute(f"describe select * from {asked}").fetchall()
        headers = unique_headers([row[0] for row in described])
        kinds = [row[1] for row in described]
        kept = [place for place, kind in enumerate(kinds) if kind not in WITHOUT_TEXT]
        if not kept:
            raise InputError(_("{name}: no column holds text, numbers or dates.").format(name=connection.name))
        cells = ", ".join(_text_sql(f"c{place}", kinds[place]) for place in kept)
        names = ", ".join(f"c{place}" for place in range(len(kinds)))
        reader = raw.sql(f"select {cells} from (select * from {asked}) as asked ({names}){only}").to_arrow_reader(
            ROWS_A_BATCH
        )
        schema = pa.schema([(headers[place], pa.string()) for place in kept])
        batches = (pa.record_batch(batch.columns, schema=schema) for batch in reader)
        yield Rows(schema.names, batches, [headers[place] for place in range(len(kinds)) if place not in kept])


def _text_sql(name: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"cast({name} at time zone 'UTC' as varchar)"
    return f"cast({name} as varchar)"


@contextmanager
def _opened(connection: Connection, seconds: int) -> Iterator[duckdb.DuckDBPyConnection]:
    path = Path(connection.database).absolute()
    if not path.is_file():
        raise database_error(connection, "unreachable", "")
    try:
        with opened_file(path) as raw, interrupted_after(seconds, raw):
            yield raw
    except duckdb.InterruptException as error:
        raise database_error(connection, "timeout", str(error), seconds) from None
    except duckdb.Error as error:
        raise database_error(connection, "query", str(error), seconds) from None
