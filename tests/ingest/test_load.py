"""From a file to rows kept and rows set aside, by hand."""

import json
import re
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from crm_core.ingest import (
    Progress,
    distinct_text,
    guess_mapping,
    inspect_file,
    load_table,
    problems,
    report,
    write_set_aside_csv,
)
from crm_core.ingest.quality import DISTINCT_ERROR_SHARE
from crm_core.language import speaking
from crm_core.schema import TABLES
from tests.ingest.conftest import Load, aside, kept

HEADER = "customer,order date,amount,order id\n"


def test_accepted_rows_have_every_canonical_column_in_order_and_type(load: Load):
    schema = pq.read_schema(load(HEADER + "c,2026-01-02,5,o1\n").accepted)

    assert schema.names == [*TABLES["orders"].column_names, "source_file", "source_line"]
    assert str(schema.field("amount").type) == "decimal128(18, 4)"
    assert str(schema.field("ordered_at").type) == "timestamp[us]"
    assert str(schema.field("source_line").type) == "int64"


def test_every_row_set_aside_has_its_line_column_value_and_reason(load: Load):
    loaded = load(
        HEADER
        + "a,2026-01-02,5,o1\n"  # line 2
        + ",2026-01-02,5,o2\n"
        + "b,someday,5,o3\n"
        + "b,2026-01-02,five,o4\n"
        + "b,2026-01-02,5,o5,x\n"
        + "b,2026-01-02\n"
        + 'b,2026-01-02,5,"o6\n'
        + "b,,5,o7\n"
        + "b,2026-01-02,,o8\n"
        + "b,2026-01-02,5,o9\n"
    )

    assert kept(loaded, "source_line") == [(2,), (11,)]
    rows = pq.read_table(loaded.set_aside).to_pylist()
    assert [(row["source_line"], row["reason"], row["column_name"], row["value"]) for row in rows] == [
        (3, "missing_customer", "customer", None),
        (4, "unreadable_date", "order date", "someday"),
        (5, "unreadable_amount", "amount", "five"),
        (6, "too_many_fields", None, None),
        (7, "too_few_fields", None, None),
        (8, "broken_quote", None, None),
        (9, "missing_date", "order date", None),
        (10, "missing_amount", "amount", None),
    ]
    assert rows[1]["raw"] == "b,someday,5,o3"
    assert rows[5]["raw"] == 'b,2026-01-02,5,"o6'
    assert loaded.report.lines_add_up
    assert loaded.report.amounts_add_up


def test_line_numbers_are_those_of_the_file_past_blank_lines_and_values_of_several(load: Load):
    loaded = load("Report\n\n" + HEADER + 'a,2026-01-02,5,"o\n1"\n\nb,2026-01-02,6,o2\n\n,2026-01-02,7,o3\n')

    assert kept(loaded, "source_line", "order_id") == [(4, "o\n1"), (7, "o2")]
    assert aside(loaded) == [(9, "missing_customer")]
    report = loaded.report
    assert (report.lines_in, report.header_lines, report.blank_lines, report.continued_lines) == (9, 3, 2, 1)
    assert report.lines_add_up


def test_a_row_of_empty_cells_is_a_blank_line(load: Load):
    report = load(HEADER + "a,2026-01-02,5,o1\n,,,\n").report

    assert (report.rows_kept, report.rows_set_aside, report.blank_lines) == (1, 0, 1)


def test_a_total_at_the_end_is_set_aside_as_one(load: Load):
    loaded = load(HEADER + "a,2026-01-02,5,o1\n合计,,5,\n")

    assert aside(loaded) == [(3, "total_line")]


def test_amounts_in_are_those_kept_and_those_set_aside(load: Load):
    report = load(HEADER + "a,2026-01-02,5.25,o1\n,2026-01-02,1.50,o2\nb,2026-01-02,-2,o3\n").report

    assert (report.amount_in, report.amount_kept, report.amount_set_aside) == (
        Decimal("4.75"),
        Decimal("3.25"),
        Decimal("1.5"),
    )
    assert report.return_rows == 1


def test_quantity_times_price_is_exact(load: Load):
    loaded = load("customer,date,quantity,unit price\na,2026-01-02,3,0.1\nb,2026-01-02,-2,1.005\n")

    assert kept(loaded, "amount") == [(Decimal("0.3000"),), (Decimal("-2.0100"),)]


