"""The data page as an analyst sees it: what is loaded, and from a file to a data set."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from crm_core.engine import Database
from crm_core.ingest import Mapping
from crm_core.store import Workspace
from tests.pages.conftest import OpenApp, texts
from ui.loaded.put_right import laid_out

ORDERS = (
    "Customer,Date,Amount\n"
    "ann,2026-05-01,10.50\n"
    "bob,2026-05-02,20\n"
    ",2026-05-03,30\n"
    "ann,yesterday,40\n"
    "ann,2026-06-30,-5.50\n"
)


def dropped(at: AppTest, *files: tuple[str, bytes | str]) -> AppTest:
    """The page after files were dropped on it."""
    for view in [group for group in at.button_group if group.key == "data view"]:
        view.set_value("load").run()
    for name, content in files:
        data = content.encode() if isinstance(content, str) else content
        at.file_uploader[0].upload(name, data, "text/csv").run()
    return at


def button(at: AppTest, label: str):
    return next(found for found in at.button if found.label == label)


def seen(at: AppTest) -> str:
    """What a reader sees as text, Markdown's backslashes gone."""
    return texts(at).replace("\\", "")


def chosen(at: AppTest, label: str):
    return next(found for found in at.selectbox if found.label == label)


def months(at: AppTest):
    return next(found for found in at.toggle if found.label == "Read one column a month as rows")


@pytest.fixture
def at(workspace: Path, open_app: OpenApp) -> AppTest:
    """The page over an empty workspace."""
    return open_app("data")


def published(workspace: Path) -> list[tuple[str, int]]:
    database = Database(memory_limit="500MB")
    found = [(entry.name, len(entry.versions)) for entry in Workspace(workspace, database).data_sets()]
    database.close()
    return found


def test_what_is_loaded_adds_up_and_says_so(demo_workspace: Path, open_app: OpenApp):
    at = open_app("data")

    assert not at.exception
    assert [metric.label for metric in at.metric] == [
        "Customers", "Orders", "Days of orders", "Rows set aside", "Checks met",
    ]  # fmt: skip
    assert "Everything adds up" in seen(at)
    assert "193,169 rows kept = 193,169 order lines stored" in seen(at)
    assert "No row was set aside" in seen(at)


def test_without_data_the_page_asks_for_a_file_and_offers_the_demo(at: AppTest):
    assert not at.exception
    assert "No data yet" in seen(at)
    assert button(at, "Try the demo company")
    assert len(at.file_uploader) == 1


def test_a_file_maps_itself_and_after_a_check_says_what_is_kept_and_why_not(at: AppTest):
    dropped(at, ("orders.csv", ORDERS))
    button(at, "Check").click().run()

    assert not at.exception
    assert chosen(at, "Customer").value == "Customer"
    assert "5 rows in = 3 kept + 2 set aside" in seen(at)
    assert "95.00 in = 25.00 kept + 70.00 set aside" in seen(at)
    assert "1 of 5 rows is set aside: no customer (line 4)." in seen(at)
    assert "1 of 5 rows is set aside: the date cannot be read (line 5)." in seen(at)


def test_only_for_me_opens_what_nobody_else_sees(at: AppTest, workspace: Path):
    dropped(at, ("orders.csv", ORDERS))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()

    assert not at.exception
    assert "orders is loaded: 2 customers, 3 orders." in seen(at)
    assert chosen(at, "Data set").value == "mine:orders"
    assert published(workspace) == []


def test_publishing_in_place_makes_a_version_and_there_is_a_way_back(at: AppTest, workspace: Path):
    dropped(at, ("orders.csv", ORDERS))
    button(at, "Check").click().run()
    button(at, "Publish for everybody").click().run()
    dropped(at, ("orders.csv", ORDERS + "eve,2026-06-30,7\n"))
    button(at, "Check").click().run()
    chosen(at, "For everybody: new, or in place of").set_value("orders").run()
    button(at, "Publish for everybody").click().run()

    assert not at.exception
    assert published(workspace) == [("orders", 2)]
    assert "orders is loaded: 3 customers, 4 orders." in seen(at)

    button(at, "Go back to this version").click().run()

    assert next(metric.value for metric in at.metric if metric.label == "Customers") == "2"


