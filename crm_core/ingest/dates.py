"""Dates as people write them, decided a whole column at a time.

A value's *shape* is the text with each digit as 9 ("99/99/9999"). A column has few shapes, so each
is read once here and gets one `strptime` format; DuckDB then applies the formats to every row.
Whether 03/04/2024 is in March or April is decided over the column: a part above 12 is a day. Whether
24.01.05 begins with the day or the year is, too: a part above 31 is a year, and one that runs through
the whole month while the other hardly changes is the day. Where nothing decides, the answer is None and
the reader is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from crm_core.ingest.month_words import FILLERS, MONTH_WORD, ORDINALS, is_day_name, month_of
from crm_core.schema import words

DateOrder = Literal["ymd", "dmy", "mdy"]
Special = Literal["excel", "seconds", "milliseconds", "microseconds", "nanoseconds"]

FULL_WIDTH = ("０１２３４５６７８９／－：．，　\u00a0\u2009\u202f\u2011", "0123456789/-:.,    -")
# Year first, with a separator: no doubt about the order, and by far the most frequent; read without looking at shapes.
YEAR_FIRST = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
LONE_DATE = "%Y-%m-%d"
SHAPES_READ = 2000
FEW = 0.02
CONTESTED = 0.05
DAYS_READ = 100_000
NEEDS_ORDER = "[0-9]{1,2}(?:[-/]|[.] ?)[0-9]{1,2}(?:[-/]|[.] ?)[0-9]+"
MONTH_FIRST_WITH_DOTS = 0.3  # of all values; of dates written so, 61 % have a day above 12
RUNS_FROM, RUNS_TO = 3, 29  # days of a month come to both ends of it
LATEST_SHORT_YEAR = 68  # of two digits: 68 is 2068, 69 is 1969

_MONTH_NAMES = words("january|february|march|april|may|june|july|august|september|october|november|december")
_MONTH_WORDS = dict.fromkeys(_MONTH_NAMES, "%B") | {name[:3]: "%b" for name in _MONTH_NAMES}
_DAY_NAMES = words("monday|tuesday|wednesday|thursday|friday|saturday|sunday")
_DAY_WORDS = dict.fromkeys(_DAY_NAMES, "%A") | {name[:3]: "%a" for name in _DAY_NAMES}
_EARLIER, _LATER = "上午|凌晨|早上|早晨|午前|오전|AM", "下午|中午|晚上|午後|오후|PM"
_TIME = re.compile(
    rf"(?P<gap>[T ]|, ?| - )?(?P<half>(?:{_EARLIER}|{_LATER}) ?)?(?P<hour>9{{1,2}})(?P<c1>[:时時点h시.] ?)"
    r"(?P<minute>9{1,2})(?:(?P<c2>[:分m분.] ?)(?P<second>9{1,2})(?P<fraction>[.,]9{1,9})?)?(?P<end>[秒分s초분]| Uhr)?"
    r"(?P<ampm> ?[AaPp]\.? ?[Mm]\.?)?(?P<zone> ?(?:Z|UTC|GMT|[+-]9{2}:?9{2}|[+-]9{2}))?"
)
_COMPACT_TIME = re.compile(r"(?P<gap>[T ])9{4}(?P<second>99)?(?P<zone>Z)?")
_NUMERIC = re.compile(r"(?P<a>9{4}|9{1,2})(?P<s1>[-/.]|\. )(?P<b>9{1,2})(?P=s1)(?P<c>9{4}|9{1,2})(?P<end>\.(?= |$))?")
_CHINESE = re.compile(r"(?P<y>9{4}|99)(?P<s1> ?[年년] ?)(?P<m>9{1,2})(?P<s2> ?[月월] ?)(?P<d>9{1,2})(?P<end>[日号일]?)")
_DAY_OF_WEEK = re.compile(
    r" ?(?:[（(](?:星期|周|週)?[一二三四五六日天月火水木金土][)）]|(?:星期|周|週|礼拜)[一二三四五六日天]"
    r"|[月火水木金土日]曜日?|[월화수목금토일]요일)"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925, "民國": 1911, "民国": 1911}
_ERA = re.compile(rf"(?P<era>{'|'.join(_ERAS)})(?P<year>9{{1,3}}|元)(?P<rest>年99?月99?日|[./]99?[./]99?)")


@dataclass(frozen=True)
class Shape:
    """One shape in a column: how many values have it, and one of them."""

    shape: str
    count: int
    example: str


@dataclass(frozen=True)
class Day:
    """The date part of values that begin with a day, a month or a year of two digits, and how many values have it."""

    text: str
    count: int


@dataclass(frozen=True)
class DateFormat:
    """How values of some shapes are read: a `strptime` format, or a special way.

    `rewrite` is SQL for the value as the format wants it, with `{text}` where the value belongs.
    """

    shapes: tuple[str, ...]
    format: str = ""
    special: Special | None = None
    has_zone: bool = False
    has_half: bool = False
    rewrite: str = "{text}"


@dataclass(frozen=True)
class DateReading:
    """How a column of dates is read.

    `order` is the order of the parts where the column needs one and it is known;
    `is_undecided` where the values can be read in more than one. `evidence` counts the values that only
    the one or only the other order can read; `examples` are undecided values as written, `spans` the first
    and last day they would have under each order that reads all of them.
    """

    formats: tuple[DateFormat, ...]
    order: DateOrder | None
    is_undecided: bool
    evidence: dict[DateOrder, int]
    examples: tuple[str, ...]
    spans: dict[DateOrder, tuple[date, date]] = field(default_factory=dict)


def shape_of(text: str) -> str:
    return re.sub("[0-9]", "9", text)


@lru_cache(50_000)
def is_date_shape(shape: str) -> bool:
    """Whether values of a shape are read as dates."""
    return _read_shape(Shape(shape, 1, shape), None) is not None


def shapes_and_days(values: Iterable[str]) -> tuple[list[Shape], list[Day], int]:
    """What `decide_dates` needs, of a list of values; the queries below give the same of a whole column."""
    table = str.maketrans(*FULL_WIDTH)
    texts = [value.translate(table).strip() for value in values]
    examples: dict[str, str] = {}
    for text in texts:
        examples.setdefault(shape_of(text), text)
    shapes = Counter(map(shape_of, texts))
    days = Counter(day[0] for text in texts if (day := re.match(NEEDS_ORDER, text)))
    return (
        [Shape(shape, count, examples[shape]) for shape, count in shapes.items()],
        [Day(day, count) for day, count in days.items()],
        len(texts),
    )


def shapes_query(text: str, relation: str) -> str:
    """SQL for the shapes of the values that `year_first_sql` cannot read, the most frequent first.

    The columns are the fields of `Shape`.
    """
    return f"""
        select {shape_sql("value")} as shape, count(*), min(value)
        from (select {clean_sql(text)} as value from {relation})
        where value <> '' and {year_first_sql("value")} is null
        group by shape order by count(*) desc, shape limit {SHAPES_READ}"""


def days_query(text: str, relation: str) -> str:
    """SQL for the date parts that do not begin with the year; the columns are the fields of `Day`."""
    return f"""
        select regexp_extract(value, '^{NEEDS_ORDER}') as day, count(*)
        from (select {clean_sql(text)} as value from {relation}) where regexp_matches(value, '^{NEEDS_ORDER}')
        group by day order by count(*) desc, day limit {DAYS_READ}"""


def needs_order(shapes: Iterable[Shape]) -> bool:
    """Whether any shape begins with a day, a month or a short year, so that the days must be looked at."""
    return any(re.match(NEEDS_ORDER, shape.shape) for shape in shapes)


def decide_dates(
    shapes: Sequence[Shape], days: Sequence[Day], total: int, order: DateOrder | None = None
) -> DateReading:
    """How to read a column of `total` values with these shapes and days; `order` is what the reader said, if anything.

    Where no more than `FEW` of the values can be read in two ways, those are not read at all.
    """
    place = _year_place(days)
    evidence = _evidence(days, place)
    decided = order or _decided(evidence)
    undecided = [] if decided else [day for day in days if _reads_two_ways(day.text, place)]
    if sum(day.count for day in undecided) <= FEW * total:
        # a few strangers in a column of plain dates: not worth a question, and not to be guessed
        strange = {shape_of(day.text) for day in undecided}
        shapes = [shape for shape in shapes if _day_of(shape.shape) not in strange]
        undecided = []
    has_other_marks = any("." not in day.text for day in days)
    by_format: dict[DateFormat, list[str]] = {}
    for shape in shapes:
        is_dotted = "." in _day_of(shape.shape)
        read = _read_shape(shape, "dmy" if decided == "mdy" and is_dotted and has_other_marks else decided)
        if read:
            by_format.setdefault(read, []).append(shape.shape)
    return DateReading(
        formats=tuple(replace(read, shapes=tuple(names)) for read, names in by_format.items()),
        order=decided,
        is_undecided=bool(undecided),
        evidence={key: count for key, count in evidence.items() if count},
        examples=tuple(day.text for day in undecided[:3]),
        spans=_spans(undecided, place),
    )


def _decided(evidence: dict[DateOrder, int]) -> DateOrder | None:
    """The order the evidence speaks for; None where it speaks for none, or for two."""
    (best, votes), (_other, other_votes) = sorted(evidence.items(), key=lambda item: -item[1])[:2]
    return best if votes and other_votes <= CONTESTED * (votes + other_votes) else None


def _day_of(shape: str) -> str:
    """The date part of a shape that begins with a day, a month or a short year; "" of any other."""
    found = re.match(NEEDS_ORDER, shape)
    return found[0] if found else ""


def _parts(day: str) -> tuple[int, int, int]:
    first, second, third = map(int, re.findall("[0-9]+", day)[:3])
    return first, second, third


def _year_place(days: Sequence[Day]) -> Literal["first", "last"] | None:
    """Where the year stands in a column, as its values show; None if they do not, or speak for both.

    A part above 31 is a year. Else the day is the part that comes to both ends of a month, while the
    year has at most half as many values.
    """
    parted = [_parts(day.text) for day in days]
    firsts, lasts = {first for first, _second, _third in parted}, {third for _first, _second, third in parted}
    has_first, has_last = any(first > 31 for first in firsts), any(third > 31 for third in lasts)
    if has_first or has_last:
        return None if has_first and has_last else "first" if has_first else "last"
    if _runs_through_months(firsts) and len(firsts) >= 2 * len(lasts):
        return "last"
    if _runs_through_months(lasts) and len(lasts) >= 2 * len(firsts):
        return "first"
    return None


def _runs_through_months(values: set[int]) -> bool:
    return bool(values) and min(values) <= RUNS_FROM and max(values) >= RUNS_TO


def _evidence(days: Sequence[Day], year_place: Literal["first", "last"] | None) -> dict[DateOrder, int]:
    """How many values only one order can read; dates with dots speak where no others do.

    With dots a month seldom comes first: a few such values are mistakes, and only many show an order.
    """
    days = [day for day in days if "." not in day.text] or days
    votes: dict[DateOrder, int] = {"dmy": 0, "mdy": 0, "ymd": 0}
    for day in days:
        first, second, third = _parts(day.text)
        if 12 < second <= 31 and first <= 12:
            votes["mdy"] += day.count
        elif (first > 31 or year_place == "first") and second <= 12 and third <= 31:
            votes["ymd"] += day.count
        elif 12 < first <= 31 and second <= 12 and (third > 31 or year_place == "last"):
            votes["dmy"] += day.count
    is_dotted = all("." in day.text for day in days)
    if is_dotted and votes["mdy"] < MONTH_FIRST_WITH_DOTS * sum(day.count for day in days):
        votes["mdy"] = 0
    return votes


def _reads_two_ways(day: str, year_place: Literal["first", "last"] | None) -> bool:
    """Whether a date part is a date under two orders, and not the same one. With dots a month is never first."""
    first, second, third = _parts(day)
    has_year_last = third > 31 or year_place == "last"
    dmy, mdy = first <= 31 and second <= 12, first <= 12 and second <= 31 and "." not in day
    ymd = not has_year_last and second <= 12
    return (dmy and mdy and first != second) or (ymd and dmy and first != third)


def _spans(days: Sequence[Day], year_place: Literal["first", "last"] | None) -> dict[DateOrder, tuple[date, date]]:
    """The first and last day of `days` under each order that reads every one of them."""
    orders: list[DateOrder] = ["dmy"]
    if not any("." in day.text for day in days):
        orders.append("mdy")
    if year_place != "last":
        orders.append("ymd")
    read = {order: [_under(order, *_parts(day.text)) for day in days] for order in orders}
    whole = {order: [day for day in found if day] for order, found in read.items() if all(found)}
    return {order: (min(found), max(found)) for order, found in whole.items() if found}


def _under(order: DateOrder, first: int, second: int, third: int) -> date | None:
    """The day that three parts name in an order; None if there is no such day."""
    year, month, day = {"dmy": (third, second, first), "mdy": (third, first, second), "ymd": (first, second, third)}[
        order
    ]
    if year < 100:
        year += 2000 if year <= LATEST_SHORT_YEAR else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


_WHOLE: tuple[tuple[str, DateFormat], ...] = (
    (r"9{8}", DateFormat((), "%Y%m%d")),
    (r"9{5}(\.9+)?", DateFormat((), special="excel")),
    (r"9{10}(\.9+)?", DateFormat((), special="seconds")),
    (r"9{13}", DateFormat((), special="milliseconds")),
    (r"9{16}", DateFormat((), special="microseconds")),
    (r"9{19}", DateFormat((), special="nanoseconds")),
    (r"9{12}", DateFormat((), "%Y%m%d%H%M")),
    (r"9{14}", DateFormat((), "%Y%m%d%H%M%S")),
    (r"9{4}-W99-9", DateFormat((), "%G-W%V-%u")),
    (r"9{4}-W99", DateFormat((), "%G-W%V-%u", rewrite="({text} || '-1')")),
    (r"9{4}W999", DateFormat((), "%GW%V%u")),
)
_C_TIME = re.compile(r"[A-Za-z]{3} (?P<month>[A-Za-z]{3})  ?99? 99:99:99 9{4}")


def _read_shape(shape: Shape, order: DateOrder | None) -> DateFormat | None:
    """How values of one shape are read; None if they are no dates."""
    text = shape.shape
    for pattern, read in _WHOLE:
        if re.fullmatch(pattern, text):
            return read
    written = _C_TIME.fullmatch(text)
    if written and month_of(written["month"]):
        return DateFormat((), "%b %d %H:%M:%S %Y", rewrite="substr({text}, 5)")
    head = _date_head(text, order)
    if head is None:
        return None
    rest = text[head.length :]
    day = _DAY_OF_WEEK.match(rest)
    literal = day[0] if day else ""
    rest = rest[len(literal) :]
    start = DateFormat((), head.format + literal, rewrite=head.rewrite)
    if not rest:
        return start
    compact = _COMPACT_TIME.fullmatch(rest)
    if compact and head.format == "%Y%m%d":
        seconds = "%S" if compact["second"] else ""
        return replace(start, format=f"{start.format}{compact['gap']}%H%M{seconds}{compact['zone'] or ''}")
    match = _TIME.fullmatch(rest)
    return _with_clock(start, match) if match else None


def _with_clock(start: DateFormat, match: re.Match[str]) -> DateFormat:
    """A date format and the time after it."""
    clock = f"{match['gap'] or ''}{match['half'] or ''}"
    clock += ("%I" if match["ampm"] else "%H") + match["c1"] + "%M"
    if match["second"]:
        clock += match["c2"] + "%S"
        if match["fraction"]:
            clock += match["fraction"][0] + ("%f" if len(match["fraction"]) <= 7 else "%n")
    clock += match["end"] or ""
    rewrite = start.rewrite
    if match["ampm"]:
        clock += " %p" if match["ampm"].startswith(" ") else "%p"
        if not match["ampm"].strip().isalpha():
            rewrite = rf"regexp_replace({rewrite}, '([AaPp])\.? ?([Mm])\.?', '\1\2')"
    zone = (match["zone"] or "").strip()
    has_offset = zone.startswith(("+", "-"))
    space = " " if (match["zone"] or "").startswith(" ") else ""
    clock += space + ("%z" if has_offset else zone)
    has_half = bool(match["half"]) and not match["ampm"]
    return replace(start, format=start.format + clock, has_zone=has_offset, has_half=has_half, rewrite=rewrite)


@dataclass(frozen=True)
class _Head:
    """The date at the start of a shape: its format, how long it is in the shape, how it is rewritten first."""

    format: str
    length: int
    rewrite: str = "{text}"


def _date_head(shape: str, order: DateOrder | None) -> _Head | None:
    chinese = _CHINESE.match(shape)
    if chinese:
        year = "%Y" if len(chinese["y"]) == 4 else "%y"
        return _Head(f"{year}{chinese['s1']}%m{chinese['s2']}%d{chinese['end']}", chinese.end())
    era = _ERA.match(shape)
    if era:
        return _era_head(era)
    compact = re.match(r"9{8}(?=[T ])", shape)
    if compact:
        return _Head("%Y%m%d", 8)
    numeric = _NUMERIC.match(shape)
    if numeric and len(numeric["a"]) + len(numeric["c"]) < 8:
        return _Head(_numeric_format(numeric, order) + (numeric["end"] or ""), numeric.end())
    return _worded_head(shape)


def _era_head(era: re.Match[str]) -> _Head:
    """令和6年3月5日, R6.3.5, 民國113年3月5日: the year counted from the era's first."""
    first, offset = len(era["era"]) + 1, _ERAS[era["era"]]
    count = "1" if era["year"] == "元" else f"try_cast(substr({{text}}, {first}, {len(era['year'])}) as integer)"
    rewrite = f"(cast({offset} + {count} as varchar) || substr({{text}}, {first + len(era['year'])}))"
    parts = re.split("99?", era["rest"])
    return _Head("%Y" + parts[0] + "%m" + parts[1] + "%d" + parts[2], era.end(), rewrite)


