"""What cannot be read is refused with a sentence that says what to do, and leaves nothing half done."""

import errno
import io
import os
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.chart import BarChart

from crm_core.engine.database import Database
from crm_core.errors import CrmError, InputError
from crm_core.ingest import QualityReport, arrivals, guess_mapping, inspect_file, load_table
from tests.ingest.conftest import AS_OF
from tests.ingest.test_containers import CONTAINERS, Rows

ORDERS = "customer,date,amount\nann,2026-01-02,10\nbob,2026-01-03,20\n"
UNPLAIN = ORDERS.replace("10", "¥10")
BOTH_WAYS = [(ORDERS, "load_in_one_reading"), (UNPLAIN, "read_raw")]
FIRST_ENTRY = b"PK\x01\x02"  # of a zip's table of contents
ROWS: Rows = [("ann", AS_OF, 1, "York")] * 200  # whole numbers do as well


def book_of(*titles: str, chart: bool = False) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in titles:
        book.create_sheet(title)
    if chart:
        book.create_chartsheet("Chart").add_chart(BarChart())
    return book


@pytest.fixture
def refused(tmp_path: Path):
    """The sentence with which a file is refused, at a look."""

    def refused(content: bytes | openpyxl.Workbook) -> str:
        path = tmp_path / "upload"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path)
        with pytest.raises(InputError) as refusal:
            inspect_file(path, "orders.csv")
        assert "orders.csv" in str(refusal.value)
        return str(refusal.value)

    return refused


@pytest.mark.parametrize(
    "image",
    [b"BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0", b"II*\0" + b"\0" * 40, b"RIFF\x24\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic"],
)
def test_an_image_is_named_whatever_its_name(refused, image: bytes):
    assert "an image" in refused(image)


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><table><tr><td>customer</td></tr></table>",
        b"\xef\xbb\xbf\r\n<HTML xmlns:x='urn:schemas-microsoft-com:office:excel'>",
        b"<table><tr><td>customer</td></tr></table>",
        b'<?xml version="1.0"?><Workbook></Workbook>',
    ],
)
def test_a_page_or_xml_that_calls_itself_excel_is_sent_through_a_spreadsheet(refused, page: bytes):
    assert "Open it in a spreadsheet and save it as xlsx" in refused(page)


def test_a_workbook_of_empty_sheets_or_charts_alone_holds_no_rows(refused):
    assert "no rows" in refused(book_of("A", "B"))
    assert "no rows" in refused(book_of("A", chart=True))


def report_or_refusal(content: bytes, folder: Path, database: Database) -> QualityReport | str:
    """What comes of a file: its report, or the sentence that refuses it. Anything else is a bug."""
    path = folder / "upload"
    path.write_bytes(content)
    try:
        (file,) = arrivals(path, "orders.csv", folder / "unpacked").files
        source = file.source()
        mapping = guess_mapping(source, "orders")
        return load_table(source, mapping, folder / "out", database=database, as_of=AS_OF).report
    except CrmError as error:
        return str(error)


