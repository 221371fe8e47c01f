"""Records from lines: one bad quote costs one line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.ingest.records import records, split_cells
from crm_core.ingest.source import Dialect

COMMAS = Dialect(",", '"', "", 0, False)


def read(text: str, width: int = 2, dialect: Dialect = COMMAS):
    return [(r.line, r.cells, r.flaw) for r in records(text.splitlines(keepends=True), dialect, width)]


def test_a_quoted_value_may_hold_line_ends_and_doubled_quotes():
    assert read('1,"a\nb ""c"""\n2,d\n') == [(1, ["1", 'a\nb "c"'], None), (3, ["2", "d"], None)]


def test_a_quote_that_never_closes_costs_one_line():
    assert read('1,"a\n2,b\n3,c\n') == [(1, [], "broken_quote"), (2, ["2", "b"], None), (3, ["3", "c"], None)]


def test_text_after_a_closing_quote_costs_one_line():
    assert read('1,"a" b\n2,c\n') == [(1, [], "broken_quote"), (2, ["2", "c"], None)]


def test_a_quote_inside_a_value_is_a_letter():
    assert read('1,5" pipe\n') == [(1, ["1", '5" pipe'], None)]


def test_a_quote_closed_by_a_later_stray_one_does_not_swallow_the_records_between():
    text = '1,"a\n2,b\n3,c"\n4,d\n'
    lines = text.splitlines(keepends=True)

    found = list(records(lines, COMMAS, 2, 1, lambda line: line.split(",")[0].isdigit()))

    assert [(r.line, r.flaw) for r in found] == [(1, "broken_quote"), (2, None), (3, None), (4, None)]


@pytest.mark.parametrize(
    ("line", "flaw"),
    [("1,2", None), ("1,2,", "too_many_fields"), ("1,2,3", "too_many_fields"), ("1", "too_few_fields")],
)
def test_a_record_has_as_many_cells_as_the_table_has_columns(line: str, flaw: str | None):
    assert read(line + "\n")[0][2] == flaw


def test_short_rows_are_filled_up_where_the_file_writes_them_so():
    assert read("1\n", dialect=Dialect(",", '"', "", 0, False, pad_short_rows=True)) == [(1, ["1", ""], None)]


def test_a_backslash_may_escape_a_quote():
    assert read('1,"a \\"b\\", c"\n', dialect=Dialect(",", '"', "\\", 0, False)) == [(1, ["1", 'a "b", c'], None)]


def test_blank_lines_are_no_records():
    assert read("\n1,2\n  \n") == [(2, ["1", "2"], None)]


def test_a_space_may_stand_before_an_opening_quote():
    assert read('1, "a, b"\n', dialect=Dialect(",", '"', "", 0, False, spaced=True)) == [(1, ["1", "a, b"], None)]


@pytest.mark.parametrize("line", ['1,12"shoes, warm"', '1,x"y, z"""', '1,a"b,c,d"'])
def test_a_delimiter_missing_before_a_quote_costs_the_line(line: str):
    assert read(line + "\n", width=line.count(",") + 1)[0][2] == "broken_quote"


@pytest.mark.parametrize("line", ['5" pipe,6"', 'Bob "Al" Smith,5"', '"a ""b"" c",6"', '12" x 10",4"'])
def test_marks_of_length_and_words_in_quotes_are_letters(line: str):
    assert read(line + "\n")[0][2] is None


def test_a_backslash_before_any_other_letter_is_a_letter():
    dialect = Dialect(",", '"', "\\", 0, False)

    assert read('"8\\\'9\\" rod",C:\\data\n', dialect=dialect) == [(1, ["8\\'9\" rod", "C:\\data"], None)]


def test_a_value_longer_than_the_csv_module_takes_is_read():
    long = "x" * 200_000

    assert read(f'1,"{long}"\n') == [(1, ["1", long], None)]


def test_typographic_quotes_keep_their_delimiters():
    assert read("1,“a, b”\n", dialect=Dialect(",", "“", "", 0, False)) == [(1, ["1", "a, b"], None)]


def test_a_remark_among_the_rows_is_called_one():
    assert read("1,2\n# checked by Ann\n3,4\n")[1] == (2, [], "comment_line")


def test_the_last_line_of_a_value_is_no_record_of_its_own():
    text = '"Once upon\na time",5\n7,8\n'

    found = list(records(text.splitlines(keepends=True), COMMAS, 2, 1, lambda line: line.split(",")[0].isdigit()))

    assert [(r.line, r.cells) for r in found] == [(1, ["Once upon\na time", "5"]), (3, ["7", "8"])]


@given(cells=st.lists(st.text(st.sampled_from('ab",; \n\\')), min_size=1, max_size=5), spaced=st.booleans())
def test_our_own_splitting_gives_what_the_csv_module_gives(cells: list[str], spaced: bool):
    written = io.StringIO()
    csv.writer(written, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)

    assert split_cells(written.getvalue(), Dialect(",", '"', "", 0, False, spaced=spaced)) == cells
