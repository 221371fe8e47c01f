"""What one cell looks like: number, date, flag, id or words. Used to understand a sample, not to load."""

import re
import unicodedata
from collections.abc import Sequence

from crm_core.ingest.source import Content

NUMBER = re.compile(
    r"[(+-]?\s*(?:[$€£¥₩₹]|RMB|CNY|USD|EUR|GBP)?\s*[+-]?"
    r"(?:\d{1,3}(?:[,.'’  ]\d{3})+|\d+)?(?:[.,]\d*)?(?:[eE][+-]?\d+)?\s*(?:[%$€£¥元円]|万元?|USD|EUR|RMB|CNY)?\s*[)-]?"
)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = re.compile(
    r"(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?:19|20)\d{6}"
    rf"|\d{{1,2}}[ -](?:{MONTHS})[a-z]*\.?,?[ -]\d{{2,4}}|(?:{MONTHS})[a-z]*\.? \d{{1,2}},? \d{{4}})"
    r"(?:[T ,]*(?:上午|下午)?\s*\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:[.,]\d+)?秒?)?"
    r"\s*(?:[ap]m)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
TRUE_WORDS = frozenset(["true", "t", "yes", "y", "1", "是", "对", "真", "有", "√", "✓", "on", "ja", "oui", "si", "sí"])
FALSE_WORDS = frozenset(["false", "f", "no", "n", "0", "否", "错", "假", "无", "没有", "×", "✗", "off", "nein", "non"])
ABSENT_WORDS = frozenset(
    {"null", "none", "nan", "n/a", "#n/a", "na", "nil", r"\n", "-", "--", "—", "nat", "<na>", "#null!"}
)


def plain(text: str) -> str:
    """`text` with full-width characters made ordinary and the ends trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def is_number(text: str) -> bool:
    text = plain(text)
    return any(letter.isdigit() for letter in text) and NUMBER.fullmatch(text) is not None


def is_date(text: str) -> bool:
    return DATE.fullmatch(plain(text)) is not None


def is_absent(text: str) -> bool:
    return plain(text).casefold() in ABSENT_WORDS


def content_of(values: Sequence[str]) -> Content:
    """What most of `values` (filled, trimmed) look like."""
    values = [value for value in values if not is_absent(value)]
    if not values:
        return "empty"
    enough = 0.8 * len(values)
    if sum(map(is_date, values)) >= enough:
        return "date"
    distinct = {value.casefold() for value in values}
    if len(distinct) <= 2 and distinct <= TRUE_WORDS | FALSE_WORDS and not distinct <= {"0"}:
        return "flag"
    if sum(map(is_number, values)) >= enough:
        return "number"
    has_digit = sum(any(letter.isdigit() for letter in value) for value in values)
    if has_digit >= enough and sum(" " not in value for value in values) >= enough:
        return "id"
    return "text"
