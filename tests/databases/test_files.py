"""Databases that are one file: SQLite and DuckDB, opened so that nothing in them or beside them changes."""

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import guess_mapping, load_table
from crm_core.ingest.databases import (
    Connection,
    Query,
    TableFound,
    TableName,
    connection_from,
    inspect_query,
    preview,
    read_query,
    tables,
)

ENDLESS = {
    "sqlite": "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n",
    "duckdb": "select count(*) from range(1000000000000) as n (i) where sqrt(i) = -1",
}


@pytest.fixture
def sqlite(tmp_path: Path) -> Connection:
    path = tmp_path / "till #1 ä.db"
    with sqlite3.connect(path) as raw:
        raw.execute('create table "order ""lines""" (customer, ordered_on, amount, picture)')
        raw.executemany(
            'insert into "order ""lines""" values (?, ?, ?, ?)',
            [
                ("007", "2026-01-05", 12.5, b"\x89PNG"),
                (8.0, "2026-02-30", "3.50", None),
                ("王", "2026-03-01", 100, None),
            ],
        )
        raw.execute('create view big as select * from "order ""lines""" where amount > 50')
    raw.close()
    return connection_from("till", {"dialect": "sqlite", "database": str(path)})


@pytest.fixture
def duckdb_file(tmp_path: Path, database: Database) -> Connection:
    path = tmp_path / "lake.duckdb"
    with database.cursor() as cursor:
        cursor.execute(f"attach '{path}' as lake")
        cursor.execute("create schema lake.shop")
        cursor.execute(
            "create table lake.shop.orders as select 'C' || n % 50 as customer, (n / 8)::decimal(18, 3) as amount, "
            "timestamptz '2026-01-01 06:30:00+08' as ordered_at, [n] as list, 'x'::blob as picture "
            "from range(1000) as t (n)"
        )
        cursor.execute("detach lake")
    return connection_from("lake", {"url": f"duckdb:///{path}"})


def message(connection: Connection, query: str) -> str:
    with pytest.raises(InputError) as caught:
        preview(connection, Query(query))
    return str(caught.value)


def test_a_sqlite_file_is_read_like_any_file(sqlite: Connection, tmp_path: Path, database: Database):
    found = tables(sqlite)
    source, _origin = inspect_query(sqlite, tmp_path / "fetched", table=found[1].table.written)
    loaded = load_table(source, guess_mapping(source), tmp_path / "load", database=database, as_of=date(2026, 6, 30))
    kept = database.rows(f"select customer_id, amount, source_line from read_parquet('{loaded.accepted}') order by 3")

    assert found == [TableFound(TableName("", "big"), None, True), TableFound(TableName("", 'order "lines"'), None)]
    assert source.notes == ("Left out, because they hold no text: picture.",)
    assert kept == [("007", Decimal("12.5000"), 1), ("王", Decimal("100.0000"), 3)]
    assert loaded.report.rows_set_aside == 1
    assert loaded.report.lines_add_up


def test_a_duckdb_file_is_read_with_its_decimals_and_instants_in_utc(duckdb_file: Connection, tmp_path: Path):
    fetched = read_query(duckdb_file, TableName("shop", "orders"), tmp_path / "fetched")

    assert tables(duckdb_file) == [TableFound(TableName("shop", "orders"), 1000)]
    assert fetched.row_count == 1000
    assert fetched.notes == ("Left out, because they hold no text: picture.",)
    assert preview(duckdb_file, Query("select * from shop.orders order by amount desc"), 1).to_pylist() == [
        {"customer": "C49", "amount": "124.875", "ordered_at": "2025-12-31 22:30:00", "list": "[999]"}
    ]


def test_a_query_of_a_duckdb_file_reaches_no_other_file(duckdb_file: Connection, tmp_path: Path):
    beside = tmp_path / "secrets.csv"
    beside.write_text("password\nhidden\n")

    for query in (f"from read_csv('{beside}')", f"from '{beside}'", f"select * from glob('{tmp_path}/*')"):
        assert "cannot run this query" in message(duckdb_file, query)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb_file"])
def test_a_file_is_never_written_and_never_made(kind: str, request: pytest.FixtureRequest):
    connection: Connection = request.getfixturevalue(kind)
    before = Path(connection.database).read_bytes()
    gone = Connection("gone", connection.dialect, str(Path(connection.database).with_name("gone.db")))

    for query in ("with x as (select 1) delete from big", "select 1; select 2", "select * from nowhere"):
        assert "cannot run this query" in message(connection, query)
    assert "does not answer" in message(gone, "select 1")
    assert Path(connection.database).read_bytes() == before
    assert not Path(gone.database).exists()


@pytest.mark.parametrize("kind", ["sqlite", "duckdb_file"])
def test_an_endless_query_is_stopped_in_time(kind: str, request: pytest.FixtureRequest):
    connection: Connection = request.getfixturevalue(kind)
    impatient = Connection("impatient", connection.dialect, connection.database, timeout_seconds=1)

    assert "not done within 1 seconds" in message(impatient, ENDLESS[connection.dialect])
