"""How a text file is laid out."""

import pytest

from crm_core.errors import InputError
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


def header(text: str, **options) -> tuple[str, ...]:
    return decide_dialect(text, ReadingOptions(**options)).header


def notes(text: str) -> str:
    return " ".join(decide_dialect(text, ANY).notes)


ROWS = "a,1,2,3,4\nb,5,6,7,8\n"


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (",2024,,2025,\nCustomer,Q1,Q2,Q1,Q2\n", ("Customer", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2")),
        ("Customer,2024,,2025,\n,Q1,Q2,Q1,Q2\n", ("Customer", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2")),
        (",2024,2024,2025,2025\nCustomer,Q1,Q2,Q1,Q2\n", ("Customer", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2")),
        (",2024,,2025,\n,Sales,,Sales,\nCustomer,#,%,#,%\n",
         ("Customer", "2024 Sales #", "2024 Sales (%)", "2025 Sales #", "2025 Sales (%)")),
        (",2024,,2025,\nCustomer,Sales,,Sales,\n,#,%,#,%\n",
         ("Customer", "2024 Sales #", "2024 Sales (%)", "2025 Sales #", "2025 Sales (%)")),
        ("客户,金额,数量,成本,折扣\n,(元),(件),(元),%\n", ("客户", "金额 (元)", "数量 (件)", "成本 (元)", "折扣 (%)")),
        ("客户编号,销售额,数量,成本,折扣\ncustomer_id,amount,quantity,cost,discount\n",
         ("客户编号", "销售额", "数量", "成本", "折扣")),
        ("甲,乙,丙,丁,戊\none,two,three,four,five\n", ("甲", "乙", "丙", "丁", "戊")),
        ("name,v,w,x,y\nname,v,w,x,y\n", ("name", "v", "w", "x", "y")),
        ("Sales report,,,,\n,2024,,2025,\nCustomer,Q1,Q2,Q1,Q2\n,EUR,EUR,EUR,EUR\n",
         ("Customer", "2024 Q1 (EUR)", "2024 Q2 (EUR)", "2025 Q1 (EUR)", "2025 Q2 (EUR)")),
    ],
)  # fmt: skip
def test_a_header_of_several_rows_gives_one_name_a_column(lines: str, names: tuple[str, ...]):
    dialect, found, said = decide_dialect(lines + ROWS, ANY)

    assert found == names
    assert dialect.header_lines == lines.count("\n")
    assert "rows" in " ".join(said)


@pytest.mark.parametrize(
    "first",
    ["a,1,2,3,4", "b,,2,3,4", "c,n/a,-,x,4", "customer,1,2,3,4", "EUR,1,2,3,4", "d,2024,2025,3,4", "e,?,2,3,4"],
)
def test_the_first_row_of_data_is_never_taken_into_the_header(first: str):
    dialect = decide_dialect(f"customer,v,w,x,y\n{first}\n{ROWS}", ANY).dialect

    assert (dialect.header_lines, dialect.header_rows) == (1, 1)


def test_years_name_columns_where_the_rows_hold_no_years():
    text = "Customer,2023,2024,2025\na,10,20,30\nb,11,21,31\n"

    assert header(text) == ("Customer", "2023", "2024", "2025")


def test_the_reader_says_how_many_rows_the_header_takes():
    text = "name,x\nred,blue\na,1\nb,2\n"

    assert header(text) == ("name", "x")
    assert header(text, header_rows=2) == ("name red", "x blue")
    assert header("name,x\nname,x\na,1\n", header_rows=1) == ("name", "x")
    assert header("t\nu\n" + text, header_line=3, header_rows=2) == ("name red", "x blue")


def test_a_header_with_an_unclosed_quote_is_read_without_it_and_said():
    text = '"id,date,amount\n1,2026-01-02,3\n2,2026-01-03,"4"\n'

    assert header(text) == ("id", "date", "amount")
    assert "quotation mark" in notes(text)


def test_a_header_parted_in_another_way_than_its_rows_is_found_and_said():
    text = "id;date;amount\n1,2026-01-02,3\n2,2026-01-03,4\n"

    assert header(text) == ("id", "date", "amount")
    assert "parted in another way" in notes(text)


@pytest.mark.parametrize("line", ["id,date,,amount", ",id,date,amount"])
def test_an_empty_name_too_many_is_left_out_and_said(line: str):
    text = line + "\n1,2026-01-02,3\n2,2026-01-03,4\n"

    assert header(text) == ("id", "date", "amount")
    assert "too many" in notes(text)


def test_a_name_too_few_is_said():
    text = "id,date\n1,2026-01-02,3\n5,2026-01-03,4\n"

    assert header(text) == ("id", "date", "")
    assert "2 names" in notes(text)


def test_row_numbers_without_a_name_stand_first():
    assert header("id,date\n1,a,2026-01-03\n2,b,2026-01-04\n") == ("", "id", "date")


def test_rows_that_are_short_at_the_end_of_the_file_are_another_table():
    table = "id,date,amount\n" + "1,2026-01-02,3\n" * 20
    other = "who,where\n" + "1,x\n" * 10

    assert not decide_dialect(table + other, ANY).dialect.pad_short_rows
    assert decide_dialect(table + other + "1,2026-01-02,3\n", ANY).dialect.pad_short_rows


def test_a_backslash_escapes_where_rows_are_even_only_so():
    escaped = 'id,size\n1,"48\\", round"\n2,"5\\" pipe"\n'
    path = 'id,folder\n1,"C:\\data\\"\n2,"D:\\x"\n'

    assert decide_dialect(escaped, ANY).dialect.escape == "\\"
    assert decide_dialect(path, ANY).dialect.escape == ""


def test_single_spaces_part_fields_where_values_with_spaces_are_quoted():
    text = 'id name "city of birth"\n' + '1 "Ann B" "New York"\n2 "Bob C" "Los Angeles"\n3 "Cy" "Rome"\n'

    assert decide_dialect(text, ANY).dialect.delimiter == " "
    assert header(text) == ("id", "name", "city of birth")


def test_times_do_not_make_a_colon_the_delimiter():
    assert decide_dialect("note\nmet at 10:30 today\nmet at 11:30\nlate\n", ANY).dialect.delimiter == ","


def test_typographic_quotes_are_quotes_where_fields_stand_in_them():
    assert decide_dialect("id,name\n1,“a, b”\n2,“c”\n3,“d”\n", ANY).dialect.quote == "“"


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "||"},
        {"quote": "''"},
        {"delimiter": '"'},
        {"escape": "/"},
        {"delimiter": "\n"},
        {"header_line": 9},
    ],
)
def test_marks_that_cannot_lay_out_a_file_are_refused_with_a_sentence(options: dict[str, str]):
    with pytest.raises(InputError):
        decide_dialect("id,name\n1,a\n", ReadingOptions(**{"quote": '"', **options}))


@pytest.mark.parametrize(("told", "found"), [({"delimiter": '"'}, ('"', "")), ({"quote": ","}, (";", ","))])
def test_what_the_reader_says_parts_fields_is_not_found_to_quote_them_too(told: dict[str, str], found: tuple[str, str]):
    dialect = decide_dialect('id;a,b;"x"\n1;2;"3"\n', ReadingOptions(**told)).dialect

    assert (dialect.delimiter, dialect.quote) == found
