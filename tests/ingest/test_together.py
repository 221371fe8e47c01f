"""Several files at once: read alike they are one table, a list gives prices, each sheet may be a table."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from crm_core.engine.database import Database
from crm_core.ingest import (
    ReadingOptions,
    arrivals,
    combined,
    guess_mapping,
    inspect_file,
    load_table,
    open_questions,
    read_together,
    repeats_between,
    same_content,
)
from crm_core.notebook import open_book
from tests.ingest.conftest import AS_OF, aside, kept

ORDERS = "OrderDate,OrderNumber,ProductKey,CustomerKey,OrderQuantity\n"
PRODUCTS = "ProductKey,ProductName,ProductCost,ProductPrice\n1,Bike,5,10.50\n2,Bell,1,3\n"


@pytest.fixture
def write(tmp_path: Path):
    """Write files and look at them: `write(name=text)`."""

    def write(**files: str):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return [inspect_file(tmp_path / f"{name}.csv", f"{name}.csv") for name in files]

    return write


@pytest.fixture
def load_all(tmp_path: Path, database: Database):
    """Load groups of sources, each source into a folder of its own."""

    def load_all(groups):
        return [
            load_table(source, group.mapping, tmp_path / f"{place}-{part}", database=database, as_of=AS_OF)
            for place, group in enumerate(groups)
            for part, source in enumerate(group.sources)
        ]

    return load_all


def test_files_of_the_same_columns_in_any_order_are_read_alike_and_rows_keep_their_file(write, load_all):
    sources = write(
        y2024="customer,date,amount\nann,2024-05-01,1\n",
        y2025="amount,customer,note,date\n2,bob,x,2025-05-01\n",
        people="customer,name,city,birth year\nann,Ann,York,1970\nbob,Bob,Leeds,1980\n",
    )

    groups = read_together(sources)
    loads = load_all(groups)

    assert [[source.file_name for source in group.sources] for group in groups] == [
        ["y2024.csv", "y2025.csv"],
        ["people.csv"],
    ]
    assert [row for load in loads[:2] for row in kept(load, "source_file", "customer_id", "amount")] == [
        ("y2024.csv", "ann", 1),
        ("y2025.csv", "bob", 2),
    ]


def test_what_one_file_shows_of_the_order_of_day_and_month_holds_for_all_of_them(write, load_all):
    sources = write(
        a="customer,date,amount\nann,03/04/2025,1\n",
        b="customer,date,amount\nann,25/12/2025,1\n",
    )

    (group,) = read_together(sources)

    assert not open_questions(combined(group.sources), group.mapping)
    assert kept(load_all([group])[0], "ordered_at") == [(datetime(2025, 4, 3),)]


def test_headers_that_only_some_files_have_are_not_offered(write):
    one, other = write(
        a="customer,date,amount,shop\nann,2025-01-01,1,x\n", b="customer,date,amount\nann,2025-01-01,1\n"
    )

    assert combined([one, other]).headers == ("customer", "date", "amount")


def test_orders_without_amounts_take_the_price_from_the_list_that_names_their_product_once(write, load_all):
    sources = write(
        sales=ORDERS + "2025-01-02,S1,1,ann,2\n2025-01-03,S2,2,bob,1\n2025-01-03,S3,9,bob,1\n", products=PRODUCTS
    )

    groups = read_together(sources)
    (loaded,) = load_all(groups)

    assert kept(loaded, "customer_id", "product_id", "amount", "cost") == [
        ("ann", "1", Decimal("21"), None),
        ("bob", "2", Decimal("3"), None),
    ]
    assert aside(loaded) == [(4, "missing_amount")]
    assert loaded.report.lines_add_up


@pytest.mark.parametrize(
    "products",
    [
        PRODUCTS + "1,Bike again,5,11\n",
        PRODUCTS.replace("ProductPrice", "Colour"),
        PRODUCTS.replace("\n1,", "\n7,").replace("\n2,", "\n8,"),
    ],
)
def test_a_list_that_names_a_product_twice_or_knows_no_price_or_other_products_is_no_price_list(write, products: str):
    groups = read_together(write(sales=ORDERS + "2025-01-02,S1,1,ann,2\n", products=products))

    assert len(groups) == 2
    assert groups[0].mapping.unit_price is None


def test_orders_with_amounts_look_nothing_up(write):
    sales = "OrderDate,ProductKey,CustomerKey,OrderQuantity,Amount\n2025-01-02,1,ann,2,5\n"

    groups = read_together(write(sales=sales, products=PRODUCTS))

    assert len(groups) == 2
    assert groups[0].sources[0].lookup is None


def test_the_same_file_twice_is_noticed_whatever_its_name(tmp_path):
    for name, text in (("a", "x,y\n"), ("b", "x,z\n"), ("c", "x,y\n")):
        (tmp_path / name).write_text(text)
    paths = [tmp_path / name for name in "abca"]

    assert same_content(paths) == {2: 0}


def test_rows_and_order_numbers_in_two_files_are_counted_with_what_they_bring(write, load_all, database):
    head = "customer,date,amount,order id\n"
    sources = write(
        a=head + "ann,2025-01-01,10,1\nann,2025-01-01,10,1\nbob,2025-01-02,20,2\n",
        b=head + "ann,2025-01-01,10,1\nbob,2025-02-02,7,2\neve,2025-01-02,20,2\n",
        c=head + "zoe,2025-01-01,10,9\n",
    )

    (found,) = repeats_between(load_all(read_together(sources)), database)

    assert (found.file_name, found.other) == ("a.csv", "b.csv")
    assert (found.rows, found.amount) == (1, 10)
    assert (found.orders, found.examples) == (2, ("1", "2"))


def sheets(tmp_path: Path, **rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in rows.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def test_each_sheet_that_could_be_loaded_as_it_is_arrives_on_its_own(tmp_path):
    orders = [["customer", "date", "amount"], ["ann", "2025-01-02", 1], ["bob", "2025-01-02", 2]]
    path = sheets(
        tmp_path,
        January=orders,
        February=orders[:2],
        People=[["customer", "name", "city", "birth year"], ["ann", "Ann", "York", 1970]],
        Notes=[["made by"], ["Ann"]],
        Empty=[],
    )

    found = arrivals(path, "book.xlsx", tmp_path)
    groups = read_together([file.source() for file in found.files])

    assert [file.file_name for file in found.files] == [
        "book.xlsx · January", "book.xlsx · February", "book.xlsx · People",
    ]  # fmt: skip
    assert found.notes == ("book.xlsx: not loaded are the sheets Notes.",)
    assert [len(group.sources) for group in groups] == [2, 1]


def test_a_workbook_with_one_table_arrives_as_the_file_it_is(tmp_path):
    path = sheets(tmp_path, A=[["customer", "date", "amount"], ["ann", "2025-01-02", 1]], B=[["made by"], ["Ann"]])

    (file,) = arrivals(path, "book.xlsx", tmp_path).files

    assert (file.file_name, file.options) == ("book.xlsx", ReadingOptions())


def test_a_notebook_opens_a_folder_and_a_list_of_files(tmp_path):
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "2024.csv").write_text("customer,date,amount\nann,2024-05-01,1\n")
    (folder / "2025.csv").write_text("customer,date,amount\nbob,2025-05-01,2\n")
    (folder / "people.csv").write_text("customer,name,city,birth year\nann,Ann,York,1970\nbob,Bob,Leeds,1980\n")

    by_folder = open_book(folder)
    by_list = open_book([folder / "2024.csv", folder / "2025.csv"], customers=folder / "people.csv")

    assert by_folder.data.row_counts == by_list.data.row_counts
    assert (by_folder.data.row_counts["orders"], by_folder.data.has_column("customers", "city")) == (2, True)


def test_a_group_maps_as_one_file_of_it_would(write):
    sources = write(a="客户,日期,金额\n甲,2025-01-02,1\n", b="客户,日期,金额\n乙,2025-01-03,2\n")

    (group,) = read_together(sources)

    assert group.mapping == guess_mapping(sources[0])
