"""Workbooks, Parquet and frames load like text; what is no table is refused with a sentence."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crm_core.errors import CrmError, InputError
from crm_core.ingest import ReadingOptions, guess_mapping, inspect_file, load_frame, load_table, template
from crm_core.schema import TABLES
from tests.ingest.conftest import AS_OF, Load, aside, kept


def workbook(tmp_path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def test_a_sheet_loads_with_ids_whole_and_days_without_midnight(load: Load, tmp_path):
    path = workbook(
        tmp_path,
        Orders=[
            ["Sales report", None, None],
            [None, None, None],
            ["customer", "order date", "amount"],
            [17850, datetime(2026, 1, 2), 12.5],
            ["007", datetime(2026, 1, 3, 14, 5), 0.1],
            [None, None, None],
            [None, datetime(2026, 1, 3), 7],
        ],
        Notes=[["nothing here"]],
    )

    loaded = load(path, "book.xlsx")

    assert kept(loaded, "customer_id", "ordered_at", "amount", "source_line") == [
        ("17850", datetime(2026, 1, 2), Decimal("12.5"), 4),
        ("007", datetime(2026, 1, 3, 14, 5), Decimal("0.1"), 5),
    ]
    assert aside(loaded) == [(7, "missing_customer")]
    assert loaded.report.lines_add_up


def test_the_sheet_may_be_chosen_and_a_wrong_one_is_named(tmp_path):
    path = workbook(tmp_path, A=[["customer"], ["x"], ["y"]], B=[["client"], ["z"]])

    assert inspect_file(path, "b.xlsx", overrides=ReadingOptions(sheet="B")).headers == ("client",)
    with pytest.raises(InputError, match="It has: A, B"):
        inspect_file(path, "b.xlsx", overrides=ReadingOptions(sheet="C"))


def test_parquet_loads_with_its_row_numbers(load: Load, tmp_path):
    path = tmp_path / "in[1].parquet"
    frame = pd.DataFrame(
        {
            "CustomerID": [17850.0, None],
            "InvoiceDate": [datetime(2026, 1, 2, 8, 26), datetime(2026, 1, 3)],
            "Quantity": [6, 1],
            "UnitPrice": [2.55, 3.0],
        }
    )
    frame.to_parquet(path)

    loaded = load(path, "in.parquet")

    assert kept(loaded, "customer_id", "ordered_at", "amount") == [
        ("17850", datetime(2026, 1, 2, 8, 26), Decimal("15.3"))
    ]
    assert aside(loaded) == [(2, "missing_customer")]


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_a_frame_loads_in_one_line(database, kind: str):
    columns = {"customer": ["a", "b"], "order_date": [date(2026, 1, 2), date(2026, 1, 3)], "amount": [1.5, 2.25]}
    frame = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}[kind](columns)

    loaded = load_frame(frame, database=database)

    assert kept(loaded, "customer_id", "ordered_at", "amount") == [
        ("a", datetime(2026, 1, 2), Decimal("1.5")),
        ("b", datetime(2026, 1, 3), Decimal("2.25")),
    ]


def test_what_was_accepted_loads_again_as_it_is(load: Load, database, tmp_path):
    first = load("customer,date,amount,quantity\na,2026-01-02 10:00:00.5,5.1234,2\nb,2026-01-03,-1,\n")

    source = inspect_file(first.accepted, "accepted.parquet")
    again = load_table(source, guess_mapping(source, "orders"), tmp_path / "again", database=database, as_of=AS_OF)

    ours = TABLES["orders"].column_names
    assert kept(again, *ours) == kept(first, *ours)


@pytest.mark.parametrize("table", TABLES)
def test_a_template_maps_itself_and_loads_whole(load: Load, table: str):
    loaded = load(template(table), "template.csv", table=table)

    assert tuple(loaded.mapping.columns) == TABLES[table].column_names
    assert (loaded.report.rows_kept, loaded.report.rows_set_aside) == (2, 0)


def packed(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"   \n \n", "no rows"),
        (b"\xef\xbb\xbf", "no rows"),
        (b"customer,date,amount\n", "no rows"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "image"),
        (b"\xff\xd8\xff\xe0....", "image"),
        (packed("a.txt", b"hello"), "zip"),
        (b"\x1f\x8b\x08....", "compressed"),
        (b"SQLite format 3\0....", "database"),
        (b"PAR1 torn", "damaged"),
        (packed("xl/workbook.xml", b"<broken"), "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (b"\x00\x01\x02\x03" * 1000, "not a text file"),
        (packed("xl/workbook.xml", b"\0" * (400 << 20)), "unpacks to"),
        (",".join(f"c{n}" for n in range(6000)).encode() + b"\n1\n", "columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence_that_names_the_file(tmp_path, content: bytes, says: str):
    path = tmp_path / "upload"
    path.write_bytes(content)

    with pytest.raises(CrmError, match=says) as refusal:
        inspect_file(path, "orders.csv")

    assert "orders.csv" in str(refusal.value)


def test_an_unknown_encoding_is_refused(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(InputError, match="klingon"):
        inspect_file(path, "in.csv", overrides=ReadingOptions(encoding="klingon"))