def test_a_cell_in_the_farthest_corner_of_a_sheet_does_not_bring_the_process_down(refused):
    book = book_of("A")
    book["A"]["A1"], book["A"]["XFD1048576"] = "customer", "stray"

    assert "far outside of the table" in refused(book)


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_a_file_cut_off_anywhere_is_refused_or_read_as_far_as_it_is_whole(tmp_path, database, container: str):
    content = CONTAINERS[container](ROWS)
    for share in (0.02, 0.5, 0.95, 0.999):
        said = report_or_refusal(content[: int(share * len(content))], tmp_path, database)

        assert said if isinstance(said, str) else said.lines_add_up


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_damage_anywhere_is_refused_or_read_and_never_a_crash(tmp_path, database, container: str):
    content = CONTAINERS[container](ROWS)
    for place in range(8, len(content), max(1, len(content) // 10)):
        damaged = content[:place] + b"\xff\x00\xaa\x55" + content[place + 4 :]
        said = report_or_refusal(damaged, tmp_path, database)

        assert said if isinstance(said, str) else said.lines_add_up


@pytest.mark.parametrize("container", ["ods", "xlsx"])
def test_a_workbook_whose_table_of_contents_is_torn_is_refused(tmp_path, database, container: str):
    content = CONTAINERS[container](ROWS)
    first = content.index(FIRST_ENTRY)
    no_mark = content[:first] + b"\xff" + content[first + 1 :]
    no_letters = bytearray(content)
    no_letters[first + 9] |= 0x08  # says that names are UTF-8
    no_letters[first + 46] = 0xFF  # which no name in UTF-8 begins with

    for torn in (no_mark, bytes(no_letters)):
        assert "damaged" in str(report_or_refusal(torn, tmp_path, database))


def test_a_zip_whose_names_are_torn_is_refused(tmp_path, database):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", ORDERS)
    torn = bytearray(packed.getvalue())
    first = torn.index(FIRST_ENTRY)
    torn[first + 9] |= 0x08
    torn[first + 46] = 0xFF

    assert "cut off or damaged" in str(report_or_refusal(bytes(torn), tmp_path, database))


def test_a_hundred_thousand_columns_are_too_many_in_every_format(refused, tmp_path):
    names = [f"c{n}" for n in range(100_000)]
    pq.write_table(pa.table([[1]] * len(names), names), tmp_path / "wide.parquet")
    wide = openpyxl.Workbook(write_only=True)
    wide.create_sheet("A").append(names[:16_384])

    assert "100,000 columns" in refused(",".join(names).encode() + b"\n1\n")
    assert "100,000 columns" in refused((tmp_path / "wide.parquet").read_bytes())
    assert "columns" in refused(wide)


@pytest.mark.parametrize("orders", [ORDERS, UNPLAIN])
def test_a_file_that_changes_after_it_was_looked_at_is_not_loaded(tmp_path, database, orders: str):
    path = tmp_path / "in.csv"
    path.write_text(orders)
    source = inspect_file(path, "in.csv")
    path.write_text(orders + "eve,2026-01-04,30\n")

    with pytest.raises(InputError, match=r"in\.csv changed while it was read\. Load it again"):
        load_table(source, guess_mapping(source), tmp_path / "out", database=database, as_of=AS_OF)


def test_a_file_that_changes_while_it_is_looked_at_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    path.write_text(ORDERS)

    def growing(*arguments: object, **named: object) -> object:
        with path.open("a") as file:
            file.write("eve,2026-01-04,30\n")
        return survey(*arguments, **named)

    survey = inspect_file.__globals__["survey"]
    monkeypatch.setitem(inspect_file.__globals__, "survey", growing)

    with pytest.raises(InputError, match="changed while it was read"):
        inspect_file(path, "in.csv")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        duckdb.IOException(f"IO Error: Could not write file: {os.strerror(errno.ENOSPC)}"),
    ],
)
@pytest.mark.parametrize(("orders", "way"), BOTH_WAYS)
def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(
    tmp_path, database, monkeypatch, error: Exception, orders: str, way: str
):
    path = tmp_path / "in.csv"
    path.write_text(orders)
    source = inspect_file(path, "in.csv")

    def full(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(f"crm_core.ingest.load.{way}", full)

    with pytest.raises(InputError, match=r"The disk is full: in\.csv"):
        load_table(source, guess_mapping(source), tmp_path / "out", database=database, as_of=AS_OF)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("orders", "way"), BOTH_WAYS)
def test_another_trouble_of_the_disk_is_no_full_disk(tmp_path, database, monkeypatch, orders: str, way: str):
    path = tmp_path / "in.csv"
    path.write_text(orders)
    source = inspect_file(path, "in.csv")

    def failing(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(f"crm_core.ingest.load.{way}", failing)

    with pytest.raises(OSError, match="Input/output error"):
        load_table(source, guess_mapping(source), tmp_path / "out", database=database, as_of=AS_OF)
