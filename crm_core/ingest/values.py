"""From text cells to typed values: the SQL of one column, decided over the whole of it.

Each mapped column becomes two or three steps, each a column of its own in a further sub-select, so
that the dear step (stripping currencies) runs only for what a plain cast refused: nested in one
expression the same work is many times slower.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from crm_core.ingest.amounts import (
    DecimalMark,
    NumberReading,
    bare_sql,
    credits_sql,
    decide_mark,
    number_sql,
    plain_sql,
    votes_sql,
)
from crm_core.ingest.cells import FALSE_WORDS, TRUE_WORDS
from crm_core.ingest.dates import (
    DateOrder,
    DateReading,
    Day,
    Shape,
    clean_sql,
    date_sql,
    days_query,
    decide_dates,
    needs_order,
    quoted,
    shapes_query,
    year_first_sql,
)
from crm_core.ingest.raw import RawTable
from crm_core.schema import Kind

WIDE = "\u00a0\u3000\u2009\u202f\u200b\ufeff"
WHITE = " \t\n\f\v" + WIDE
FULL_WIDTH_LETTERS = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
LETTERS = "".join(chr(code) for code in range(0x21, 0x7F))
ABSENT_TEXT = ("NULL", "null", "Null", "\\N", "nan", "NaN", "#N/A", "<NA>", "NaT", "#NULL!")
PLAIN_DATES = "1900-01-01", "2199-12-31"
ABSENT_VALUE = (*ABSENT_TEXT, "N/A", "n/a", "None", "none", "NA", "nil", "-", "--", "—")


@dataclass(frozen=True)
class CellReading:
    """How one column is read: its name among ours, the cell it comes from, and what was decided.

    `text` names the trimmed text in SQL, `sql` reads the typed value from the steps below it.
    """

    name: str
    cell: str
    kind: Kind
    text: str
    first_step: str | None  # SQL of a column the next steps read: `<name>_clean` of a date, `<name>_plain` of a number
    second_step: str | None  # SQL of `<name>_year_first` of a date, `<name>_bare` of a number
    sql: str
    dates: DateReading | None = None
    numbers: NumberReading | None = None
    typed: str | None = None  # a column that holds the values already

    @property
    def first_name(self) -> str:
        """What the SQL column is called that the first step makes of the cell."""
        return f"{self.name}_clean" if self.dates else f"{self.name}_plain"

    @property
    def second_name(self) -> str:
        """What the SQL column is called that the second step makes of it."""
        return f"{self.name}_year_first" if self.dates else f"{self.name}_bare"

    @property
    def may_fail(self) -> bool:
        """Whether some filled cell may have no value."""
        return self.kind != "text" and not (self.numbers and self.numbers.odd_count == 0)

    @property
    def value(self) -> str:
        """The typed value in SQL."""
        return f"{self.name}_value"

    @property
    def is_plain(self) -> bool:
        """Whether nothing in the column needed a decision: dates that begin with the year, plain numbers, bare text."""
        if self.dates:
            return not self.dates.formats and not self.dates.is_undecided
        if self.numbers:
            return self.numbers.odd_count == self.numbers.open_count == 0 and self.numbers.decimal_mark == "."
        return self.kind != "text" or self.sql in (self.text, _ordinary_letters_sql(self.text))


def text_sql(cell: str, kind: Kind, is_trim: bool = False) -> str:
    """SQL for a cell trimmed, null where it is empty or says that nothing is there.

    `is_trim` says that no value of the column has white space at its ends, nor is one written as the
    formula `="007"`: a good part of the work.
    """
    absent = ABSENT_TEXT if kind == "text" else ABSENT_VALUE
    longest = max(len(word.encode()) for word in absent)
    bare = f"case when {_spaced_sql(cell)} then trim({cell}, {quoted(WHITE)}) when {_formula_sql(cell)} else {cell} end"
    trimmed = cell if is_trim else bare
    begins_with_digit = f"({trimmed} >= '0' and {trimmed} < ':')"
    is_absent = one_of_sql(trimmed, ("", *absent))
    return f"case when strlen({trimmed}) > {longest} or {begins_with_digit} or not {is_absent} then {trimmed} end"


def one_of_sql(text: str, words: Iterable[str]) -> str:
    """SQL for whether a text is one of some words.

    Not `in`: DuckDB makes a join of it, asked of every row and whether the answer is wanted or not.
    """
    branches = " ".join(f"when {quoted(word)} then true" for word in words)
    return f"case {text} {branches} else false end" if branches else "false"


def typed_reading(reading: CellReading) -> CellReading:
    """The same reading of a column whose values have been read already, into `<name>_typed`."""
    typed = f"{reading.name}_typed"
    return replace(reading, typed=typed, first_step=None, second_step=None, sql=typed)


def _spaced_sql(cell: str) -> str:
    """SQL for whether white space may stand at an end of a cell; comparing beginnings is the cheapest way to ask."""
    begins = f"{cell} >= {quoted(min(WIDE))} and contains({quoted(WIDE)}, {cell}[1])"
    return f"({cell} < '!' or ({begins}) or contains({quoted(WHITE)}, {cell}[-1]))"


def _formula_sql(cell: str) -> str:
    """The condition and the value of a text that spreadsheets keep from being a number: `="007"`."""
    return f"""{_may_be_formula_sql(cell)} and {cell} like '="%"' then {cell}[3:-2]"""


def _may_be_formula_sql(cell: str) -> str:
    return f"({cell} >= '=' and {cell} < '>')"


def trim_cells(cursor: duckdb.DuckDBPyConnection, raw: RawTable, cells: Iterable[str]) -> frozenset[str]:
    """Those of `cells` no value of which has white space at its ends or is a formula."""
    names = sorted(set(cells))
    spaced = ", ".join(
        f"coalesce(bool_or({_spaced_sql(cell)} or {_may_be_formula_sql(cell)}), false)" for cell in names
    )
    found = cursor.execute(f"select {spaced} from {raw.relation}").fetchone() or ()
    return frozenset(cell for cell, is_spaced in zip(names, found, strict=True) if not is_spaced)


def decide_reading(
    cursor: duckdb.DuckDBPyConnection,
    raw: RawTable,
    name: str,
    cell: str,
    kind: Kind,
    date_order: DateOrder | None,
    decimal_mark: str | None,
    is_rate: bool = False,
) -> CellReading:
    """Look at a whole column and decide how it is read."""
    text = f"{name}_text"
    if kind in ("instant", "day"):
        dates = _dates(cursor, raw, cell, kind, date_order)
        clean = f"{name}_clean"
        value = date_sql(clean, f"{name}_year_first", dates)
        value = value if kind == "instant" else f"cast({value} as date)"
        return CellReading(name, cell, kind, text, clean_sql(text), year_first_sql(clean), value, dates)
    if kind in ("money", "number", "score", "share"):
        return _number_reading(cursor, raw, name, cell, kind, decimal_mark, is_rate)
    if kind == "flag":
        return CellReading(name, cell, kind, text, None, None, _flag_sql(text))
    if kind == "integer":
        year = f"try_cast(regexp_extract({text}, '(?:18|19|20)[0-9]{{2}}') as bigint)"
        return CellReading(name, cell, kind, text, None, None, year)
    value = _ordinary_letters_sql(text) if name.endswith("_id") else text
    if _ends_in_point_zero(cursor, raw, cell, name):
        value = f"regexp_replace({text}, '[.]0+$', '')"
    return CellReading(name, cell, kind, text, None, None, value)


def _ordinary_letters_sql(text: str) -> str:
    """SQL for a text with its full-width letters and digits made ordinary."""
    ordinary = f"translate({text}, {quoted(FULL_WIDTH_LETTERS)}, {quoted(LETTERS)})"
    return f"case when strlen({text}) = length({text}) then {text} else {ordinary} end"


def _column_of(raw: RawTable, cell: str, kind: Kind) -> str:
    return f"(select {text_sql(cell, kind, cell in raw.trim)} as text from {raw.relation} where flaw is null)"


def _dates(
    cursor: duckdb.DuckDBPyConnection, raw: RawTable, cell: str, kind: Kind, order: DateOrder | None
) -> DateReading:
    column = f"(select text from {_column_of(raw, cell, kind)} where text is not null)"
    shapes = [Shape(*row) for row in cursor.execute(shapes_query("text", column)).fetchall()]
    days = [Day(*row) for row in cursor.execute(days_query("text", column)).fetchall()] if needs_order(shapes) else []
    total = cursor.execute(f"select count(*) from {column}").fetchone() or (0,)
    return decide_dates(shapes, days, int(total[0]), order)


def _number_reading(
    cursor: duckdb.DuckDBPyConnection,
    raw: RawTable,
    name: str,
    cell: str,
    kind: Kind,
    decimal_mark: str | None,
    is_rate: bool,
) -> CellReading:
    reading = _decide_numbers(cursor, raw, cell, kind, decimal_mark)
    return number_cell(name, cell, kind, reading, is_rate, is_plain=reading.odd_count == 0)


def number_cell(
    name: str, cell: str, kind: Kind, reading: NumberReading, is_rate: bool, *, is_plain: bool
) -> CellReading:
    """A column of numbers read as decided; `is_plain` says that every filled cell is a plain number."""
    text, plain, bare = f"{name}_text", f"{name}_plain", f"{name}_bare"
    odd = number_sql(f"replace({bare}, '%', '')" if is_rate else bare, reading.decimal_mark, reading.has_credits)
    if is_rate:
        odd = f"case when {bare} like '%\\%' escape '\\' then {odd} / 100 else {odd} end"
    if reading.decimal_mark == ",":
        return CellReading(name, cell, kind, text, "cast(null as decimal(18,4))", bare_sql(text), odd, None, reading)
    if is_plain:
        return CellReading(name, cell, kind, text, None, None, plain_sql(text), None, reading)
    second = f"case when {plain} is null and {text} is not null then {bare_sql(text)} end"
    return CellReading(name, cell, kind, text, plain_sql(text), second, f"coalesce({plain}, {odd})", None, reading)


def _decide_numbers(
    cursor: duckdb.DuckDBPyConnection, raw: RawTable, cell: str, kind: Kind, decimal_mark: str | None
) -> NumberReading:
    """Votes of the values that are not plainly numbers; where there are none nothing is in doubt."""
    comma, point, either = votes_sql("bare")
    votes = cursor.execute(
        f"""
        with odd as (
            select text, {bare_sql("text")} as bare
            from {_column_of(raw, cell, kind)} where text is not null and {plain_sql("text")} is null
        )
        select count(*), count(*) filter ({comma}), count(*) filter ({point}), count(*) filter ({either}),
            count(*) filter ({credits_sql("bare")}),
            list(distinct upper(regexp_extract(text, '[¥￥$€£₩₹]|(?i:rmb|cny|usd|eur|gbp|hkd|jpy|chf)'))) from odd
        """
    ).fetchone()
    odd, commas, points, open_count, credits, marks = votes or (0, 0, 0, 0, 0, [])
    if commas or open_count:
        points += plain_points(cursor, raw, cell, kind)
    if odd == 0 and kind == "money":
        open_count = _thousands_or_decimals(cursor, raw, cell, kind)
    told = decimal_mark if decimal_mark in (".", ",") else None
    seen = tuple(sorted(mark for mark in marks or [] if mark))
    mark: DecimalMark | None = "," if told == "," else "." if told == "." else None
    return decide_mark(odd, commas, points, open_count, seen, mark, has_credits=credits > 0)


def plain_points(cursor: duckdb.DuckDBPyConnection, raw: RawTable, cell: str, kind: Kind) -> int:
    """Plain values whose point cannot part thousands: they vote for the point, too."""
    found = cursor.execute(
        f"select count(*) from {_column_of(raw, cell, kind)} "
        rf"where {plain_sql('text')} is not null and regexp_matches(text, '[.](\d{{1,2}}|\d{{4,}})$')"
    ).fetchone()
    return int(found[0]) if found else 0


def _thousands_or_decimals(cursor: duckdb.DuckDBPyConnection, raw: RawTable, cell: str, kind: Kind) -> int:
    """How many values are written like 1.234, where every value with a point is: thousands, or three decimals?"""
    whole = "regexp_full_match(text, '[+-]?[1-9][0-9]{0,2}([.][0-9]{3})+')"
    pointed = f"(select text from {_column_of(raw, cell, kind)} where contains(text, '.')"
    for some in ("limit 100)", ")"):  # the first hundred spare the whole column, nearly always
        found = cursor.execute(f"select count(*), coalesce(bool_and({whole}), false) from {pointed} {some}").fetchone()
        if not found or not found[1]:
            return 0
    return int(found[0]) if found else 0


def _ends_in_point_zero(cursor: duckdb.DuckDBPyConnection, raw: RawTable, cell: str, name: str) -> bool:
    """Whether a column of ids went through a table of floats: every one ends in .0."""
    if not name.endswith("_id"):
        return False
    filled = f"(select text from {_column_of(raw, cell, 'text')} where text is not null"
    for some in ("limit 100)", ")"):  # the first hundred spare the whole column, nearly always
        found = cursor.execute(
            f"select count(*) > 0 and bool_and(regexp_full_match(text, '[0-9]+[.]0')) from {filled} {some}"
        ).fetchone()
        if not found or not found[0]:
            return False
    return True


def _flag_sql(text: str) -> str:
    lower = f"lower({text})"
    is_true, is_false = (one_of_sql(lower, sorted(words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"case when {is_true} then true when {is_false} then false end"
