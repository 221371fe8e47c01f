"""Numbers and days as each language writes them, on both sides of every boundary."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from crm_core import formats
from crm_core.language import LANGUAGES, speaking

DAY = date(2026, 3, 31)

FORMATTERS = {
    "number": formats.number,
    "compact": formats.compact,
    "money": lambda value: formats.money(value, "GBP"),
    "exact money": lambda value: formats.money(value, "GBP", exact=True),
    "percent": formats.percent,
    "points": formats.points,
    "ratio": formats.ratio,
    "days": formats.days,
    "customers": formats.customers,
}


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (0.1234, "0.123", "0.123"),
        (12.345, "12.3", "12.3"),
        (1234.5, "1,235", "1,235"),
        (9_999, "9,999", "9,999"),
        (9_999.4, "9,999", "9,999"),
        (9_999.5, "10k", "1万"),
        (10_000, "10k", "1万"),
        (12_345, "12.3k", "1.23万"),
        (99_949, "99.9k", "9.99万"),
        (99_950, "100k", "10万"),
        (999_499, "999k", "99.9万"),
        (999_500, "1M", "100万"),
        (1_235_000, "1.24M", "124万"),
        (12_345_678, "12.3M", "1,235万"),
        (99_999_999, "100M", "1亿"),
        (99_990_000, "100M", "9,999万"),
        (100_000_000, "100M", "1亿"),
        (999_499_999, "999M", "9.99亿"),
        (999_500_000, "1B", "10亿"),
        (1_200_000_000_000, "1,200B", "1.2万亿"),
        (-54_321, "-54.3k", "-5.43万"),
    ],
)
def test_compact_numbers(value, english, chinese):
    assert formats.compact(value) == english
    with speaking("zh_Hans"):
        assert formats.compact(value) == chinese


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "CN¥0", "¥0"),
        (77.18, "CN¥77.18", "¥77.18"),
        (5.5, "CN¥5.50", "¥5.50"),
        (99.994, "CN¥99.99", "¥99.99"),
        (99.995, "CN¥100", "¥100"),
        (1_225.9, "CN¥1,226", "¥1,226"),
        (9_999.49, "CN¥9,999", "¥9,999"),
        (9_999.5, "CN¥10k", "¥1万"),
        (123_456_789, "CN¥123M", "¥1.23亿"),
        (-1_234_567, "-CN¥1.23M", "-¥123万"),
    ],
)
def test_compact_money(value, english, chinese):
    assert formats.money(value, "CNY") == english
    with speaking("zh_Hans"):
        assert formats.money(value, "CNY") == chinese


def test_exact_money_has_the_decimals_of_its_currency():
    assert formats.money(Decimal("8911407.9"), "GBP", exact=True) == "£8,911,407.90"
    assert formats.money(1226.4, "JPY", exact=True) == "¥1,226"
    assert formats.money(1226.4, exact=True) == "1,226.40"


def test_money_without_a_currency_is_the_number_alone():
    assert formats.money(77.18) == "77.18"


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "CNY", "JPY", "KWD", "XYZ"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_currency_stands_before_its_amount(language, currency):
    with speaking(language):
        assert formats.money(1_000_000, currency).endswith({"en": "1M", "zh_Hans": "100万"}[language])


def test_a_tie_is_rounded_up_as_on_paper():
    assert [formats.number(value, 2) for value in (0.125, 0.375, 2.675)] == ["0.13", "0.38", "2.68"]


def test_a_decimal_keeps_every_digit():
    assert formats.number(Decimal("12345678901234567890.1250"), 2) == "12,345,678,901,234,567,890.13"


def test_percent_has_one_decimal():
    assert [formats.percent(share) for share in (0.674, 0.0044, 1, 0.99949, 0.9995)] == [
        "67.4%", "0.4%", "100.0%", "99.9%", "100.0%",
    ]  # fmt: skip


def test_changes_carry_their_sign_and_no_change_has_none():
    assert [formats.percent(share, signed=True) for share in (0.012, -0.012, 0)] == ["+1.2%", "-1.2%", "0.0%"]
    assert [formats.compact(value, signed=True) for value in (12_000, -3, 0)] == ["+12k", "-3", "0"]
    assert [formats.money(value, "EUR", signed=True) for value in (12, -12_000, 0)] == ["+€12", "-€12k", "€0"]
    assert [formats.number(value, signed=True) for value in (3, -3, 0)] == ["+3", "-3", "0"]


@pytest.mark.parametrize("name", FORMATTERS)
def test_what_rounds_to_zero_has_no_sign(name):
    assert not FORMATTERS[name](-0.0000001).startswith("-") or name == "compact"


def test_points_are_always_signed():
    assert formats.points(0.012) == "+1.2 pp"
    with speaking("zh_Hans"):
        assert formats.points(-0.3) == "-30.0 个百分点"


def test_days_are_counted_in_words():
    assert [formats.days(count) for count in (0, 1, 38, 1_095)] == ["0 days", "1 day", "38 days", "1,095 days"]
    with speaking("zh_Hans"):
        assert formats.days(38) == "38 天"


def test_a_day_is_spelled_in_sentences_and_iso_in_tables():
    assert (formats.day(DAY), formats.month(DAY), formats.day_iso(DAY)) == ("March 31, 2026", "Mar 2026", "2026-03-31")
    with speaking("zh_Hans"):
        assert (formats.day(DAY), formats.month(DAY)) == ("2026年3月31日", "2026年3月")
        assert formats.day_iso(DAY) == "2026-03-31"


def test_a_ratio_says_how_many_times():
    assert formats.ratio(1.84) == "1.8×"


@pytest.mark.parametrize("name", FORMATTERS)
@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_not_known_is_a_dash_never_a_zero(name, unknown):
    assert FORMATTERS[name](unknown) == "–"


def test_a_day_not_known_is_a_dash():
    assert [formats.day(None), formats.day_iso(None), formats.month(None)] == ["–"] * 3


def test_lists_and_sentences_are_joined_as_each_language_does():
    assert formats.listed(["Ann", "Bob"]) == "Ann, Bob"
    assert formats.sentences("One", "", "Two.") == "One. Two."
    with speaking("zh_Hans"):
        assert formats.listed(["甲", "乙"]) == "甲、乙"
        assert formats.sentences("一", "二。") == "一。二。"


@given(any_.decimals(min_value=-(10**13), max_value=10**13, places=4), any_.sampled_from(sorted(LANGUAGES)))
def test_a_compact_number_is_within_half_of_its_last_place(value, language):
    scales = {"k": 10**3, "M": 10**6, "B": 10**9, "万亿": 10**12, "亿": 10**8, "万": 10**4}
    with speaking(language):
        text = formats.compact(value)
    unit = next((unit for unit in scales if text.endswith(unit)), "")
    written = Decimal(text.removesuffix(unit).replace(",", "")) * scales.get(unit, 1)

    assert abs(written - value) <= max(abs(value) * Decimal("0.005"), Decimal("0.5"))
    assert len(text.strip("-").removesuffix(unit).replace(",", "").replace(".", "").lstrip("0")) <= 5


@given(any_.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_float_can_be_written(value):
    for write in FORMATTERS.values():
        assert write(value)