def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(at: AppTest, workspace: Path):
    for _time in range(2):
        dropped(at, ("orders.csv", ORDERS))
        button(at, "Check").click().run()
        button(at, "Publish for everybody").click().run()

    assert not at.exception
    assert "A data set is named orders already" in seen(at)
    assert button(at, "Publish for everybody")
    assert published(workspace) == [("orders", 1)]


def test_a_missing_column_is_asked_for_before_anything_is_loaded(at: AppTest):
    dropped(at, ("sales.csv", "Who,Date,Worth\nann,2026-05-01,10\nbob,2026-05-02,20\n"))

    assert "Choose a column for: Customer, Amount." in seen(at)
    assert button(at, "Check").disabled

    chosen(at, "Customer").set_value("Who").run()
    chosen(at, "Amount").set_value("Worth").run()

    assert not at.exception
    assert not button(at, "Check").disabled


def test_whether_the_day_or_the_month_comes_first_is_asked_with_evidence(at: AppTest):
    dropped(at, ("orders.csv", "Customer,Date,Amount\nann,03/04/2026,10\nbob,05/06/2026,20\n"))

    assert "Nothing shows in which order 03/04/2026, 05/06/2026 are written." in seen(at)
    assert "As day, month, year they run from 2026-04-03 to 2026-06-05." in seen(at)
    assert "As month, day, year they run from 2026-03-04 to 2026-05-06." in seen(at)
    assert button(at, "Check").disabled

    chosen(at, "Dates begin with").set_value("dmy").run()
    button(at, "Check").click().run()

    assert not at.exception
    assert "2026-04-03 to 2026-06-05" in seen(at)


def test_several_files_of_one_table_are_one_and_each_table_finds_its_file(at: AppTest):
    first, second = ORDERS, "Customer,Date,Amount\neve,2026-06-02,1\n"
    people = "Customer,Name,Region,City\nann,Ann,North,Leeds\nbob,Bob,South,York\n"
    dropped(at, ("2025.csv", first), ("2026.csv", second), ("people.csv", people))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()

    assert not at.exception
    assert "2025 is loaded: 3 customers, 4 orders." in seen(at)
    assert "people.csv: 2 rows in = 2 kept + 0 set aside" in seen(at)


