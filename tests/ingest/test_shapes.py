"""Shapes of files that other tools keep in their test folders, written small: all cells as text."""

from pathlib import Path

import pytest

from crm_core.engine.database import Database
from crm_core.ingest import inspect_file
from crm_core.ingest.load import read_raw
from crm_core.ingest.raw import cell_names


@pytest.fixture
def read(tmp_path: Path, database: Database):
    """`read(content)` gives the headers, the whole rows and the flaws with their lines."""

    def read(content: str | bytes) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[tuple[int, str]]]:
        path = tmp_path / "in.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = inspect_file(path, path.name)
        with database.cursor() as cursor:
            raw = read_raw(source, tmp_path, cursor, lambda _progress: None)
            cells = ", ".join(f"coalesce({name}, '')" for name in cell_names(raw.width))
            rows = cursor.execute(f"select {cells} from {raw.relation} where flaw is null order by line").fetchall()
            flaws = cursor.execute(
                f"select line, flaw from {raw.relation} where flaw is not null order by line"
            ).fetchall()
        return source.headers, rows, flaws

    return read


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_line_end_stays_in_its_value(read, end: str):
    text = f'a,b,c{end}1,2,3{end}"Once upon {end}a time",5,6{end}7,8,9{end}'

    assert read(text) == (("a", "b", "c"), [("1", "2", "3"), ("Once upon \na time", "5", "6"), ("7", "8", "9")], [])


def test_lines_that_end_in_three_ways_are_lines(read):
    assert read("a,b\r\n1,2\n3,4\r5,6")[1] == [("1", "2"), ("3", "4"), ("5", "6")]


def test_json_in_quotes_is_one_value(read):
    assert read('key,val\n1,"{""type"": ""Point"", ""at"": [102.0, 0.5]}"\n')[1] == [
        ("1", '{"type": "Point", "at": [102.0, 0.5]}')
    ]


def test_minutes_and_seconds_are_no_quotes(read):
    assert read("Phone,Place,City\n2095257564,37°36'37.8\"N 121°2'17.9\"W,Modesto\n")[1] == [
        ("2095257564", "37°36'37.8\"N 121°2'17.9\"W", "Modesto")
    ]


def test_remarks_above_and_among_the_rows_are_no_rows(read):
    headers, rows, flaws = read("# it's a comment!\nid,name\n1,english\n# it's another!\n2,中国人\n")

    assert (headers, rows) == (("id", "name"), [("1", "english"), ("2", "中国人")])
    assert flaws == [(4, "comment_line")]


def test_rows_too_long_and_too_short_are_set_aside_among_whole_ones(read):
    _headers, rows, flaws = read("id,name\n1,a\n2\n3,c\n4,d,e\n5,f\n")

    assert rows == [("1", "a"), ("3", "c"), ("5", "f")]
    assert flaws == [(3, "too_few_fields"), (5, "too_many_fields")]


def test_names_that_are_empty_or_repeated_are_told_apart(read):
    assert read("a,,a,A\n1,2,3,4\n")[0] == ("a", "column 2", "a (2)", "A (3)")


def test_characters_nobody_sees_are_no_part_of_a_name(read):
    assert read("\ufeff\u200bid,na\u00a0me\u200b,\ufeffx\n1,2,3\n")[0] == ("id", "na me", "x")


def test_a_form_feed_between_pages_is_a_blank_line(read):
    assert read("id,x\n1,2\n\f\n3,4\n")[1:] == ([("1", "2"), ("3", "4")], [])


def test_nul_characters_are_left_out(read):
    assert read(b"id,x\n1,a\0b\n")[1] == [("1", "ab")]


def test_a_file_of_one_column_with_long_prose_has_one_column(read):
    prose = '"Apart from counting words, our ""editor"" helps. It also, quietly, checks."'

    headers, rows, flaws = read("text\n" + f"{prose}\n" * 5)

    assert (headers, len(rows), flaws) == (("text",), 5, [])


def test_a_value_of_two_hundred_thousand_letters_beside_a_line_end_is_whole(read):
    long = "x" * 60_000 + "\n" + "y" * 3_000

    assert read(f'id,text\n1,"{long}"\n2,b\n')[1] == [("1", long), ("2", "b")]


def test_bytes_far_down_that_are_not_utf8_change_the_mind(read, monkeypatch):
    monkeypatch.setattr("crm_core.ingest.decode.SAMPLE_BYTES", 64)
    monkeypatch.setattr("crm_core.ingest.inspect.SAMPLE_BYTES", 64)
    text = "id,city\n" + "1,x\n" * 100 + "2,深圳市南山区\n"

    assert read(text.encode("gbk"))[1][-1] == ("2", "深圳市南山区")
