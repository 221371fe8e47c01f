"""Whatever comes in: every line is accounted for, and nothing but a sentence ever comes out.

`CLIENTELE_FUZZ=20000 pytest tests/ingest/test_always.py` tries that many files instead of the usual number.
"""

import csv
import io
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.engine.database import Database
from crm_core.errors import CrmError
from crm_core.ingest import LoadedTable, ReadingOptions, guess_mapping, inspect_file, load_table, problems
from crm_core.ingest.load import read_raw
from tests.ingest.conftest import AS_OF, aside, kept

FILES = int(os.environ.get("CLIENTELE_FUZZ", "2000"))
READ = settings(max_examples=FILES * 4 // 5, deadline=None, suppress_health_check=list(HealthCheck))
LOADED = settings(max_examples=FILES // 5, deadline=None, suppress_health_check=list(HealthCheck))

CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("\",;\t|\n\r '\\=“”客"), max_size=8
)
GOOD_ROW = st.tuples(
    st.sampled_from(["a", "b", "007", "张三", '="0012"', "\ufeffd", "Ann “B”"]),
    st.dates(date(2020, 1, 1), date(2026, 6, 30)).map(str)
    | st.sampled_from(
        ["5 mars 2026", "05.03.2026", "46086", "2026年3月5日 下午3:04", "R8.3.5", "13/04/2026", "03/04/2026"]
    ),
    st.decimals(-1000, 1000, places=2).map(str)
    | st.sampled_from(["1.234,50", "¥1,234.50", "(5)", "5.-", "12 CR", "1.2万", "５", "1 234,5", "7 DR"]),
    CELL,
).map(list)
PLAIN_ROW = st.tuples(
    st.sampled_from(["a", "b", "007", "张三"]),
    st.dates(date(2020, 1, 1), date(2026, 6, 30)).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
).map(list)
FAULTY_ROW = st.lists(CELL, min_size=1, max_size=6)
HEADERS = st.sampled_from(
    [
        ["customer,date,amount,note"],
        ["客户编号,订单日期,金额,备注", "customer id,order date,amount,note"],
        [",2026,,", "customer,date,amount,note"],
        ["customer,date,amount,note", ",,EUR,"],
        ['"customer,date,amount,note'],
        ["customer;date;amount;note"],
        ["customer,date,,amount,note"],
        ["customer,date,amount"],
        [],
    ]
)
PREAMBLE = st.sampled_from(
    ["", "Report\n", "\n\n", "# made by hand\n", "From:,2026-01-01,,\nTo:,2026-06-30,,\n", "sep=,\n"]
)
LINE = st.sampled_from(
    [
        "",
        " ",
        "\f",
        ",,,",
        'x,"',
        '"',
        'a,"b" c,2026-01-02,4',
        'a,2026-01-02,5"x, y"',
        "合计,,12,",
        "Total (4 rows),,12,",
        "customer,date,amount,note",
        "a,b,c,d,e,f,g",
        "# a remark, with a comma",
        "\x00",
        "sep=;",
        "\u2028,\x85,\x1c,\x0b",
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A table in some dialect, with faults, in some encoding."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", ", "]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    mark, quoting = draw(st.sampled_from(['"', "'"])), draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    is_escaped = draw(st.booleans())
    parts = [draw(PREAMBLE).replace("\n", end)]
    parts += [line.replace(",", delimiter) + end for line in draw(HEADERS)]
    for row in draw(st.lists(GOOD_ROW, min_size=1, max_size=20)):
        text = io.StringIO()
        csv.writer(
            text,
            delimiter=delimiter[0],
            quotechar=mark,
            quoting=quoting,
            lineterminator=end,
            doublequote=not is_escaped,
            escapechar="\\" if is_escaped else None,
        ).writerow(row)
        parts.append(text.getvalue())
    for _number in range(draw(st.integers(0, 4))):
        fault = draw(LINE.map(lambda line: line.replace(",", delimiter)) | FAULTY_ROW.map(delimiter.join))
        parts.insert(draw(st.integers(1, len(parts))), fault + draw(st.sampled_from([end, end, "\n", "\r"])))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be", "utf-32"]))
    return "".join(parts).encode(encoding)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Such a table with bytes changed, left out, put in, doubled, or its end cut off."""
    content = draw(tables())
    for _number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(0, 3) | st.integers(0, 200))
        piece = draw(
            st.binary(max_size=3)
            | st.sampled_from(
                [b'"', b"\r", b"\n", b"\0", b"\\", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\x8b", b'""', b",,"]
            )
            | st.just(content[start : start + 2 * length])
        )
        content = content[:start] + piece + content[start + length :]
    return content


OPTIONS = st.just(ReadingOptions()) | st.builds(
    ReadingOptions,
    encoding=st.sampled_from([None, "utf-8", "gb18030", "utf-16", "cp1252", "idna", "base64", "no such"]),
    delimiter=st.sampled_from([None, ",", ";", "", " ", "\\", '"']),
    quote=st.sampled_from([None, '"', "'", "“", ""]),
    escape=st.sampled_from([None, "", "\\"]),
    header_line=st.none() | st.integers(0, 9),
    header_rows=st.none() | st.integers(1, 4),
    pad_short_rows=st.sampled_from([None, True, False]),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("always")


@READ
@given(content=mutated(), options=OPTIONS)
def test_every_line_is_header_row_blank_or_goes_on_and_nothing_crashes(
    content: bytes, options: ReadingOptions, place: Path, database: Database
):
    path = place / "in.csv"
    path.write_bytes(content)
    try:
        source = inspect_file(path, "in.csv", overrides=options)
    except CrmError:  # a refusal is an answer; any other exception is a bug
        return
    with database.cursor() as cursor:
        raw = read_raw(source, place, cursor, lambda _progress: None)
        rows = cursor.execute(f"select line, flaw, raw from {raw.relation} order by line").fetchall()

    assert raw.line_count == raw.header_lines + raw.blank_lines + raw.row_count + raw.continued_lines
    assert raw.row_count == len(rows)
    assert min(raw.header_lines, raw.blank_lines, raw.continued_lines) >= 0
    assert strictly_rising([line for line, _flaw, _raw in rows], raw.header_lines + 1, raw.line_count)
    assert all((flaw is None) == (text is None) for _line, flaw, text in rows)


@LOADED
@given(content=mutated())
def test_every_line_is_kept_or_set_aside_or_blank_and_every_amount_too(content: bytes, place: Path, database: Database):
    path = place / "in.csv"
    path.write_bytes(content)
    try:
        source = inspect_file(path, "in.csv")
        loaded = load_table(source, guess_mapping(source, "orders"), place / "out", database=database, as_of=AS_OF)
    except CrmError:
        return
    check_that_it_adds_up(loaded)


def strictly_rising(numbers: Sequence[int], first: int, last: int) -> bool:
    return all(a < b for a, b in zip([first - 1, *numbers], [*numbers, last + 1], strict=True))


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
    rows=st.lists(PLAIN_ROW, min_size=1, max_size=15),
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
