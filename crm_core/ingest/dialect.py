"""How a text file is laid out: what parts the fields, what quotes them, where the table begins.

Each candidate delimiter parses the head of the file; the one under which rows are equally wide and
the cells look like numbers, dates and words wins. DuckDB's sniffer is not asked: it loses rows
where widths differ (docs/decisions/0004-reading-text-twice.md).
"""

import io
import re
from collections import Counter
from itertools import islice
from typing import NamedTuple

from crm_core.errors import InputError
from crm_core.ingest.cells import is_date, is_number
from crm_core.ingest.records import records
from crm_core.ingest.source import TYPOGRAPHIC, WHITE_SPACE, Dialect, ReadingOptions
from crm_core.ingest.table_start import PREAMBLE_LINES, Row, table_start
from crm_core.language import _

DELIMITERS = (",", ";", "\t", "|", "，", "^", "~", ":", " ")
RARE_DELIMITERS = frozenset("^~:")
RARE_EVENNESS = 0.95
ROWS_JUDGED = 300
QUOTE_SAMPLE = 1 << 18


class Layout(NamedTuple):
    """How a text file is laid out, its header cells as written (empty without one), what was put right."""

    dialect: Dialect
    header: tuple[str, ...]
    notes: tuple[str, ...]


def decide_dialect(head: str, options: ReadingOptions) -> Layout:
    """The layout of the file that begins with `head`.

    Raises InputError where `head` holds no row, and where the reader's own marks cannot be.
    """
    if not head.strip():
        raise InputError(_("The file holds no rows."))
    _refuse_marks(options)
    told = re.match(r"sep=(.)\n", head, re.IGNORECASE)
    quote = options.quote if options.quote is not None else _quote_of(head)
    delimiter = options.delimiter
    if delimiter and delimiter in _marks(quote):
        quote = ""  # found, not told: what parts the fields cannot quote them too
    if delimiter is None:
        delimiter = told.group(1) if told and told.group(1) not in _marks(quote) else _best_delimiter(head, quote)
    escape = options.escape if options.escape is not None else _escape_of(head, quote, delimiter)
    if escape == delimiter:
        escape = ""
    spaced = _is_spaced(head, quote, delimiter)
    rows = [row for row in rows_of(head, delimiter, quote, escape, spaced) if not row.is_blank]
    if told:
        rows = [row for row in rows if row.first_line > 1]

    def resplit(row: Row, width: int) -> list[str] | None:
        return _parted_otherwise(row, width, delimiter, quote)

    start = table_start(rows, options, resplit)
    pads = options.pad_short_rows
    if pads is None:
        pads = _short_rows_are_usual([row for row in rows if row.first_line > start.header_lines], len(start.header))
    dialect = Dialect(
        delimiter, quote, escape, start.header_lines, start.has_header, pads, spaced, header_rows=start.header_rows
    )
    return Layout(dialect, start.header, start.notes)


def rows_of(
    head: str,
    delimiter: str,
    quote: str,
    escape: str,
    spaced: bool = False,
    limit: int = ROWS_JUDGED + PREAMBLE_LINES,
) -> list[Row]:
    """The first records of `head`, blank lines left out; a quote left open costs one line."""
    layout = Dialect(delimiter, quote, escape, 0, False, spaced=spaced)
    rows = []
    for record in islice(records(io.StringIO(head), layout, None), limit):
        text = record.raw or ""
        cells = record.cells if record.flaw is None else _split_plainly(text, delimiter, quote)
        last_line = record.line + record.span - 1
        rows.append(Row(record.line, last_line, cells, text, is_broken=record.flaw is not None))
    return rows


def _split_plainly(text: str, delimiter: str, quote: str) -> list[str]:
    """The fields of a line as if nothing were quoted; the quotation marks at their ends left out."""
    cells = text.split(delimiter) if delimiter else text.split()
    return [cell.strip().strip(quote) if quote else cell for cell in cells]


def _parted_otherwise(row: Row, width: int, delimiter: str, quote: str) -> list[str] | None:
    """The cells of a row under another delimiter, where that gives exactly `width` of them."""
    if width < 2:
        return None
    for other in (*DELIMITERS, WHITE_SPACE):
        if other != delimiter and (other in row.text or other == WHITE_SPACE):
            found = rows_of(row.text + "\n", other, quote, "")
            if len(found) == 1 and not found[0].is_broken and len(found[0].cells) == width:
                return found[0].cells
    return None


def _refuse_marks(options: ReadingOptions) -> None:
    """Refuse marks of the reader's own that cannot lay out a file."""
    for mark in (options.delimiter, options.quote, options.escape):
        if mark is not None and (len(mark) > 1 or mark in ("\n", "\r", "\0")):
            raise InputError(_("“{mark}” is not one character that can part or quote fields.").format(mark=mark))
    if options.delimiter and options.delimiter in _marks(options.quote or ""):
        raise InputError(_("The same character cannot both part the fields and quote them."))
    if options.escape not in (None, "", "\\"):
        raise InputError(_("Only a backslash can stand before a quotation mark."))


