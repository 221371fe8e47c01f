"""Folders, archives, workbooks, several files, wide tables, databases: from a shell as on the page."""

import gzip
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_core.__main__ import main
from crm_core.engine.database import shared_database
from crm_core.ingest import Mapping, ReadingOptions
from crm_core.store import DataSet, Workspace

SALES = "OrderDate,OrderNumber,ProductKey,CustomerKey,OrderQuantity\n"
WIDE = "Customer,Date,Amount,2026-01,2026-02,2026-03\nann,2026-05-01,10,1,2,3\nbob,2026-05-02,20,4,5,\n"

Said = pytest.CaptureFixture[str]


@pytest.fixture
def shop() -> Path:
    """A folder with two years of sales, their price list, customers, a letter and figures of no table of ours."""
    folder = Path("shop")
    folder.mkdir()
    (folder / "sales_2024.csv").write_text(SALES + "2024-01-02,S1,1,ann,2\n2024-01-03,S2,2,bob,1\n")
    (folder / "sales_2025.csv").write_text(SALES + "2025-01-02,S3,1,ann,1\n")
    (folder / "products.csv").write_text("ProductKey,ProductName,ProductPrice\n1,Bike,10.50\n2,Bell,3\n")
    (folder / "people.csv").write_text("Customer,Name,Region,City\nann,Ann,North,Leeds\nzoe,Zoe,South,York\n")
    (folder / "letter.txt").write_text("Dear all,\nthese are the files.\n")
    (folder / "weather.csv").write_text("Sunshine,Rain\n5,1.5\n6,2.5\n")
    return folder


def data_set(slug: str) -> DataSet:
    return Workspace(Path("workspace"), shared_database()).open(slug)


def lines(slug: str, columns: str = "customer_id, amount") -> list[tuple[Any, ...]]:
    data = data_set(slug)
    return shared_database().rows(
        f"select {columns} from ({data.relation('order_lines')}) "
        f"inner join ({data.relation('customers')}) using (customer_key) order by all"
    )


def test_a_folder_is_several_tables_with_prices_looked_up_and_what_is_left_out_is_named(shop: Path, capsys: Said):
    assert main(["load", "shop"]) == 0
    said = capsys.readouterr().out

    assert [(customer, float(amount)) for customer, amount in lines("shop")] == [("ann", 10.5), ("ann", 21), ("bob", 3)]
    assert set(data_set("shop").tables) == {"orders", "customers"}
    assert "2 files, 5 lines, read alike. Prices are looked up in products.csv by “ProductKey”." in said
    assert "sales_2025.csv → orders: 1 rows in = 1 kept" in said
    assert "letter.txt" in said
    assert "Left out: weather.csv: No column for Customer." in said


def test_a_zip_and_the_files_one_by_one_come_to_the_same(shop: Path):
    shutil.make_archive("packed", "zip", shop)
    main(["load", "shop"])
    main(["load", "packed.zip"])
    main(
        ["load", "--name", "By name", *(str(shop / f"{name}.csv") for name in ("sales_2024", "products", "sales_2025"))]
    )

    assert lines("packed") == lines("by-name") == lines("shop")


def test_a_file_named_by_itself_that_cannot_be_loaded_ends_it(shop: Path, capsys: Said):
    assert main(["load", "shop/sales_2024.csv", "shop/products.csv", "shop/weather.csv"]) == 2
    assert "weather.csv: No column for Customer." in capsys.readouterr().err


def test_of_two_price_lists_alike_one_is_used_and_the_other_named(shop: Path, capsys: Said):
    shutil.copy(shop / "products.csv", shop / "products old.csv")
    main(["load", "shop", "--check-only"])
    said = capsys.readouterr().out

    assert "Prices are looked up in products old.csv" in said
    assert "Left out: products.csv: the prices are looked up in another list like it." in said
    assert "products.csv is products old.csv once more, byte for byte" in said


def test_a_packed_file_is_named_as_what_is_in_it():
    Path("orders.csv.gz").write_bytes(gzip.compress(b"Customer,Date,Amount\nann,2026-05-01,10\n"))

    assert main(["load", "orders.csv.gz"]) == 0
    assert lines("orders") == [("ann", 10)]


def test_every_sheet_that_is_a_table_is_loaded_unless_one_is_named(capsys: Said):
    book = openpyxl.Workbook()
    for name, customer in (("North", "ann"), ("South", "bob")):
        sheet = book.create_sheet(name)
        sheet.append(["Customer", "Date", "Amount"])
        sheet.append([customer, "2026-05-01", 10])
    del book["Sheet"]
    book.save("both.xlsx")

    main(["load", "both.xlsx"])
    main(["load", "both.xlsx", "--sheet", "South", "--name", "South"])

    assert lines("both") == [("ann", 10), ("bob", 10)]
    assert lines("south") == [("bob", 10)]
    assert "both.xlsx · North → orders: 1 rows in" in capsys.readouterr().out


