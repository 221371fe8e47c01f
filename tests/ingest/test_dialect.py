"""How a text file is laid out."""

import pytest

from crm_core.ingest.dialect import decide_dialect
from crm_core.ingest.source import ReadingOptions

ANY = ReadingOptions()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_rows_are_equally_wide(delimiter: str):
    text = "id;date;amount\n1;2026-01-02;3\n2;2026-01-03;4\n".replace(";", delimiter)

    assert decide_dialect(text, ANY)[0].delimiter == delimiter


def test_a_decimal_comma_does_not_part_fields():
    dialect, header, _notes = decide_dialect("kunde;betrag\n1;2,50\n2;3,75\n", ANY)

    assert (dialect.delimiter, header) == (";", ("kunde", "betrag"))


def test_runs_of_spaces_part_fields_where_nothing_else_does():
    dialect, header, _notes = decide_dialect(" id  date  amount\n 001 19970101  11.77\n 002 19970112   7.00\n", ANY)

    assert (dialect.delimiter, header) == ("", ("id", "date", "amount"))


def test_lines_above_the_header_are_left_out():
    dialect, header, _notes = decide_dialect("Sales 2026\nprinted by Ann\n\nid,date,amount\n1,2026-01-02,3\n", ANY)

    assert (dialect.header_lines, header) == (4, ("id", "date", "amount"))


def test_a_title_padded_by_delimiters_is_no_header():
    dialect, header, _notes = decide_dialect("Sales,,\n,,\nid,date,amount\n1,2026-01-02,3\n", ANY)

    assert (dialect.header_lines, header) == (3, ("id", "date", "amount"))


def test_a_file_that_begins_with_data_has_no_header():
    dialect, header, _notes = decide_dialect("1,2026-01-02,3\n2,2026-01-03,4\n", ANY)

    assert (dialect.has_header, dialect.header_lines, header) == (False, 0, ("", "", ""))


def test_a_separator_line_says_the_delimiter():
    dialect, header, _notes = decide_dialect("sep=;\nid;amount\n1;2\n", ANY)

    assert (dialect.delimiter, dialect.header_lines, header) == (";", 2, ("id", "amount"))


def test_what_the_reader_says_is_taken():
    dialect, header, _notes = decide_dialect("x\nid|date\n1|2\n", ReadingOptions(delimiter="|", header_line=2))

    assert (dialect.delimiter, dialect.header_lines, header) == ("|", 2, ("id", "date"))


def test_single_quotes_are_quotes_where_fields_stand_in_them():
    assert decide_dialect("id,name\n1,'a, b'\n2,'5\" pipe'\n3,'c'\n", ANY)[0].quote == "'"


def test_a_space_before_opening_quotes_belongs_to_the_layout():
    assert decide_dialect('id, "name"\n1, "a, b"\n2, "c"\n', ANY)[0].spaced