def zipped(*files: tuple[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(name, content)
    return target.getvalue()


SALES = "OrderDate,OrderNumber,ProductKey,CustomerKey,OrderQuantity\n"
PRODUCTS = "ProductKey,ProductName,ProductCost,ProductPrice\n1,Bike,5,10.50\n2,Bell,1,3\n"


def test_a_zip_of_several_years_customers_and_prices_loads_in_one_go(at: AppTest):
    packed = zipped(
        ("sales/2024.csv", SALES + "2024-01-02,S1,1,ann,2\n"),
        ("sales/2025.csv", SALES + "2025-01-02,S2,2,bob,1\n2025-01-03,S2,1,bob,1\n"),
        ("products.csv", PRODUCTS),
        ("people.csv", "Customer,Name,Region,City\nann,Ann,North,Leeds\nbob,Bob,South,York\n"),
        ("README.txt", "Sales of two years,\nas agreed.\n"),
        ("__MACOSX/._people.csv", "x"),
    )
    dropped(at, ("sales.zip", packed))

    assert not at.exception
    assert "1 hidden file was left out: ._people.csv. Left out, as they are texts and not tables: README.txt." in seen(
        at
    )
    assert "2 files, 5 lines, read alike. Prices are looked up in products.csv by “ProductKey”." in seen(at)
    assert "The price of each line of 2024.csv · 2 files is looked up here, by “ProductKey”." in seen(at)

    button(at, "Check").click().run()

    assert "**2024.csv**: 1 rows in = 1 kept + 0 set aside · 21.00 in" in seen(at)
    assert "**2025.csv**: 2 rows in = 2 kept + 0 set aside · 13.50 in" in seen(at)

    button(at, "Only for me").click().run()

    assert not at.exception
    assert "2 customers, 3 orders" in seen(at)


def test_a_price_list_may_be_refused_and_its_orders_then_lack_amounts(at: AppTest):
    dropped(at, ("sales.csv", SALES + "2024-01-02,S1,1,ann,2\n"), ("products.csv", PRODUCTS))
    button(at, "Look nothing up here").click().run()

    assert not at.exception
    assert "Choose a column for: Amount." in seen(at)


def test_the_same_file_twice_is_said_and_one_taken_out_with_a_press(at: AppTest):
    dropped(at, ("a.csv", ORDERS), ("b.csv", ORDERS))

    assert "b.csv is a.csv once more, byte for byte" in seen(at)

    button(at, "Take out b.csv").click().run()

    assert not at.exception
    assert "byte for byte" not in seen(at)
    assert "header on line 1, 6 lines" in seen(at)


def test_files_that_overlap_say_what_would_count_twice(at: AppTest):
    head = "Customer,Date,Amount\n"
    dropped(at, ("a.csv", head + "ann,2026-05-01,10\nbob,2026-05-02,5\n"), ("b.csv", head + "ann,2026-05-01,10\n"))
    button(at, "Check").click().run()

    assert "1 row of b.csv is in a.csv too, alike in every column: 10.00 would count twice" in seen(at)


def test_files_read_alike_may_be_read_apart(at: AppTest):
    dropped(at, ("a.csv", ORDERS), ("b.csv", "Customer,Date,Amount\neve,2026-06-02,1\n"))
    button(at, "Read each on its own").click().run()

    assert not at.exception
    assert [tab.label for tab in at.tabs][:2] == ["a.csv", "b.csv"]


def test_one_column_a_month_is_read_as_rows_unless_switched_off(at: AppTest):
    dropped(at, ("wide.csv", "Customer,2026-01,2026-02,2026-03\nann,10,,30\nbob,5,5,5\n"))
    button(at, "Check").click().run()

    assert "One column a month (2026-01 to 2026-03)" in seen(at)
    assert "5 rows in = 5 kept + 0 set aside · 55.00 in = 55.00 kept + 0.00 set aside · 1 empty cell" in seen(at)

    at.toggle[0].set_value(False).run()

    assert not at.exception
    assert "Choose a column for: Order date" in seen(at)


def test_json_lines_packed_with_gzip_load_like_any_file(at: AppTest):
    lines = '{"customer": "ann", "date": "2026-05-01", "amount": 10.5}\n{broken\n'
    dropped(at, ("orders.jsonl.gz", gzip.compress(lines.encode())))
    button(at, "Check").click().run()

    assert not at.exception
    assert "JSON, 3 columns, 2 rows." in seen(at)
    assert "1 of 2 rows is set aside: the line is no whole object (line 2)." in seen(at)


def test_an_archive_that_cannot_be_opened_is_a_sentence_and_may_be_taken_out(at: AppTest):
    dropped(at, ("torn.zip", zipped(("a.csv", ORDERS))[:60]))

    assert not at.exception
    assert "torn.zip is cut off or damaged" in seen(at)

    button(at, "Take out").click().run()

    assert not at.exception
    assert "torn.zip" not in seen(at)


def test_what_cannot_be_read_is_a_sentence_and_the_other_files_go_on(at: AppTest):
    dropped(at, ("photo.csv", b"\x89PNG\r\n\x1a\n0000"), ("orders.csv", ORDERS))

    assert not at.exception
    assert "photo.csv is an image, not a table" in seen(at)
    assert button(at, "Check").disabled

    button(at, "Take out").click().run()

    assert not button(at, "Check").disabled


def test_without_orders_the_page_asks_for_them(at: AppTest):
    dropped(at, ("people.csv", "Customer,Name,Region,City\nann,Ann,North,Leeds\n"))

    assert "A data set needs orders" in seen(at)
    assert button(at, "Check").disabled


def test_what_a_person_corrected_is_offered_again(at: AppTest):
    file = ("sales.csv", "Who,Date,Worth\nann,2026-05-01,10\nbob,2026-05-02,20\n")
    dropped(at, file)
    chosen(at, "Customer").set_value("Who").run()
    chosen(at, "Amount").set_value("Worth").run()
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    dropped(at, file)

    assert not at.exception
    assert chosen(at, "Customer").value == "Who"
    assert "as last time" in seen(at)


def test_the_same_check_does_not_hold_for_another_mapping(at: AppTest):
    dropped(at, ("orders.csv", "Customer,Payer,Date,Amount\nann,eve,2026-05-01,10\nbob,eve,2026-05-02,20\n"))
    button(at, "Check").click().run()
    chosen(at, "Customer").set_value("Payer").run()

    assert not at.exception
    assert "rows in" not in seen(at)
    assert [found.label for found in at.button if found.label == "Only for me"] == []


def test_what_was_prepared_is_still_there_after_a_visit_to_another_page(demo_workspace: Path, open_app: OpenApp):
    at = open_app("data")
    dropped(at, ("orders.csv", "Customer,Payer,Date,Amount\nann,eve,2026-05-01,10\nbob,eve,2026-05-02,20\n"))
    chosen(at, "Customer").set_value("Payer").run()

    at._page_hash = calc_hash("churn-signals")
    at.run()
    at._page_hash = calc_hash("data")
    at.run()

    assert not at.exception
    assert chosen(at, "Customer").value == "Payer"


def test_the_page_speaks_chinese(demo_workspace: Path, open_app: OpenApp):
    at = open_app("data", lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "数据"
    assert "全部核对相符" in seen(at)


def test_stop_ends_a_check_and_leaves_nothing_and_the_next_one_works(at: AppTest, workspace: Path, monkeypatch):
    dropped(at, ("orders.csv", ORDERS))
    with monkeypatch.context() as patch:
        patch.setattr("ui.loading.progress.how_far", pressed_on_stop)
        button(at, "Check").click().run()

    assert not at.exception
    assert "rows in =" not in seen(at)
    assert not list(workspace.glob("uploads/*/loads/*"))

    button(at, "Check").click().run()

    assert "5 rows in = 3 kept + 2 set aside" in seen(at)


def pressed_on_stop(*_arguments: object) -> str:
    """What Streamlit does in the run under way when a reader presses a button: it starts the page anew."""
    st.rerun()


def nameless(lines: int = 240) -> str:
    """Order lines without a header: order, customer, day, amount; two lines an order, four orders a day."""
    rows = []
    for place in range(lines):
        order, day = place // 2, place // 8
        rows.append(f"{7000 + order},C{order * 7 % 23:02},2026-0{1 + day // 28}-{1 + day % 28:02},{place + 10}.25\n")
    return "".join(rows)


def test_columns_told_by_what_they_hold_are_said_and_not_silent(at: AppTest):
    dropped(at, ("export.csv", nameless()))

    assert not at.exception
    assert chosen(at, "Amount").value == "column 4"
    assert "The headers say nothing, so the columns were told by what they hold" in seen(at)
    assert "by what it holds" in seen(at)


def test_a_column_that_is_wanting_is_asked_for_with_what_it_could_be(at: AppTest):
    rows = "".join(f"{line},{7 + place % 9}.50\n" for place, line in enumerate(nameless().splitlines()))
    dropped(at, ("export.csv", rows))

    assert "Amount could be column 4 (10.25 · 11.25)" in seen(at)
    assert button(at, "Check").disabled


def test_a_mapping_file_is_taken_and_one_for_another_file_is_refused(at: AppTest):
    dropped(at, ("orders.csv", "Customer,Payer,Date,Amount\nann,eve,2026-05-01,10\nbob,eve,2026-05-02,20\n"))
    mapping = '{"columns": {"customer_id": "Payer", "ordered_at": "Date", "amount": "Amount"}}'
    upload = next(found for found in at.file_uploader if found.label == "Upload a mapping")
    upload.upload("mapping.json", mapping.encode(), "application/json").run()

    assert not at.exception
    assert chosen(at, "Customer").value == "Payer"

    upload = next(found for found in at.file_uploader if found.label == "Upload a mapping")
    upload.upload("other.json", mapping.replace("Payer", "Patient").encode(), "application/json").run()

    assert "orders.csv has no column Patient" in seen(at)
    assert chosen(at, "Customer").value == "Payer"


def test_rows_put_right_in_a_spreadsheet_are_loaded_again(at: AppTest):
    dropped(at, ("orders.csv", ORDERS))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    corrected = (
        "source_file,source_line,reason,Customer,Date,Amount\n"
        "orders.csv,4,No customer,eve,2026-05-03,30\n"
        "orders.csv,5,The date cannot be read,ann,yesterday,40\n"
    )
    upload = next(found for found in at.file_uploader if found.label == "The download, put right")
    upload.upload("right.csv", corrected.encode(), "text/csv").run()

    assert not at.exception
    assert "1 row is loaded now." in seen(at)
    assert "orders.csv: 5 rows in = 3 kept + 1 set aside + 1 put right" in seen(at)
    assert "orders.csv (put right): 1 rows in = 1 kept + 0 set aside" in seen(at)
    assert "Everything adds up" in seen(at)


def test_a_table_without_orders_is_added_to_the_data_set_at_hand(at: AppTest):
    dropped(at, ("orders.csv", ORDERS))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    dropped(at, ("people.csv", "Customer,Name,Region,City\nann,Ann,North,Leeds\nzoe,Zoe,South,York\n"))
    button(at, "Check").click().run()
    button(at, "Add to orders").click().run()

    assert not at.exception
    assert "orders is loaded: 3 customers, 3 orders." in seen(at)
    assert "1 customer of the list never ordered, such as zoe." in seen(at)


def test_the_same_orders_twice_are_counted_and_left_out_when_told(at: AppTest):
    orders = "Customer,Date,Amount,Order\nann,2026-05-01,10.50,1\nbob,2026-05-02,20,2\n"
    dropped(at, ("may.csv", orders), ("june.csv", orders.replace(",1\n", ",3\n")))
    button(at, "Check").click().run()

    assert "1 row of june.csv is in may.csv too, alike in every column: 20.00 would count twice" in seen(at)
    assert seen(at).count("june.csv is in") == 1
    assert "are in an earlier file" not in seen(at)

    next(found for found in at.toggle if found.label.startswith("Leave out orders")).set_value(True).run()
    button(at, "Check").click().run()

    assert not at.exception
    assert "1 of 2 rows is set aside: the order stands in an earlier file already (line 3)." in seen(at)


def test_orders_the_data_set_holds_already_are_counted_and_left_out_when_told(at: AppTest):
    orders = "Customer,Date,Amount,Order\nann,2026-05-01,10.50,1\nbob,2026-05-02,20,2\n"
    dropped(at, ("may.csv", orders))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    dropped(at, ("june.csv", orders.replace(",1\n", ",3\n")))
    next(found for found in at.checkbox if found.label == "Add to may").set_value(True).run()
    button(at, "Check").click().run()

    assert "june.csv: 1 line (20.00, 1 orders) is in may already." in seen(at)

    next(found for found in at.toggle if found.label.startswith("Leave out orders")).set_value(True).run()
    button(at, "Check").click().run()

    assert not at.exception
    assert "1 of 2 rows is set aside: the order stands in an earlier file already (line 3)." in seen(at)


def test_how_a_file_is_read_is_remembered_with_its_mapping_and_chosen_the_next_time(at: AppTest, workspace: Path):
    wide = "Customer,Date,Amount,2026-01,2026-02,2026-03\nann,2026-05-01,10,1,2,3\nbob,2026-05-02,20,4,5,6\n"
    dropped(at, ("wide.csv", wide))
    months(at).set_value(False).run()
    chosen(at, "Encoding").set_value("cp1252").run()
    button(at, "Check").click().run()
    assert "2 rows in = 2 kept" in seen(at)
    button(at, "Publish for everybody").click().run()

    dropped(at, ("wide again.csv", wide.replace("ann", "eve")))

    assert not at.exception
    assert months(at).value is False
    assert chosen(at, "Encoding").value == "cp1252"
    assert chosen(at, "Amount").value == "Amount"
    assert "read as last time" in seen(at)

    months(at).set_value(True).run()

    assert "read as last time" not in seen(at)


def test_what_was_last_confirmed_as_found_is_read_as_found(at: AppTest):
    wide = "Customer,2026-01,2026-02,2026-03\nann,1,2,3\nbob,4,5,6\n"
    dropped(at, ("wide.csv", wide))
    button(at, "Check").click().run()
    button(at, "Publish for everybody").click().run()
    dropped(at, ("wide again.csv", wide.replace("ann", "eve")))

    assert not at.exception
    assert months(at).value is True
    assert "read as last time" not in seen(at)


def test_a_mapping_file_brings_how_the_file_is_read(at: AppTest):
    dropped(at, ("wide.csv", "Customer,Date,Amount,2026-01,2026-02,2026-03\nann,2026-05-01,10,1,2,3\n"))
    mapping = (
        '{"columns": {"customer_id": "Customer", "ordered_at": "Date", "amount": "2026-02"}, '
        '"reading": {"months_as_rows": false, "encoding": "latin-1", "pad_short_rows": true}}'
    )
    upload = next(found for found in at.file_uploader if found.label == "Upload a mapping")
    upload.upload("mapping.json", mapping.encode(), "application/json").run()

    assert not at.exception
    assert months(at).value is False
    assert chosen(at, "Encoding").value == "latin-1"
    assert chosen(at, "Rows with too few fields").value is True
    assert chosen(at, "Amount").value == "2026-02"


def test_customers_that_look_alike_are_looked_for_when_asked(at: AppTest):
    people = "Customer,Name,Region,City\nann,Hartmann Bau,North,Leeds\nzoe,Hartmann-Bau GmbH,South,York\n"
    dropped(at, ("orders.csv", ORDERS), ("people.csv", people))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    button(at, "Look for customers that look alike").click().run()

    assert not at.exception
    assert "1 pair of customers looks like one" in seen(at)


def test_a_table_loaded_without_a_report_shows_the_columns_it_holds(demo_workspace: Path, open_app: OpenApp):
    for path in demo_workspace.rglob("quality.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"reports": []}))

    at = open_app("data")

    [columns] = [frame.value for frame in at.dataframe if "Different values" in frame.value]
    assert "the figures are of the table as it is stored" in texts(at)
    assert len(columns) == 13
    assert dict(zip(columns["Column"], columns["Different values"], strict=True))["Customer"] == "3,552"
    assert "Could not be read" not in columns


def put_right(at: AppTest, corrected: str) -> None:
    upload = next(found for found in at.file_uploader if found.label == "The download, put right")
    upload.upload("right.csv", corrected.encode(), "text/csv").run()


def test_rows_of_files_with_their_columns_in_another_order_are_put_right_under_their_own_headers(at: AppTest):
    dropped(
        at,
        ("2025.csv", "customer,shop,date,amount\nann,York,2025-05-01,10\nbob,York,2025-05-02,20\n"),
        ("2026.csv", "shop,customer,amount,date\nYork,ann,5,2026-05-01\nLeeds,bob,7,soon\n"),
    )
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    put_right(at, "source_line,shop,customer,amount,date\n3,Leeds,bob,7,2026-05-02\n")

    assert not at.exception
    assert "1 row is loaded now." in seen(at)
    assert "2026.csv (put right): 1 rows in = 1 kept + 0 set aside" in seen(at)
    assert "Everything adds up" in seen(at)


def test_a_line_of_a_table_with_one_column_a_month_is_put_right_as_it_stands_there(at: AppTest):
    whole = "".join(f"c{number},York,{number},{number + 1},{number + 2}\n" for number in range(10, 20))
    dropped(at, ("sales.csv", f"customer,city,2026-01,2026-02,2026-03\n{whole}bob,Leeds,1,2\n"))
    button(at, "Check").click().run()
    button(at, "Only for me").click().run()
    put_right(at, "source_line,customer,city,2026-01,2026-02,2026-03\n12,bob,Leeds,1,,2\n")

    assert not at.exception
    assert "2 rows are loaded now." in seen(at)
    assert "Everything adds up" in seen(at)


@pytest.mark.parametrize(
    ("reason", "headers"),
    [("unreadable_amount", ("city", "customer", "amount")), ("too_few_fields", ("city", "customer", "2026-01"))],
)
def test_a_row_set_aside_is_parted_under_the_headers_it_was_kept_with(reason: str, headers: tuple[str, ...]):
    report = {
        "table": "orders",
        "file_name": "b.csv",
        "headers": ("city", "customer", "amount"),
        "wide_headers": ("city", "customer", "2026-01"),
    }
    others = report | {"file_name": "a.csv", "headers": ("customer", "city", "amount"), "wide_headers": ()}
    data = SimpleNamespace(quality={"reports": [others, report]})
    row = {"table_name": "orders", "source_file": "b.csv", "reason": reason}

    assert laid_out(data, row, Mapping(headers=("customer", "city", "amount"))).headers == headers


def test_the_year_of_months_that_name_none_is_asked_for_and_told(at: AppTest):
    dropped(at, ("sales.csv", "customer,January,February,March\nann,10,,30\nbob,5,6,7\n"))

    assert "The columns January to March name months without a year." in seen(at)

    next(found for found in at.number_input if found.label == "Year of the months").set_value(2025).run()
    button(at, "Check").click().run()

    assert not at.exception
    assert "5 rows in = 5 kept + 0 set aside" in seen(at)
    assert "2025-01-01 to 2025-03-01" in seen(at)
