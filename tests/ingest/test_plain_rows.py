"""What is read without SQL means what the SQL makes of it, and what is not sure of its meaning is left to it."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.engine.database import Database
from crm_core.ingest.amounts import plain_sql
from crm_core.ingest.dates import clean_sql, year_first_sql
from crm_core.ingest.plain_rows import PlainColumn, fingerprints, plain_bounds
from crm_core.ingest.row_writer import RowWriter
from crm_core.ingest.values import ABSENT_VALUE, WHITE, _flag_sql, _ordinary_letters_sql, text_sql
from crm_core.schema import Kind

WITH_WHITE = st.tuples(st.sampled_from(["", *WHITE]), st.sampled_from(["", "", *WHITE]))
ABSENT = st.sampled_from(["", *ABSENT_VALUE])
NUMBERS = (
    st.decimals(-(10**11), 10**11, places=4).map(str)
    | st.decimals(-1, 1, places=7).map(str)
    | st.decimals(-1, 1, places=4).map(lambda number: f"{number}5")  # where rounding turns
    | st.integers(-(10**20), 10**20).map(str)
    | st.text("0123456789.-+eExn_ ,", max_size=8)
    | st.sampled_from(
        ["0x1F", "nan", "inf", "-9223372036854775808", "1_000", "5.", ".5", "007", "+1", "1e3", "٣", "1-2"]
    )
)
DIGITS = st.text("0123456789", min_size=1, max_size=4)
DATES = (
    st.dates(date(1890, 1, 1), date(2210, 1, 1)).map(str)
    | st.datetimes().map(str)
    | st.tuples(DIGITS, st.sampled_from("-/."), DIGITS, st.sampled_from("-/"), DIGITS).map("".join)
    | st.from_regex(
        r"20[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9]{1,2}(:[0-9]{1,2}(:[0-9]{1,2})?)?)?", fullmatch=True
    )
    | st.sampled_from(["2026-02-30", "2024-02-29", "2026-01-02 13", "2026-01-02T10:20+09", "2026-01-02 24:00:00"])
    | st.sampled_from(
        ["2026-01-02 123456", "infinity", "2026-01-0２", "2026/1-02", "2026/01-02", "2026-01-02 10:20:60"]
    )
)
WORDS = st.text('aN="07Ａ。é \u3000\u00a0張', max_size=6) | st.sampled_from(
    ["NULL", "nan", '="007"', "N", "\\N", "NaT"]
)
FLAGS = st.sampled_from(["yes", "Nein", "TRUE", "x", "是", "2", "maybe", "Sí", "-", "0"])


def texts(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    around = st.tuples(WITH_WHITE, values).map(lambda found: found[0][0] + found[1] + found[0][1])
    return st.lists(values | values | ABSENT | around, min_size=1, max_size=30)


def read(kind: Kind, cells: list[str], name: str = "x", is_whole: bool = False) -> list[tuple[int, object]]:
    """Place and value of the plain cells."""
    first, end = plain_bounds(False, date(1990, 1, 1), None)
    column = PlainColumn(name, 0, kind, is_required=False, is_whole=is_whole, first=first, end=end)
    values, is_plain = column.read(pa.array(cells, pa.string()))
    found = values.to_pylist()
    return [(int(place), found[place]) for place in np.flatnonzero(is_plain)]


def by_sql(database: Database, cells: list[str], kind: Kind, value: str) -> list[tuple[str | None, object]]:
    """Trimmed text and value of every cell."""
    with database.cursor() as cursor:
        cursor.register("cells", pa.table({"place": range(len(cells)), "cell": pa.array(cells, pa.string())}))
        rows = f"select place, {text_sql('cell', kind)} as text from cells"
        return cursor.execute(f"select text, {value} from ({rows}) order by place").fetchall()


def agrees(found: list[tuple[int, object]], expected: list[tuple[str | None, object]]) -> None:
    for place, value in found:
        text, wanted = expected[place]
        assert value == wanted
        assert text is None or value is not None  # what is filled and cannot be read is not plain


@given(cells=texts(NUMBERS), is_whole=st.booleans())
def test_plain_numbers_are_what_sql_reads(cells: list[str], is_whole: bool, database: Database):
    agrees(read("money", cells, is_whole=is_whole), by_sql(database, cells, "money", plain_sql("text")))


@given(cells=texts(DATES))
def test_plain_dates_are_what_sql_reads(cells: list[str], database: Database):
    agrees(read("instant", cells), by_sql(database, cells, "instant", year_first_sql(clean_sql("text"))))


@given(cells=texts(WORDS))
def test_plain_ids_are_what_sql_reads(cells: list[str], database: Database):
    agrees(read("text", cells, "customer_id"), by_sql(database, cells, "text", _ordinary_letters_sql("text")))


@given(cells=texts(FLAGS))
def test_plain_flags_are_what_sql_reads(cells: list[str], database: Database):
    agrees(read("flag", cells), by_sql(database, cells, "flag", _flag_sql("text")))


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("money", ["5", "-12.50", "", "0.0001", "9999999999"]),
        ("instant", ["2026-03-05", "2026/3/5", "2026-03-05T10:20:30", "2026-03-05 10:20", "2026-3-5 1:02:03", ""]),
        ("text", ["a", " a ", "NULL", "", "張三"]),
        ("flag", ["yes", "no", ""]),
        ("integer", ["1999", "2026", ""]),
    ],
)
def test_what_people_export_is_plain(kind: Kind, cells: list[str]):
    assert len(read(kind, cells)) == len(cells)


def test_a_number_with_a_point_is_not_whole():
    assert [place for place, _value in read("money", ["5", "1.0", "2"], is_whole=True)] == [0, 2]


def test_rows_alike_have_one_fingerprint_and_others_their_own():
    rows = pa.record_batch(
        {
            "text": ["a", "a", "b", None, "", "longer than eight", "other than eight", "a"],
            "number": [1, 1, 1, 1, 1, 1, 1, 2],
        }
    )
    found = fingerprints(rows, ["text", "number"])

    assert found[0] == found[1]
    assert len(set(found.tolist())) >= 6


def test_a_row_has_its_fingerprint_whatever_stands_before_it():
    rows = pa.record_batch({"text": ["something", "x", "something", "x"]})

    assert fingerprints(rows, ["text"])[1:2] == fingerprints(rows.slice(3, 1), ["text"])


def test_a_text_that_is_the_same_wherever_it_is_filled_does_not_hide_the_rows_without_it(
    tmp_path: Path, database: Database
):
    schema = pa.schema([("line", pa.int64()), ("flaw", pa.string())])
    with RowWriter(tmp_path / "rows.parquet", schema) as rows:
        rows.add(pa.record_batch([[1, 2, 3, 4], ["x", None, "x", "x"]], schema=schema))

    assert database.rows(f"select line from read_parquet('{tmp_path / 'rows.parquet'}') where flaw is null") == [(2,)]