def _numeric_format(match: re.Match[str], order: DateOrder | None) -> str:
    separator = match["s1"]
    if len(match["a"]) >= 3:
        parts = ["%Y", "%m", "%d"]
    else:
        year = "%Y" if len(match["c"]) == 4 else "%y"
        chosen = order or "dmy"
        if chosen == "ymd" and len(match["c"]) == 4:
            chosen = "dmy"
        parts = {"dmy": ["%d", "%m", year], "mdy": ["%m", "%d", year], "ymd": ["%y", "%m", "%d"]}[chosen]
    return separator.join(parts)


def _worded_head(shape: str) -> _Head | None:
    """5 Mar 2024, March 5, 2024, 05-Mar-24, Tue 5th March 2024, 5. März 2024, 5 de marzo de 2024.

    English is read as it stands; other languages are rewritten with the month as a number.
    """
    pieces: list[str] = []
    place, month, is_english = 0, 0, True
    parts: list[str] = []  # of the two numbers: "d" or "y", in the order they stand
    year = "%Y"
    while place < len(shape) and not (month and len(parts) == 2):
        word, digits = MONTH_WORD.match(shape, place), re.compile("9+").match(shape, place)
        if word:
            text = word[0].lower()
            if not month and month_of(text):
                month = month_of(text) or 0
                pieces.append(_MONTH_WORDS.get(text, ""))
                is_english = is_english and text in _MONTH_WORDS
            elif not parts and not month and is_day_name(text):
                pieces.append(_DAY_WORDS.get(text, ""))
                is_english = is_english and text in _DAY_WORDS
            elif text in FILLERS or (text in ORDINALS and shape[place - 1 : place] == "9"):
                is_english = False
            else:
                return None
            place = word.end()
        elif digits:
            length = len(digits[0])
            if length <= 2 and "d" not in parts:
                parts.append("d")
                pieces.append("%d")
            elif "y" not in parts and length in (2, 4):
                parts.append("y")
                year = "%Y" if length == 4 else "%y"
                pieces.append(year)
            else:
                return None
            place = digits.end()
        elif shape[place] in " -/.,":
            pieces.append(shape[place])
            place += 1
        else:
            return None
    if not month or len(parts) < 2:
        return None
    if is_english:
        return _Head("".join(pieces), place)
    order = rf"\2-{month:02}-\1" if parts[0] == "d" else rf"\1-{month:02}-\2"
    head = rf"regexp_replace(substr({{text}}, 1, {place}), '^[^0-9]*([0-9]+)[^0-9]+([0-9]+)$', '{order}')"
    return _Head(f"{year}-%m-%d", place, f"({head} || substr({{text}}, {place + 1}))")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def clean_sql(text: str) -> str:
    """SQL for a value with its full-width digits and signs made ordinary."""
    ordinary = f"trim(translate({text}, {quoted(FULL_WIDTH[0])}, {quoted(FULL_WIDTH[1])}))"
    return f"case when strlen({text}) = length({text}) then {text} else {ordinary} end"


