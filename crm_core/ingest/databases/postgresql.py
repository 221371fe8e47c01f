"""PostgreSQL by its ADBC driver: COPY in binary, a batch of Arrow at a time.

Each value is turned into text by the server (see `rows.py`), instants in UTC. The whole reading is one
transaction, READ ONLY before the first statement of a person runs in it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa

from crm_core.errors import InputError
from crm_core.ingest.databases.connection import Connection
from crm_core.ingest.databases.problems import Trouble, database_error
from crm_core.ingest.databases.rows import Rows, TableFound
from crm_core.ingest.databases.wanted import TableName, Wanted, statement
from crm_core.ingest.source import unique_headers
from crm_core.language import _

CONNECTS_WITHIN_SECONDS = 10
BATCH_BYTES = 8 << 20
WITHOUT_TEXT = frozenset({"bytea"})
IN_OTHER_WORDS = {"timestamptz": "({name} at time zone 'UTC')::text", "money": "{name}::numeric::text"}

TABLES = """
    select n.nspname::text, c.relname::text, c.reltuples::float8, c.relkind in ('v', 'm') as is_view
    from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
    order by 1, 2
"""

BY_STATE: dict[str, Trouble] = {"57014": "timeout", "42501": "permission", "28P01": "login", "28000": "login"}
BY_WORDS: tuple[tuple[str, Trouble], ...] = (
    (r"SSL error|SSL was required|root certificate file|server certificate|certificate file|private key file",
     "encryption"),
    (r"password authentication failed|no password supplied|role \".*\" does not exist|pg_hba\.conf", "login"),
    (r"database \".*\" does not exist", "database"),
    (r"permission denied", "permission"),
    (r"statement timeout", "timeout"),
    (r"could not translate host|connection refused|timeout expired|no route to host|could not connect|is unreachable",
     "unreachable"),
)  # fmt: skip


def tables(connection: Connection, seconds: int) -> list[TableFound]:
    """What the account may read, by schema and name."""
    with _cursor(connection, seconds) as cursor:
        cursor.execute(TABLES)
        found = cursor.fetchall()
    return [
        TableFound(TableName(schema, name), None if estimate < 0 or is_view else int(estimate), is_view)
        for schema, name, estimate, is_view in found
    ]


@contextmanager
def rows(connection: Connection, wanted: Wanted, seconds: int, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a table or query, at most `limit`. Raises InputError."""
    asked = statement(wanted)
    with _cursor(connection, seconds) as cursor:
        fields = list(cursor.adbc_execute_schema(asked))
        if not fields:
            raise InputError(_("{name}: the query gives no columns.").format(name=connection.name))
        kinds = [_kind(field) for field in fields]
        headers = unique_headers([field.name for field in fields])
        kept = [place for place, kind in enumerate(kinds) if kind not in WITHOUT_TEXT]
        if not kept:
            raise InputError(_("{name}: no column holds text, numbers or dates.").format(name=connection.name))
        cells = ", ".join(_text_sql(f"c{place}", kinds[place]) for place in kept)
        names = ", ".join(f"c{place}" for place in range(len(fields)))
        only = "" if limit is None else f" limit {int(limit)}"
        cursor.execute(f"select {cells} from (\n{asked}\n) as asked ({names}){only}")
        left_out = [headers[place] for place in range(len(fields)) if place not in kept]
        found = [headers[place] for place in kept]
        yield Rows(found, _batches(connection, cursor.fetch_record_batch(), found, seconds), left_out)


def _batches(
    connection: Connection, reader: pa.RecordBatchReader, headers: list[str], seconds: int
) -> Iterator[pa.RecordBatch]:
    """Batches as they come; what goes wrong under way reaches us as an error of Arrow."""
    schema = pa.schema([(header, pa.string()) for header in headers])
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowException, OSError) as error:
            raise _told(connection, str(error), "", seconds) from None
        yield pa.record_batch(batch.columns, schema=schema)


@contextmanager
def _cursor(connection: Connection, seconds: int) -> Iterator[Any]:
    """A cursor inside one transaction that cannot write; whatever still runs at the end is cancelled."""
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import StatementOptions, dbapi

    try:
        with dbapi.connect(_conninfo(connection), autocommit=True) as raw, raw.cursor() as cursor:
            cursor.execute("begin transaction read only")
            cursor.execute(f"set local statement_timeout = {seconds * 1000}")
            cursor.execute("set local timezone = 'UTC'")
            cursor.execute("set local datestyle = 'ISO'")
            cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BATCH_BYTES)})
            try:
                yield cursor
            finally:
                with suppress(Error):  # nothing runs any more, mostly
                    cursor.adbc_cancel()
    except Error as error:
        raise _told(connection, _said(error), error.sqlstate or "", seconds) from None


def _conninfo(connection: Connection) -> str:
    """What libpq takes, each value quoted."""
    said = {
        **({"sslmode": "verify-ca"} if "sslrootcert" in connection.options else {}),  # libpq alone would not check it
        "connect_timeout": str(CONNECTS_WITHIN_SECONDS),
        "application_name": "Clientele",
        **connection.options,
        "host": connection.options.get("host", connection.host),
        "port": str(connection.port),
        "dbname": connection.database,
        "user": connection.user,
        "password": connection.password,
    }
    quoted = {key: value.replace("\\", r"\\").replace("'", r"\'") for key, value in said.items() if value}
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def _kind(field: pa.Field) -> str:
    return str((field.metadata or {}).get(b"POSTGRESQL:type", b""), "utf-8")


def _text_sql(name: str, kind: str) -> str:
    return IN_OTHER_WORDS.get(kind, "{name}::text").format(name=name)


def _told(connection: Connection, said: str, state: str, seconds: int) -> InputError:
    """The driver's error as a sentence, by its SQLSTATE or, where it has none, by its words."""
    words = _primary(said)
    by_words = next((trouble for pattern, trouble in BY_WORDS if re.search(pattern, words, re.IGNORECASE)), None)
    is_of_query = bool(state) or "Execution error" in said
    return database_error(
        connection, BY_STATE.get(state) or by_words or ("query" if is_of_query else "connection"), words, seconds
    )


def _said(error: Any) -> str:
    """The server's sentence alone where the driver passes it on, else the driver's whole text."""
    for key, value in error.details or []:
        if key in ("PG_DIAG_MESSAGE_PRIMARY", b"PG_DIAG_MESSAGE_PRIMARY"):
            return bytes(value).decode(errors="replace")
    return str(error)


def _primary(text: str) -> str:
    """The server's own words in a message of the driver, which repeats the query after them."""
    text = text.partition("Query was:")[0]
    found = re.search(r"(?:FATAL|ERROR|错误|致命错误):\s*(.*)", text, re.DOTALL)
    return (found.group(1) if found else text.rpartition("[libpq]")[2]).partition("SQLSTATE:")[0].strip()
