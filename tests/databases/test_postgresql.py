"""A real PostgreSQL, started by the tests: what it holds is what we load, and nothing we do changes it."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import LoadedTable, Progress, guess_mapping, load_table
from crm_core.ingest.databases import (
    Connection,
    Query,
    TableName,
    connection_from,
    inspect_query,
    preview,
    read_query,
    table_name,
    tables,
)
from crm_core.store import Workspace
from tests.databases.conftest import LINES, READERS_PASSWORD, Shop

AS_OF = date(2026, 6, 30)
ODD_TABLE = 'select "Order" 订单; --'


class Stopped(BaseException):
    """What a page raises through the listener when somebody presses Stop."""


def loaded_orders(shop: Shop, folder: Path, database: Database) -> LoadedTable:
    source, origin = inspect_query(shop.reader, folder, table="shop.orders")
    loaded = load_table(source, guess_mapping(source, "orders"), folder / "load", database=database, as_of=AS_OF)
    return replace(loaded, origin=asdict(origin))


def one_row(connection: Connection, query: str) -> list[str | None]:
    return list(preview(connection, Query(query)).to_pylist()[0].values())


def message(connection: Connection, query: str) -> str:
    with pytest.raises(InputError) as caught:
        preview(connection, Query(query))
    return str(caught.value)


# ---------------------------------------------------------------------- what arrives


def test_rows_and_amounts_are_those_the_server_counts_to_the_last_digit(shop: Shop, folder: Path, database: Database):
    loaded = loaded_orders(shop, folder, database)
    accepted = f"read_parquet('{loaded.accepted}')"

    assert (loaded.report.rows_kept, loaded.report.amount_kept) == (
        shop.server.value("select count(*) from shop.orders where amount is not null"),
        Decimal(shop.server.value("select sum(amount)::text from shop.orders")),
    )
    for category in ("茶叶", "Käse", 'tea "loose"', "two\nlines"):
        ours = database.rows(f"select sum(amount) from {accepted} where category = $category", {"category": category})
        written = category.replace("'", "''")
        theirs = shop.server.value(f"select sum(amount)::text from shop.orders where category = '{written}'")
        assert ours == [(Decimal(theirs),)]


def test_every_row_is_kept_or_set_aside_with_its_number_and_the_table_it_came_from(
    shop: Shop, folder: Path, database: Database
):
    loaded = loaded_orders(shop, folder, database)
    report = loaded.report
    aside = database.rows(f"select distinct source_file, reason from read_parquet('{loaded.set_aside}')")
    lines = f"select source_line from read_parquet('{loaded.accepted}')"
    lines += f" union all select source_line from read_parquet('{loaded.set_aside}')"

    assert report.lines_add_up
    assert report.amounts_add_up
    assert report.lines_in == LINES
    assert report.rows_set_aside == shop.server.value("select count(*) from shop.orders where amount is null")
    assert aside == [("postgresql: shop.orders", "missing_amount")]
    assert database.rows(f"select count(distinct source_line), min(source_line), max(source_line) from ({lines})") == [
        (LINES, 1, LINES)
    ]


def test_an_instant_with_a_zone_is_told_in_utc_whatever_the_servers_zone(shop: Shop):
    assert shop.server.value("select current_setting('timezone')") == "Asia/Shanghai"
    assert one_row(
        shop.reader, "select timestamptz '2024-01-01 06:30:00+08', timestamp '2024-01-01 06:30:00', date '2024-01-01'"
    ) == ["2023-12-31 22:30:00", "2024-01-01 06:30:00", "2024-01-01"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.10::numeric", "1.10"),
        ("123456789012345678901234567890.123456789::numeric", "123456789012345678901234567890.123456789"),
        ("0.1::float8", "0.1"),
        ("9007199254740993::int8", "9007199254740993"),
        ("true", "true"),
        ("12.5::money", "12.50"),
        ("'2024-02-29'::date", "2024-02-29"),
        ("'infinity'::timestamptz", "infinity"),
        ("null::numeric", None),
        ("''::text", ""),
        ("'客户 007'::varchar", "客户 007"),
        ("'{\"a\": [1, 2]}'::jsonb", '{"a": [1, 2]}'),
        ("array['a', 'b']", "{a,b}"),
        ("'6f1e0c2a-9f57-4c1e-8b43-0d7a51a3c9de'::uuid", "6f1e0c2a-9f57-4c1e-8b43-0d7a51a3c9de"),
        ("'10.0.0.1'::inet", "10.0.0.1/32"),
        ("interval '1 day 2 hours'", "1 day 02:00:00"),
    ],
)
def test_a_value_arrives_as_the_server_writes_it(shop: Shop, value: str, text: str | None):
    assert one_row(shop.reader, f"select {value} as x") == [text]


def test_columns_without_text_are_left_out_and_named(shop: Shop, folder: Path):
    fetched = read_query(shop.reader, Query(r"select 1 as a, '\x00ff'::bytea as picture, 2 as a"), folder)

    assert fetched.notes == ("Left out, because they hold no text: picture.",)
    assert preview(shop.reader, Query(r"select 1 as a, '\x00ff'::bytea as picture, 2 as a")).column_names == [
        "a",
        "a (2)",
    ]


def test_tables_are_those_the_account_may_read_with_the_servers_estimate(shop: Shop):
    found = [(entry.table, entry.row_estimate, entry.is_view) for entry in tables(shop.reader)]

    assert found == [
        (TableName("shop", "gifts"), None, True),
        (TableName("shop", "orders"), LINES, False),
        (TableName("shop", ODD_TABLE), 2, False),
    ]


# ---------------------------------------------------------------------- names and queries that mean harm


def test_a_name_of_any_letters_is_a_name_and_is_found_again(shop: Shop, folder: Path):
    fetched = read_query(shop.reader, TableName("shop", ODD_TABLE), folder)

    assert fetched.row_count == 2
    assert fetched.origin.wanted() == TableName("shop", ODD_TABLE)
    assert preview(shop.reader, fetched.origin.wanted()).to_pylist() == [
        {"from": "ann", "a b": "12.5000", "日期": "2024-02-29"},
        {"from": "bob", "a b": None, "日期": None},
    ]


@pytest.mark.parametrize(
    "name",
    [
        'orders"; drop table shop.orders; --',
        "orders; drop table shop.orders",
        "orders where false union select usename from pg_user",
        "orders) as asked; drop table shop.orders; --",
    ],
)
def test_a_name_that_goes_on_as_a_statement_is_only_a_table_that_is_not_there(shop: Shop, name: str):
    with pytest.raises(InputError, match="does not exist"):
        preview(shop.owner, TableName("shop", name))
    assert shop.order_count == LINES


@pytest.mark.parametrize(
    "query",
    [
        "delete from shop.orders",
        "drop table shop.orders",
        "copy shop.orders to program 'true'",
        "/* select */ truncate shop.orders",
        "set transaction read write",
        "",
        " ; ",
    ],
)
def test_what_is_no_query_never_reaches_the_database(query: str):
    with pytest.raises(InputError):
        Query(query)


@pytest.mark.parametrize(
    "query",
    [
        "select 1; delete from shop.orders",
        "select 1) as asked (c0); delete from shop.orders; --",
        "with gone as (delete from shop.orders returning *) select * from gone",
        "select * from shop.orders for update",
        "select set_config('transaction_read_only', 'off', false)",
        "select lo_creat(-1)",
        "select nextval('shop.numbers')",
        "select 1 into shop.mine",
    ],
)
def test_a_query_cannot_write_even_where_the_account_could(shop: Shop, query: str):
    said = message(shop.owner, query)

    assert said.startswith(
        ("owner: the database cannot run this query. It said: ", "owner: the query gives no columns")
    )
    assert shop.order_count == LINES


@pytest.mark.parametrize(
    "query", ["select 1 as x; ", "SELECT 1 AS x -- all", "(select 1 as x)", "values (1)", "table one"]
)
def test_what_reads_is_read_however_it_is_written(shop: Shop, query: str):
    asked = query.replace("table one", "with one as (select 1 as x) table one")

    assert one_row(shop.reader, asked) == ["1"]


# ---------------------------------------------------------------------- what goes wrong


def test_what_fails_is_a_sentence_with_the_servers_words(shop: Shop):
    other = shop.as_reader
    unreachable = other(port=1)

    assert "does not accept the user or the password" in message(other(password="wrong-word"), "select 1")
    assert "does not accept the user or the password" in message(other(username="nobody-here"), "select 1")
    assert "no database of the name" in message(other(database="nowhere"), "select 1")
    assert "127.0.0.1:1/postgres does not answer" in message(unreachable, "select 1")
    assert "nowhere.invalid:1/postgres does not answer" in message(
        replace(unreachable, host="nowhere.invalid"), "select 1"
    )
    assert "may not read this" in message(shop.reader, "select * from shop.wages")
    assert 'column "amont" does not exist' in message(shop.reader, "select amont from shop.orders")
    assert "holds no text" not in message(shop.reader, "select 1 / 0")


def test_a_query_that_takes_too_long_is_ended_by_the_server(shop: Shop):
    impatient = shop.as_reader(timeout_seconds=1)

    assert "not done within 1 seconds" in message(impatient, "select pg_sleep(30)")


def test_no_error_tells_the_password(shop: Shop, folder: Path):
    said = [
        message(shop.as_reader(password="s3cret'word\\"), "select 1"),
        message(shop.as_reader(query={"s3cret'word": "x"}, password="s3cret'word"), "select 1"),
        message(shop.reader, f"select '{READERS_PASSWORD}'::int"),
        message(shop.reader, "select 'only-to-read%2F%C3%A4%25%40'::int"),
        repr(shop.reader),
        repr(read_query(shop.reader, TableName("shop", "orders"), folder)),
    ]

    for text in said:
        assert "s3cret" not in text
        assert "only-to-read" not in text


def test_a_data_set_remembers_where_its_rows_came_from_and_no_secret(
    shop: Shop, folder: Path, database: Database, tmp_path: Path
):
    workspace = Workspace(tmp_path / "workspace", database)
    loaded = loaded_orders(shop, folder, database)
    data = workspace.publish("Shop", [loaded], currency="CNY", published_at=datetime(2026, 7, 1, tzinfo=UTC))
    workspace.remember_mapping(loaded.mapping.model_dump_json())
    written = b"".join(path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file())

    assert data.sources[0].origin == {"connection": "shop", "table": '"shop"."orders"', "query": ""}
    assert b"only-to-read" not in written


# ---------------------------------------------------------------------- size and stopping


def test_rows_come_in_batches_and_are_told_as_they_come(shop: Shop, folder: Path):
    told: list[Progress] = []
    query = Query("select n, repeat('x', 100) as filling from generate_series(1, 300000) as g (n)")
    fetched = read_query(shop.reader, query, folder, progress=told.append, row_estimate=300_000)
    done = [progress.done for progress in told]

    assert fetched.row_count == 300_000
    assert done[0] == 0
    assert done[-1] == 300_000
    assert len(done) > 4
    assert max(later - earlier for earlier, later in pairwise(done)) < 200_000


def test_stopping_leaves_no_file_and_no_query_running(shop: Shop, folder: Path):
    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stopped

    with pytest.raises(Stopped):
        read_query(shop.reader, Query("select generate_series(1, 50000000) as n"), folder, progress=stop)

    assert list(folder.iterdir()) == []
    assert shop.server.value("select count(*) from pg_stat_activity where usename = 'reader' and state = 'active'") == 0


def test_a_query_without_rows_says_so(shop: Shop, folder: Path):
    with pytest.raises(InputError, match="holds no rows"):
        inspect_query(shop.reader, folder, query="select * from shop.orders where false")


def test_a_table_or_a_query_is_asked_for_never_both(shop: Shop, folder: Path):
    with pytest.raises(InputError, match="either a table or a query"):
        inspect_query(shop.reader, folder, table="shop.orders", query="select 1")
    with pytest.raises(InputError, match="either a table or a query"):
        inspect_query(shop.reader, folder)


def test_an_address_in_one_line_reads_the_same(shop: Shop):
    url = (
        f"postgresql+psycopg2://reader:only-to-read%2F%C3%A4%25%40@127.0.0.1:{shop.server.port}/postgres?sslmode=prefer"
    )

    assert preview(connection_from("shop", {"url": url}), table_name("shop.orders"), 3).num_rows == 3
