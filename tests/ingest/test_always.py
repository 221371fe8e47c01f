"""Whatever comes in: every line is accounted for, and nothing but a sentence ever comes out."""

import contextlib
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.engine.database import Database
from crm_core.errors import CrmError
from crm_core.ingest import LoadedTable, guess_mapping, inspect_file, load_table, problems
from tests.ingest.conftest import AS_OF, aside, kept

CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("\",;\t|\n\r '\\=客"), max_size=8
)
GOOD_ROW = st.tuples(
    st.sampled_from(["a", "b", "007", "张三"]),
    st.dates(date(2020, 1, 1), date(2026, 6, 30)).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    CELL,
).map(list)
FAULTY_ROW = st.lists(CELL, min_size=1, max_size=6)
LINE = st.sampled_from(
    ["", " ", ",,,", 'x,"', '"', 'a,"b" c,2026-01-02,4', "合计,,12,", "a,b,c,d,e,f,g", "\x00", "sep=;"]
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A table in some dialect, with faults, in some encoding, perhaps with bytes changed."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    parts = [draw(st.sampled_from(["", "Report\n", "\n\n", "# made by hand\n"]))]
    rows = [["customer", "date", "amount", "note"], *draw(st.lists(GOOD_ROW, min_size=1, max_size=20))]
    for row in rows:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(row)
        parts.append(text.getvalue())
    for _number in range(draw(st.integers(0, 4))):
        fault = draw(LINE | FAULTY_ROW.map(delimiter.join))
        parts.insert(draw(st.integers(2, len(parts))), fault + end)
    content = "".join(parts).encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])))
    for _number in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(content) - 1))
        content = content[:place] + draw(st.binary(max_size=3)) + content[place + draw(st.integers(0, 2)) :]
    return content


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("always")


@given(content=files())
def test_every_line_is_kept_or_set_aside_or_blank_and_nothing_crashes(content: bytes, place: Path, database: Database):
    path = place / "in.csv"
    path.write_bytes(content)

    with contextlib.suppress(CrmError):  # a refusal is an answer; any other exception is a bug
        source = inspect_file(path, "in.csv")
        loaded = load_table(source, guess_mapping(source, "orders"), place / "out", database=database, as_of=AS_OF)
        check_that_it_adds_up(loaded)


def check_that_it_adds_up(loaded: LoadedTable) -> None:
    report = loaded.report
    assert report.lines_add_up, report
    assert report.amounts_add_up, report
    assert report.rows_kept == len(kept(loaded, "source_line"))
    assert report.rows_set_aside == len(aside(loaded)) == sum(reason.rows for reason in report.reasons)
    lines = [line for (line,) in kept(loaded, "source_line")] + [line for line, _reason in aside(loaded)]
    assert len(set(lines)) == len(lines)
    assert all(1 <= line <= report.lines_in for line in lines)
    problems(report)


@given(
    rows=st.lists(GOOD_ROW, min_size=1, max_size=15),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_same_table_loads_the_same_in_every_dialect(
    rows: list[list[str]], delimiter: str, encoding: str, end: str, place: Path, database: Database
):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(["customer id", "order date", "amount", "city of the shop"])
    writer.writerows([*row[:3], "深圳"] for row in rows)
    path = place / "same.csv"
    path.write_bytes(text.getvalue().encode(encoding))

    source = inspect_file(path, "same.csv")
    loaded = load_table(source, guess_mapping(source, "orders"), place / "same", database=database, as_of=AS_OF)

    found = [
        (name, str(at.date()), float(amount))
        for name, at, amount in kept(loaded, "customer_id", "ordered_at", "amount")
    ]
    assert found == [(row[0], row[1], float(row[2])) for row in rows]
