"""Records from lines, whatever the quotes do: the careful reader of text files.

A record is a physical line, or several where a quoted value holds line ends. A quote counts only at
the start of a field. Where quotes do not close within `LINES_JOINED` lines, or closing them would
swallow lines that are records themselves, the line is given back alone as flawed, and reading
resumes on the next: one bad quote costs one line.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from crm_core.ingest.source import TYPOGRAPHIC, WHITE_SPACE, Dialect

LINES_JOINED = 100
LETTERS_JOINED = 1 << 16
LONGEST_LINE = 16 << 20
LONGEST_CSV = 100_000  # `csv.reader` refuses a value of 131,072 letters

BROKEN_QUOTE = "broken_quote"
TOO_MANY_FIELDS = "too_many_fields"
TOO_FEW_FIELDS = "too_few_fields"
LINE_TOO_LONG = "line_too_long"
COMMENT_LINE = "comment_line"

_TO_STRAIGHT = str.maketrans("“”„", '"""')


class Record(NamedTuple):
    """One record: its first physical line, how many lines it spans, its cells, and what is wrong with it.

    A flawed record has no cells; `raw` is its text as written (None for a whole record of the width asked).
    """

    line: int
    span: int
    cells: list[str]
    flaw: str | None
    raw: str | None


LooksLikeRecord = Callable[[str], bool]


def records(
    lines: Iterable[str],
    dialect: Dialect,
    width: int | None,
    first_line: int = 1,
    looks_like_record: LooksLikeRecord = lambda _line: False,
) -> Iterator[Record]:
    """The records of `lines` (each ended by LF), blank lines left out.

    Cells are as many as `width`; a record with more is flawed even where the rest is empty (a
    delimiter too many in the middle looks the same), one with fewer unless the dialect pads short rows.
    Where `width` is None any number of cells will do.
    """
    feed = iter(lines)
    if dialect.quote == TYPOGRAPHIC:
        feed = (line.translate(_TO_STRAIGHT) for line in feed)
        dialect = replace(dialect, quote='"')
    waiting: list[str] = []
    number = first_line - 1
    while True:
        line = waiting.pop() if waiting else next(feed, None)
        if line is None:
            return
        number += 1
        text = line.rstrip("\n")
        if not text.strip():
            continue
        if len(text) > LONGEST_LINE:
            yield Record(number, 1, [], LINE_TOO_LONG, text[:LETTERS_JOINED])
            continue
        if dialect.delimiter == WHITE_SPACE:
            yield _sized(number, 1, text.split(), text, width, dialect)
            continue
        if not dialect.quote or (dialect.quote not in text and not dialect.escape):
            yield _sized(number, 1, text.split(dialect.delimiter), text, width, dialect)
            continue
        joined = [text]
        closed = closes(text, dialect)
        letters = len(text)
        while closed is False and len(joined) < LINES_JOINED and letters < LETTERS_JOINED:
            more = waiting.pop() if waiting else next(feed, None)
            if more is None:
                break
            more = more.rstrip("\n")
            joined.append(more)
            if looks_like_record(more):
                break
            letters += len(more)
            if dialect.quote in more:
                closed = closes("\n".join(joined), dialect)
        if closed:
            whole = "\n".join(joined)
            yield _sized(number, len(joined), _cells(joined, dialect), whole, width, dialect)
            number += len(joined) - 1
        else:
            waiting.extend(part + "\n" for part in reversed(joined[1:]))
            yield Record(number, 1, [], BROKEN_QUOTE, text)


def _sized(line: int, span: int, cells: list[str], raw: str, width: int | None, dialect: Dialect) -> Record:
    count = len(cells)
    if width is None:
        return Record(line, span, cells, None, raw)
    if count == width:
        return Record(line, span, cells, None, None)
    if raw.startswith("#"):
        return Record(line, span, [], COMMENT_LINE, raw)
    if count > width:
        return Record(line, span, [], TOO_MANY_FIELDS, raw)
    if dialect.pad_short_rows:
        return Record(line, span, cells + [""] * (width - count), None, None)
    return Record(line, span, [], TOO_FEW_FIELDS, raw)


