"""What one cell looks like: number, date, flag, id or words. Used to understand a sample, not to load."""

import re
import unicodedata
from collections.abc import Sequence

from crm_core.ingest.amounts import CURRENCY_WORDS
from crm_core.ingest.dates import is_date_shape, shape_of
from crm_core.ingest.source import Content
from crm_core.schema import words

NUMBER = re.compile(
    rf"[(+−-]?\s*(?:[A-Z]{{0,2}}[$€£¥₩₹₽₺₫฿₪₱]|(?i:{CURRENCY_WORDS}))?\s*[+−-]?"
    r"(?:\d{1,3}(?:[,.'’ ]\d{2,3})*[,.'’ ]\d{3}|\d+)?(?:[.,](?:\d*|[-–—]))?(?:[eE][+-]?\d+)?"
    rf"\s*(?:[%$€£¥元円圆₽₺₫]|[万萬亿億千]元?|[kKM]|CR|DR|(?i:{CURRENCY_WORDS}))?\s*[)-]?"
)
NUMBER_ONLY = re.compile(r"[0-9.]+")
COMPACT_DAY = re.compile(
    r"(?:19|20)[0-9]{6}|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}\.?|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})"
)
TRUE_WORDS = frozenset(
    words(
        "true|t|yes|y|1|on|x|是|是的|对|對|真|有|√|✓|✔|☑|✅|ja|j|wahr|oui|o|vrai|si|sí|sì|s|verdadero|vero|sim|verdadeiro|waar|はい"
        "|예|네|да|tak"
    )
)
FALSE_WORDS = frozenset(
    words(
        "false|f|no|n|0|off|否|不是|错|錯|假|无|無|没有|沒有|×|✗|✘|☐|❌|nein|falsch|non|faux|falso|não|nao|onwaar|nee|いいえ|아니오"
        "|아니요|нет|nie"
    )
)
ABSENT_WORDS = frozenset(
    {"null", "none", "nan", "n/a", "#n/a", "na", "nil", r"\n", "-", "--", "—", "nat", "<na>", "#null!"}
)


def plain(text: str) -> str:
    """`text` with full-width characters made ordinary, the ends trimmed, and bare of the formula `="007"`."""
    text = unicodedata.normalize("NFKC", text).strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') and len(text) > 2 else text


def is_number(text: str) -> bool:
    """Whether a cell is a number in one of the ways numbers are written."""
    text = plain(text)
    return any(letter.isdigit() for letter in text) and NUMBER.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether a value is written as a date; numbers that could be one (Excel's, epochs) are numbers."""
    text = plain(text)
    if not any(letter.isdigit() for letter in text) or NUMBER_ONLY.fullmatch(text):
        return COMPACT_DAY.fullmatch(text) is not None
    return is_date_shape(shape_of(text))


def is_absent(text: str) -> bool:
    """Whether a cell says that there is no value: empty, n/a, 无."""
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
