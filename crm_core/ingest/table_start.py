"""Where the table of a file begins and what its columns are called.

Above a table stand titles and remarks; its header may take several rows (groups over names, units
under them, a second language), may have a name too many or too few, may be quoted badly or parted by
another delimiter. What was put right is said in a sentence.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.cells import is_absent, is_date, is_number, plain
from crm_core.ingest.headings import is_heading
from crm_core.ingest.month_names import is_header_of_months
from crm_core.ingest.source import ReadingOptions
from crm_core.language import _

PREAMBLE_LINES = 50
MOST_HEADER_ROWS = 4
BODY_ROWS = 50
NAMES_SHOWN = 4
TYPED_SHARE = 0.8

PERIOD = re.compile(
    r"(?:(?:fy|cy)\s?)?(?:19|20)\d{2}(?:\s?(?:年度?|年)|[-/]\d{1,2}|\s?q[1-4]|年\d{1,2}月)?|q[1-4](?:\s?(?:19|20)\d{2})?"
    r"|(?:[1-9]|1[0-2])月|第?[一二三四1-4]季度?",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"[(\[（【][^()\[\]（）【】]{1,20}[)\]）】]|[$€£¥￥₩₹%]|(?:USD|EUR|GBP|CNY|RMB|JPY|HKD|TWD|KRW|CHF)"
    r"|[万亿千百]?元|圆|円|件|个|個|天|日|kg|g|pcs|units?|days?|text|string|varchar|char|int|integer|float|decimal|number"
    r"|datetime|date|timestamp|bool|boolean|[ymd]{1,4}[-/.][ymd]{1,4}[-/.][ymd]{1,4}",
    re.IGNORECASE,
)
CHINESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True)
class Row:
    """One record of the head: its first and last physical line (1-based), its cells, its text as written.

    The cells of a broken record (a quote does not close) are parted as if nothing were quoted.
    """

    first_line: int
    last_line: int
    cells: list[str]
    text: str = ""
    is_broken: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether every cell is empty or blank."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class TableStart:
    """Where the table begins: the lines before its first data row, and its names as written.

    `header_rows` counts the records the header takes (0: none); `notes` say what was put right.
    """

    header_lines: int
    has_header: bool
    header: tuple[str, ...]
    header_rows: int = 1
    notes: tuple[str, ...] = field(default=())


Resplit = Callable[[Row, int], list[str] | None]


def table_start(rows: list[Row], options: ReadingOptions, resplit: Resplit = lambda _row, _width: None) -> TableStart:
    """Where the table in `rows` (none blank) begins; InputError if there are no rows.

    `resplit` parts a row in another way into as many cells as asked, if one does.
    """
    if not rows:
        raise InputError(_("The file holds no rows."))
    if options.header_line is not None:
        place, has_header = _row_at(rows, options.header_line), options.header_line > 0
    else:
        place, has_header = _find_header(rows)
    if not has_header:
        return _without_header(rows, place, resplit, may_look=options.header_line is None)
    block = _header_block(rows, place, options)
    body = rows[rows.index(block[-1]) + 1 :]
    width = usual_width([block[-1], *body])
    names = _joined_names(block, width, body)
    header, notes = _fitted(names, width, body)
    if len(block) > 1:
        notes.append(_("The header takes {count} rows: {names}.").format(count=len(block), names=_shown(header)))
    if any(row.is_broken for row in block):
        notes.append(_("A quotation mark in the header does not close; the names were read without it. Check them."))
    return TableStart(block[-1].last_line, True, tuple(header), len(block), tuple(notes))


def usual_width(rows: list[Row]) -> int:
    """The width most rows have; a few lines of preamble do not outweigh a short table."""
    whole = [row for row in rows if not row.is_broken] or rows
    counts = Counter(len(row.cells) for row in whole)
    return max(counts.items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))[0]


# ---------------------------------------------------------------------- where


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
    width = usual_width(rows)
    candidates = [place for place, row in enumerate(rows[:PREAMBLE_LINES]) if _could_begin(row, width)]
    place = candidates[0] if candidates else 0
    if place + 2 < len(rows) and _fills_gaps([rows[place].cells], rows[place + 1].cells, _Body(rows[place + 2 :])):
        return place, True
    below = rows[place + 1 :]
    if (
        not _is_header(rows[place], below)
        and _groups_above(rows, place + 1, place + 1)
        and _is_header(below[0], below[1:])
    ):
        return place + 1, True
    return place, _is_header(rows[place], below)


def _could_begin(row: Row, width: int) -> bool:
    """Whether a record is wide and filled enough to be the header or the first data row."""
    filled = sum(bool(cell.strip()) for cell in row.cells)
    is_comment = row.cells[0].lstrip().startswith("#") and len(row.cells) != width
    return (
        not is_comment and len(row.cells) >= max(1, min(width, 2), round(0.6 * width)) and filled >= max(1, width / 2)
    )


def _is_header(row: Row, below: list[Row]) -> bool:
    """Names hold no numbers or dates but periods, while the cells under them often do."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    named = sum(is_heading(cell) for cell in cells)
    typed = [cell for cell in cells if _is_typed(cell)]
    if named >= 2 or (named and not typed) or is_header_of_months(cells):
        return True
    if typed:
        return (
            len(typed) < len(cells)
            and len(typed) > 1 - named
            and len(set(cells)) == len(cells)
            and all(map(_is_period, typed))
            and not _Body(below).has_periods(row.cells)
        )
    return True if below else named > 0


