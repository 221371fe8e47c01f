"""Numbers and days as the reader writes them.

Every function follows `current_language()`: thousands, millions and billions in English, 万 and 亿 in
Chinese; separators, percent, currency and day patterns come from Babel's locale data. Whatever is not
known (None, NaN) is a dash, never a zero. Rounding is half up on the decimal digits, so that 0.125
read from a file rounds as it does on paper; a value that rounds to zero has no sign.

The minus is the plain hyphen: `st.metric` reads the direction of a change from it.
"""

import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from itertools import pairwise

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, get_currency_name, get_currency_precision

from crm_core.language import _, current_language, ngettext

Number = int | float | Decimal

DASH = "–"
_LIST_SEPARATORS = {"en": ", ", "zh_Hans": "、"}
_FULL_STOPS = {"en": (".", " "), "zh_Hans": ("。", "")}
COMPACT_FROM = 10_000  # below this a number is written out
COMPACT_UNITS = {
    "en": ((Decimal(10**3), "k"), (Decimal(10**6), "M"), (Decimal(10**9), "B")),
    "zh_Hans": ((Decimal(10**4), "万"), (Decimal(10**8), "亿"), (Decimal(10**12), "万亿")),
}


def number(value: Number | None, digits: int = 0, signed: bool = False) -> str:
    """`value` with exactly `digits` decimals and grouped thousands: "12,408", "0.42", "+3"."""
    exact = _decimal(value)
    return DASH if exact is None else _signed(_digits(abs(exact), digits), exact, digits, signed)


def compact(value: Number | None, digits: int = 3, signed: bool = False) -> str:
    """`value` short enough for a headline: "9,999", "12.3k", "1.2M"; "1.23万", "1.2亿".

    `digits` (at most 4) significant places from 10,000 up, trailing zeros left out. Below that the whole
    part is written out, with decimals only as far as `digits` reaches: "1,235", "12.3", "0.123".
    """
    exact = _decimal(value)
    if exact is None:
        return DASH
    amount, unit = _short(abs(exact), min(digits, 4))
    text = f"{_localised(amount)}{unit}"
    return _with_sign(text, exact, not amount, signed)


def money(value: Number | None, currency: str = "", exact: bool = False, signed: bool = False, digits: int = 3) -> str:
    """An amount in `currency` (ISO 4217; "" writes the number alone): "£1.2M", "¥1.2亿".

    The short form has `digits` significant places from 10,000 up, whole units from 100 up and the
    currency's own decimals below. `exact` writes every decimal the currency has: "£1,226.40".
    """
    amount = _decimal(value)
    if amount is None:
        return DASH
    places = get_currency_precision(currency) if currency else 2
    size = abs(amount)
    if exact:
        text, is_zero = _digits(size, places), not _rounded(size, places)
    elif _rounded(size, 0) < COMPACT_FROM:
        decimals = places if _rounded(size, places) < 100 and size != size.to_integral_value() else 0
        text, is_zero = _digits(size, decimals), not _rounded(size, decimals)
    else:
        short, unit = _short(size, min(digits, 4))
        text, is_zero = f"{_localised(short)}{unit}", False
    return _with_sign(_money_pattern(current_language(), currency).format(text), amount, is_zero, signed)


def currency_name(currency: str) -> str:
    """What a currency (ISO 4217) is called: "British Pound", "人民币"."""
    return get_currency_name(currency, locale=current_language())


def percent(share: Number | None, signed: bool = False, digits: int = 1) -> str:
    """A share (0-1) as percent: 0.674 is "67.4%"."""
    exact = _decimal(share)
    if exact is None:
        return DASH
    text = _percent_pattern(current_language()).format(_digits(abs(exact) * 100, digits))
    return _with_sign(text, exact, not _rounded(exact * 100, digits), signed)


def percent_within(share: Number | None, error: Number | None) -> str:
    """A share (0-1) as percent and by how many percentage points it may be off: "10.7% ± 0.7"; alone if by none."""
    exact_error = _decimal(error)
    if not exact_error or share is None:
        return percent(share)
    return _("{share} ± {points}").format(share=percent(share), points=number(exact_error * 100, 1))


def points(difference: Number | None, digits: int = 1) -> str:
    """A difference of two shares, in percentage points, always signed: 0.012 is "+1.2 pp"."""
    exact = _decimal(difference)
    if exact is None:
        return DASH
    return _("{points} pp").format(points=number(exact * 100, digits, signed=True))


def ratio(value: Number | None, digits: int = 1) -> str:
    """How many times: 1.84 is "1.8×"."""
    return DASH if _decimal(value) is None else f"{number(value, digits)}×"