def test_the_cost_is_the_amount_less_the_profit(load: Load):
    loaded = load("customer,date,amount,profit\na,2026-01-02,10,2.5\nb,2026-01-02,10,\n")

    assert kept(loaded, "cost") == [(Decimal("7.5"),), (None,)]


def test_a_discount_rate_becomes_the_money_taken_off(load: Load):
    loaded = load("customer,date,amount,discount\na,2026-01-02,80,0.2\nb,2026-01-02,50,0\n")

    assert kept(loaded, "discount") == [(Decimal(20),), (Decimal(0),)]


def test_orders_marked_as_returns_count_against(load: Load):
    text = "customer,date,amount,order id\na,2026-01-02,80,1001\na,2026-01-03,30,C1002\na,2026-01-03,-5,C1003\n"

    assert kept(load(text, return_order_prefix="C"), "amount") == [(Decimal(80),), (Decimal(-30),), (Decimal(-5),)]


def test_a_status_that_does_not_count_sets_the_row_aside(load: Load):
    loaded = load("customer,date,amount,status\na,2026-01-02,5,paid\nb,2026-01-02,5,cancelled\nc,2026-01-02,5,\n")

    assert aside(loaded) == [(3, "status_not_counted"), (4, "status_not_counted")]


def test_repeated_lines_are_counted_and_kept_unless_told_otherwise(load: Load):
    text = HEADER + "a,2026-01-02,5,o1\n" * 3

    assert (load(text).report.exact_duplicates, load(text).report.rows_kept) == (2, 3)
    assert aside(load(text, drop_exact_duplicates=True)) == [(3, "duplicate_line"), (4, "duplicate_line")]


def test_lines_set_aside_are_no_repeats_of_rows_that_are_kept(load: Load):
    loaded = load("date,customer,amount\n2026-01-02,c,5\nSubtotal,,5\n2026-01-03,c,5\nSubtotal,,5\n")

    assert aside(loaded) == [(3, "total_line"), (5, "total_line")]
    assert loaded.report.exact_duplicates == 0


def test_an_optional_value_that_cannot_be_read_is_left_empty_and_reported(load: Load):
    loaded = load("customer,date,amount,quantity\n" + "a,2026-01-02,5,1\n" * 9 + "a,2026-01-02,5,two\n")

    quantity = next(column for column in loaded.report.columns if column.name == "quantity")
    assert loaded.report.rows_kept == 10
    assert (quantity.filled_count, quantity.unreadable_count) == (9, 1)
    assert (quantity.examples[0].line, quantity.examples[0].value) == (11, "two")


def test_a_file_in_gbk_with_semicolons_loads_like_any_other(load: Load):
    loaded = load("客户;日期;金额\n张三;2026年3月5日;1.234,50\n李四;2026年3月6日;8,00\n", encoding="gbk")

    assert kept(loaded, "customer_id", "ordered_at", "amount") == [
        ("张三", datetime(2026, 3, 5), Decimal("1234.5")),
        ("李四", datetime(2026, 3, 6), Decimal(8)),
    ]


def test_the_report_file_is_the_report(load: Load):
    loaded = load(HEADER + "a,2026-01-02,5,o1\n")

    assert type(loaded.report).model_validate_json((loaded.folder / "report.json").read_text("utf-8")) == loaded.report
    assert json.loads((loaded.folder / "report.json").read_text("utf-8"))["mapping"]["table"] == "orders"


@pytest.mark.parametrize("amount", ["5", "¥5"])  # read at once, and column by column
def test_a_load_called_off_at_any_moment_leaves_nothing(load: Load, tmp_path, database, amount: str):
    path = tmp_path / "in.csv"
    path.write_text(HEADER + f"a,2026-01-02,{amount},o1\n", encoding="utf-8")
    source = inspect_file(path, "in.csv")
    told: list[Progress] = []
    load_table(source, guess_mapping(source), tmp_path / "whole", database=database, as_of=None, progress=told.append)

    for step in {progress.step for progress in told}:

        def call_off(progress: Progress, step: str = step) -> None:
            if progress.step == step:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            load_table(
                source, guess_mapping(source), tmp_path / "out", database=database, as_of=None, progress=call_off
            )

        assert list((tmp_path / "out").iterdir()) == []


