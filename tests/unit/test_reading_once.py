"""A question about a very large file of a data set reads it once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.engine import Database
from crm_core.store.selects import WRITTEN, quoted, reading

CUSTOMERS = 9_000_000  # from some eight million on, DuckDB left to itself asks range by range


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(memory_limit="500MB", threads=1)
    yield database
    database.close()


def scans(plan: dict) -> int:
    """How often a step of the plan, or of those below it, reads a file."""
    return (plan["name"].strip() == "READ_PARQUET") + sum(scans(below) for below in plan["children"])


def test_orders_of_millions_of_customers_are_read_once_not_once_for_each_range(database: Database, tmp_path: Path):
    path = tmp_path / "orders.parquet"
    rows = f"select range::int as customer_key, 1 as revenue from range({CUSTOMERS})"
    database.execute(f"copy ({rows}) to {quoted(str(path))} ({WRITTEN})")

    question = f"select customer_key, sum(revenue) from ({reading([path])}) group by customer_key"
    (plan,) = json.loads(database.rows(f"explain (format json) {question}")[0][1])

    assert scans(plan) == 1
