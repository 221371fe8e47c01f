"""A plain file is loaded in one reading, and any other as carefully as before: the same comes out."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.engine.database import Database
from crm_core.errors import CrmError
from crm_core.ingest import LoadedTable, Mapping, guess_mapping, inspect_file, load_table
from crm_core.ingest import load as loading
from crm_core.schema import TABLES
from tests.ingest.conftest import AS_OF

HEADERS = ["customer id", "order date", "amount", "quantity", "order id", "refund", "kind"]
PLAIN = st.tuples(
    st.sampled_from(["a", "b", " c", "007", "张三", "NULL", "Ａ１", '="007"']),
    st.dates(date(2020, 1, 1), date(2026, 6, 30)).map(str)
    | st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)).map(str),
    st.decimals(-1000, 1000, places=2).map(str) | st.integers(-9, 9).map(str) | st.just('="5"'),
    st.integers(-5, 50).map(str),
    st.sampled_from(["", "n", "x, y", 'a "b"', "two\nlines", "  ", "é", "held"]),
    st.sampled_from(["", "0", "1.5"]),
    st.sampled_from(["sale", "return", ""]),
).map(list)
ODD = st.tuples(
    st.sampled_from(["a", "", "12.0", "1.2E+11"]),
    st.sampled_from(["", "2026/3/5", "05.03.2026", "someday", "2026年3月5日", "1899-01-01", "1-12-05", "infinity"]),
    st.sampled_from(
        ["", "¥5", "1,234.50", "1.234,5", "five", "5\u2009", "1e3", "1.23456", "99999999999999", "-", "1.234", "1,234"]
    ),
    st.sampled_from(["", "two", "1,5", "N/A", "３", "1.5", "2.000"]),
    st.sampled_from(["", "n", "held"]),
    st.sampled_from(["", "2 CR", "some", "-1"]),
    st.sampled_from(["", "sale"]),
).map(list)
COLUMNS = {
    "customer_id": "customer id",
    "ordered_at": "order date",
    "amount": "amount",
    "quantity": "quantity",
    "order_id": "order id",
}
KNOWN = {"customer_id": "'a'", "order_id": "'held'"}
HELD = "select " + ", ".join(
    f"cast({KNOWN.get(column.name, 'null')} as {column.sql_type}) as {column.name}"
    for column in TABLES["orders"].columns
)
ONE_ODD = st.tuples(PLAIN, ODD, st.integers(0, len(HEADERS) - 1)).map(
    lambda found: [*found[0][: found[2]], found[1][found[2]], *found[0][found[2] + 1 :]]
)
TOTAL, REPEATED_HEADER = ["Total", "", "99", "", "", "", ""], HEADERS
RULES = st.fixed_dictionaries(
    {},
    optional={
        "refund": st.just("refund"),
        "units": st.sampled_from([{"amount": "ten_thousand"}, {"refund": "cent"}]),
        "return_flag": st.just("kind"),
        "return_values": st.just(("return",)),
        "return_order_prefix": st.just("h"),
        "decimal_mark": st.sampled_from([".", ","]),
    },
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("one reading")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two lines or three and a sample of five rows, so that a small file has many of both."""
    monkeypatch.setattr("crm_core.ingest.decode.CHUNK_BYTES", 100)
    monkeypatch.setattr("crm_core.ingest.inspect.SAMPLE_ROWS", 5)


def what_came_out(loaded: LoadedTable) -> dict[str, Any]:
    """Everything a load says, rows in the order of the file."""
    rows = sorted(pq.read_table(loaded.accepted).to_pylist(), key=lambda row: row["source_line"])
    report = loaded.report.model_dump()
    return {"rows": rows, "aside": pq.read_table(loaded.set_aside).to_pylist(), "report": report}


