"""Money and numbers as people write them: which decimal mark a column uses, and the SQL that reads it."""

from dataclasses import dataclass
from typing import Literal

from crm_core.ingest.dates import quoted

DecimalMark = Literal[".", ","]

MONEY_TYPE = "decimal(18,4)"
LARGEST = "1000000000000"  # beyond a million million a "number" is a code
_FROM = "０１２３４５６７８９，．－（）＋％\u2212\u00a0　’"
_TO = "0123456789,.-()+%-  '"
_DELETED = "¥￥$€£₩₹元円圆"
_CODES = "(?:rmb|cny|usd|eur|gbp|hkd|twd|jpy|krw|chf|us|hk|nt|人民币)"


@dataclass(frozen=True)
class NumberReading:
    """How a column of numbers is read.

    `odd_count` values are not plainly a number; `comma_votes` and `point_votes` are those only one
    decimal mark explains; `open_count` could be either ("1,234"). `marks` are the currencies seen.
    """

    decimal_mark: DecimalMark
    odd_count: int = 0
    comma_votes: int = 0
    point_votes: int = 0
    open_count: int = 0
    marks: tuple[str, ...] = ()

    @property
    def is_undecided(self) -> bool:
        return self.open_count > 0 and not self.comma_votes and not self.point_votes


def plain_sql(text: str) -> str:
    """SQL for a value written plainly, null for any other."""
    return f"try_cast({text} as {MONEY_TYPE})"


def bare_sql(text: str) -> str:
    """SQL for a value without its currency and with ordinary digits and signs."""
    bare = f"translate({text}, {quoted(_FROM + _DELETED)}, {quoted(_TO)})"
    return f"trim(regexp_replace(trim({bare}), '^{_CODES}\\s*|\\s*{_CODES}$', '', 'gi'))"


def votes_sql(bare: str) -> tuple[str, str, str]:
    """Conditions on a bare value: only a comma can be its decimal mark, only a point can, either could."""
    comma = rf"regexp_matches({bare}, '\d,\d{{1,2}}[^\d]*$|\d,\d{{4,}}[^\d]*$|\.\d{{3}},\d|\d\.\d{{3}}\.\d{{3}}')"
    point = rf"regexp_matches({bare}, '\.\d{{1,2}}[^\d]*$|\.\d{{4,}}[^\d]*$|,\d{{3}}\.\d|\d,\d{{3}},\d{{3}}')"
    either = rf"regexp_full_match({bare}, '[^\d]*\d{{1,3}}[,.]\d{{3}}[^\d]*')"
    return comma, point, either


def number_sql(bare: str, mark: DecimalMark) -> str:
    """SQL that reads a bare value: signs before or after, brackets, thousands, 万 and 亿; null if unreadable."""
    group, point = ("[.'' ]", ",") if mark == "," else ("[,'' ]", "[.]")
    pattern = rf"\(?\s*[+-]?\s*(\d{{1,3}}({group}\d{{2,3}})*{group}\d{{3}}|\d+)?({point}\d*)?\s*[万亿]?\s*[-)]?"
    kept = f"regexp_replace({bare}, '[^0-9{mark}]', '', 'g')"
    digits = f"replace({kept}, ',', '.')" if mark == "," else kept
    negative = f"({bare} like '(%' or {bare} like '-%' or {bare} like '%-')"
    scale = f"case when {bare} like '%万%' then 10000 when {bare} like '%亿%' then 100000000 else 1 end"
    is_even = f"(({bare} like '(%') = ({bare} like '%)')) and not ({bare} like '-%-')"
    sign = f"case when {negative} then -1 else 1 end"
    value = f"try_cast(try_cast({digits} as decimal(28,8)) * {scale} * {sign} as {MONEY_TYPE})"
    return f"case when regexp_full_match({bare}, '{pattern}') and {is_even} then {value} end"


def decide_mark(
    odd: int, comma: int, point: int, either: int, marks: tuple[str, ...], told: DecimalMark | None
) -> NumberReading:
    """The decimal mark of a column by its votes; a point where nothing votes."""
    chosen: DecimalMark = told or ("," if comma > point else ".")
    return NumberReading(chosen, odd, comma, point, either, marks)