def year_first_sql(text: str) -> str:
    """SQL that reads a cleaned value in one of the plain ways that begin with a year; null in any other.

    A format that does not fit costs twenty times one that does, so each is tried only where it may fit.
    """
    branches = []
    for mark in ("-", "/"):
        formats = [form for form in YEAR_FIRST if form[2] == mark]
        days = [form for form in formats if len(form) == len(LONE_DATE)]
        with_time = [form for form in formats if form not in days]
        branches.append(f"when {text}[5] = '{mark}' and strlen({text}) <= 10 then {_strptime_sql(text, days)}")
        if any("T" in form for form in with_time):
            letter = [form for form in with_time if "T" in form]
            branches.append(f"when {text}[5] = '{mark}' and contains({text}, 'T') then {_strptime_sql(text, letter)}")
            with_time = [form for form in with_time if form not in letter]
        branches.append(f"when {text}[5] = '{mark}' then {_strptime_sql(text, [*with_time, *days])}")
    return f"case {' '.join(branches)} end"


def _strptime_sql(text: str, formats: Sequence[str]) -> str:
    return f"try_strptime({text}, [{', '.join(map(quoted, formats))}])"


def shape_sql(text: str) -> str:
    return f"translate({text}, '0123456789', '9999999999')"


def date_sql(text: str, year_first: str, reading: DateReading) -> str:
    """SQL that reads a cleaned value as a naive TIMESTAMP, UTC where a zone was written; null if unreadable.

    `year_first` names the value already read by `year_first_sql`.
    """
    shape = shape_sql(text)
    branches = [
        f"when {shape} in ({', '.join(map(quoted, form.shapes))}) then {_format_sql(text, form)}"
        for form in reading.formats
    ]
    return f"case when {year_first} is not null then {year_first} {' '.join(branches)} end"


