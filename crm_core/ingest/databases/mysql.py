"""MySQL and MariaDB by PyMySQL: rows as they come over the wire, in the server's own text.

The driver converts nothing, so 0000-00-00 stays what it is and a decimal keeps its digits. The
transaction is READ ONLY, and the query stands inside a SELECT of ours, where nothing that writes may stand.
"""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from crm_core.errors import InputError
from crm_core.ingest.databases.connection import Connection
from crm_core.ingest.databases.problems import Trouble, database_error
from crm_core.ingest.databases.rows import ROWS_A_BATCH, Rows, TableFound, text_batches
from crm_core.ingest.databases.wanted import TableName, Wanted, statement
from crm_core.ingest.source import unique_headers

CONNECTS_WITHIN_SECONDS = 10
BIT = 16
SYSTEM = "('information_schema', 'mysql', 'performance_schema', 'sys')"
TABLES = f"""
    select table_schema, table_name, table_rows, table_type from information_schema.tables
    where table_schema not in {SYSTEM} order by 1, 2
"""
TLS_OPTIONS = ("ssl_ca", "ssl_cert", "ssl_key", "ssl_key_password", "ssl_verify_cert", "ssl_verify_identity")

TROUBLES: dict[int, Trouble] = {
    2026: "encryption",
    **dict.fromkeys((1045, 1698, 1862, 4151), "login"),
    **dict.fromkeys((1049, 1044), "database"),
    **dict.fromkeys((1142, 1143, 1227, 1370), "permission"),
    **dict.fromkeys((1969, 3024, 1317), "timeout"),
    **dict.fromkeys((2002, 2003, 2005), "unreachable"),
    **dict.fromkeys((2006, 2013), "connection"),
}


def tables(connection: Connection, seconds: int) -> list[TableFound]:
    """What the account may read, by database and name."""
    with _cursor(connection, seconds) as cursor:
        cursor.execute(TABLES)
        found = cursor.fetchall()
    return [
        TableFound(TableName(schema, name), None if kind == "VIEW" or count is None else int(count), kind == "VIEW")
        for schema, name, count, kind in found
    ]


@contextmanager
def rows(connection: Connection, wanted: Wanted, seconds: int, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a table or query, at most `limit`. Raises InputError."""
    only = "" if limit is None else f" limit {int(limit)}"
    with _cursor(connection, seconds) as cursor:
        cursor.execute(f"select * from (\n{statement(wanted, '`')}\n) as asked{only}")
        headers = unique_headers([column[0] for column in cursor.description])
        bits = [place for place, column in enumerate(cursor.description) if column[1] == BIT]
        left_out: list[str] = []
        yield Rows(headers, text_batches(headers, _chunks(cursor, bits), left_out), left_out)


def _chunks(cursor: Any, bits: Sequence[int]) -> Iterator[Sequence[Sequence[Any]]]:
    while rows := cursor.fetchmany(ROWS_A_BATCH):
        yield [_without_bits(row, bits) for row in rows] if bits else rows


def _without_bits(row: Sequence[Any], bits: Sequence[int]) -> list[Any]:
    """A row whose BIT columns, which come as bytes, are whole numbers."""
    return [
        str(int.from_bytes(value)) if place in bits and value is not None else value for place, value in enumerate(row)
    ]


@contextmanager
def _cursor(connection: Connection, seconds: int) -> Iterator[Any]:
    """A cursor inside one transaction that cannot write; closing the connection ends whatever still runs."""
    import pymysql
    from pymysql.converters import encoders
    from pymysql.cursors import SSCursor

    raw = None
    try:
        raw = pymysql.connect(
            host=connection.host,
            port=connection.port,
            user=connection.user,
            password=connection.password.encode(),  # the driver would take text for Latin-1
            database=connection.database,
            charset="utf8mb4",
            connect_timeout=CONNECTS_WITHIN_SECONDS,
            read_timeout=seconds + CONNECTS_WITHIN_SECONDS,
            conv=encoders,
            unix_socket=connection.options.get("unix_socket"),
            ssl_disabled=_is_on(connection.options.get("ssl_disabled", "")),
            ssl=encryption(connection),
        )
        with raw.cursor() as setting:
            for sql in _settings(raw.get_server_info(), seconds):
                setting.execute(sql)
        yield raw.cursor(SSCursor)
    except pymysql.MySQLError as error:
        raise _told(connection, error, seconds) from None
    finally:
        if raw is not None:
            _hang_up(raw)


def encryption(connection: Connection) -> ssl.SSLContext | None:
    """What the secrets ask of an encrypted connection; None if nothing: then it is encrypted where the server can.

    Who names an authority means that the server's certificate must be signed by it; `ssl_verify_identity`
    asks besides that it be made out to this host. Raises InputError where a file cannot be read.
    """
    said = {key: connection.options[key] for key in TLS_OPTIONS if connection.options.get(key)}
    if not said:
        return None
    checks_host = _is_on(said.get("ssl_verify_identity", ""))
    checks = checks_host or _is_on(said.get("ssl_verify_cert", "true" if "ssl_ca" in said else ""))
    try:
        context = ssl.create_default_context(cafile=said.get("ssl_ca"))
        context.check_hostname = checks_host
        context.verify_mode = ssl.CERT_REQUIRED if checks else ssl.CERT_NONE
        if "ssl_cert" in said:
            context.load_cert_chain(said["ssl_cert"], said.get("ssl_key"), said.get("ssl_key_password", ""))
    except (OSError, ssl.SSLError) as error:
        raise database_error(connection, "encryption", str(error)) from None
    return context


def _hang_up(raw: Any) -> None:
    """Close at once: the driver, left alone, first reads the rest of the rows, which may be millions."""
    if raw._result is not None:
        raw._result.unbuffered_active = False
    if raw.open:
        raw.close()


def _settings(version: str, seconds: int) -> list[str]:
    limit = (
        f"set session max_statement_time = {seconds}"
        if "mariadb" in version.lower()
        else f"set session max_execution_time = {seconds * 1000}"
    )
    return [limit, "set session time_zone = '+00:00'", "start transaction read only"]


def _is_on(said: str) -> bool:
    return said.strip().lower() in ("1", "true", "yes", "on")


def _told(connection: Connection, error: Any, seconds: int) -> InputError:
    number, said = (error.args[0], str(error.args[1])) if len(error.args) > 1 else (0, str(error))
    if "cryptography" in said:
        return database_error(connection, "login", said)
    if "[SSL" in said:
        return database_error(connection, "encryption", said)
    return database_error(connection, TROUBLES.get(number, "query"), said, seconds)
