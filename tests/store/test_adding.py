"""More for a data set that exists: what it held stays, what is put right comes in, and every line is counted once."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm_core.checks import checks, remarks, reports_of, set_aside_rows
from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.ingest import LoadedTable, Mapping, guess_mapping, inspect_file, load_table
from crm_core.ingest.corrections import cells_of, load_corrections
from crm_core.ingest.duplicates import repeated_orders
from crm_core.store import DataSet, RowSetAside, Workspace
from tests.store.loads import FIRST_OF_JULY, values

ORDERS = (
    "Customer,Date,Amount,Order,Discount\n"
    "ann,2026-05-01,10.50,1,1\n"
    "bob,2026-05-02,20,2,\n"
    ",2026-05-03,30,3,\n"
    "ann,yesterday,40,4,\n"
    "ann,2026-06-30,-5.50,5,\n"
    'eve,2026-06-30,"about, 7",6,\n'
)
AS_OF = date(2026, 7, 1)


def loaded(workspace: Workspace, folder: Path, text: str, name: str = "orders.csv", **options) -> LoadedTable:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    source = inspect_file(path, name)
    return load_table(
        source, guess_mapping(source), folder / f"{name} loaded", database=workspace.database, as_of=AS_OF, **options
    )


@pytest.fixture
def shop(workspace: Workspace, tmp_path: Path) -> DataSet:
    return workspace.publish("Shop", [loaded(workspace, tmp_path, ORDERS)], currency="EUR", published_at=FIRST_OF_JULY)


def unmet(data: DataSet, database: Database) -> list[str]:
    return [check.sentence for check in checks(data, database) if not check.is_met]


def corrected(data: DataSet, folder: Path, database: Database, **cells: str) -> tuple[LoadedTable, list[RowSetAside]]:
    """The row set aside for each reason with one cell ("Header=value") written anew."""
    mapping = Mapping.model_validate(data.sources[0].mapping)
    rows, gone = [], []
    for reason, told in cells.items():
        header, value = told.split("=")
        found = set_aside_rows(data, database, reason).to_pylist()[0]
        row = cells_of(found["raw"], len(mapping.headers))
        row[mapping.headers.index(header)] = value
        rows.append(row)
        gone.append(RowSetAside("orders", found["source_file"], found["source_line"], found["raw"]))
    return load_corrections(rows, mapping, "orders.csv", folder, database=database, as_of=AS_OF), gone


def test_rows_put_right_are_kept_and_no_longer_set_aside(workspace: Workspace, shop: DataSet, tmp_path: Path):
    load, gone = corrected(
        shop, tmp_path / "right", workspace.database, missing_customer="Customer=bob", unreadable_amount="Amount=7"
    )
    data = workspace.add_to(shop, [load], published_at=FIRST_OF_JULY, put_right=gone)

    assert values(data, workspace, "order_lines", "sum(amount)") == [(Decimal("62.0000"),)]
    assert [(s.rows_in, s.rows_kept, s.rows_set_aside, s.rows_put_right) for s in data.sources] == [
        (6, 3, 1, 2),
        (2, 2, 0, 0),
    ]
    assert [(report.amount_in, report.amount_set_aside, report.amount_put_right) for report in reports_of(data)] == [
        (95, 40, 30),
        (37, 0, 0),
    ]
    assert [counted.reason for counted in reports_of(data)[0].reasons] == ["unreadable_date"]
    assert set_aside_rows(data, workspace.database).column("reason").to_pylist() == ["unreadable_date"]
    assert unmet(data, workspace.database) == []


def test_a_correction_that_is_still_wrong_is_set_aside_once(workspace: Workspace, shop: DataSet, tmp_path: Path):
    load, gone = corrected(shop, tmp_path / "right", workspace.database, unreadable_date="Date=tomorrow")
    data = workspace.add_to(shop, [load], published_at=FIRST_OF_JULY, put_right=gone)

    assert [(s.rows_kept, s.rows_set_aside, s.rows_put_right) for s in data.sources] == [(3, 2, 1), (0, 1, 0)]
    assert unmet(data, workspace.database) == []


def test_every_file_comes_with_what_it_said_when_more_is_added(workspace: Workspace, shop: DataSet, tmp_path: Path):
    payments = loaded(
        workspace, tmp_path / "more", "customer,invoice no,due date,amount\nann,9,2026-07-01,10\n", "payments.csv"
    )
    data = workspace.add_to(shop, [payments], published_at=FIRST_OF_JULY)

    assert list(data.tables) == ["orders", "payments"]
    assert data.version != shop.version
    assert workspace.open("shop").version == data.version
    for table, columns in {"order_lines": "*", "orders": "*", "customers": "*"}.items():
        assert values(data, workspace, table, columns) == values(shop, workspace, table, columns)
    assert unmet(data, workspace.database) == []


def test_a_list_of_customers_added_later_speaks_of_those_who_ordered(
    workspace: Workspace, shop: DataSet, tmp_path: Path
):
    people = loaded(workspace, tmp_path / "a", "customer,name,city\nann,Ann,Leeds\nzoe,Zoe,York\n", "customers.csv")
    fuller = loaded(
        workspace, tmp_path / "b", "customer,name,city,phone\nann,Ann,Leeds,555\nbob,Bob,York,\n", "more customers.csv"
    )
    data = workspace.add_to(shop, [people], published_at=FIRST_OF_JULY)

    assert remarks(data) == [
        "1 customer of the list never ordered, such as zoe.",
        "1 customer ordered but is not in the list of customers, such as bob.",
    ]

    data = workspace.add_to(data, [fuller], published_at=FIRST_OF_JULY)

    assert values(data, workspace, "customers", "customer_id, name, phone") == [
        ("ann", "Ann", "555"), ("bob", "Bob", None), ("zoe", "Zoe", None),
    ]  # fmt: skip
    assert [(s.rows_in, s.rows_kept, s.rows_set_aside) for s in data.sources[1:]] == [(2, 1, 1), (2, 2, 0)]
    assert unmet(data, workspace.database) == []


def test_what_somebody_else_published_meanwhile_is_not_lost(workspace: Workspace, shop: DataSet, tmp_path: Path):
    more = loaded(
        workspace, tmp_path / "more", "customer,date,amount\nzoe,2026-06-01,3\nkim,2026-06-01,3\n", "more.csv"
    )
    workspace.add_to(shop, [more], published_at=FIRST_OF_JULY)

    with pytest.raises(StoreError, match="Somebody published Shop meanwhile"):
        workspace.add_to(shop, [more], published_at=FIRST_OF_JULY)


def test_a_data_set_of_a_session_takes_more_as_well(workspace: Workspace, tmp_path: Path):
    first = loaded(workspace, tmp_path, ORDERS)
    mine = workspace.keep_for_session("me", "Mine", [first], currency="", published_at=FIRST_OF_JULY)
    more = loaded(
        workspace, tmp_path / "more", "customer,date,amount\nzoe,2026-06-01,3\nkim,2026-06-01,3\n", "more.csv"
    )
    data = workspace.add_to(mine, [more], published_at=FIRST_OF_JULY)

    assert data.is_session
    assert workspace.open_for_session("me", "mine").row_counts["order_lines"] == 5


def test_orders_that_an_earlier_file_holds_are_counted_and_left_out_when_told(
    workspace: Workspace, shop: DataSet, tmp_path: Path
):
    rows = ("ann,2026-05-01,10.50,1", "zoe,2026-06-01,3,9", "ann,2026-05-01,8,1", "bob,2026-06-01,4,1")
    text = "\n".join(("Customer,Date,Amount,Order", *rows)) + "\n"
    earlier = [f"select * from read_parquet('{tmp_path / 'orders.csv loaded' / 'accepted.parquet'}')"]
    twice = loaded(workspace, tmp_path / "kept", text, "june.csv")
    once = loaded(workspace, tmp_path / "left out", text, "june.csv", earlier=earlier)

    found = repeated_orders(twice.accepted, earlier, workspace.database)

    assert (found.orders, found.lines, found.amount) == (1, 2, Decimal("18.5"))
    assert [(counted.reason, counted.rows) for counted in once.report.reasons] == [("order_held_already", 2)]
    assert (once.report.rows_kept, once.report.amount_set_aside) == (2, Decimal("18.5"))


def test_a_line_without_an_order_number_repeats_only_an_equal_one(workspace: Workspace, tmp_path: Path):
    text = "Customer,Date,Amount\nann,2026-05-01,10.50\nbob,2026-05-01,4\n"
    first = loaded(workspace, tmp_path / "a", text, "a.csv")
    second = loaded(workspace, tmp_path / "b", text.replace("bob,2026-05-01,4", "bob,2026-05-01,5"), "b.csv")

    found = repeated_orders(second.accepted, [f"select * from read_parquet('{first.accepted}')"], workspace.database)

    assert (found.orders, found.lines, found.amount) == (0, 1, Decimal("10.5"))


@pytest.mark.parametrize(
    ("raw", "cells"),
    [
        ('a,"b, c",d', ["a", "b, c", "d"]),
        ("a;b;c;d", ["a", "b", "c,d"]),
        ("a", ["a", "", ""]),
        ("a,b,c,d", ["a", "b", "c,d"]),
        (None, ["", "", ""]),
    ],
)
def test_a_row_as_written_becomes_as_many_cells_as_the_table_has_columns(raw: str | None, cells: list[str]):
    assert cells_of(raw, 3) == cells
