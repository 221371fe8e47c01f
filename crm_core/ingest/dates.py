"""Dates as people write them, decided a whole column at a time.

A value's *shape* is the text with each digit as 9 ("99/99/9999"). A column has few shapes, so each
is read once here and gets one `strptime` format; DuckDB then applies the formats to every row.
Whether 03/04/2024 is in March or April is decided over the column: a part above 12 is a day.
Where nothing decides, the answer is None and the reader is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from crm_core.schema import words

DateOrder = Literal["ymd", "dmy", "mdy"]
Special = Literal["excel", "seconds", "milliseconds"]

FULL_WIDTH = ("０１２３４５６７８９／－：．，　\u00a0", "0123456789/-:.,  ")
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
DAYS_READ = 100_000
NEEDS_ORDER = "[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]"

_MONTH_NAMES = words("january|february|march|april|may|june|july|august|september|october|november|december")
_MONTH_WORDS = dict.fromkeys(_MONTH_NAMES, "%B") | {name[:3]: "%b" for name in _MONTH_NAMES}
_DAY_NAMES = words("monday|tuesday|wednesday|thursday|friday|saturday|sunday")
_DAY_WORDS = dict.fromkeys(_DAY_NAMES, "%A") | {name[:3]: "%a" for name in _DAY_NAMES}
_TIME = re.compile(
    r"(?P<gap>[T ]|, | - )?(?P<half>上午|下午)?(?P<hour>9{1,2})(?P<c1>[:时点])(?P<minute>9{1,2})"
    r"(?:(?P<c2>[:分])(?P<second>9{1,2})(?P<fraction>[.,]9{1,9})?)?(?P<end>[秒分])?"
    r"(?P<ampm> ?[AaPp]\.?[Mm]\.?)?(?P<zone> ?(?:Z|UTC|GMT|[+-]9{2}:?9{2}|[+-]9{2}))?$"
)
_NUMERIC = re.compile(r"(?P<a>9{1,4})(?P<s1>[-/.])(?P<b>9{1,2})(?P=s1)(?P<c>9{4}|9{1,2})")
_CHINESE = re.compile(r"(?P<y>9{4}|99)(?P<s1> ?年 ?)(?P<m>9{1,2})(?P<s2> ?月 ?)(?P<d>9{1,2})(?P<end>[日号]?)")


@dataclass(frozen=True)
class Shape:
    """One shape in a column: how many values have it, and one of them."""

    shape: str
    count: int
    example: str


@dataclass(frozen=True)
class Day:
    """The date part of values that begin with a day or a month, and how many values have it."""

    text: str
    count: int


@dataclass(frozen=True)
class DateFormat:
    """How values of some shapes are read: a `strptime` format, or a special way."""

    shapes: tuple[str, ...]
    format: str = ""
    special: Special | None = None
    has_zone: bool = False
    has_half: bool = False


@dataclass(frozen=True)
class DateReading:
    """How a column of dates is read.

    `order` is the order of the parts where the column needs one and it is known;
    `is_undecided` where the values allow day-month and month-day alike. `evidence` counts the values
    that only the one or only the other order can read; `examples` are undecided values as written.
    """

    formats: tuple[DateFormat, ...]
    order: DateOrder | None
    is_undecided: bool
    evidence: dict[DateOrder, int]
    examples: tuple[str, ...]


def shape_of(text: str) -> str:
    return re.sub("[0-9]", "9", text)


def shapes_and_days(values: Iterable[str]) -> tuple[list[Shape], list[Day], int]:
    """What `decide_dates` needs, of a list of values; the queries below give the same of a whole column."""
    table = str.maketrans(*FULL_WIDTH)
    texts = [value.translate(table).strip() for value in values]
    examples: dict[str, str] = {}
    for text in texts:
        examples.setdefault(shape_of(text), text)
    shapes = Counter(map(shape_of, texts))
    days = Counter(text.split(" ")[0] for text in texts if re.match(NEEDS_ORDER, text))
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
        select split_part(value, ' ', 1) as day, count(*)
        from (select {clean_sql(text)} as value from {relation}) where regexp_matches(value, '^{NEEDS_ORDER}')
        group by day order by count(*) desc, day limit {DAYS_READ}"""