def _format_sql(text: str, form: DateFormat) -> str:
    if form.special == "excel":
        days = f"try_cast({text} as double)"
        return (
            f"case when {days} between 20000 and 80000 then timestamp '1899-12-30' "
            f"+ to_microseconds(cast(round({days} * 86400) as bigint) * 1000000) end"
        )
    if form.special == "seconds":
        return f"make_timestamp(cast(round(try_cast({text} as decimal(28, 9)) * 1000000) as bigint))"
    if form.special == "milliseconds":
        return f"make_timestamp(try_cast({text} as bigint) * 1000)"
    if form.special == "microseconds":
        return f"make_timestamp(try_cast({text} as bigint))"
    if form.special == "nanoseconds":
        return f"make_timestamp(try_cast({text} as bigint) // 1000)"
    if form.has_half:
        return _half_day_sql(text, form)
    read = f"try_strptime({form.rewrite.format(text=text)}, {quoted(form.format)})"
    return f"({read}) at time zone 'UTC'" if form.has_zone else read


def _half_day_sql(text: str, form: DateFormat) -> str:
    """SQL for a time with the half of the day before it: 下午3:04 is 15:04, 上午12:04 is 0:04."""
    halves = f"(?:{_EARLIER}|{_LATER}) ?"
    plain = f"regexp_replace({form.rewrite.format(text=text)}, '{halves}', '')"
    read = f"try_strptime({plain}, {quoted(re.sub(halves, '', form.format))})"
    is_later = f"regexp_matches({text}, '{_LATER}')"
    hours = f"case when {is_later} then 12 else 0 end + hour({read}) % 12 - hour({read})"
    value = f"{read} + to_hours(case when hour({read}) <= 12 then {hours} else 0 end)"
    return f"({value}) at time zone 'UTC'" if form.has_zone else value
