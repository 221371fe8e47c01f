"""Dates and money as people write them, through the whole load."""

from datetime import datetime
from decimal import Decimal

import pytest

from crm_core.errors import InputError
from crm_core.ingest import ReadingOptions
from tests.ingest.conftest import Load, aside, kept

TABS = ReadingOptions(delimiter="\t")


def dates(load: Load, *values: str, **rules):
    lines = "".join(f"c{number}\t{value}\t1\n" for number, value in enumerate(values))
    return load("customer\torder date\tamount\n" + lines, options=TABS, **rules)


def amounts(load: Load, *values: str, **rules):
    lines = "".join(f"c\t2026-01-02\t{value}\n" for value in values)
    return load("customer\torder date\tamount\n" + lines, options=TABS, **rules)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-05", datetime(2026, 3, 5)),
        ("2026/3/5", datetime(2026, 3, 5)),
        ("20260305", datetime(2026, 3, 5)),
        ("2026.03.05", datetime(2026, 3, 5)),
        ("2026-03-05 14:05", datetime(2026, 3, 5, 14, 5)),
        ("2026-03-05T14:05:06", datetime(2026, 3, 5, 14, 5, 6)),
        ("2026-03-05 14:05:06.250", datetime(2026, 3, 5, 14, 5, 6, 250000)),
        ("2026-03-05T14:05:06Z", datetime(2026, 3, 5, 14, 5, 6)),
        ("2026-03-05T14:05:06+08:00", datetime(2026, 3, 5, 6, 5, 6)),
        ("2026年3月5日", datetime(2026, 3, 5)),
        ("2026年3月5日 下午3:04", datetime(2026, 3, 5, 15, 4)),
        ("２０２６－０３－０５", datetime(2026, 3, 5)),
        ("05.03.2026", datetime(2026, 3, 5)),
        ("25/03/2026", datetime(2026, 3, 25)),
        ("3/25/2026 2:05 PM", datetime(2026, 3, 25, 14, 5)),
        ("5 Mar 2026", datetime(2026, 3, 5)),
        ("March 5, 2026", datetime(2026, 3, 5)),
        ("05-Mar-26", datetime(2026, 3, 5)),
        ("46086", datetime(2026, 3, 5)),
        ("46086.5", datetime(2026, 3, 5, 12)),
        ("1772668800", datetime(2026, 3, 5)),
        ("1772668800000", datetime(2026, 3, 5)),
    ],
)
def test_a_date_is_read_however_it_is_written(load: Load, written: str, read: datetime):
    loaded = dates(load, written, columns={"customer_id": "customer", "ordered_at": "order date", "amount": "amount"})

    assert kept(loaded, "ordered_at") == [(read,)]


@pytest.mark.parametrize("written", ["2026-02-30", "soon", "31/31/2026", "infinity", "2026-13-01", "0"])
def test_what_is_no_date_sets_the_row_aside(load: Load, written: str):
    loaded = dates(load, "2026-01-02", written)

    assert [line for line, _reason in aside(loaded)] == [3]
    assert loaded.report.rows_kept == 1


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1989-12-31", "implausible_date"),
        ("1990-01-01", None),
        ("2027-07-01", None),
        ("2027-07-02", "implausible_date"),
        ("9999-12-31", "implausible_date"),
    ],
)
def test_a_date_is_plausible_from_1990_to_366_days_after_the_day(load: Load, written: str, reason: str | None):
    loaded = dates(load, written)

    assert aside(loaded) == ([(2, reason)] if reason else [])


def test_a_day_above_twelve_decides_the_order_for_the_whole_column(load: Load):
    assert kept(dates(load, "03/04/2026", "13/04/2026"), "ordered_at")[0] == (datetime(2026, 4, 3),)
    assert kept(dates(load, "03/04/2026", "04/13/2026"), "ordered_at")[0] == (datetime(2026, 3, 4),)


def test_dates_that_could_be_either_are_asked_about_never_guessed(load: Load):
    with pytest.raises(InputError, match="03/04/2026"):
        dates(load, "03/04/2026", "05/06/2026")


@pytest.mark.parametrize("mark", [".", ". ", "-", "/"])
def test_days_that_run_through_the_month_tell_themselves_from_years_of_two_digits(load: Load, mark: str):
    days = [datetime(2024, 1 + number % 3, day) for number, day in enumerate(range(1, 30))]

    year_first = dates(load, *[day.strftime(f"%y{mark}%m{mark}%d") for day in days])
    year_last = dates(load, *[day.strftime(f"%d{mark}%m{mark}%y") for day in days])

    assert kept(year_first, "ordered_at") == kept(year_last, "ordered_at") == [(day,) for day in days]


