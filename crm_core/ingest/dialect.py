"""How a text file is laid out: what parts the fields, what quotes them, where the table begins.

Each candidate delimiter parses the head of the file; the one under which rows are equally wide and
the cells look like numbers, dates and words wins. DuckDB's sniffer is not asked: it loses rows
where widths differ (docs/decisions/0005-reading-text-twice.md).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crm_core.errors import InputError
from crm_core.ingest.cells import is_date, is_number
from crm_core.ingest.headings import is_heading
from crm_core.ingest.month_names import is_header_of_months
from crm_core.ingest.source import Dialect, ReadingOptions
from crm_core.language import _

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|", "，", "^", "~", ":")
WHITE_SPACE = ""
ROWS_JUDGED = 300
PREAMBLE_LINES = 50
QUOTE_SAMPLE = 1 << 18


@dataclass(frozen=True)
class Row:
    """One record of the head: its first and last physical line (1-based) and its cells."""

    first_line: int
    last_line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def decide_dialect(head: str, options: ReadingOptions) -> tuple[Dialect, tuple[str, ...]]:
    """The layout of the file that begins with `head`, and its header cells as written.

    Without a header the cells are empty. Raises InputError where `head` holds no row.
    """
    if not head.strip():
        raise InputError(_("The file holds no rows."))
    told = re.match(r"sep=(.)\n", head, re.IGNORECASE)
    quote = options.quote if options.quote is not None else _quote_of(head)
    delimiter = options.delimiter
    if delimiter is None:
        delimiter = told.group(1) if told else _best_delimiter(head, quote)
    escape = _escape_of(head, quote, delimiter)
    spaced = _is_spaced(head, quote, delimiter)
    rows = [row for row in rows_of(head, delimiter, quote, escape, spaced) if not row.is_blank]
    if told:
        rows = [row for row in rows if row.first_line > 1]
    start = table_start(rows, options)
    pads = options.pad_short_rows
    if pads is None:
        pads = _short_rows_are_usual([row for row in rows if row.first_line > start.header_lines], len(start.header))
    return Dialect(delimiter, quote, escape, start.header_lines, start.has_header, pads, spaced), start.header


@dataclass(frozen=True)
class TableStart:
    """Where the table begins: the lines before its first data row, and its header cells as written."""

    header_lines: int
    has_header: bool
    header: tuple[str, ...]


def table_start(rows: list[Row], options: ReadingOptions) -> TableStart:
    """Where the table in `rows` (none blank) begins; InputError if there are no rows."""
    if not rows:
        raise InputError(_("The file holds no rows."))
    if options.header_line is not None:
        place, has_header = _row_at(rows, options.header_line), options.header_line > 0
    else:
        place, has_header = _find_header(rows)
    width = _usual_width(rows[place:])
    header = rows[place].cells if has_header else [""] * width
    first_data_line = rows[place].last_line + 1 if has_header else rows[place].first_line
    return TableStart(first_data_line - 1, has_header, tuple(_fit(header, width)))


def rows_of(
    head: str,
    delimiter: str,
    quote: str,
    escape: str,
    spaced: bool = False,
    limit: int = ROWS_JUDGED + PREAMBLE_LINES,
) -> list[Row]:
    """The first records of `head`; a quote left open takes in no more than a few lines."""
    if delimiter == WHITE_SPACE:
        lines = islice(head.split("\n"), limit)
        return [Row(number, number, line.split()) for number, line in enumerate(lines, start=1)]
    reader = cells_of(io.StringIO(head), delimiter, quote, escape, spaced)
    rows, line = [], 0
    try:
        for cells in islice(reader, limit):
            rows.append(Row(line + 1, reader.line_num, cells))
            line = reader.line_num
    except csv.Error:
        lines = islice(head.split("\n"), limit)
        return [Row(number, number, text.split(delimiter)) for number, text in enumerate(lines, start=1)]
    return rows


def cells_of(lines: Iterable[str], delimiter: str, quote: str, escape: str, spaced: bool = False) -> "Reader":
    """A `csv.reader` for a layout."""
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote,
        doublequote=not escape,
        escapechar=escape or None,
        skipinitialspace=spaced,
    )


def _quote_of(head: str) -> str:
    """The quote character: a double one, unless many more fields begin and end with a single one."""
    double, single = (
        len(re.findall(rf"(?:^|[,;\t|]) ?{quote}[^{quote}\n]*{quote}(?=[,;\t|]|$)", head[:QUOTE_SAMPLE], re.MULTILINE))
        for quote in ('"', "'")
    )
    return "'" if single > 2 * double + 1 else '"'


def _is_spaced(head: str, quote: str, delimiter: str) -> bool:
    """Whether a space stands between delimiters and opening quotes more often than not."""
    if not quote or delimiter == WHITE_SPACE:
        return False
    start = head[:QUOTE_SAMPLE]
    return start.count(f"{delimiter} {quote}") > start.count(f"{delimiter}{quote}")


def _escape_of(head: str, quote: str, delimiter: str) -> str:
    """A backslash where the file escapes its quotes by one and never doubles them."""
    if not quote or delimiter == WHITE_SPACE or f"\\{quote}" not in head:
        return ""
    inner_doubled = re.search(rf"[^{re.escape(delimiter)}\n{quote}]{quote}{quote}[^{re.escape(delimiter)}\n]", head)
    ends_in_backslash = re.search(rf"\\{quote}(?:{re.escape(delimiter)}|$)", head, re.MULTILINE)
    return "" if inner_doubled or ends_in_backslash else "\\"


def _best_delimiter(head: str, quote: str) -> str:
    scored = [(_score(head, delimiter, quote), delimiter) for delimiter in DELIMITERS if delimiter in head]
    best, delimiter = max(scored, default=(0.0, ","))
    if best >= 0.5:
        return delimiter
    lines = [line.split() for line in islice(head.split("\n"), ROWS_JUDGED) if line.strip()]
    white = _evenness([len(cells) for cells in lines]) * _recognised([cell for row in lines[1:] for cell in row])
    width = Counter(map(len, lines)).most_common(1)[0][0] if lines else 1
    return WHITE_SPACE if width >= 3 and white > max(best, 0.6) else delimiter


def _score(head: str, delimiter: str, quote: str) -> float:
    """How well a delimiter explains the head, 0-1: rows equally wide, cells that mean something."""
    rows = [row.cells for row in rows_of(head, delimiter, quote, "") if not row.is_blank]
    wide = [cells for cells in rows if len(cells) > 1]
    if not wide:
        return 0.0
    widths = [len(cells) for cells in rows]
    usual = Counter(len(cells) for cells in wide).most_common(1)[0][0]
    cells = [cell for row in wide for cell in row]
    other = sum(any(mark in cell for mark in DELIMITERS[:4] if mark != delimiter) for cell in cells) / len(cells)
    return _evenness(widths) * (0.4 + 0.6 * _recognised(cells)) * (1 - 0.5 * other) * (1 - 0.4 / usual)


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


def _usual_width(rows: list[Row]) -> int:
    """The width most rows have; a few lines of preamble do not outweigh a short table."""
    counts = Counter(len(row.cells) for row in rows)
    return max(counts.items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))[0]


def _row_at(rows: list[Row], header_line: int) -> int:
    """The place of the record that holds a physical line; the first record for line 0."""
    for place, row in enumerate(rows):
        if row.last_line >= header_line:
            return place
    raise InputError(
        _("The header was said to be on line {line}, but the file ends before it.").format(line=header_line)
    )


def _find_header(rows: list[Row]) -> tuple[int, bool]:
    """The place of the header record and True; of the first data record and False where there is none."""
    width = _usual_width(rows)
    candidates = [place for place, row in enumerate(rows[:PREAMBLE_LINES]) if _could_begin(row, width)]
    if not candidates:
        return 0, _is_header(rows[0], rows[1:])
    place = candidates[0]
    return place, _is_header(rows[place], rows[place + 1 :])


def _could_begin(row: Row, width: int) -> bool:
    """Whether a record is wide and filled enough to be the header or the first data row."""
    filled = sum(bool(cell.strip()) for cell in row.cells)
    is_comment = row.cells[0].lstrip().startswith("#") and len(row.cells) != width
    return (
        not is_comment and len(row.cells) >= max(1, min(width, 2), round(0.6 * width)) and filled >= max(1, width / 2)
    )


def _is_header(row: Row, below: list[Row]) -> bool:
    """Names hold no numbers or dates, while the cells under them often do."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    named = sum(is_heading(cell) for cell in cells)
    typed = sum(is_number(cell) or is_date(cell) for cell in cells)
    if named >= 2 or (named and typed == 0) or is_header_of_months(cells):
        return True
    if typed:
        return False
    return True if below else named > 0


def _short_rows_are_usual(rows: list[Row], width: int) -> bool:
    short = sum(len(row.cells) < width for row in rows)
    return short >= 5 and short > 0.05 * len(rows)


def _fit(header: list[str], width: int) -> list[str]:
    """The header as wide as the rows: nameless cells at its end dropped or added."""
    cells = list(header)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells + [""] * (width - len(cells))
