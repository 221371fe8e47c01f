"""Headers that name a month: "2024-01", "Jan-24", "März 2024", "2024年1月", "2024Q1"."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from crm_core.ingest import month_words
from crm_core.ingest.cells import is_number
from crm_core.ingest.source import FIRST_YEAR, LAST_YEAR

FEWEST_MONTHS = 3

_NAME = r"(?P<name>[^\W\d_]{3,})\.?"
_YEAR, _SHORT_YEAR, _MONTH = r"(?P<year>(?:19|20)\d\d)", r"(?P<short>\d\d)", r"(?P<month>\d{1,2})"
PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}[-/. ]?(?P<month>\d\d)",
        rf"{_YEAR}[-/.]{_MONTH}",
        rf"{_YEAR}[-/.]{_MONTH}[-/.](?P<day>\d{{1,2}})(?: 00:00(?::00)?)?",
        rf"{_YEAR} ?年 ?{_MONTH} ?月份?(?: ?(?P<day>\d{{1,2}}) ?日)?",
        rf"{_YEAR} ?年? ?[-/]?(?:第? ?(?P<quarter>[1-4一二三四]) ?季度?|q(?P<quarter2>[1-4]))",
        rf"q(?P<quarter>[1-4])[ -/']*{_YEAR}",
        rf"{_MONTH}[-/.]{_YEAR}",
        rf"{_NAME}[-/ ']*{_YEAR}",
        rf"{_NAME}[-/ ']*{_SHORT_YEAR}",
        rf"{_YEAR}[-/ ]*{_NAME}",
        rf"{_SHORT_YEAR}[-/ ]{_NAME}",
    )
)
# Months that only a year said elsewhere makes days of: "3月", "March", "三月", "第一季度"
WITHOUT_YEAR = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MONTH} ?月份?",
        r"(?P<chinese>十[一二]|[一二三四五六七八九十]) ?月份?",
        r"第? ?(?P<quarter>[1-4一二三四]) ?季度?",  # not Q1: questions are called so, too
        _NAME,
    )
)
_CHINESE_MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AROUND = re.compile(
    r"^(?:sales|amount|revenue|turnover|销售额|金额|营业额|实付)?[ _:：-]*|"
    r"[ _:：-]*(?:sales|amount|revenue|turnover|销售额|金额|营业额|实付|销售)?$",
    re.IGNORECASE,
)


def month_of(header: str, year: int | None = None) -> date | None:
    """The day a header stands for: the first of its month or quarter, or the very day; None if it is no month.

    A month without a year is one only where `year` is given.
    """
    text = _AROUND.sub("", unicodedata.normalize("NFKC", header).strip())
    for pattern in PATTERNS + (WITHOUT_YEAR if year else ()):
        if match := pattern.fullmatch(text):
            return _day(match.groupdict(), year)
    return None


def year_named(*names: str) -> int | None:
    """The one year that the first of some names to name any (of a sheet, of a file) names; None if none does."""
    for name in names:
        years = {int(year) for year in _ANY_YEAR.findall(name)}
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def _day(parts: dict[str, str | None], told: int | None) -> date | None:
    year = int(parts.get("year") or 2000 + int(parts.get("short") or 0))
    if told and not (parts.get("year") or parts.get("short")):
        year = told
    quarter = parts.get("quarter") or parts.get("quarter2")
    if quarter:
        month = 3 * ("1234".find(quarter) if quarter.isascii() else "一二三四".find(quarter)) + 1
    elif chinese := parts.get("chinese"):
        month = _CHINESE_MONTHS.index(chinese) + 1
    elif name := parts.get("name"):
        month = month_words.month_of(name) or 0
    else:
        month = int(parts["month"] or 0)
    try:
        day = date(year, month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def is_header_of_months(cells: Sequence[str], year: int | None = None) -> bool:
    """Whether a record is the header of such a table: names, then different months."""
    days = [day for cell in cells if (day := month_of(cell, year))]
    others = [cell for cell in cells if cell.strip() and month_of(cell, year) is None]
    return (
        len(days) >= FEWEST_MONTHS
        and len(set(days)) == len(days)
        and bool(others)
        and not any(is_number(cell) for cell in others)
    )
