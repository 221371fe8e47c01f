"""Money and numbers as people write them: which decimal mark a column uses, and the SQL that reads it."""

import re
from dataclasses import dataclass
from typing import Literal

from crm_core.ingest.dates import quoted

DecimalMark = Literal[".", ","]

MONEY_TYPE = "decimal(18,4)"
LARGEST = "1000000000000"  # beyond a million million a "number" is a code
_FROM = "０１２３４５６７８９，．－（）＋％\u2212\u2013\u2012\u2010\u00a0　\u2009\u202f\u2007’‘`´＇"
_TO = "0123456789,.-()+%----     '''''"
_DELETED = "¥￥$＄€£￡₩￦₹₽₺₫฿₪₱₴¤元円圆圓\u200b\u200e\u200f\ufeff"
CURRENCY_WORDS = (
    "(?:rmb|cny|usd|eur|gbp|hkd|twd|ntd|jpy|krw|chf|sgd|aud|cad|inr|brl|mxn|sek|nok|dkk|pln|czk|huf|try|zar|aed|sar|thb"
    "|myr|idr|vnd|php|nzd|ils|rub|mop|us|hk|nt|rs\\.?|fr\\.|kr\\.?|zł|kč|ft|tl|lei|ron|bgn|uah"
    "|руб(?:лей|ля|ль|\\.)?|р\\.|грн\\.?|лв\\.?|人民币|人民幣|港币|美元|欧元|euros?|eur\\.)"
)
# What stands before a dollar or a yuan: US$, HK$, R$, A$, CN¥
_DOLLARS = "(?i)(?:us|hk|nt|au|ca|nz|sg|mx|a|c|s|r)[$＄]|(?:cn|jp)[¥￥]"
_SCALES = {
    "百万": 1_000_000,
    "千万": 10_000_000,
    "万亿": 1_000_000_000_000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 100_000_000,
    "億": 100_000_000,
    "千": 1_000,
    "k": 1_000,
    "K": 1_000,
    "Mio.": 1_000_000,
    "Mio": 1_000_000,
    "mn": 1_000_000,
    "M": 1_000_000,
    "bn": 1_000_000_000,
}


@dataclass(frozen=True)
class NumberReading:
    """How a column of numbers is read.

    `odd_count` values are not plainly a number; `comma_votes` and `point_votes` are those only one
    decimal mark explains; `open_count` could be either ("1,234"). `marks` are the currencies seen.
    `has_credits` columns write CR behind some of their amounts: those are negative, those with DR are not.
    """

    decimal_mark: DecimalMark
    odd_count: int = 0
    comma_votes: int = 0
    point_votes: int = 0
    open_count: int = 0
    marks: tuple[str, ...] = ()
    has_credits: bool = False

    @property
    def is_undecided(self) -> bool:
        """Whether some numbers can be read in two ways and no other tells which."""
        return self.open_count > 0 and not self.comma_votes and not self.point_votes


def plain_sql(text: str) -> str:
    """SQL for a value written plainly, null for any other."""
    return f"try_cast({text} as {MONEY_TYPE})"


def bare_sql(text: str) -> str:
    """SQL for a value without its currency and with ordinary digits and signs; "5.-" and "5,–" are 5."""
    has_sign = f"contains({text}, '$') or contains({text}, '¥')"
    dollars = f"case when {has_sign} then regexp_replace({text}, {quoted(_DOLLARS)}, '') else {text} end"
    bare = f"translate({dollars}, {quoted(_FROM + _DELETED)}, {quoted(_TO)})"
    codes = rf"^([-+(]?)\s*{CURRENCY_WORDS}\s*|\s*{CURRENCY_WORDS}(\s*[-)]?)$|[.,]-+$"
    return rf"trim(regexp_replace(trim({bare}), '{codes}', '\1\2', 'gi'))"


def votes_sql(bare: str) -> tuple[str, str, str]:
    """Conditions on a bare value: only a comma can be its decimal mark, only a point can, either could."""
    comma = rf"regexp_matches({bare}, '\d,\d{{1,2}}[^\d]*$|\d,\d{{4,}}[^\d]*$|\.\d{{3}},\d|\d\.\d{{3}}\.\d{{3}}')"
    point = rf"regexp_matches({bare}, '\.\d{{1,2}}[^\d]*$|\.\d{{4,}}[^\d]*$|,\d{{3}}\.\d|\d,\d{{3}},\d{{3}}')"
    either = rf"regexp_full_match({bare}, '[^\d]*\d{{1,3}}[,.]\d{{3}}[^\d]*')"
    return comma, point, either


def number_sql(bare: str, mark: DecimalMark, has_credits: bool = False) -> str:
    """SQL that reads a bare value: signs before or after, brackets, thousands, CR and DR, 万 and 亿, k and M.

    Null if unreadable; DR means nothing where no other value says CR (some write it for a negative one).
    """
    group, point = ("[.'' ]", ",") if mark == "," else ("[,'' ]", "[.]")
    scales = "|".join(re.escape(word) for word in sorted(_SCALES, key=len, reverse=True))
    credit = r"(?:\s*(?i:cr|dr)\.?)?" if has_credits else ""
    digits_pattern = rf"(\d{{1,3}}({group}\d{{2,3}})*{group}\d{{3}}|\d+)?({point}\d*)?"
    pattern = rf"\(?\s*[+-]?\s*{digits_pattern}\s*(?:{scales})?{credit}\s*[-)]?"
    kept = f"regexp_replace(regexp_replace({bare}, '(?i:mio|[cd]r)[.]', ''), '[^0-9{mark}]', '', 'g')"
    digits = f"replace({kept}, ',', '.')" if mark == "," else kept
    credited = f" or upper({bare}) like '%CR' or upper({bare}) like '%CR.'" if has_credits else ""
    negative = f"({bare} like '(%' or {bare} like '-%' or {bare} like '%-'{credited})"
    branches = " ".join(f"when contains({bare}, {quoted(word)}) then {factor}" for word, factor in _SCALES.items())
    is_even = f"(({bare} like '(%') = ({bare} like '%)')) and not ({bare} like '-%-')"
    sign = f"case when {negative} then -1 else 1 end"
    value = f"try_cast(try_cast({digits} as decimal(28,8)) * case {branches} else 1 end * {sign} as {MONEY_TYPE})"
    return f"case when regexp_full_match({bare}, '{pattern}') and {is_even} then {value} end"


def credits_sql(bare: str) -> str:
    """A condition on a bare value: CR stands behind it."""
    return rf"regexp_matches({bare}, '\d\s*(?i:cr)\.?$')"


def decide_mark(
    odd: int,
    comma: int,
    point: int,
    either: int,
    marks: tuple[str, ...],
    told: DecimalMark | None,
    has_credits: bool = False,
) -> NumberReading:
    """The decimal mark of a column by its votes; a point where nothing votes."""
    chosen: DecimalMark = told or ("," if comma > point else ".")
    return NumberReading(chosen, odd, comma, point, either, marks, has_credits)