def needs_order(shapes: Iterable[Shape]) -> bool:
    """Whether any shape begins with a day or a month, so that the days must be looked at."""
    return any(re.match(NEEDS_ORDER, shape.shape) for shape in shapes)


def decide_dates(
    shapes: Sequence[Shape], days: Sequence[Day], total: int, order: DateOrder | None = None
) -> DateReading:
    """How to read a column of `total` values with these shapes and days; `order` is what the reader said, if anything.

    Where no more than `FEW` of the values can be read in two ways, those are not read at all.
    """
    evidence = _evidence(days)
    decided = order
    if decided is None and any(evidence.values()):
        decided = max(evidence.items(), key=lambda item: item[1])[0]
    undecided = [] if decided else [day for day in days if _reads_two_ways(day.text)]
    if sum(day.count for day in undecided) <= FEW * total:
        # a few strangers in a column of plain dates: not worth a question, and not to be guessed
        strange = {shape_of(day.text) for day in undecided}
        shapes = [shape for shape in shapes if shape.shape.split(" ")[0] not in strange]
        undecided = []
    by_format: dict[tuple[str, Special | None, bool, bool], list[str]] = {}
    for shape in shapes:
        read = _read_shape(shape, decided)
        if read:
            by_format.setdefault(read, []).append(shape.shape)
    return DateReading(
        formats=tuple(
            DateFormat(tuple(names), text, special, has_zone, has_half)
            for (text, special, has_zone, has_half), names in by_format.items()
        ),
        order=decided,
        is_undecided=bool(undecided),
        evidence={key: count for key, count in evidence.items() if count},
        examples=tuple(day.text for day in undecided[:3]),
    )


def _evidence(days: Sequence[Day]) -> dict[DateOrder, int]:
    """How many values only one order can read."""
    votes: dict[DateOrder, int] = {"dmy": 0, "mdy": 0, "ymd": 0}
    parted = [(*map(int, re.findall("[0-9]+", day.text)[:3]), day.count) for day in days]
    year_is_last = any(third > 31 for _first, _second, third, _count in parted)
    for first, second, third, count in parted:
        if 12 < second <= 31 and first <= 12:
            votes["mdy"] += count
        elif 12 < first <= 31 and second <= 12 and (third > 31 or year_is_last):
            votes["dmy"] += count
        elif first > 31 and third <= 31:
            votes["ymd"] += count
    return votes


def _reads_two_ways(day: str) -> bool:
    """Whether a date part is a date under two orders, and not the same one. With dots the day is first."""
    if "." in day:
        return False
    first, second, third = map(int, re.findall("[0-9]+", day)[:3])
    has_long_year = third > 31
    dmy, mdy = first <= 31 and second <= 12, first <= 12 and second <= 31
    ymd = not has_long_year and second <= 12
    return (dmy and mdy and first != second) or (ymd and dmy and first != third)


def _read_shape(shape: Shape, order: DateOrder | None) -> tuple[str, Special | None, bool, bool] | None:
    """Format, special way, whether it has a zone, whether it has a Chinese half day; None if no date."""
    text = shape.shape
    if text == "9" * 8:
        return "%Y%m%d", None, False, False
    if re.fullmatch(r"9{5}(\.9+)?", text):
        return "", "excel", False, False
    if text == "9" * 10:
        return "", "seconds", False, False
    if text == "9" * 13:
        return "", "milliseconds", False, False
    if text == "9" * 14:
        return "%Y%m%d%H%M%S", None, False, False
    head = _date_head(text, shape.example, order)
    if head is None:
        return None
    date_format, length = head
    rest = text[length:]
    if not rest:
        return date_format, None, False, False
    match = _TIME.fullmatch(rest)
    if not match:
        return None
    clock = f"{match['gap'] or ''}{match['half'] or ''}"
    twelve = bool(match["ampm"] or match["half"])
    clock += ("%I" if match["ampm"] else "%H") + match["c1"] + "%M"
    if match["second"]:
        clock += match["c2"] + "%S"
        if match["fraction"]:
            clock += match["fraction"][0] + ("%f" if len(match["fraction"]) <= 7 else "%n")
    clock += match["end"] or ""
    if match["ampm"]:
        clock += " %p" if match["ampm"].startswith(" ") else "%p"
    zone = (match["zone"] or "").strip()
    has_offset = zone.startswith(("+", "-"))
    space = " " if (match["zone"] or "").startswith(" ") else ""
    clock += space + ("%z" if has_offset else zone)
    return date_format + clock, None, has_offset, twelve and not match["ampm"]


