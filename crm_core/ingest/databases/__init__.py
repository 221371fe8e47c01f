"""Rows from a database: PostgreSQL, MySQL, MariaDB, files of SQLite and DuckDB. They are only ever read.

connection = configured_connection("shop", [Path(".streamlit/secrets.toml")])
source, origin = inspect_query(connection, folder, table="public.orders")
loaded = load_table(source, guess_mapping(source), folder, database=shared_database(), as_of=day)

The query is a person's own and runs under the account of the connection. We see to it that it cannot write;
what it can read is for the account's rights to say.
"""

from crm_core.ingest.databases.connection import Connection, configured_connection, connection_from
from crm_core.ingest.databases.read import Fetched, Origin, inspect_query, preview, read_query, tables
from crm_core.ingest.databases.rows import TableFound
from crm_core.ingest.databases.wanted import Query, TableName, Wanted, table_name

__all__ = [
    "Connection",
    "Fetched",
    "Origin",
    "Query",
    "TableFound",
    "TableName",
    "Wanted",
    "configured_connection",
    "connection_from",
    "inspect_query",
    "preview",
    "read_query",
    "table_name",
    "tables",
]