def _cells(lines: list[str], dialect: Dialect) -> list[str]:
    """The cells of one record that closes."""
    text = "\n".join(lines)
    if not dialect.quote and not dialect.escape:
        return text.split(dialect.delimiter)
    if dialect.escape or len(text) > LONGEST_CSV:
        return split_cells(text, dialect)
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        skipinitialspace=dialect.spaced,
    )
    return next(reader)


def split_cells(text: str, dialect: Dialect) -> list[str]:
    """What `csv.reader` gives, for values of any length.

    An escape stands before quotes, delimiters and itself; before anything else it is a letter.
    """
    cells: list[str] = []
    place = 0
    while place <= len(text):
        while dialect.spaced and text.startswith(" ", place):
            place += 1
        if dialect.quote and text.startswith(dialect.quote, place):
            end = _after_quoted(text, place + 1, dialect.quote, dialect.escape)
            cells.append(_unescaped(text[place + 1 : end - 1], dialect, is_quoted=True))
        else:
            end = _unquoted_end(text, place, dialect)
            cells.append(_unescaped(text[place:end], dialect, is_quoted=False))
        place = end + 1
    return cells


def _unescaped(value: str, dialect: Dialect, is_quoted: bool) -> str:
    if dialect.escape:
        marks = re.escape(dialect.quote + dialect.delimiter + dialect.escape)
        return re.sub(rf"{re.escape(dialect.escape)}([{marks}])", r"\1", value)
    return value.replace(dialect.quote * 2, dialect.quote) if is_quoted else value


def closes(text: str, dialect: Dialect) -> bool | None:
    """Whether every quoted field of `text` closes.

    None where something follows a closing quote, and where a quote begins inside one field and ends
    another (`12"shoes, warm"`): a delimiter is missing before it, however right the number of fields is.
    """
    place, end = 0, len(text)
    quote, delimiter = dialect.quote, dialect.delimiter
    is_open = False
    while True:
        while dialect.spaced and place < end and text[place] == " ":
            place += 1
        if quote and place < end and text[place] == quote:
            place = _after_quoted(text, place + 1, quote, dialect.escape)
            if place < 0:
                return False
            if place >= end:
                return True
            if text[place] != delimiter:
                return None
        else:
            start, place = place, _unquoted_end(text, place, dialect)
            inner = text.find(quote, start, place) if quote else -1
            if inner >= 0:
                if is_open and text[place - 1] == quote:
                    return None
                is_open = is_open or _opens_inside(text[start:place], quote)
            if place >= end:
                return True
        place += 1


def _opens_inside(field: str, quote: str) -> bool:
    """Whether an odd number of quotes stand in a field and one of them begins a word."""
    return field.count(quote) % 2 == 1 and re.search(rf"[^{quote}]{quote}[^{quote}\s]", field) is not None


def _unquoted_end(text: str, place: int, dialect: Dialect) -> int:
    """Where the unquoted field that begins at `place` ends: at a delimiter or the end of the text."""
    while True:
        found = text.find(dialect.delimiter, place)
        if found < 0:
            return len(text)
        if not dialect.escape or (found - len(text[:found].rstrip(dialect.escape))) % 2 == 0:
            return found
        place = found + 1


def slipped_quotes_sql(cells: Iterable[str], quote: str) -> str:
    """SQL for whether a row may hold a quote that begins inside one cell and ends another: more than `closes` finds."""
    mark, letter = quote.replace("'", "''"), re.escape(quote).replace("'", "''")
    several = " + ".join(f"coalesce(contains({cell}, '{mark}'), false)::int" for cell in cells)
    joined = f"concat_ws(chr(31), {', '.join(cells)})"
    return (
        f"{several} > 1 and regexp_matches({joined}, "
        rf"'[^{letter}\x1f]{letter}[^{letter}\s\x1f][^\x1f]*\x1f(?s:.*){letter}(\x1f|$)')"
    )


def _after_quoted(text: str, place: int, quote: str, escape: str) -> int:
    """Where a quoted field that begins at `place` ends (just past its quote); -1 if it does not."""
    while True:
        found = text.find(quote, place)
        if found < 0:
            return -1
        if escape:
            slashes = found - len(text[place:found].rstrip(escape)) - place
            if slashes % 2:
                place = found + 1
                continue
            return found + 1
        if text.startswith(quote, found + 1):
            place = found + 2
            continue
        return found + 1