def test_problems_are_sentences_in_the_language_spoken(load: Load):
    report = load(HEADER + "a,2026-01-02,5,o1\n,2026-01-02,5,o2\n").report

    assert problems(report) == ["1 of 2 rows is set aside: no customer (line 3)."]
    with speaking("zh_Hans"):
        assert len(problems(report)) == 1


def test_rows_set_aside_download_as_csv_that_no_spreadsheet_runs(load: Load, tmp_path):
    loaded = load(HEADER + "=1+1,someday,5,o1\n")

    written = write_set_aside_csv([loaded.set_aside], tmp_path / "aside.csv")

    text = (tmp_path / "aside.csv").read_text("utf-8-sig")
    assert written == 1
    assert "orders.csv,2,order date,someday" in text
    assert "'=1+1,someday,5,o1" in text


def test_a_mapping_made_for_another_table_loads_it(load: Load):
    loaded = load(
        "customer,invoice no,due date,amount,paid date,extension\n"
        "c,i1,2026-01-02,5,,yes\n"
        "c,i2,2026-02-02,6,2026-02-01,no\n"
    )

    assert loaded.table_name == "payments"
    assert kept(loaded, "invoice_id", "paid_at", "extension_requested") == [
        ("i1", None, True),
        ("i2", datetime(2026, 2, 1), False),
    ]


@pytest.mark.parametrize("note", ["x", '"x, y"'])
def test_an_empty_cell_too_many_is_seen_though_the_fast_reader_hides_it(load: Load, note: str):
    text = "customer,date,amount,note,tail\n" + f"a,2026-01-02,5,{note},\n" * 3 + f"a,,2026-01-02,5,{note},\n"

    assert aside(load(text)) == [(5, "too_many_fields")]


def test_a_row_whose_values_slipped_a_column_is_set_aside(load: Load):
    text = "customer,date,unit,quantity,amount,on promotion\n" + "a,2026-01-02,kg,2,5,yes\nb,2026-01-02,kg,1,3,no\n" * 4

    assert aside(load(text + "c,2026-01-03,500g,kg,9.9,9.9\n")) == [(10, "shifted_row")]
    assert aside(load(text + "c,2026-01-03,kg,1,9.9,9.9\n")) == []


def test_an_export_of_a_chinese_shop_maps_and_sums(load: Load):
    loaded = load(
        "行 ID,订单 ID,订单日期,发货日期,客户 ID,客户名称,类别,产品名称,销售额,数量,折扣,利润\n"
        "1,US-2024-1357144,2024/4/27,2024/4/29,曾惠-14485,曾惠,办公用品,剪刀,129.696,2,0.4,-60.704\n"
        "2,CN-2024-1973789,2024/6/15,2024/6/19,许安-10165,许安,办公用品,信封,125.44,2,0,42.56\n",
        encoding="utf-8-sig",
    )

    assert kept(loaded, "customer_id", "amount", "cost") == [
        ("曾惠-14485", Decimal("129.696"), Decimal("190.4")),
        ("许安-10165", Decimal("125.44"), Decimal("82.88")),
    ]
    assert loaded.report.amount_kept == Decimal("255.136")


def test_different_values_beyond_a_million_rows_are_an_estimate_that_says_so(
    load: Load, monkeypatch: pytest.MonkeyPatch
):
    rows = "".join(f"c{place % 300},2026-01-02,{place},o{place}\n" for place in range(400))
    exact = {column.name: column for column in load(HEADER + rows).report.columns}
    monkeypatch.setattr(report, "COUNTED_EXACTLY", 399)
    estimated = {column.name: column for column in load(HEADER + rows).report.columns}

    assert [distinct_text(exact[name]) for name in ("customer_id", "order_id")] == ["300", "400"]
    assert distinct_text(estimated["customer_id"]) == "300"
    assert re.fullmatch(r"about \d+ \(± 6%\)", distinct_text(estimated["order_id"]))
    assert estimated["order_id"].distinct_count == pytest.approx(400, rel=2 * DISTINCT_ERROR_SHARE)
