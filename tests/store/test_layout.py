"""What the laid-out tables say, by hand: orders, lines, customers and the tables beside them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm_core.engine import models
from crm_core.errors import StoreError
from crm_core.ingest import Mapping
from crm_core.schema import TABLES
from crm_core.store import Workspace
from tests.store.loads import MappedLoad, load, published, shop, values

LINE = "customer_id ordered_at amount order_id"


def test_one_order_id_of_two_customers_is_two_orders(workspace: Workspace) -> None:
    data = shop(workspace, LINE, [("ann", "2026-03-01", 10, "7"), ("bob", "2026-03-01", 20, "7")])

    assert values(data, workspace, "orders", "customer_key, order_id, revenue") == [
        (1, "7", Decimal(10)),
        (2, "7", Decimal(20)),
    ]


def test_without_an_order_id_the_lines_of_one_day_are_one_order(workspace: Workspace) -> None:
    data = shop(
        workspace,
        LINE,
        [
            ("ann", "2026-03-01 08:00", 10, None),
            ("ann", "2026-03-01 23:59", 5, None),
            ("ann", "2026-03-02 00:00", 1, None),
            ("ann", "2026-03-01 09:00", 3, "7"),
        ],
    )

    assert values(data, workspace, "orders", "ordered_on::text, order_id, line_count, revenue::int") == [
        ("2026-03-01", None, 2, 15),
        ("2026-03-01", "7", 1, 3),
        ("2026-03-02", None, 1, 1),
    ]


def test_an_order_id_that_reads_like_a_day_is_not_the_order_of_that_day(workspace: Workspace) -> None:
    data = shop(workspace, LINE, [("ann", "2026-03-01", 10, "2026-03-01"), ("ann", "2026-03-01", 5, None)])

    assert values(data, workspace, "order_lines", "order_key, amount::int") == [(1, 5), (2, 10)]


def test_what_an_order_does_on_a_later_day_stands_on_that_day_and_is_no_second_purchase(workspace: Workspace) -> None:
    data = shop(
        workspace, LINE, [("ann", "2026-03-05", -4, "7"), ("ann", "2026-03-01", 10, "7"), ("ann", "2026-03-06", 3, "7")]
    )

    assert values(data, workspace, "orders", "ordered_on, revenue::int, is_purchase, gap_days") == [
        (date(2026, 3, 1), 10, True, None),
        (date(2026, 3, 5), -4, False, None),
        (date(2026, 3, 6), 3, False, None),
    ]
    assert values(data, workspace, "order_lines", "ordered_on::text, is_return") == [
        ("2026-03-01", False),
        ("2026-03-05", True),
        ("2026-03-06", False),
    ]
    assert data.quality["orders_over_several_days"] == 1


def test_returns_are_netted_and_kept_apart(workspace: Workspace) -> None:
    data = shop(
        workspace,
        LINE,
        [
            ("ann", "2026-03-01", 10, "1"),
            ("ann", "2026-03-01", -3, "1"),
            ("ann", "2026-03-02", -8, "2"),
            ("ann", "2026-03-03", 0, "3"),
            ("ann", "2026-03-04", "0.0001", "4"),
        ],
    )

    columns = "revenue, purchase_amount, return_amount, is_purchase"
    assert values(data, workspace, "orders", columns) == [
        (7, 10, 3, True),
        (-8, 0, 8, False),
        (0, 0, 0, False),
        (Decimal("0.0001"), Decimal("0.0001"), 0, True),
    ]


def test_a_gap_stands_on_the_first_purchase_of_a_day_and_returns_make_none(workspace: Workspace) -> None:
    data = shop(
        workspace,
        LINE,
        [
            ("ann", "2026-03-01 09:00", 10, "1"),
            ("ann", "2026-03-03 09:00", -1, "2"),
            ("ann", "2026-03-05 09:00", 10, "3"),
            ("ann", "2026-03-05 10:00", 10, "4"),
            ("ann", "2026-03-05 08:00", -1, "5"),
            ("ann", "2026-03-06 09:00", 10, "6"),
            ("bob", "2026-03-09 09:00", 10, "7"),
        ],
    )

    assert values(data, workspace, "orders", "order_id, gap_days") == [
        ("1", None),
        ("2", None),
        ("5", None),
        ("3", 4),
        ("4", None),
        ("6", 1),
        ("7", None),
    ]


def test_a_discount_or_cost_that_no_line_knows_is_null_and_known_ones_say_of_what_amount(workspace: Workspace) -> None:
    data = shop(
        workspace,
        f"{LINE} discount cost",
        [
            ("ann", "2026-03-01", 10, "1", 2, None),
            ("ann", "2026-03-01", 20, "1", None, 12),
            ("ann", "2026-03-01", -5, "1", 1, -3),
            ("ann", "2026-03-02", 10, "2", None, None),
        ],
    )

    columns = "discount::int, discounted_amount::int, cost::int, costed_amount::int"
    assert values(data, workspace, "orders", columns) == [(3, 10, 9, 15), (None, 0, None, 0)]


def test_channel_and_rep_are_the_first_ones_said(workspace: Workspace) -> None:
    data = shop(
        workspace,
        f"{LINE} channel sales_rep",
        [
            ("ann", "2026-03-01 09:00", 10, "1", None, "Wu"),
            ("ann", "2026-03-01 10:00", 10, "1", "web", "Li"),
            ("ann", "2026-03-01 10:00", 10, "1", "shop", "Li"),
        ],
    )

    assert values(data, workspace, "orders", "channel, sales_rep") == [("shop", "Wu")]


def test_an_order_is_on_time_if_all_known_lines_came_by_the_promised_day(workspace: Workspace) -> None:
    data = shop(
        workspace,
        f"{LINE} promised_at delivered_at",
        [
            ("ann", "2026-03-01", 10, "1", "2026-03-05", "2026-03-05 16:00"),
            ("ann", "2026-03-01", 10, "1", "2026-03-05", None),
            ("ann", "2026-03-02", 10, "2", "2026-03-05", "2026-03-05"),
            ("ann", "2026-03-02", 10, "2", "2026-03-05", "2026-03-06"),
            ("ann", "2026-03-03", 10, "3", None, "2026-03-06"),
        ],
    )

    assert values(data, workspace, "orders", "is_on_time, delivered_on::text") == [
        (True, "2026-03-05"),
        (False, "2026-03-06"),
        (None, "2026-03-06"),
    ]


def test_the_next_day_of_a_category_skips_returns_and_other_categories(workspace: Workspace) -> None:
    data = shop(
        workspace,
        f"{LINE} category",
        [
            ("ann", "2026-03-01", 10, "1", "tea"),
            ("ann", "2026-03-02", 10, "2", "cups"),
            ("ann", "2026-03-03", -10, "3", "tea"),
            ("ann", "2026-03-04", 10, "4", "tea"),
            ("ann", "2026-03-05", 10, "5", None),
            ("ann", "2026-03-06", 10, "6", None),
            ("bob", "2026-03-07", 10, "7", "tea"),
        ],
    )

    assert values(data, workspace, "order_lines", "category, category_next_on::text") == [
        ("tea", "2026-03-04"),
        ("cups", None),
        ("tea", None),
        ("tea", None),
        (None, None),
        (None, None),
        ("tea", None),
    ]


def test_of_lines_with_the_same_stamp_one_alone_looks_beyond_the_day(workspace: Workspace) -> None:
    same = [("ann", "2026-03-01", 10, "1", "tea")] * 3
    data = shop(workspace, f"{LINE} category", [*same, ("ann", "2026-03-09", 10, "2", "tea")])

    nexts = values(data, workspace, "order_lines", "category_next_on::text")
    assert sorted(nexts, key=str) == [("2026-03-01",), ("2026-03-01",), ("2026-03-09",), (None,)]


def test_lines_that_differ_in_one_column_alone_get_their_next_day_whatever_the_order(
    workspace: Workspace, tmp_path: Path
) -> None:
    either = {
        "ordered_at": ("2026-03-01 09:00", "2026-03-01 10:00"),
        "amount": (5, 6),
        "quantity": (1, None),
        "product_id": ("p", "q"),
        "discount": (1, 2),
        "cost": (None, 3),
        "channel": ("web", "shop"),
        "sales_rep": ("Li", "Wu"),
        "promised_at": ("2026-03-02", "2026-03-03"),
        "delivered_at": ("2026-03-02", None),
    }
    usual = {"ordered_at": "2026-03-01", "amount": 5} | dict.fromkeys(list(either)[2:])
    rows = [
        (f"differs in {column}", "1", "tea", *(usual | {column: value}).values())
        for column, both in either.items()
        for value in both
    ]
    columns = f"customer_id order_id category {' '.join(either)}"

    one = published(workspace, [load(tmp_path / "as written", "orders", columns, rows)])
    two = published(workspace, [load(tmp_path / "reversed", "orders", columns, rows[::-1])], replaces=one.slug)

    assert two.version == one.version


def test_customers_are_those_of_the_orders_and_those_of_the_archive(workspace: Workspace, tmp_path: Path) -> None:
    orders = load(tmp_path / "orders", "orders", LINE, [("bob", "2026-03-01", 10, "1"), ("bob", "2026-03-04", -1, "2")])
    customers = load(tmp_path / "customers", "customers", "customer_id name", [("007", "Zoe"), ("bob", "Bob")])

    data = published(workspace, [orders, customers])

    columns = "customer_key, customer_id, name, first_ordered_on::text, last_ordered_on::text"
    assert values(data, workspace, "customers", columns) == [
        (1, "007", "Zoe", None, None),
        (2, "bob", "Bob", "2026-03-01", "2026-03-04"),
    ]


def test_of_a_customer_told_twice_the_fuller_row_stays_and_the_other_is_set_aside(
    workspace: Workspace, tmp_path: Path
) -> None:
    orders = load(tmp_path / "orders", "orders", LINE, [("ann", "2026-03-01", 10, "1")])
    rows = [("ann", "Ann", None), ("ann", "Anne", "Wuhan"), ("bob", "Bob", None)]
    customers = load(tmp_path / "customers", "customers", "customer_id name city", rows)

    data = published(workspace, [orders, customers])

    assert values(data, workspace, "customers", "customer_id, name, city") == [
        ("ann", "Anne", "Wuhan"),
        ("bob", "Bob", None),
    ]
    assert values(data, workspace, "set_aside", "table_name, source_line, value, reason") == [
        ("customers", 2, "ann", "repeated_customer")
    ]
    assert [(source.rows_in, source.rows_kept, source.rows_set_aside) for source in data.sources] == [
        (1, 1, 0),
        (3, 2, 1),
    ]


def test_a_payment_of_a_customer_nobody_knows_is_kept_without_a_key_and_counted(
    workspace: Workspace, tmp_path: Path
) -> None:
    orders = load(tmp_path / "orders", "orders", LINE, [("ann", "2026-03-01", 10, "1")])
    rows = [("ann", "i1", "2026-04-01", 10), ("eve", "i2", "2026-04-02", 20)]
    payments = load(tmp_path / "payments", "payments", "customer_id invoice_id due_at amount", rows)

    data = published(workspace, [orders, payments])

    assert values(data, workspace, "payments", "customer_key, invoice_id") == [(1, "i1"), (None, "i2")]
    assert data.quality["rows_of_unknown_customers"] == {"payments": 1}


def test_rows_set_aside_of_all_loads_stand_together_with_their_places(workspace: Workspace, tmp_path: Path) -> None:
    aside = [("a.csv", 3, "金额", "x", "unreadable_amount", "bob,x"), ("a.csv", 3, "date", "?", "unreadable_date", "")]
    one = load(tmp_path / "one", "orders", LINE, [("ann", "2026-03-01", 10, "1")], set_aside=aside, file_name="a.csv")
    two = load(tmp_path / "two", "orders", LINE, [("bob", "2026-03-02", 10, "1")], file_name="b.csv")

    data = published(workspace, [one, two])

    assert [(source.file_name, source.rows_in, source.rows_set_aside) for source in data.sources] == [
        ("a.csv", 2, 1),
        ("b.csv", 1, 0),
    ]
    assert len(values(data, workspace, "set_aside", "*")) == 2
    assert data.row_counts["order_lines"] == data.tables["orders"].rows == 2


def test_a_source_says_how_its_columns_were_mapped(workspace: Workspace, tmp_path: Path) -> None:
    orders = load(tmp_path / "orders", "orders", LINE, [("ann", "2026-03-01", 10, "1")])
    mapping = Mapping(columns={"amount": "金额"})

    data = published(workspace, [MappedLoad(orders.folder, mapping)])

    assert data.sources[0].mapping == mapping.model_dump(mode="json")
    assert data.quality["reports"] == [{"file_name": "orders.csv", "table": "orders"}]


def test_a_table_that_was_not_loaded_is_empty_and_has_its_columns(workspace: Workspace) -> None:
    data = shop(workspace, LINE, [("ann", "2026-03-01", 10, "1")])

    for table in set(TABLES) - {"orders", "customers"}:
        columns = workspace.database.arrow(data.relation(table))
        assert columns.num_rows == 0
        assert columns.column_names == ["customer_key", *TABLES[table].column_names]


def test_staging_models_and_the_schema_name_the_same_columns(workspace: Workspace, tmp_path: Path) -> None:
    loads = []
    for table in TABLES.values():
        required = " ".join(table.required)
        row = ["ann" if table.column(name).kind == "text" else "2026-03-01" for name in table.required]
        row = ["1" if table.column(name).kind in ("money", "score") else cell
               for name, cell in zip(table.required, row, strict=True)]  # fmt: skip
        loads.append(load(tmp_path / table.name, table.name, required, [row]))

    data = published(workspace, loads)

    for table in set(TABLES) - {"orders", "customers"}:
        laid_out = workspace.database.arrow(data.relation(table)).schema
        (data.folder / f"{table}.parquet").unlink()
        assert laid_out == workspace.database.arrow(data.relation(table)).schema, table
    customers = workspace.database.arrow(data.relation("customers")).column_names
    assert customers[1:-2] == list(TABLES["customers"].column_names)
    ranked = models()["ranked_customers"]
    assert all(f"({name} is not null)" in ranked for name in TABLES["customers"].column_names[1:])


def test_a_data_set_says_which_columns_hold_a_value(workspace: Workspace, tmp_path: Path) -> None:
    orders = load(tmp_path / "orders", "orders", f"{LINE} category", [("ann", "2026-03-01", 10, "1", None)])
    payments = load(tmp_path / "payments", "payments", "customer_id invoice_id due_at amount", [])

    data = published(workspace, [orders, payments])

    assert data.has("orders")
    assert data.has("order_lines")
    assert data.has_column("order_lines", "order_id")
    assert not data.has_column("orders", "category")
    assert not data.has("payments")
    assert not data.has("customers")
    assert data.knows("amount", "orders.order_id")
    assert not data.knows("amount", "payments.due_at")
    assert (data.first_day, data.last_day) == (date(2026, 3, 1), date(2026, 3, 1))


@pytest.mark.parametrize("table", ["orders", "customers"])
def test_without_an_order_line_nothing_is_published(workspace: Workspace, tmp_path: Path, table: str) -> None:
    with pytest.raises(StoreError, match="No order line"):
        published(workspace, [load(tmp_path / "empty", table, "customer_id", [])])

    assert workspace.data_sets() == []
    assert list((workspace.root / "data_sets" / "shop" / "versions").iterdir()) == []
