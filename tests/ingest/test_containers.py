"""The same rows come in through whatever holds them: text, archives, JSON, Arrow, Parquet, workbooks."""

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P

from crm_core.engine.database import Database
from crm_core.ingest import arrivals, guess_mapping, load_table
from tests.ingest.conftest import AS_OF, Load, kept

HEADERS = ["customer id", "order date", "amount", "city of the shop"]
Rows = list[tuple[str, date, Decimal, str]]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)
ROW = st.tuples(
    st.sampled_from(["ann", "007", "张三", "x-1"]),
    st.dates(date(2020, 1, 1), date(2026, 6, 30)),
    st.decimals(-1000, 1000, places=2),
    TEXT.map(lambda text: f"c{text}"),
)


def as_text(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADERS, *rows])
    return text.getvalue().encode()


def as_zip(rows: Rows) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("orders.csv", as_text(rows))
    return target.getvalue()


def as_objects(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(HEADERS, map(str, row), strict=True)) for row in rows]


def as_json_lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in as_objects(rows)).encode()


def as_json_list(rows: Rows) -> bytes:
    return json.dumps(as_objects(rows)).encode()


def as_arrow(rows: Rows) -> pa.Table:
    kinds = (pa.string(), pa.date32(), pa.decimal128(18, 4), pa.string())
    return pa.table(
        [pa.array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), kinds, strict=True)], HEADERS
    )


def as_arrow_file(rows: Rows) -> bytes:
    target = pa.BufferOutputStream()
    with pa.ipc.new_file(target, as_arrow(rows).schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(as_arrow(rows), max_chunksize=3)
    return target.getvalue().to_pybytes()


def as_arrow_stream(rows: Rows) -> bytes:
    target = pa.BufferOutputStream()
    with pa.ipc.new_stream(target, as_arrow(rows).schema) as writer:
        writer.write_table(as_arrow(rows), max_chunksize=3)
    return target.getvalue().to_pybytes()


def as_parquet(rows: Rows) -> bytes:
    target = io.BytesIO()
    pq.write_table(as_arrow(rows), target)
    return target.getvalue()


def as_xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADERS, *rows]:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_xls(rows: Rows) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet, day = book.add_sheet("Orders"), xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for line, row in enumerate([HEADERS, *rows]):
        for place, cell in enumerate(row):
            sheet.write(line, place, cell, day if isinstance(cell, date) else xlwt.Style.default_style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_ods(rows: Rows) -> bytes:
    document, sheet = OpenDocumentSpreadsheet(), OdfTable(name="Orders")
    for row in [HEADERS, *rows]:
        line = TableRow()
        for cell in row:
            line.addElement(ods_cell(cell))
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    target = io.BytesIO()
    document.write(target)
    return target.getvalue()


def ods_cell(value: str | date | Decimal) -> TableCell:
    if isinstance(value, date):
        cell = TableCell(valuetype="date", datevalue=value.isoformat())
    elif isinstance(value, Decimal):
        cell = TableCell(valuetype="float", value=str(value))
    else:
        cell = TableCell(valuetype="string")
    cell.addElement(P(text=str(value)))
    return cell


CONTAINERS: dict[str, Callable[[Rows], bytes]] = {
    "text": as_text,
    "gzip": lambda rows: gzip.compress(as_text(rows)),
    "bzip2": lambda rows: bz2.compress(as_text(rows)),
    "xz": lambda rows: lzma.compress(as_text(rows)),
    "zip": as_zip,
    "json lines": as_json_lines,
    "json list": as_json_list,
    "arrow file": as_arrow_file,
    "arrow stream": as_arrow_stream,
    "parquet": as_parquet,
    "xlsx": as_xlsx,
    "xls": as_xls,
    "ods": as_ods,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("containers")


@given(rows=st.lists(ROW, min_size=1, max_size=8), container=st.sampled_from(sorted(CONTAINERS)))
def test_the_same_rows_come_in_whatever_holds_them(rows: Rows, container: str, place: Path, database: Database):
    path = place / "upload"
    path.write_bytes(CONTAINERS[container](rows))

    (file,) = arrivals(path, "upload", place / "out").files
    source = file.source()
    loaded = load_table(source, guess_mapping(source, "orders"), place / "loaded", database=database, as_of=AS_OF)

    came = [
        (customer, at.date(), amount) for customer, at, amount in kept(loaded, "customer_id", "ordered_at", "amount")
    ]
    assert came == [row[:3] for row in rows]
    assert source.sample.column("city of the shop").to_pylist() == [row[3] for row in rows]
    assert loaded.report.lines_add_up
    assert loaded.report.amounts_add_up


@pytest.mark.parametrize("container", ["arrow file", "arrow stream", "parquet", "json list"])
def test_without_lines_of_its_own_a_file_numbers_its_rows(load: Load, container: str):
    rows: Rows = [("ann", date(2026, 1, day), Decimal(day), "c") for day in range(1, 8)]

    assert kept(load(CONTAINERS[container](rows), "in"), "source_line") == [(n,) for n in range(1, 8)]


def test_columns_whose_names_differ_in_case_alone_are_two(load: Load, tmp_path):
    columns = {"Amount": [1, 2], "amount": [30, 40], "customer": ["a", "b"], "date": ["2026-01-02"] * 2}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")

    loaded = load(tmp_path / "in.parquet", "in.parquet")

    assert loaded.mapping.columns["amount"] == "Amount"
    assert kept(loaded, "amount") == [(1,), (2,)]
    (again,) = arrivals(tmp_path / "in.parquet", "in.parquet", tmp_path).files
    assert again.source().headers == ("Amount", "amount (2)", "customer", "date")


def test_under_a_merged_title_the_table_is_found_and_a_serial_in_a_column_of_text_is_a_day(load: Load, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Sales of the year"], [], ["customer", "date", "amount"], ["ann", "45292", 1], ["bob", 45293, 2]):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    book.save(tmp_path / "in.xlsx")

    loaded = load(tmp_path / "in.xlsx", "in.xlsx")

    assert kept(loaded, "source_line", "ordered_at") == [(4, datetime(2024, 1, 1)), (5, datetime(2024, 1, 2))]
