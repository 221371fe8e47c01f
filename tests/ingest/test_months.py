"""One column a month becomes one row a month; every cell is a row or empty, and amounts add up."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.engine.database import Database
from crm_core.ingest import Mapping, ReadingOptions, guess_mapping, inspect_file, load_table
from crm_core.ingest.month_names import month_of, year_named
from tests.ingest.conftest import AS_OF, Load, aside, kept

WIDE = (
    "Sales by month,,,,\n"
    "customer,city,2026-01,2026-02,2026-03,note\n"
    "ann,York,10,,30.5,x\n"
    "bob,Leeds,-,abc,5,\n"
    ",Hull,1,2,,\n"
    "\n"
    "Total,,11,2,35.5,\n"
)


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("2024-01", "2024-01-01"),
        ("2024/1", "2024-01-01"),
        ("202412", "2024-12-01"),
        ("2024.10", "2024-10-01"),
        ("Jan-24", "2024-01-01"),
        ("January 2024", "2024-01-01"),
        ("März 2024", "2024-03-01"),
        ("févr. 2024", "2024-02-01"),
        ("Umsatz 2024", None),
        ("2024 Sept", "2024-09-01"),
        ("24-Feb", "2024-02-01"),
        ("03/2024", "2024-03-01"),
        ("2024年3月", "2024-03-01"),
        ("２０２４年３月份", "2024-03-01"),
        ("2024年3月销售额", "2024-03-01"),
        ("Sales 2024-03", "2024-03-01"),
        ("2024-03-31", "2024-03-31"),
        ("2024-03-01 00:00:00", "2024-03-01"),
        ("2024Q2", "2024-04-01"),
        ("Q4 2024", "2024-10-01"),
        ("2024年第三季度", "2024-07-01"),
        ("2024", None),
        ("2024-13", None),
        ("1850-01", None),
        ("March", None),
        ("3月", None),
        ("amount", None),
        ("123456", None),
    ],
)
def test_a_header_names_a_month_only_if_it_names_the_year(header: str, day: str | None):
    assert month_of(header) == (day and date.fromisoformat(day))


def test_every_filled_cell_under_a_month_is_a_row_on_the_line_of_its_record(load: Load):
    loaded = load(WIDE)

    assert kept(loaded, "source_line", "customer_id", "ordered_at", "amount") == [
        (3, "ann", datetime(2026, 1, 1), Decimal(10)),
        (3, "ann", datetime(2026, 3, 1), Decimal("30.5")),
        (4, "bob", datetime(2026, 3, 1), Decimal(5)),
    ]
    assert aside(loaded) == [
        (4, "unreadable_amount"),
        (5, "missing_customer"),
        (5, "missing_customer"),
        (7, "total_line"),
    ]
    report = loaded.report
    assert (report.rows_in - 1) + report.empty_cells == 3 * 3
    assert report.lines_add_up
    assert (report.amount_in, report.amount_kept, report.amount_set_aside) == (Decimal("48.5"), Decimal("45.5"), 3)


def test_a_table_with_months_may_be_read_as_it_stands(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(WIDE)

    as_it_stands = inspect_file(path, "in.csv", overrides=ReadingOptions(months_as_rows=False))
    turned = inspect_file(path, "in.csv")

    assert as_it_stands.headers == ("customer", "city", "2026-01", "2026-02", "2026-03", "note")
    assert turned.headers == ("customer", "city", "note", "ordered_at", "amount")
    assert "2026-01 to 2026-03" in turned.notes[-1]
    assert guess_mapping(turned).columns == {"customer_id": "customer", "ordered_at": "ordered_at", "amount": "amount"}


@pytest.mark.parametrize(
    "text",
    [
        "customer,2026-01,2026-02\nann,1,2\n",
        "customer,2026-01,2026-02,2026-03\nann,red,green,blue\n",
        "customer,2026-01,Jan-26,2026-03\nann,1,2,3\n",
        "202601,202602,202603\n1,2,3\n4,5,6\n",
    ],
)
def test_two_months_or_words_or_a_month_twice_or_nothing_but_months_is_no_such_table(tmp_path, text: str):
    path = tmp_path / "in.csv"
    path.write_text(text)

    assert inspect_file(path, "in.csv").months is None


def test_a_sheet_with_dates_for_headers_is_turned_too(load: Load, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["customer", *(datetime(2026, month, 28) for month in (1, 2, 3))])
    book.active.append(["ann", 1, None, 3])
    book.save(tmp_path / "in.xlsx")

    loaded = load(tmp_path / "in.xlsx", "in.xlsx")

    assert kept(loaded, "ordered_at", "amount") == [(datetime(2026, 1, 28), 1), (datetime(2026, 3, 28), 3)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("months")


CELL = st.one_of(st.just(""), st.just("-"), st.just("?"), st.decimals(-999, 999, places=2).map(str))
ROW = st.tuples(st.sampled_from(["ann", "bob", "", "Total", "a,b,c,d,e"]), CELL, CELL, CELL)


@given(rows=st.lists(ROW, min_size=1, max_size=12))
def test_cells_in_are_rows_and_empty_cells_and_the_amounts_are_those_of_the_cells(
    rows: list[tuple[str, ...]], place: Path, database: Database
):
    path = place / "in.csv"
    head = "customer,2026-01,2026-02,2026-03\neve,1,2,3\neve,4,5,6\neve,7,8,9\neve,1,1,1\neve,1,1,1\n"
    path.write_text(head + "".join(",".join(row) + "\n" for row in rows))
    mapping = Mapping(columns={"customer_id": "customer", "ordered_at": "ordered_at", "amount": "amount"})
    source = inspect_file(path, "in.csv")
    if source.months is None:  # too many cells hold no number
        return

    report = load_table(source, mapping, place / "out", database=database, as_of=AS_OF).report

    assert report.lines_add_up
    assert report.amounts_add_up
    whole = [row for row in rows if row[0] not in ("Total", "a,b,c,d,e")]
    amounts = [Decimal(cell) for row in whole for cell in row[1:] if cell not in ("", "-", "?")]
    assert report.amount_in == sum(amounts) + 3 + 3 + 45
    assert report.empty_cells == sum(cell in ("", "-") for row in whole for cell in row[1:])


def test_months_without_a_year_are_of_the_one_that_is_told():
    headers = ["3月", "三月", "十二月份", "March", "märz", "第一季度", "2023-05", "Q1", "amount"]

    assert [day and str(day) for day in (month_of(header, 2024) for header in headers)] == [
        "2024-03-01", "2024-03-01", "2024-12-01", "2024-03-01", "2024-03-01", "2024-01-01", "2023-05-01", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "year"),
    [
        (("Sheet1", "2024年销售.xlsx"), 2024),
        (("2023", "sales 2024.xlsx"), 2023),
        (("", "2022-2024.csv"), None),
        (("", "order 120245.csv"), None),
    ],
)
def test_a_sheet_or_a_file_may_name_the_year_of_its_months(names: tuple[str, str], year: int | None):
    assert year_named(*names) == year


def test_months_whose_year_nothing_names_are_asked_about(tmp_path: Path, load: Load):
    text = "客户,1月,2月,3月\n甲,10,,30\n乙,5,6,7\n"
    path = tmp_path / "销售.csv"
    path.write_text(text, encoding="utf-8")
    [note] = inspect_file(path, "销售.csv").notes
    told = load(text, "销售.csv", options=ReadingOptions(months_year=2023))
    named = load(text, "2023年销售.csv")

    assert "1月 to 3月 name months without a year" in note
    assert kept(told, "ordered_at") == kept(named, "ordered_at")
    assert kept(told, "ordered_at")[:2] == [(datetime(2023, 1, 1),), (datetime(2023, 3, 1),)]
    assert told.report.empty_cells == 1