def _without_header(rows: list[Row], place: int, resplit: Resplit, may_look: bool) -> TableStart:
    """A table without names; unless the line above it is its header parted in another way."""
    width = usual_width(rows[place:])
    first_line = rows[place].first_line
    if may_look and place > 0:
        cells = resplit(rows[place - 1], width)
        if cells is not None and _is_header(replace(rows[place - 1], cells=cells), rows[place:]):
            note = _("The header is parted in another way than the rows below it: {names}.").format(names=_shown(cells))
            return TableStart(first_line - 1, True, tuple(cells), 1, (note,))
    return TableStart(first_line - 1, False, ("",) * width, 0)


# ---------------------------------------------------------------------- several rows


class _Body:
    """What the first rows below a header hold, column by column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [row.cells for row in rows[:BODY_ROWS] if not row.is_broken]
        self.typed = {place for place in range(max(map(len, self.rows), default=0)) if self._is_typed(place)}

    def column(self, place: int) -> list[str]:
        """The filled cells of a column."""
        cells = (cells[place].strip() for cells in self.rows if place < len(cells))
        return [cell for cell in cells if cell and not is_absent(cell)]

    def unlike(self, cells: Sequence[str]) -> int | None:
        """In how many columns of numbers and dates a row writes words or a period; None if one holds a number."""
        unlike = 0
        for place, cell in enumerate(cells):
            if place not in self.typed or not cell.strip() or is_absent(cell):
                continue
            if _is_typed(cell) and not (_is_period(cell) and not all(map(_is_period, self.column(place)))):
                return None
            unlike += 1
        return unlike

    def has_periods(self, cells: Sequence[str]) -> bool:
        """Whether the columns under periods hold periods themselves."""
        return any(
            _is_period(cell) and (column := self.column(place)) and sum(map(_is_period, column)) > len(column) / 2
            for place, cell in enumerate(cells)
        )

    def _is_typed(self, place: int) -> bool:
        column = self.column(place)
        return bool(column) and sum(map(_is_typed, column)) >= TYPED_SHARE * len(column)


def _header_block(rows: list[Row], place: int, options: ReadingOptions) -> list[Row]:
    """The rows of the header: as many as the reader says, or found."""
    if options.header_rows is not None:
        first = place
        if options.header_line is None and options.header_rows > 1:
            first = place - min(_groups_above(rows, place, place), options.header_rows - 1)
        return rows[first : first + options.header_rows]
    last = place
    while last + 2 < len(rows) and last - place + 1 < MOST_HEADER_ROWS:
        if not _continues(rows[place : last + 1], rows[last + 1], _Body(rows[last + 2 :])):
            break
        last += 1
    first = place - _groups_above(rows, place, last) if options.header_line is None else place
    return rows[first : last + 1]


def _continues(header: list[Row], row: Row, body: _Body) -> bool:
    """Whether a row below the header is a part of it."""
    cells, above = [cell.strip() for cell in row.cells], [row.cells for row in header]
    filled = [cell for cell in cells if cell]
    if not filled or row.is_broken or len(cells) > max(map(len, above)) + 1 or not body.rows:
        return False
    if [cell.casefold() for cell in cells] == [cell.strip().casefold() for cell in above[-1]]:
        return True
    unlike = body.unlike(cells)
    if unlike is None:
        return False
    named = sum(map(is_heading, filled))
    return (
        (named >= 2 and named > 0.6 * len(filled) and 2 * len(filled) > len(cells))
        or _is_units(cells, above[-1], body)
        or _is_translated(cells, above[-1], body, unlike)
        or _fills_gaps(above, row.cells, body)
    )


def _is_units(cells: list[str], above: list[str], body: _Body) -> bool:
    """Whether a row holds nothing but units, each under a name, and the rows below do not."""
    for place, cell in enumerate(cells):
        if not cell:
            continue
        column = body.column(place)
        if not UNIT.fullmatch(cell) or place >= len(above) or not above[place].strip():
            return False
        if sum(UNIT.fullmatch(value) is not None for value in column) > len(column) / 2:
            return False
    return True


def _is_translated(cells: list[str], above: list[str], body: _Body, unlike: int) -> bool:
    """Whether a row gives the names again in another script."""
    scripts = [CHINESE.search("".join(row)) is not None for row in (cells, above)]
    is_full = len(cells) == len(above) and all(cells) and all(cell.strip() for cell in above)
    return is_full and scripts[0] != scripts[1] and unlike >= 2 and unlike == len(body.typed)


def _fills_gaps(above: list[list[str]], row: list[str], body: _Body) -> bool:
    """Whether a row names exactly the columns that the rows above left to a group: `Region,2024,` over `,Q1,Q2`."""
    width = max(len(row), *map(len, above))
    is_named = [any(place < len(cells) and cells[place].strip() for cells in above) for place in range(width)]
    is_filled = [place < len(row) and bool(row[place].strip()) for place in range(width)]
    if all(is_named) or not all(a or b for a, b in zip(is_named, is_filled, strict=True)) or all(is_filled):
        return False
    first_gap = is_named.index(False)
    unlike = body.unlike(row)
    return bool(unlike) and first_gap > 0 and is_named[first_gap - 1] and is_filled[first_gap - 1]


def _groups_above(rows: list[Row], place: int, last: int) -> int:
    """How many rows above the header (`place` to `last`) group its names: equal names are then told apart."""
    header = [row.cells for row in rows[place : last + 1]]
    if not header:
        return 0
    width = max(map(len, header))
    found = 0
    for count in range(1, min(place, MOST_HEADER_ROWS - len(header)) + 1):
        above = rows[place - count].cells
        filled = [cell for cell in above if cell.strip()]
        if len(above) > width or (len(filled) < 2 and above[0].strip()):
            break
        joined = [row.cells for row in rows[place - count : place]] + header
        if _distinct(_joined(joined, width)) > _distinct(_joined(joined[count - found :], width)):
            found = count
    return found


def _distinct(names: list[str]) -> int:
    return len({name.casefold() for name in names})


def _joined_names(block: list[Row], width: int, body: list[Row]) -> list[str]:
    """One name a column, from all rows of the header."""
    rows = [[cell.strip() for cell in row.cells] for row in block]
    if len(rows) == 1:
        return rows[0]
    if len(rows) == 2 and all(rows[0]) and all(rows[1]) and len(rows[0]) == len(rows[1]):
        named = [sum(map(is_heading, row)) for row in rows]
        if max(named) >= 2 or CHINESE.search("".join(rows[0])) or CHINESE.search("".join(rows[1])):
            return rows[1] if named[1] > named[0] else rows[0]
    return _joined(rows, max(width, *map(len, rows)))


def _joined(rows: list[list[str]], width: int) -> list[str]:
    """Names from the top down; a group reaches over the blank cells to its right that have a name below them."""
    padded = [[plain(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper, lower in reversed(list(pairwise(padded))):
        for place in range(1, width):
            if not upper[place] and lower[place]:
                upper[place] = upper[place - 1]
    names = []
    for column in zip(*padded, strict=True):
        parts = list(dict.fromkeys(part for part in column if part))
        if len(parts) > 1 and UNIT.fullmatch(parts[-1]) and not _is_period(parts[-1]):
            parts[-1] = f"({parts[-1].strip('()[]（）【】')})"
        names.append(" ".join(parts))
    return names


# ---------------------------------------------------------------------- as many names as columns


def _fitted(names: list[str], width: int, body: list[Row]) -> tuple[list[str], list[str]]:
    """The names, one a column, and what is to be said where there were too many or too few."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    surplus = len(names) - width
    if surplus == 0 or not body:
        return names + [""] * -surplus, []
    uneven = _("The header has {names} names, but most rows have {cells} cells. Check which belongs to which.").format(
        names=len(names), cells=width
    )
    blank = [place for place, name in enumerate(names) if not name.strip()]
    if surplus > 0 and len(blank) == surplus:
        kept = [name for name in names if name.strip()]
        note = _("The header has {count} empty cells too many; its names were kept in order: {names}. Check them.")
        return kept, [note.format(count=surplus, names=_shown(kept))]
    if surplus > 0:
        return names, [uneven]
    firsts = [row.cells[0].strip() for row in body if len(row.cells) == width]
    if surplus == -1 and _are_row_numbers(firsts):
        return ["", *names], [_("The first column has no name: it numbers the rows.")]
    return names + [""] * -surplus, [uneven]


def _are_row_numbers(cells: list[str]) -> bool:
    return (
        len(cells) > 1
        and all(cell.isascii() and cell.isdigit() and len(cell) < 18 for cell in cells)
        and ([int(cell) for cell in cells] == list(range(int(cells[0]), int(cells[0]) + len(cells))))
    )


def _is_typed(cell: str) -> bool:
    return is_number(cell) or is_date(cell)


def _is_period(cell: str) -> bool:
    return PERIOD.fullmatch(plain(cell)) is not None


def _shown(names: Sequence[str]) -> str:
    shown = [name for name in names if name]
    more = ["…"] if len(shown) > NAMES_SHOWN else []
    return formats.listed([*shown[:NAMES_SHOWN], *more])