def _date_head(shape: str, example: str, order: DateOrder | None) -> tuple[str, int] | None:
    """The format of the date at the start of a shape, and how long it is."""
    chinese = _CHINESE.match(shape)
    if chinese:
        year = "%Y" if len(chinese["y"]) == 4 else "%y"
        return f"{year}{chinese['s1']}%m{chinese['s2']}%d{chinese['end']}", chinese.end()
    compact = re.match(r"9{8}(?=[T ])", shape)
    if compact:
        return "%Y%m%d", 8
    numeric = _NUMERIC.match(shape)
    if numeric:
        return _numeric_format(numeric, order), numeric.end()
    return _worded_format(shape, example)


def _numeric_format(match: re.Match[str], order: DateOrder | None) -> str:
    separator = match["s1"]
    if len(match["a"]) >= 3:
        parts = ["%Y", "%m", "%d"]
    else:
        year = "%Y" if len(match["c"]) == 4 else "%y"
        chosen = order or "dmy"
        if chosen == "ymd" and len(match["c"]) == 4:
            chosen = "dmy"
        if separator == "." and order == "mdy":
            chosen = "dmy"
        parts = {"dmy": ["%d", "%m", year], "mdy": ["%m", "%d", year], "ymd": ["%y", "%m", "%d"]}[chosen]
    return separator.join(parts)


def _worded_format(shape: str, example: str) -> tuple[str, int] | None:
    """5 Mar 2024, March 5, 2024, 05-Mar-24, Tue 5 March 2024."""
    pieces: list[str] = []
    place = 0
    has_month = has_day = has_year = False
    while place < len(shape) and not (has_month and has_day and has_year):
        word = re.match(r"[A-Za-z]+", shape[place:])
        digits = re.match(r"9+", shape[place:])
        if word:
            lower = word[0].lower()
            if lower in _MONTH_WORDS and not has_month:
                pieces.append(_MONTH_WORDS[lower])
                has_month = True
            elif lower in _DAY_WORDS and not pieces:
                pieces.append(_DAY_WORDS[lower])
            else:
                return None
            place += word.end()
        elif digits:
            length = digits.end()
            if length <= 2 and not has_day:
                pieces.append("%d")
                has_day = True
            elif not has_year and length in (2, 4):
                pieces.append("%Y" if length == 4 else "%y")
                has_year = True
            else:
                return None
            place += length
        elif shape[place] in " -/.,":
            pieces.append(shape[place])
            place += 1
        else:
            return None
    return ("".join(pieces), place) if has_month and has_day and has_year else None


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
        return f"make_timestamp(try_cast({text} as bigint) * 1000000)"
    if form.special == "milliseconds":
        return f"make_timestamp(try_cast({text} as bigint) * 1000)"
    if form.has_half:
        plain = f"replace(replace({text}, '上午', ''), '下午', '')"
        read = f"try_strptime({plain}, {quoted(form.format.replace('上午', '').replace('下午', ''))})"
        is_later_half = f"contains({text}, '下午') and hour({read}) < 12"
        return f"{read} + case when {is_later_half} then interval 12 hour else interval 0 hour end"
    read = f"try_strptime({text}, {quoted(form.format)})"
    return f"({read}) at time zone 'UTC'" if form.has_zone else read