def day(value: date | None) -> str:
    """A day spelled out, for sentences: "March 31, 2026", "2026年3月31日"."""
    return DASH if value is None else format_date(value, format="long", locale=current_language())


def day_iso(value: date | None) -> str:
    """A day for tables and files: "2026-03-31"."""
    return DASH if value is None else f"{value:%Y-%m-%d}"


def month(value: date | None) -> str:
    """The month of a day: "Mar 2026", "2026年3月"."""
    return DASH if value is None else format_skeleton("yMMM", value, locale=current_language())


def days(count: Number | None) -> str:
    """A length of time in whole days: "1 day", "38 days", "38 天"."""
    exact = _decimal(count)
    if exact is None:
        return DASH
    whole = int(_rounded(exact, 0))
    return ngettext("{count} day", "{count} days", whole).format(count=number(whole))


def customers(count: Number | None) -> str:
    """A number of customers: "1 customer", "1,204 customers", "1,204 位客户"."""
    exact = _decimal(count)
    if exact is None:
        return DASH
    whole = int(_rounded(exact, 0))
    return ngettext("{count} customer", "{count} customers", whole).format(count=number(whole))


def listed(items: Iterable[str]) -> str:
    """Several things in one sentence: "Ann, Bob", "甲、乙"."""
    return _LIST_SEPARATORS[current_language()].join(items)


def labelled(label: str, text: str) -> str:
    """What something is and what it comes to: "Margin: 12%", "毛利：12%"."""
    return _("{label}: {text}").format(label=label, text=text)


def with_note(text: str, note: str) -> str:
    """A text and what is said beside it: "Look-back window (days)", "回看期（天）"."""
    return _("{text} ({note})").format(text=text, note=note)


def sentences(*texts: str) -> str:
    """Sentences one after the other, each closed with the language's full stop; empty ones are left out."""
    stop, space = _FULL_STOPS[current_language()]
    return space.join(
        text if text.endswith((".", "。", "!", "?", "！", "？")) else f"{text}{stop}" for text in texts if text
    )


def _decimal(value: Number | None) -> Decimal | None:
    """`value` by its shortest decimal digits; None for None, NaN and the infinities."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def _rounded(value: Decimal, digits: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _short(size: Decimal, digits: int) -> tuple[Decimal, str]:
    """`size` (not negative) in the unit in which it does not round up to the next one, and that unit."""
    if _rounded(size, 0) < COMPACT_FROM:
        return _significant(size, digits), ""
    units = COMPACT_UNITS[current_language()]
    for (scale, unit), (next_scale, _next_unit) in pairwise(units):
        amount = _significant(size / scale, digits)
        if amount * scale < next_scale:
            return amount, unit
    scale, unit = units[-1]
    return _significant(size / scale, digits), unit


def _significant(size: Decimal, digits: int) -> Decimal:
    """`size` to `digits` significant places; the whole part is never cut."""
    decimals = max(0, digits - 1 - size.adjusted()) if size else 0
    return _rounded(size, decimals)


def _digits(size: Decimal, digits: int) -> str:
    return _separated(f"{_rounded(size, digits):,f}")


def _localised(size: Decimal) -> str:
    text = f"{size:,f}"
    return _separated(text.rstrip("0").rstrip(".") if "." in text else text)


def _signed(text: str, value: Decimal, digits: int, signed: bool) -> str:
    return _with_sign(text, value, not _rounded(value, digits), signed)


def _with_sign(text: str, value: Decimal, is_zero: bool, signed: bool) -> str:
    if is_zero:
        return text
    if value < 0:
        return f"-{text}"
    return f"+{text}" if signed else text


def _separated(plain: str) -> str:
    """Python's own separators exchanged for the language's."""
    group, point = _separators(current_language())
    return plain if (group, point) == (",", ".") else plain.translate({ord(","): group, ord("."): point})


@cache
def _separators(language: str) -> tuple[str, str]:
    symbols = Locale.parse(language).number_symbols["latn"]
    return symbols["group"], symbols["decimal"]


@cache
def _percent_pattern(language: str) -> str:
    pattern = Locale.parse(language).percent_formats[None]
    return f"{pattern.prefix[0]}{{}}{pattern.suffix[0]}"


@cache
def _money_pattern(language: str, currency: str) -> str:
    """Where the symbol of `currency` stands: "£{}"."""
    if not currency:
        return "{}"
    return re.sub(r"[0-9][0-9.,]*", "{}", format_currency(0, currency, locale=language), count=1)
