"""Records from lines, whatever the quotes do: the careful reader of text files.

A record is a physical line, or several where a quoted value holds line ends. A quote counts only at
the start of a field. Where quotes do not close within `LINES_JOINED` lines, or closing them would
swallow lines that are records themselves, the line is given back alone as flawed, and reading
resumes on the next: one bad quote costs one line.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from crm_core.ingest.dialect import WHITE_SPACE, cells_of
from crm_core.ingest.source import Dialect

LINES_JOINED = 100
LETTERS_JOINED = 1 << 16
LONGEST_LINE = 16 << 20

BROKEN_QUOTE = "broken_quote"
TOO_MANY_FIELDS = "too_many_fields"
TOO_FEW_FIELDS = "too_few_fields"
LINE_TOO_LONG = "line_too_long"


class Record(NamedTuple):
    """One record: its first physical line, how many lines it spans, its cells, and what is wrong with it.

    A flawed record has no cells; `raw` is its text as written.
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
    width: int,
    first_line: int = 1,
    looks_like_record: LooksLikeRecord = lambda _line: False,
) -> Iterator[Record]:
    """The records of `lines` (each ended by LF), blank lines left out.

    Cells are as many as `width`; a record with more is flawed even where the rest is empty (a
    delimiter too many in the middle looks the same), one with fewer unless the dialect pads short rows.
    """
    feed = iter(lines)
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
            letters += len(more)
            closed = closes("\n".join(joined), dialect)
        if closed and not any(looks_like_record(inner) for inner in joined[1:]):
            whole = "\n".join(joined)
            lines_joined = [part + "\n" for part in joined]
            cells = next(cells_of(lines_joined, dialect.delimiter, dialect.quote, dialect.escape, dialect.spaced))
            yield _sized(number, len(joined), cells, whole, width, dialect)
            number += len(joined) - 1
        else:
            waiting.extend(part + "\n" for part in reversed(joined[1:]))
            yield Record(number, 1, [], BROKEN_QUOTE, text)


def _sized(line: int, span: int, cells: list[str], raw: str, width: int, dialect: Dialect) -> Record:
    count = len(cells)
    if count == width:
        return Record(line, span, cells, None, None)
    if count > width:
        return Record(line, span, [], TOO_MANY_FIELDS, raw)
    if dialect.pad_short_rows:
        return Record(line, span, cells + [""] * (width - count), None, None)
    return Record(line, span, [], TOO_FEW_FIELDS, raw)


def closes(text: str, dialect: Dialect) -> bool | None:
    """Whether every quoted field of `text` closes; None where something follows a closing quote."""
    place, end = 0, len(text)
    while True:
        while dialect.spaced and place < end and text[place] == " ":
            place += 1
        if place < end and text[place] == dialect.quote:
            place = _after_quoted(text, place + 1, dialect.quote, dialect.escape)
            if place < 0:
                return False
            if place >= end:
                return True
            if text[place] != dialect.delimiter:
                return None
            place += 1
        else:
            place = text.find(dialect.delimiter, place)
            if place < 0:
                return True
            place += 1


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
