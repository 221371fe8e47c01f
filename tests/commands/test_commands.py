"""What the dashboard does, from a shell: inspect, load, export; a failure is one line and status 2."""

import csv
import io
import json
from pathlib import Path

import pytest

from crm_core.__main__ import main
from crm_core.commands.progress import cut
from crm_core.engine.database import shared_database
from crm_core.store import DataSet, Workspace

ORDERS = (
    "Customer,Date,Amount,Order\n"
    "ann,2026-05-01,10.50,1\n"
    "bob,2026-05-02,20,2\n"
    ",2026-05-03,30,3\n"
    "ann,2026-06-30,-5.50,4\n"
)


@pytest.fixture(autouse=True)
def a_file_of_orders(in_a_shell: None):
    Path("orders.csv").write_text(ORDERS)


def data_set(slug: str) -> DataSet:
    return Workspace(Path("workspace"), shared_database()).open(slug)


def test_inspect_says_what_was_understood_and_writes_the_mapping(capsys: pytest.CaptureFixture[str]):
    status = main(["inspect", "orders.csv", "--mapping-out", "mapping.json"])
    said = capsys.readouterr().out

    assert status == 0
    assert "orders.csv: Text in utf-8, fields parted by comma, header on line 1, 5 lines." in said
    assert "Amount → Amount  (10.50 · 20 · 30)" in said
    assert json.loads(Path("mapping.json").read_text())["columns"]["customer_id"] == "Customer"


def test_load_publishes_and_reports_in_sentences_that_add_up(capsys: pytest.CaptureFixture[str]):
    status = main(["load", "orders.csv", "--name", "Shop", "--as-of", "2026-07-01", "--set-aside", "aside.csv"])
    said = capsys.readouterr().out

    assert status == 0
    assert "4 rows in = 3 kept + 1 set aside · 55.00 in = 25.00 kept + 30.00 set aside · 1 return among them" in said
    assert "1 of 4 rows is set aside: no customer (line 4)." in said
    assert "1 row set aside lies in aside.csv." in said
    assert "Shop is published as shop" in said
    with Path("aside.csv").open(encoding="utf-8-sig") as file:
        assert [row["Line"] for row in csv.DictReader(file)] == ["4"]
    assert data_set("shop").row_counts["order_lines"] == 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_a_load_is_and_keeps_nothing_of_it(monkeypatch: pytest.MonkeyPatch):
    Path("many.csv").write_text("Customer,Date,Amount\n" + "ann,2026-05-01,10.50\n" * 300_000)
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    assert main(["load", "many.csv", "--as-of", "2026-07-01"]) == 0
    assert "many.csv: " in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_log_is_kept_free_of_it(capsys: pytest.CaptureFixture[str]):
    main(["load", "orders.csv", "--as-of", "2026-07-01"])

    assert capsys.readouterr().err == ""


def test_a_line_is_cut_at_its_start_to_the_width_of_the_terminal():
    assert cut("orders.csv: 3 of 4 MB", 9) == "3 of 4 MB"
    assert cut("订单.csv 读取", 5) == " 读取"
    assert cut("订单.csv 读取", 4) == cut("读取", 4) == "读取"
    assert cut("读取", 3) == "取"


def test_a_load_ended_by_the_keyboard_publishes_nothing(monkeypatch: pytest.MonkeyPatch):
    def stopped(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crm_core.commands.load.load_table", stopped)

    assert main(["load", "orders.csv"]) == 130
    assert not Path("workspace/data_sets/orders").exists()


def test_the_order_of_dates_and_the_decimal_mark_may_be_said(capsys: pytest.CaptureFixture[str]):
    Path("short.csv").write_text("Customer;Date;Amount\nann;24.01.05;1.500\n")

    refused = main(["load", "short.csv", "--check-only", "--as-of", "2026-07-01"])
    asked = capsys.readouterr().err
    done = main(["load", "short.csv", "--as-of", "2026-07-01", "--date-order", "ymd", "--decimal-mark", ","])

    assert (refused, done) == (2, 0)
    assert "As year, month, day they run from 2024-01-05 to 2024-01-05." in asked
    assert "1,500.00 kept" in capsys.readouterr().out


def test_a_mapping_corrected_by_hand_is_the_one_that_counts():
    Path("net.csv").write_text("who,when,gross,net\nann,2026-05-01,10,8\nbob,2026-05-02,20,17\n")
    Path("m.json").write_text(json.dumps({"columns": {"customer_id": "who", "ordered_at": "when", "amount": "net"}}))

    assert main(["load", "net.csv", "--mapping", "m.json"]) == 0
    total = shared_database().rows(f"select sum(revenue) from ({data_set('net').relation('orders')})")
    assert total == [(25,)]


def test_several_files_are_several_tables_of_one_data_set(capsys: pytest.CaptureFixture[str]):
    Path("people.csv").write_text("Customer,Name,Region,City\nann,Ann,North,Leeds\nzoe,Zoe,South,York\n")

    assert main(["load", "orders.csv", "people.csv", "--name", "Shop", "--currency", "EUR"]) == 0
    assert set(data_set("shop").tables) == {"orders", "customers"}
    assert data_set("shop").currency == "EUR"
    assert "people.csv → customers: 2 rows in = 2 kept" in capsys.readouterr().out


def test_more_is_added_and_a_nightly_load_replaces():
    Path("june.csv").write_text(ORDERS.replace("ann", "eve").replace(",1\n", ",11\n"))
    main(["load", "orders.csv", "--name", "Shop"])

    assert main(["load", "june.csv", "--name", "Shop", "--add", "--drop-repeated-orders"]) == 0
    assert data_set("shop").row_counts["order_lines"] == 5  # bob's order is held already
    assert main(["load", "june.csv", "--name", "Shop", "--replace"]) == 0
    assert data_set("shop").row_counts["order_lines"] == 3


def test_a_check_publishes_nothing():
    assert main(["load", "orders.csv", "--check-only"]) == 0
    assert Workspace(Path("workspace"), shared_database()).data_sets() == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["load", "gone.csv"], "There is no file gone.csv."),
        (["load", "odd.csv"], "odd.csv: No column for Customer. No column for Amount."),
        (["load", "orders.csv", "--mapping", "orders.csv"], "orders.csv is no mapping file"),
        (["load", "orders.csv", "--add", "--name", "Nil"], "There is no data set Nil."),
        (["load", "both.csv"], "03/04/2026"),
        (["export", "nil", "orders", "out.csv"], "nil"),
    ],
)
def test_what_a_person_can_put_right_is_one_line_and_status_two(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    Path("odd.csv").write_text("Which,Date,Worth\nx,2026-05-01,a\ny,2026-05-02,b\n")
    Path("both.csv").write_text("Customer,Date,Amount\nann,03/04/2026,10\nbob,05/06/2026,20\n")
    status = main(words)
    said = capsys.readouterr().err

    assert status == 2
    assert sentence in said
    assert "Traceback" not in said


def test_what_is_exported_and_loaded_again_is_equal():
    main(["load", "orders.csv", "--name", "Shop"])
    main(["export", "shop", "orders", "again.csv"])
    main(["load", "again.csv", "--name", "Again"])

    lines = [
        shared_database().rows(f"select * from ({data_set(slug).relation('order_lines')}) order by all")
        for slug in ("shop", "again")
    ]
    assert lines[0] == lines[1]


def test_a_chinese_shell_is_answered_in_chinese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    main(["load", "orders.csv", "--check-only"])

    assert "读入 4 行" in capsys.readouterr().out
