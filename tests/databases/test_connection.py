"""What the secrets say becomes a connection, and never shows."""

from pathlib import Path

import pytest

from crm_core.errors import InputError
from crm_core.ingest.databases import Query, TableName, configured_connection, connection_from, table_name


def test_an_address_and_single_fields_say_the_same():
    by_url = connection_from(
        "shop", {"url": "postgresql+psycopg2://ann:p%40ss%2Fword@db.example:6000/sales?sslmode=require"}
    )
    by_field = connection_from(
        "shop",
        {
            "type": "sql",
            "dialect": "postgres",
            "host": "db.example",
            "port": 6000,
            "username": "ann",
            "password": "p@ss/word",
            "database": "sales",
            "query": {"sslmode": "require"},
        },
    )

    assert by_url == by_field
    assert (by_url.dialect, by_url.port, by_url.user, by_url.password) == ("postgresql", 6000, "ann", "p@ss/word")


def test_a_field_goes_before_the_same_part_of_the_address():
    connection = connection_from(
        "till", {"url": "mariadb://ann@till.example/till", "password": "word", "timeout_seconds": 60}
    )

    assert (connection.dialect, connection.port, connection.password) == ("mysql", 3306, "word")
    assert (connection.place, connection.timeout_seconds) == ("till.example:3306/till", 60)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"type": "snowflake", "account": "hidden-word"}, "a kind of database that is not read here"),
        ({}, "a kind of database that is not read here"),
        ({"url": "postgresql://ann:hidden-word@db.example"}, "names no database"),
        ({"url": "postgresql://ann:hidden-word/7@db.example/x"}, "password with characters such as"),
        ({"url": "mysql://ann@db.example/x", "port": "hidden-word"}, "must be whole numbers"),
    ],
)
def test_a_section_that_cannot_be_used_says_why_and_tells_no_value(section: dict[str, str], sentence: str):
    with pytest.raises(InputError, match=sentence) as caught:
        connection_from("shop", section)

    assert "hidden-word" not in str(caught.value)


def test_a_password_is_hidden_wherever_it_stands_and_however_it_is_written():
    connection = connection_from(
        "x", {"url": "mysql://ann@h/x", "password": "wörd/ 1", "query": {"sslpassword": "key-word"}}
    )
    shortest = connection_from("x", {"url": "mysql://ann:p@h/x"})

    assert connection.without_secrets("wörd/ 1, w%C3%B6rd%2F%201, w%C3%B6rd/%201, key-word") == "•••, •••, •••, •••"
    assert shortest.without_secrets("port 3306 said no") == "•••"
    assert "wörd" not in repr(connection)
    assert "key-word" not in repr(connection)


def test_connections_of_several_files_are_one_list_where_the_later_file_wins(tmp_path: Path):
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text('[connections.a]\nurl = "sqlite:///a.db"\n[connections.b]\nurl = "sqlite:///b.db"\n')
    second.write_text('[connections.b]\nurl = "sqlite:////data/b.db"\n')
    files = [first, tmp_path / "missing.toml", second]

    assert configured_connection("a", files).database == "a.db"
    assert configured_connection("b", files).database == "/data/b.db"
    with pytest.raises(InputError, match=r"There is no connection c\. Configured: a, b\."):
        configured_connection("c", files)


def test_a_file_of_secrets_that_is_no_toml_is_named_and_not_quoted(tmp_path: Path):
    broken = tmp_path / "secrets.toml"
    broken.write_text("[connections.a]\npassword = hidden-word\n")

    with pytest.raises(InputError, match=r"^secrets\.toml is not written as TOML is\.$"):
        configured_connection("a", [broken])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("orders", TableName("", "orders")),
        ("shop.orders", TableName("shop", "orders")),
        (' "My shop" . "a.b ""c""" ', TableName("My shop", 'a.b "c"')),
        ("`till`.`order lines`", TableName("till", "order lines")),
        ("销售.订单", TableName("销售", "订单")),
        ("order lines", TableName("", "order lines")),
    ],
)
def test_a_table_is_named_as_people_write_it(written: str, name: TableName):
    assert table_name(written) == name
    assert table_name(name.written) == name


@pytest.mark.parametrize("written", ["", "  ", "a.b.c", ".orders", "orders.", '"open', 'a."b"c'])
def test_what_is_no_name_is_refused(written: str):
    with pytest.raises(InputError, match="is not the name of a table"):
        table_name(written)


@pytest.mark.parametrize(
    "text", ["select 1", "  -- why\n/* and */ WITH x as (select 1) select * from x;", "((select 1))", "from orders"]
)
def test_a_query_that_reads_is_known_by_its_first_word(text: str):
    assert Query(text).text == text.strip().rstrip(";")


@pytest.mark.parametrize(
    "text", ["insert into x select 1", "selection", "explain select 1", "/* select", "--select 1", "call x()"]
)
def test_any_other_first_word_is_refused(text: str):
    with pytest.raises(InputError, match="begins with SELECT or WITH"):
        Query(text)
