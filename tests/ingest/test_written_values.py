"""Dates, money, yes and no in the ways of many countries; where another implementation writes them, as it does."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from crm_core.errors import InputError
from crm_core.ingest import ReadingOptions, guess_mapping, inspect_file
from crm_core.ingest.cells import content_of, is_date
from crm_core.ingest.month_words import month_of
from tests.ingest.conftest import Load, aside, kept

TABS = ReadingOptions(delimiter="\t")
IN_WORDS = ["en_US", "en_GB", "de", "fr", "es", "it", "pt", "nl"]
EAST = ["zh", "zh_Hant", "ja", "ko"]
DAYS = [date(2025, month, day) for month in range(1, 13) for day in (1, 9, 28)]
DATED = {"columns": {"customer_id": "customer", "ordered_at": "order date", "amount": "amount"}}


def dates(load: Load, *values: str, **rules):
    lines = "".join(f"c\t{value}\t1\n" for value in values)
    return load("customer\torder date\tamount\n" + lines, options=TABS, **{**DATED, **rules})


def amounts(load: Load, *values: str, **rules):
    lines = "".join(f"c\t2026-01-02\t{value}\n" for value in values)
    return load("customer\torder date\tamount\n" + lines, options=TABS, **rules)


def days_read(loaded) -> list[date]:
    return [at.date() for (at,) in kept(loaded, "ordered_at")]


@pytest.mark.parametrize("language", IN_WORDS)
@pytest.mark.parametrize("style", ["medium", "long", "full"])
def test_dates_with_the_month_in_words_read_as_babel_wrote_them(load: Load, language: str, style: str):
    written = [format_date(day, style, locale=language) for day in DAYS]

    loaded = dates(load, *written, date_order="dmy")

    assert aside(loaded) == []
    assert days_read(loaded) == DAYS


@pytest.mark.parametrize("language", EAST)
@pytest.mark.parametrize("style", ["long", "full"])
def test_dates_of_the_east_read_as_babel_wrote_them(load: Load, language: str, style: str):
    written = [format_date(day, style, locale=language) for day in DAYS]

    assert days_read(dates(load, *written)) == DAYS


@pytest.mark.parametrize("language", ["en_US", "en_GB", "de", "fr", "es", "it", "nl", "zh", "zh_Hant", "ja", "da"])
def test_times_read_as_babel_wrote_them(load: Load, language: str):
    hours = [datetime(2025, 3, 28, hour, 5, 9) for hour in (0, 1, 11, 12, 13, 23)]
    written = [format_datetime(at, "medium", locale=language) for at in hours]

    assert [at for (at,) in kept(dates(load, *written), "ordered_at")] == hours


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1er mars 2026", datetime(2026, 3, 1)),
        ("5th March 2026", datetime(2026, 3, 5)),
        ("March 5th, 2026", datetime(2026, 3, 5)),
        ("Thu, 05 Mar 2026 10:00:00 +0000", datetime(2026, 3, 5, 10)),
        ("Thu Mar  5 10:00:00 2026", datetime(2026, 3, 5, 10)),
        ("2026 March 5", datetime(2026, 3, 5)),
        ("05-MRZ-26", datetime(2026, 3, 5)),
        ("Sept 5, 2025", datetime(2025, 9, 5)),
        ("2026-W10-4", datetime(2026, 3, 5)),
        ("2026-W10", datetime(2026, 3, 2)),
        ("202603051405", datetime(2026, 3, 5, 14, 5)),
        ("20260305T140506Z", datetime(2026, 3, 5, 14, 5, 6)),
        ("2026-03-05 14h05", datetime(2026, 3, 5, 14, 5)),
        ("5.3.2026 14.05", datetime(2026, 3, 5, 14, 5)),
        ("5. 3. 2026", datetime(2026, 3, 5)),
        ("2026. 3. 5.", datetime(2026, 3, 5)),
        ("5.3.2026 14:05 Uhr", datetime(2026, 3, 5, 14, 5)),
        ("2026/03/05 02:05 p.m.", datetime(2026, 3, 5, 14, 5)),
        ("令和8年3月5日", datetime(2026, 3, 5)),
        ("平成元年1月8日", None),
        ("R8.3.5", datetime(2026, 3, 5)),
        ("民國115年3月5日", datetime(2026, 3, 5)),
        ("2026年3月5日(木)", datetime(2026, 3, 5)),
        ("2026年3月5日 晚上9:30", datetime(2026, 3, 5, 21, 30)),
        ("2026年3月5日 上午12:30", datetime(2026, 3, 5, 0, 30)),
        ("2026年3月5日 下午12:30", datetime(2026, 3, 5, 12, 30)),
        ("2026-03-05T10:00:00.123456789Z", datetime(2026, 3, 5, 10, 0, 0, 123457)),
        ("1772668800.5", datetime(2026, 3, 5, 0, 0, 0, 500000)),
        ("1772668800000000", datetime(2026, 3, 5)),
    ],
)
def test_a_date_is_read_as_written_elsewhere(load: Load, written: str, read: datetime | None):
    loaded = dates(load, written)

    assert kept(loaded, "ordered_at") == ([(read,)] if read else [])


def test_an_era_before_our_days_is_read_and_found_implausible(load: Load):
    assert aside(dates(load, "昭和64年1月7日")) == [(2, "implausible_date")]


def test_evidence_for_both_orders_is_asked_about(load: Load):
    with pytest.raises(InputError, match="03/04/2026"):
        dates(load, "13/04/2026", "04/13/2026", "03/04/2026")


def test_dates_with_dots_do_not_decide_about_those_with_slashes(load: Load):
    loaded = dates(load, "25.03.2026", "26.03.2026", "03/25/2026", "03/04/2026")

    assert days_read(loaded)[2:] == [date(2026, 3, 25), date(2026, 3, 4)]


def test_one_value_among_many_against_the_order_is_set_aside(load: Load):
    loaded = dates(load, *["13/04/2026"] * 40, "04/13/2026", "03/04/2026")

    assert aside(loaded) == [(42, "unreadable_date")]
    assert days_read(loaded)[-1] == date(2026, 4, 3)


@pytest.mark.parametrize("number", ["555-12-3456", "12:30", "1.2.3.4", "2026-03", "A1.2.3", "3 items 2026"])
def test_what_only_resembles_a_date_is_none(number: str):
    assert not is_date(number)


@pytest.mark.parametrize(
    ("word", "month"), [("mai", 5), ("juin", 6), ("jui", None), ("AGO", 8), ("Mär", 3), ("x", None)]
)
def test_a_month_is_known_by_its_first_letters_where_they_are_its_alone(word: str, month: int | None):
    assert month_of(word) == month


@pytest.mark.parametrize(
    "language",
    [
        "en_US",
        "de_DE",
        "de_CH",
        "de_AT",
        "fr_FR",
        "fr_CH",
        "es_ES",
        "it_IT",
        "pt_BR",
        "en_IN",
        "zh_CN",
        "sv_SE",
        "nl_NL",
    ],
)
@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_money_reads_as_babel_wrote_it(load: Load, language: str, currency: str):
    sums = [Decimal(text) for text in ("1234567.89", "-1234.5", "0.07", "-12", "999")]
    written = [format_currency(value, currency, locale=language) for value in sums]

    assert [amount for (amount,) in kept(amounts(load, *written), "amount")] == sums


@pytest.mark.parametrize("language", ["en_US", "de_DE", "de_CH", "fr_FR", "hi_IN", "pl_PL"])
def test_numbers_read_as_babel_wrote_them(load: Load, language: str):
    sums = [Decimal(text) for text in ("12345678.91", "-1234.5", "0.07")]
    written = [format_decimal(value, locale=language) for value in sums]

    assert [amount for (amount,) in kept(amounts(load, *written), "amount")] == sums


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5.-", "5"),
        ("5,–", "5"),
        ("12.50 CR", "-12.5"),
        ("R$ 1.234,56", "1234.56"),
        ("US$1,234.56", "1234.56"),
        ("1.5k", "1500"),
        ("2.5M", "2500000"),
        ("3亿", "300000000"),
        ("1.2萬", "12000"),
        ("￥1，234．50元", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1’234.50", "1234.5"),
        ("−5", "-5"),
        ("(−5.00)", "-5"),
        ("12,34,567.00", "1234567"),
        ('="12.50"', "12.5"),
        ("12.50 zł", "12.5"),
        ("₹ 1,23,456", "123456"),
    ],
)
def test_money_is_read_as_written_elsewhere(load: Load, written: str, read: str):
    assert kept(amounts(load, written), "amount") == [(Decimal(read),)]


def test_debits_and_credits_are_told_apart_where_both_are_written(load: Load):
    loaded = amounts(load, "10.00 DR", "2.50 CR", "1.00")

    assert [amount for (amount,) in kept(loaded, "amount")] == [Decimal(10), Decimal("-2.5"), Decimal(1)]


def test_a_debit_alone_is_not_guessed_at(load: Load):
    assert aside(amounts(load, "10.00", "2.50 DR")) == [(3, "unreadable_amount")]


@pytest.mark.parametrize("written", ["A123", "12,34", "1.2.3", "1,23,45", "5 kg", "--", "1-2", "CR", "12 CR 3"])
def test_what_only_resembles_an_amount_sets_the_row_aside(load: Load, written: str):
    assert [line for line, _reason in aside(amounts(load, "1.50", "7 CR", written))] == [4]


def test_values_that_all_look_like_thousands_with_a_point_are_asked_about(load: Load):
    undecided = amounts(load, "1.234", "12.500", "7").report.undecided

    assert [(question.question, question.examples) for question in undecided] == [("decimal_mark", ("1.234", "12.500"))]


def test_a_plain_decimal_beside_it_settles_what_a_comma_means(load: Load):
    loaded = amounts(load, "1,234", "12.50")

    assert (loaded.report.undecided, kept(loaded, "amount")[0]) == ((), (Decimal(1234),))


@pytest.mark.parametrize("other", ["0.500", "1234.500", "1.5", "1.23456"])
def test_one_value_that_cannot_be_thousands_settles_it(load: Load, other: str):
    assert amounts(load, "1.234", other).report.undecided == ()


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("ja", "nein"),
        ("WAHR", "FALSCH"),
        ("oui", "non"),
        ("sí", "no"),
        ("sim", "não"),
        ("はい", "いいえ"),
        ("是", "否"),
        ("1", "0"),
    ],
)
def test_yes_and_no_are_known_in_many_languages(load: Load, yes: str, no: str):
    lines = f"a\t2026-01-02\t5\t{yes}\nb\t2026-01-02\t5\t{no}\n"
    loaded = load("customer\tdate\tamount\tis return\n" + lines, options=TABS, return_flag="is return")

    assert kept(loaded, "amount") == [(Decimal(-5),), (Decimal(5),)]


@pytest.mark.parametrize("written", ['="00123"', "00123", "００１２３", " 00123\u00a0", "\u200b00123", "\ufeff00123"])
def test_an_id_keeps_its_zeros_and_sheds_what_nobody_sees(load: Load, written: str):
    assert kept(load(f"customer\tdate\tamount\n{written}\t2026-01-02\t1\n", options=TABS), "customer_id") == [
        ("00123",)
    ]


def test_a_column_of_formulas_is_seen_for_what_is_in_them():
    assert content_of(['="2026-01-02"', '="2026-01-03"']) == "date"
    assert content_of(['="1.50"', '="2"']) == "number"


def test_dates_in_words_are_mapped_by_what_they_are(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("client,quand,montant\nx,5 mars 2026,3\ny,6 mars 2026,4\n", "utf-8")

    source = inspect_file(path, path.name)

    assert source.column("quand").content == "date"
    assert guess_mapping(source, "orders").columns["ordered_at"] == "quand"