def test_a_mapping_made_for_a_sheet_is_for_that_sheet(capsys: Said):
    book = openpyxl.Workbook()
    book.active.title = "All"
    for row in (["Customer", "Date", "Amount"], ["ann", "2026-05-01", 10], ["bob", "2026-05-02", 20]):
        book.active.append(row)
    for row in (["who", "when", "worth"], ["eve", "2026-05-03", 30]):
        (book["Odd"] if "Odd" in book.sheetnames else book.create_sheet("Odd")).append(row)
    book.save("two.xlsx")
    mapping = {"columns": {"customer_id": "who", "ordered_at": "when", "amount": "worth"}, "reading": {"sheet": "Odd"}}
    Path("odd.json").write_text(json.dumps(mapping))

    main(["load", "two.xlsx"])
    assert lines("two") == [("ann", 10), ("bob", 20)]
    assert "not loaded are the sheets Odd" in capsys.readouterr().out
    main(["load", "two.xlsx", "--mapping", "odd.json", "--name", "Odd"])
    assert lines("odd") == [("eve", 30)]
    assert "not loaded" not in capsys.readouterr().out


def test_one_column_a_month_is_rows_unless_told_otherwise(capsys: Said):
    Path("months.csv").write_text("Customer,2026-01,2026-02,2026-03\nann,1,2,3\nbob,4,5,\n")
    Path("wide.csv").write_text(WIDE)

    assert main(["load", "months.csv"]) == 0
    assert [amount for _customer, amount in lines("months")] == [1, 2, 3, 4, 5]
    assert "One column a month (2026-01 to 2026-03)" in capsys.readouterr().out
    assert main(["load", "wide.csv", "--no-months-as-rows"]) == 0
    assert lines("wide") == [("ann", 10), ("bob", 20)]


@pytest.mark.parametrize(
    ("content", "options", "reading"),
    [
        (WIDE.encode(), ["--no-months-as-rows"], {"months_as_rows": False}),
        (b"a,b\nCustomer,Date,Amount\nann,2026-05-01,10\nbob,2026-05-02,20\n", ["--header-line", "2"],
         {"header_line": 2}),
        ("Customer;Date;Amount;Café\nann;2026-05-01;10;x\nbob;2026-05-02;20;y\n".encode("cp1252"),
         ["--encoding", "cp1252", "--delimiter", ";"], {"encoding": "cp1252", "delimiter": ";"}),
    ],
)  # fmt: skip
def test_a_mapping_file_carries_how_the_file_was_read(content: bytes, options: list[str], reading: dict[str, Any]):
    Path("in.csv").write_bytes(content)
    main(["inspect", "in.csv", "--mapping-out", "mapping.json", *options])
    written = json.loads(Path("mapping.json").read_text())
    main(["load", "in.csv", "--mapping", "mapping.json"])

    assert written["reading"] == reading
    assert lines("in") == [("ann", 10), ("bob", 20)]
    assert data_set("in").sources[0].mapping["reading"] == ReadingOptions(**reading).model_dump()


def test_what_is_said_goes_before_what_the_mapping_file_says():
    Path("wide.csv").write_text(WIDE.replace("Amount", "Paid"))
    mapping = Mapping(
        columns={"customer_id": "Customer", "ordered_at": "Date", "amount": "Paid"},
        reading=ReadingOptions(months_as_rows=True, header_line=1),
    )
    Path("mapping.json").write_text(mapping.model_dump_json())

    main(["load", "wide.csv", "--mapping", "mapping.json", "--name", "As the file says"])
    main(["load", "wide.csv", "--mapping", "mapping.json", "--no-months-as-rows"])

    assert len(lines("as-the-file-says")) == 5
    assert lines("wide") == [("ann", 10), ("bob", 20)]


def test_a_mapping_remembered_by_the_page_says_how_such_a_file_is_read():
    Path("wide.csv").write_text(WIDE)
    remembered = Mapping(
        columns={"customer_id": "Customer", "ordered_at": "Date", "amount": "2026-02"},
        headers=tuple(WIDE.split("\n")[0].split(",")),
    )
    main(["inspect", "wide.csv", "--mapping-out", "found.json"])
    found = tuple(json.loads(Path("found.json").read_text())["headers"])
    remembered = remembered.read_with(ReadingOptions(months_as_rows=False), found)
    Workspace(Path("workspace"), shared_database()).remember_mapping(remembered.model_dump_json())

    main(["load", "wide.csv"])

    assert lines("wide") == [("ann", 2), ("bob", 5)]


def test_several_tables_have_a_mapping_file_each_and_each_takes_the_one_that_fits(shop: Path, capsys: Said):
    main(["inspect", "shop", "--mapping-out", "mapping.json"])
    found = {path: json.loads(path.read_text()) for path in sorted(Path().glob("mapping-*.json"))}
    orders, people = (next(path for path in found if found[path]["table"] == name) for name in ("orders", "customers"))
    corrected = found[people]
    corrected["columns"]["name"] = "City"
    people.write_text(json.dumps(corrected))
    capsys.readouterr()

    main(["load", "shop", "--mapping", str(orders), "--mapping", str(people)])

    names = shared_database().rows(f"select name from ({data_set('shop').relation('customers')}) order by all")
    assert names == [("Leeds",), ("York",), (None,)]
    assert "shop/weather" not in capsys.readouterr().err


