"""MySQL and MariaDB over the wire, against a server of set answers (see mysql_wire.py)."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mysql_mimic.results import ResultSet
from mysql_mimic.types import ColumnType
from pymysql.connections import Connection as MysqlClient

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import Progress, guess_mapping, load_table
from crm_core.ingest.databases import Connection, Query, TableName, connection_from, inspect_query, preview, read_query
from crm_core.ingest.databases.mysql import encryption
from tests.databases.mysql_wire import PASSWORD, Till, column, mysql_server, refusal

ODD = [
    (column("d", ColumnType.DATE, is_binary=True), b"0000-00-00", "0000-00-00"),
    (column("t", ColumnType.TIME, is_binary=True), b"-10:00:00", "-10:00:00"),
    (column("at", ColumnType.DATETIME, is_binary=True), b"2024-02-29 08:00:00", "2024-02-29 08:00:00"),
    (column("n", ColumnType.NEWDECIMAL, is_binary=True), b"1.123456789012", "1.123456789012"),
    (column("f", ColumnType.DOUBLE, is_binary=True), b"0.1", "0.1"),
    (column("i", ColumnType.LONGLONG, is_binary=True), b"18446744073709551615", "18446744073709551615"),
    (column("y", ColumnType.YEAR, is_binary=True), b"2024", "2024"),
    (column("b", ColumnType.BIT, is_binary=True), b"\x01", "1"),
    (column("bits", ColumnType.BIT, is_binary=True), b"\x01\x00", "256"),
    (column("j", ColumnType.BLOB), b'{"a":1}', '{"a":1}'),
    (column("e", ColumnType.STRING), "茶叶".encode(), "茶叶"),
    (column("nothing", ColumnType.VAR_STRING), None, None),
    (column("picture", ColumnType.BLOB, is_binary=True), b"\x89PNG", None),
]
ORDERS = [
    column("customer", ColumnType.VAR_STRING),
    column("ordered_at", ColumnType.DATETIME),
    column("amount", ColumnType.NEWDECIMAL),
]


CERTIFICATES = Path(__file__).parent / "certificates"  # server.pem, made out to localhost, is signed by authority.pem


def shake_hands(client: ssl.SSLContext | None, host: str) -> None:
    """What client and server say to each other before anything else; raises what the client does not accept."""
    assert client is not None
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(back, there, server_hostname=host), served.wrap_bio(there, back, server_side=True)]
    for end in ends * 2:
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()


def till_of(till: Till, **other: object) -> Connection:
    section = {"dialect": "mysql", "host": "127.0.0.1", "port": till.port, "database": "till"}
    return connection_from("till", section | {"username": "reader", "password": PASSWORD} | other)


def always(result: ResultSet) -> Callable[[str], ResultSet]:
    return lambda _sql: result


def test_values_arrive_as_the_server_writes_them_and_pictures_are_left_out(tmp_path: Path):
    columns, values, texts = zip(*ODD, strict=True)
    with mysql_server(always(ResultSet([values], columns))) as till:
        shown = preview(till_of(till), TableName("till", "odd")).to_pylist()
        fetched = read_query(till_of(till), TableName("till", "odd"), tmp_path)

    assert list(shown[0].values()) == list(texts)
    assert fetched.notes == ("Left out, because they hold no text: picture.",)


def test_rows_are_loaded_like_those_of_a_file(tmp_path: Path, database: Database):
    rows = [
        (f"C{n % 500}".encode(), b"2026-01-%02d 10:00:00" % (n % 28 + 1), b"%d.%04d" % (n, n % 10_000))
        for n in range(45_000)
    ]
    rows[7] = (b"C7", b"0000-00-00 00:00:00", b"1.0000")
    with mysql_server(always(ResultSet(rows, ORDERS))) as till:
        source, origin = inspect_query(till_of(till), tmp_path, table="till.orders")
    loaded = load_table(source, guess_mapping(source), tmp_path, database=database, as_of=date(2026, 6, 30))

    assert loaded.report.file_name == "mysql: till.orders"
    assert (loaded.report.rows_kept, loaded.report.rows_set_aside) == (44_999, 1)
    assert loaded.report.amount_kept == sum(Decimal(amount.decode()) for _c, _at, amount in rows) - 1
    assert loaded.report.lines_add_up
    assert origin.table == '"till"."orders"'


@pytest.mark.parametrize(
    ("version", "limit"),
    [
        ("10.11.19-MariaDB-0+deb12u1", "set session max_statement_time = 90"),
        ("8.4.7", "set session max_execution_time = 90000"),
    ],
)
def test_the_transaction_is_read_only_in_utc_and_limited_before_the_query_runs(
    version: str, limit: str, tmp_path: Path
):
    with mysql_server(always(ResultSet([(b"ann", b"2026-01-01", b"1")], ORDERS)), version) as till:
        read_query(till_of(till, timeout_seconds=90), Query("select * from orders; "), tmp_path)
        heard = [statement for statement in till.heard if "autocommit" not in statement.lower()]

    assert [" ".join(statement.split()) for statement in heard[-4:]] == [
        limit,
        "set session time_zone = '+00:00'",
        "start transaction read only",
        "select * from ( select * from orders ) as asked",
    ]


def test_a_name_that_goes_on_as_a_statement_stays_inside_its_quotes():
    with mysql_server(always(ResultSet([], ORDERS))) as till:
        preview(till_of(till), TableName("till", "orders`; drop table orders; -- "), 5)

    assert (
        till.heard[-1] == "select * from (\nselect * from `till`.`orders``; drop table orders; -- `\n) as asked limit 5"
    )


@pytest.mark.parametrize(
    ("number", "words", "sentence"),
    [
        (1142, "SELECT command denied to user 'reader'", "may not read this"),
        (1146, "Table 'till.nix' doesn't exist", "cannot run this query"),
        (1064, "You have an error in your SQL syntax", "cannot run this query"),
        (1969, "Query execution was interrupted", "not done within 30 seconds"),
        (3024, "maximum statement execution time exceeded", "not done within 30 seconds"),
    ],
)
def test_what_the_server_refuses_is_a_sentence_with_its_words(number: int, words: str, sentence: str):
    def refuse(_sql: str) -> ResultSet:
        raise refusal(number, f"{words} {PASSWORD}")

    with mysql_server(refuse) as till, pytest.raises(InputError) as caught:
        preview(till_of(till), Query("select 1"))

    assert sentence in str(caught.value)
    assert words in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_wrong_password_and_a_silent_host_are_told_apart():
    with mysql_server(always(ResultSet([], ORDERS))) as till:
        with pytest.raises(InputError, match="does not accept the user or the password"):
            preview(till_of(till, password="not-the-word"), Query("select 1"))
        with pytest.raises(InputError, match="does not answer"):
            preview(till_of(till, port=1), Query("select 1"))


def test_stopping_does_not_read_the_rest_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    packets: list[int] = []
    read_packet = MysqlClient._read_packet
    monkeypatch.setattr(
        MysqlClient, "_read_packet", lambda self, *given: (packets.append(1), read_packet(self, *given))[1]
    )

    def stop(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    rows = [(b"ann", b"2026-01-01", b"1")] * 100_000
    with mysql_server(always(ResultSet(rows, ORDERS))) as till, pytest.raises(KeyboardInterrupt):
        read_query(till_of(till), TableName("till", "orders"), tmp_path, progress=stop)

    assert list(tmp_path.iterdir()) == []
    assert 20_000 < len(packets) < 20_100


@pytest.mark.parametrize(
    ("host", "asked", "is_trusted"),
    [
        ("localhost", {"ssl_ca": "authority.pem"}, True),
        ("localhost", {"ssl_ca": "stranger.pem"}, False),
        ("localhost", {"ssl_ca": "stranger.pem", "ssl_verify_cert": "false"}, True),
        ("localhost", {"ssl_verify_cert": "true"}, False),
        ("localhost", {"ssl_ca": "authority.pem", "ssl_verify_identity": "true"}, True),
        ("127.0.0.1", {"ssl_ca": "authority.pem"}, True),
        ("127.0.0.1", {"ssl_ca": "authority.pem", "ssl_verify_identity": "true"}, False),
        ("localhost", {"ssl_ca": "missing.pem"}, False),
    ],
)
def test_a_named_authority_must_have_signed_the_servers_certificate(host: str, asked: dict[str, str], is_trusted: bool):
    query = {key: str(CERTIFICATES / value) if key == "ssl_ca" else value for key, value in asked.items()}
    connection = till_of(Till(3306), host=host, query=query)
    if is_trusted:
        shake_hands(encryption(connection), host)
        return

    with pytest.raises((ssl.SSLCertVerificationError, InputError), match=r"certificate verify failed|can be trusted"):
        shake_hands(encryption(connection), host)


def test_who_asks_for_encryption_gets_none_without_it():
    with (
        mysql_server(always(ResultSet([(b"C1",)], ORDERS[:1]))) as till,
        pytest.raises(InputError, match="no encrypted connection"),
    ):
        preview(till_of(till, query={"ssl_ca": str(CERTIFICATES / "authority.pem")}), TableName("till", "orders"))