@given(
    first=st.lists(PLAIN, min_size=5, max_size=8),
    rows=st.lists(PLAIN | ONE_ODD | ONE_ODD | ODD | st.sampled_from([TOTAL, REPEATED_HEADER]), max_size=12),
    ragged=st.lists(st.sampled_from(["", "x", "# x", 'a,"b', "a,2026-01-02,5,1,n,,,", ",,,,,,", "\t" * 6]), max_size=2),
    rules=RULES,
    is_held=st.booleans(),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_one_reading_and_a_careful_load_give_the_same(
    first: list[list[str]],
    rows: list[list[str]],
    ragged: list[str],
    rules: dict[str, Any],
    is_held: bool,
    delimiter: str,
    encoding: str,
    place: Path,
    database: Database,
):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([HEADERS, *first, *rows])
    path = place / "in.csv"
    path.write_bytes((text.getvalue() + "".join(line + "\n" for line in ragged)).encode(encoding, errors="replace"))

    mapping = Mapping(table="orders", columns=COLUMNS, **rules)
    earlier = [HELD] if is_held else []
    assert load_at_once(path, database, mapping, earlier) == load_carefully(path, database, mapping, earlier)


def load_at_once(
    path: Path, database: Database, mapping: Mapping | None = None, earlier: Sequence[str] = ()
) -> dict[str, Any] | str:
    try:
        source = inspect_file(path, "in.csv")
        loaded = load_table(
            source,
            mapping or guess_mapping(source, "orders"),
            path.parent / "out",
            database=database,
            as_of=AS_OF,
            earlier=earlier,
        )
    except CrmError as error:
        return str(error)
    return what_came_out(loaded)


def load_carefully(path: Path, database: Database, mapping: Mapping, earlier: Sequence[str]) -> dict[str, Any] | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_in_one_reading", lambda *_arguments, **_named: None)
        patch.setattr("crm_core.ingest.text_stream.is_plain", lambda *_arguments: False)
        return load_at_once(path, database, mapping, earlier)


def plain_lines(count: int) -> str:
    return "customer,order date,amount,order id\n" + "".join(f"c{n},2026-01-02,{n}.5,o{n}\n" for n in range(count))


def test_a_plain_file_is_read_once_and_never_kept_as_text(place: Path, database: Database, monkeypatch):
    monkeypatch.setattr(loading, "_carefully", None)  # would fail if called
    path = place / "plain.csv"
    path.write_text(plain_lines(50), encoding="utf-8")

    found = load_at_once(path, database)

    assert [row["source_line"] for row in found["rows"]] == list(range(2, 52))


def test_a_row_set_aside_far_below_the_sample_does_not_make_the_load_careful(
    place: Path, database: Database, monkeypatch
):
    monkeypatch.setattr(loading, "_carefully", None)
    path = place / "aside.csv"
    path.write_text(plain_lines(50) + "c,2026-01-02,five,o\nc,2026-01-02\n", encoding="utf-8")

    found = load_at_once(path, database)

    assert [(row["source_line"], row["reason"]) for row in found["aside"]] == [
        (52, "unreadable_amount"),
        (53, "too_few_fields"),
    ]
    assert found["report"]["rows_kept"] == 50


def test_a_row_kept_though_one_of_its_cells_is_not_plain_is_asked_with_the_column(place: Path, database: Database):
    path = place / "odd.csv"
    path.write_text(plain_lines(50) + "c,2026-01-02,¥5,o\n", encoding="utf-8")

    found = load_at_once(path, database)

    assert found["report"]["currencies"] == ("¥",)
    assert found["rows"][-1]["source_line"] == 52


@pytest.mark.parametrize("odd_places", [[5], [0, 1, 2], [7, 49, 50], list(range(0, 51, 3))])
def test_rows_are_kept_in_the_order_of_the_file_whichever_are_plain(
    odd_places: list[int], place: Path, database: Database
):
    path = place / "order.csv"
    lines = plain_lines(51).splitlines(keepends=True)
    for odd in odd_places:
        lines[10 + odd : 10 + odd] = ["c,2026-01-02,¥5,o\n"]
    path.write_text("".join(lines), encoding="utf-8")
    source = inspect_file(path, "in.csv")

    loaded = load_table(source, guess_mapping(source), place / "in order", database=database, as_of=AS_OF)

    kept = pq.read_table(loaded.accepted, columns=["source_line"]).column(0).to_pylist()
    assert kept == list(range(2, 53 + len(odd_places)))


def test_blank_lines_are_no_records_and_repeat_nothing(place: Path, database: Database):
    path = place / "blank.csv"
    path.write_text(plain_lines(20) + "\n" * 200, encoding="utf-8")

    report = load_at_once(path, database)["report"]

    assert (report["blank_lines"], report["exact_duplicates"]) == (200, 0)


def test_dates_of_another_kind_below_the_sample_are_read_by_the_whole_column(place: Path, database: Database):
    path = place / "dates.csv"
    path.write_text(plain_lines(20) + "c,25.12.2025,1,x\n", encoding="utf-8")

    assert load_at_once(path, database)["rows"][-1]["ordered_at"].isoformat() == "2025-12-25T00:00:00"


def test_repeated_lines_are_counted_by_their_text_though_their_values_are_alike(place: Path, database: Database):
    path = place / "repeats.csv"
    path.write_text(plain_lines(20) + "c,2026-01-02,1,x\n" * 3 + "c,2026-01-02,1.0,x\n", encoding="utf-8")

    assert load_at_once(path, database)["report"]["exact_duplicates"] == 2