@pytest.mark.parametrize("mark", [".", ". ", "-", "/"])
def test_years_of_two_digits_that_could_be_days_are_asked_about_never_guessed(load: Load, mark: str):
    firsts_of_months = [f"01{mark}{month:02}{mark}{year}" for month in (1, 2, 3) for year in (22, 23, 24)]

    with pytest.raises(InputError, match="As year, month, day they run from 2001-01-22 to 2001-03-24"):
        dates(load, *firsts_of_months)


@pytest.mark.parametrize("mark", [".", "-", "/"])
def test_the_order_the_reader_gives_reads_years_of_two_digits(load: Load, mark: str):
    written = mark.join(["05", "03", "04"])

    read = [kept(dates(load, written, date_order=order), "ordered_at")[0][0] for order in ("dmy", "ymd", "mdy")]

    assert read == [datetime(2004, 3, 5), datetime(2005, 3, 4), datetime(2004, 5, 3)]


def test_months_stand_first_before_dots_only_where_many_values_show_it(load: Load):
    in_america = dates(load, "05.18.2025", "08.05.2025", "03.26.2025")
    one_mistake = dates(load, "05.03.2025", "06.04.2025", "07.04.2025", "05.18.2025")

    assert kept(in_america, "ordered_at")[1] == (datetime(2025, 8, 5),)
    assert kept(one_mistake, "ordered_at")[1] == (datetime(2025, 4, 6),)
    assert aside(one_mistake) == [(5, "unreadable_date")]


def test_a_few_dates_that_could_be_either_among_many_plain_ones_are_set_aside(load: Load):
    loaded = dates(load, *["2026-01-02"] * 60, "20-06-03")

    assert aside(loaded) == [(62, "unreadable_date")]


def test_the_order_the_reader_gives_settles_the_question(load: Load):
    loaded = dates(load, "03/04/2026", "05/06/2026", date_order="mdy")

    assert kept(loaded, "ordered_at") == [(datetime(2026, 3, 4),), (datetime(2026, 5, 6),)]


def test_dots_are_day_first_beside_slashes_that_are_year_first(load: Load):
    loaded = dates(load, "2026/3/5", "05.03.2026")

    assert kept(loaded, "ordered_at") == [(datetime(2026, 3, 5),)] * 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.5"),
        ("¥1,234.50", "1234.5"),
        ("￥1，234.50", "1234.5"),
        ("１２３４．５", "1234.5"),
        ("$ 1 234.50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("(99.00)", "-99"),
        ("5-", "-5"),
        ("-¥5", "-5"),
        ("\u22125", "-5"),
        ("+5", "5"),
        ("99元", "99"),
        ("USD 3.20", "3.2"),
        ("3.20 EUR", "3.2"),
        ("1.2万", "12000"),
        ("1234.50 zł", "1234.5"),
        ("1 234.50 руб.", "1234.5"),
        ("1234 Ft", "1234"),
        ("TL 3.20", "3.2"),
        ("1e3", "1000"),
        ("1,23,456.00", "123456"),
    ],
)
def test_money_is_read_however_it_is_written(load: Load, written: str, read: str):
    assert kept(amounts(load, written), "amount") == [(Decimal(read),)]


@pytest.mark.parametrize("written", ["1.234,50", "1.234.567,50", "1234,5", "-1.234,50 €", "(1.234,50)"])
def test_a_decimal_comma_is_seen_over_the_column(load: Load, written: str):
    loaded = amounts(load, written, "1.234")

    assert kept(loaded, "amount")[1] == (Decimal(1234),)


@pytest.mark.parametrize("written", ["12..5", "--5", "(5", "5%", "five", "1 2", "1,2,3", "NaN"])
def test_what_is_no_amount_sets_the_row_aside(load: Load, written: str):
    loaded = amounts(load, "1.50", written)

    assert aside(loaded)[0][0] == 3


def test_a_lone_thousand_is_read_with_a_point_and_asked_about(load: Load):
    loaded = amounts(load, "1,234", "2,500")

    assert kept(loaded, "amount") == [(Decimal(1234),), (Decimal(2500),)]
    assert [question.question for question in loaded.report.undecided] == ["decimal_mark"]


def test_an_amount_beyond_a_million_million_is_a_code(load: Load):
    assert aside(amounts(load, "1000000000001")) == [(2, "implausible_amount")]


def test_an_id_stays_as_written_but_for_the_point_zero_of_floats(load: Load):
    assert kept(load("customer,date,amount\n007,2026-01-02,1\n"), "customer_id") == [("007",)]
    assert kept(load("customer,date,amount\n17850.0,2026-01-02,1\n"), "customer_id") == [("17850",)]
    assert kept(load("customer,date,amount\n1.0,2026-01-02,1\na.0,2026-01-02,1\n"), "customer_id")[0] == ("1.0",)
