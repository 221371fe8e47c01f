"""What must be equal in a data set: met by what ingest and the store write, and seen when it is not."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from crm_core.checks import checks, remarks, reports_of, set_aside_counts, set_aside_rows, stored_columns
from crm_core.engine import Database
from crm_core.ingest import load_frame
from crm_core.store import DataSet, Workspace

ORDERS = {
    "customer": ["ann", "bob", None, "ann", "ann"],
    "date": ["2026-05-01", "2026-05-02", "2026-05-03", "yesterday", "2026-06-30"],
    "amount": ["10.50", "20", "30", "40", "-5.50"],
}


@pytest.fixture
def database():
    database = Database(memory_limit="500MB")
    yield database
    database.close()


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> DataSet:
    """Five lines of which two are set aside, and a payment of somebody who never ordered."""
    payments = {"customer": ["eve"], "invoice": ["1"], "due date": ["2026-05-01"], "amount": ["9"]}
    loads = [
        load_frame(pd.DataFrame(ORDERS), database=database, name="orders.csv"),
        load_frame(pd.DataFrame(payments), "payments", database=database, name="payments.csv"),
    ]
    return Workspace(tmp_path, database).publish(
        "Shop", loads, currency="CNY", published_at=datetime(2026, 7, 1, tzinfo=UTC)
    )


def test_what_was_loaded_and_stored_adds_up(shop: DataSet, database: Database):
    found = checks(shop, database)

    assert [check.sentence for check in found if not check.is_met] == []
    assert "orders.csv: 5 rows in = 3 kept + 2 set aside" in [check.sentence for check in found]
    assert "orders.csv: ¥95.00 in = ¥25.00 kept + ¥70.00 set aside" in [
        check.sentence.replace("CN¥", "¥") for check in found
    ]


def test_an_order_line_that_went_missing_is_seen(shop: DataSet, database: Database):
    lines = shop.path("order_lines")
    database.execute(f"copy (select * from '{lines}' limit 2) to '{lines}.less' (format parquet)")
    Path(f"{lines}.less").replace(lines)

    failing = [check.sentence for check in checks(shop, database) if not check.is_met]

    assert "3 rows kept = 2 order lines stored" in failing


def test_a_line_without_its_order_is_seen(shop: DataSet, database: Database):
    orders = shop.path("orders")
    database.execute(f"copy (select * from '{orders}' where revenue <> 20) to '{orders}.less' (format parquet)")
    Path(f"{orders}.less").replace(orders)

    failing = [check for check in checks(shop, database) if not check.is_met]

    assert len(failing) == 1


def test_rows_of_customers_nobody_knows_are_remarked_on(shop: DataSet):
    assert remarks(shop) == [
        "1 row of Payments speaks of a customer who never ordered and is not in the list of customers."
    ]


def test_rows_set_aside_are_counted_by_reason_and_shown(shop: DataSet, database: Database):
    counts = set_aside_counts(shop, database).select(["reason", "rows"]).to_pylist()
    rows = set_aside_rows(shop, database, "unreadable_date").to_pylist()

    assert counts == [{"reason": "missing_customer", "rows": 1}, {"reason": "unreadable_date", "rows": 1}]
    assert [row["value"] for row in rows] == ["yesterday"]


def test_the_columns_of_a_stored_table_are_counted_as_its_loading_counts_them(shop: DataSet, database: Database):
    [report] = [report for report in reports_of(shop) if report.table == "orders"]
    figures = ("name", "filled_count", "distinct_count", "distinct_is_estimated", "lowest", "highest")

    stored = {tuple(getattr(column, name) for name in figures) for column in stored_columns(shop, "orders", database)}

    assert stored == {tuple(getattr(column, name) for name in figures) for column in report.columns}
    assert ("amount", 3, 3, False, "-5.5000", "20.0000") in stored