def _marks(quote: str) -> str:
    """Every character that quotes where `quote` does."""
    return '“”„"' if quote == TYPOGRAPHIC else quote


def _quote_of(head: str) -> str:
    """The quote character: a double one, unless many more fields begin and end with a single or typographic one."""
    start = head[:QUOTE_SAMPLE]
    double, single, typographic = (
        len(re.findall(rf"(?:^|[,;\t|]) ?{opening}[^{opening}{closing}\n]*{closing}(?=[,;\t|]|$)", start, re.MULTILINE))
        for opening, closing in ('""', "''", "“”")
    )
    if typographic > 2 * max(double, single) + 1:
        return TYPOGRAPHIC
    return "'" if single > 2 * double + 1 else '"'


def _is_spaced(head: str, quote: str, delimiter: str) -> bool:
    """Whether a space stands between delimiters and opening quotes more often than not."""
    if not quote or delimiter in (WHITE_SPACE, " "):
        return False
    start = head[:QUOTE_SAMPLE]
    return start.count(f"{delimiter} {quote}") > start.count(f"{delimiter}{quote}")


def _escape_of(head: str, quote: str, delimiter: str) -> str:
    """A backslash where more rows close and are of one width with it than without."""
    if not quote or delimiter == WHITE_SPACE or f"\\{quote}" not in head:
        return ""
    lines = [line for line in head[:QUOTE_SAMPLE].split("\n") if f"\\{quote}" in line][:ROWS_JUDGED]
    usual = Counter(len(row.cells) for row in rows_of(head, delimiter, quote, "")).most_common(1)[0][0]
    plain, escaped = (
        sum(
            not row.is_broken and len(row.cells) == usual and row.first_line == row.last_line
            for row in rows_of("\n".join(lines) + "\n", delimiter, quote, escape)
        )
        for escape in ("", "\\")
    )
    return "\\" if escaped > plain else ""


def _best_delimiter(head: str, quote: str) -> str:
    candidates = [delimiter for delimiter in DELIMITERS if delimiter not in _marks(quote)]
    scored = [(_score(head, delimiter, quote), delimiter) for delimiter in candidates if delimiter in head]
    best, delimiter = max(scored, default=(0.0, candidates[0]))
    if best >= 0.5:
        return delimiter
    lines = [line.split() for line in islice(head.split("\n"), ROWS_JUDGED) if line.strip()]
    white = _evenness([len(cells) for cells in lines]) * _recognised([cell for row in lines[1:] for cell in row])
    width = Counter(map(len, lines)).most_common(1)[0][0] if lines else 1
    if width >= 3 and white > max(best, 0.6):
        return WHITE_SPACE
    return delimiter if best else candidates[0]


def _score(head: str, delimiter: str, quote: str) -> float:
    """How well a delimiter explains the head, 0-1: rows equally wide, cells that mean something."""
    if delimiter == " " and not (quote and head[:QUOTE_SAMPLE].count(f"{quote} {quote}") > 2):
        return 0.0  # spaces part fields only where values with spaces are quoted; runs of them are looked at apart
    rows = rows_of(head, delimiter, quote, "", _is_spaced(head, quote, delimiter))
    wide = [row.cells for row in rows if len(row.cells) > 1]
    if not wide:
        return 0.0
    widths = [0 if row.is_broken else len(row.cells) for row in rows]
    even = _evenness(widths)
    if delimiter in RARE_DELIMITERS and even < RARE_EVENNESS:
        return 0.0
    usual = Counter(map(len, wide)).most_common(1)[0][0]
    cells = [cell for row in wide for cell in row]
    other = sum(any(mark in cell for mark in DELIMITERS[:4] if mark != delimiter) for cell in cells) / len(cells)
    return even * (0.4 + 0.6 * _recognised(cells)) * (1 - 0.5 * other) * (1 - 0.4 / usual)


def _evenness(widths: list[int]) -> float:
    """The share of rows that have the usual width (more than one cell), 0-1."""
    counts = Counter(width for width in widths if width > 1)
    return counts.most_common(1)[0][1] / len(widths) if counts else 0.0


def _recognised(cells: list[str]) -> float:
    """The share of cells that are empty, a number, a date or short words, 0-1."""
    if not cells:
        return 0.0
    known = sum(
        not cell.strip()
        or is_number(cell)
        or is_date(cell)
        or re.fullmatch(r"[\w .#/&()'@+-]{1,60}", cell.strip()) is not None
        for cell in cells
    )
    return known / len(cells)


def _short_rows_are_usual(rows: list[Row], width: int) -> bool:
    """Whether the file leaves out empty cells at the ends of its rows.

    Where no row is whole from the first short one on, another table begins there.
    """
    widths = [len(row.cells) for row in rows]
    short = sum(found < width for found in widths)
    if short < 5 or short <= 0.05 * len(widths):
        return False
    first = next(place for place, found in enumerate(widths) if found < width)
    return width in widths[first:] or width not in widths[:first]
