"""Headers that name a month: "2024-01", "Jan-24", "März 2024", "2024年1月", "2024Q1"."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from crm_core.ingest import month_words
from crm_core.ingest.cells import is_number

FEWEST_MONTHS = 3
FIRST_YEAR, LAST_YEAR = 1990, 2100

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
_AROUND = re.compile(
    r"^(?:sales|amount|revenue|turnover|销售额|金额|营业额|实付)?[ _:：-]*|"
    r"[ _:：-]*(?:sales|amount|revenue|turnover|销售额|金额|营业额|实付|销售)?$",
    re.IGNORECASE,
)


def month_of(header: str) -> date | None:
    """The day a header stands for: the first of its month or quarter, or the very day; None if it is no month."""
    text = _AROUND.sub("", unicodedata.normalize("NFKC", header).strip())
    for pattern in PATTERNS:
        if match := pattern.fullmatch(text):
            return _day(match.groupdict())
    return None


def _day(parts: dict[str, str | None]) -> date | None:
    year = int(parts.get("year") or 2000 + int(parts.get("short") or 0))
    quarter = parts.get("quarter") or parts.get("quarter2")
    if quarter:
        month = 3 * ("1234".find(quarter) if quarter.isascii() else "一二三四".find(quarter)) + 1
    elif name := parts.get("name"):
        month = month_words.month_of(name) or 0
    else:
        month = int(parts["month"] or 0)
    try:
        day = date(year, month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def is_header_of_months(cells: Sequence[str]) -> bool:
    """Whether a record is the header of such a table: names, then different months."""
    days = [day for cell in cells if (day := month_of(cell))]
    others = [cell for cell in cells if cell.strip() and month_of(cell) is None]
    return (
        len(days) >= FEWEST_MONTHS
        and len(set(days)) == len(days)
        and bool(others)
        and not any(is_number(cell) for cell in others)
    )
