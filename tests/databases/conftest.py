"""A PostgreSQL with a shop in it: a hundred thousand order lines, an account that may only read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_core.engine.database import Database
from crm_core.ingest.databases import Connection, connection_from
from tests.databases.postgres import PostgresServer, postgres_server

LINES = 100_000
READERS_PASSWORD = "only-to-read/ä%@"
SHOP = (
    "create schema shop",
    f"""
    create table shop.orders as
    select n as line_no, 'A' || lpad((n / 3)::text, 7, '0') as order_no, 'C' || n % 5000 as customer_id,
        timestamptz '2024-01-01 06:30:00+08' + n % 700 * interval '1 day' + n * interval '1 second' as ordered_at,
        case when n % 97 <> 0 then ((n * 7919 % 1000003)::numeric / 10000 - 5)::numeric(18, 4) end as amount,
        case when n % 11 <> 0 then (array['茶叶', 'Käse', 'tea "loose"', E'two\\nlines'])[1 + n % 4] end as category,
        n % 5 = 0 as is_gift
    from generate_series(1, {LINES}) as g (n)
    """,
    """create table shop."select ""Order"" 订单; --" ("from" text, "a b" numeric, "日期" date)""",
    """insert into shop."select ""Order"" 订单; --" values ('ann', 12.5000, '2024-02-29'), ('bob', null, null)""",
    "create view shop.gifts as select * from shop.orders where is_gift",
    "create sequence shop.numbers",
    "create table shop.wages (employee text, wage numeric)",
    f"create role reader login password '{READERS_PASSWORD}'",
    "grant usage on schema shop to reader",
    'grant select on shop.orders, shop.gifts, shop."select ""Order"" 订单; --" to reader',
    "analyze",
)


@dataclass(frozen=True)
class Shop:
    """The server, and how its reader connects."""

    server: PostgresServer

    @property
    def reader(self) -> Connection:
        return self.as_reader()

    def as_reader(self, **other: object) -> Connection:
        """The reader's connection, with fields changed."""
        section = {"dialect": "postgresql", "host": "127.0.0.1", "port": self.server.port, "database": "postgres"}
        return connection_from("shop", section | {"username": "reader", "password": READERS_PASSWORD} | other)

    @property
    def owner(self) -> Connection:
        """A connection that may do anything: what keeps it from writing is us alone."""
        return connection_from("owner", {"url": self.server.url()})

    @property
    def order_count(self) -> int:
        return int(self.server.value("select count(*) from shop.orders"))


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    with postgres_server() as server:
        server.run(*SHOP)
        yield Shop(server)


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    database = Database(memory_limit="1GB", threads=2)
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fetched"