def test_files_that_overlap_say_so_once_and_how_it_is_left_out(capsys: Said):
    head = "Customer,Date,Amount,Order\n"
    Path("may.csv").write_text(head + "ann,2026-05-01,10,1\nbob,2026-05-02,20,2\n")
    Path("june.csv").write_text(head + "bob,2026-05-02,20,2\neve,2026-06-02,30,3\n")
    main(["load", "may.csv", "june.csv"])
    said = capsys.readouterr().out
    main(["load", "june.csv", "--add", "--name", "may", "--check-only"])
    upon = capsys.readouterr().out
    main(["load", "may.csv", "june.csv", "--drop-repeated-orders", "--name", "Once"])

    assert said.count("june.csv is in may.csv too, alike in every column: 20.00 would count twice") == 1
    assert "To leave such orders out, say --drop-repeated-orders." in said
    assert "june.csv: 3 lines" not in upon
    assert "june.csv: 2 lines (50.00, 2 orders) are in may already." in upon
    assert "--drop-repeated-orders" not in capsys.readouterr().out
    assert lines("once") == [("ann", 10), ("bob", 20), ("eve", 30)]


@pytest.fixture
def till() -> Path:
    """A SQLite file, and the secrets that name it as Streamlit has them."""
    with sqlite3.connect("till.db") as raw:
        raw.execute("create table sales (customer, date, amount)")
        raw.executemany("insert into sales values (?, ?, ?)", [("ann", "2026-05-01", 10), ("bob", "2026-05-02", 20)])
        raw.execute("create table people (customer, name, region, city)")
        raw.execute("insert into people values ('ann', 'Ann', 'North', 'Leeds')")
        raw.execute('create table "odd.name" (x)')
    raw.close()
    Path(".streamlit").mkdir()
    secrets = Path(".streamlit/secrets.toml")
    secrets.write_text('[connections.till]\ndialect = "sqlite"\ndatabase = "till.db"\n')
    return secrets


def test_tables_and_queries_of_a_database_become_a_data_set_that_knows_where_it_came_from(till: Path, capsys: Said):
    query = "select * from people where city = 'Leeds'"

    assert main(["load", "--connection", "till", "--from-table", "sales", "--query", query]) == 0
    assert lines("sales") == [("ann", 10), ("bob", 20)]
    assert [(source.table, source.origin) for source in data_set("sales").sources] == [
        ("orders", {"connection": "till", "table": '"sales"', "query": ""}),
        ("customers", {"connection": "till", "table": "", "query": query}),
    ]
    assert "sqlite: sales → orders: 2 rows in = 2 kept" in capsys.readouterr().out


def test_rows_of_a_database_are_loaded_beside_files_and_secrets_may_lie_elsewhere(till: Path):
    till.rename("elsewhere.toml")
    Path("orders.csv").write_text("Customer,Date,Amount\ncleo,2026-05-03,5\n")

    main(["load", "orders.csv", "--connection", "till", "--from-table", "sales", "--secrets", "elsewhere.toml"])

    assert lines("orders") == [("ann", 10), ("bob", 20), ("cleo", 5)]


def test_inspect_of_a_connection_lists_its_tables_and_of_a_table_says_what_it_holds(till: Path, capsys: Said):
    main(["inspect", "--connection", "till"])
    assert capsys.readouterr().out == '"odd.name"\npeople\nsales\n'
    main(["inspect", "--connection", "till", "--from-table", "sales"])
    assert "  amount → Amount  (10 · 20)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["load"], "Name a file, an archive or a folder, or a connection with a table or a query."),
        (["load", "--from-table", "sales"], "Say with --connection which database to read."),
        (["load", "--connection", "till"], "Say --from-table or --query. The tables of till: odd.name, people, sales."),
        (["load", "--connection", "shop", "--query", "select 1"], "There is no connection shop. Configured: till."),
        (["load", "--connection", "till", "--query", "drop table sales"], "Only a query that reads can be used"),
        (["load", "--connection", "till", "--from-table", "x", "--secrets", "gone"], "There is no file gone."),
        (["load", "till.db", "--header-rows", "0"], "--header-rows: Input should be greater than or equal to 1."),
        (["load", "empty"], "empty holds no file to load."),
    ],
)  # fmt: skip
def test_what_is_wrongly_asked_is_one_line_and_status_two(till: Path, words: list[str], sentence: str, capsys: Said):
    Path("empty").mkdir()

    assert main(words) == 2
    assert sentence in capsys.readouterr().err


def test_a_table_exported_and_loaded_again_is_equal(shop: Path):
    main(["load", "shop"])
    main(["export", "shop", "orders", "again.parquet"])
    main(["export", "shop", "customers", "people.csv"])
    main(["load", "again.parquet", "people.csv"])

    columns = "customer_id, name, ordered_at, amount, product_id, quantity"
    assert lines("again", columns) == lines("shop", columns)
