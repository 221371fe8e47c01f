"""What was understood of a file before it is loaded: format, encoding, dialect, columns, a sample."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

Format = Literal["text", "json", "workbook", "parquet", "arrow", "frame"]
Content = Literal["empty", "id", "text", "date", "number", "flag"]

PREVIEW_ROWS = 50
WHITE_SPACE = ""  # the delimiter of files whose fields stand apart by runs of white space
TYPOGRAPHIC = "“"  # the quote of files that write “so”
ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))


FIRST_YEAR, LAST_YEAR = 1990, 2100  # of months in headers


class ReadingOptions(BaseModel):
    """What the reader of a file decided in our stead; None leaves the decision to us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None  # what stands before a quote inside quotes; "": quotes are doubled
    header_line: int | None = None  # first physical line of the header, 1-based; 0: the file has none
    header_rows: int | None = Field(None, ge=1, le=10)  # records the header takes, joined to one name a column
    sheet: str | None = None
    pad_short_rows: bool | None = None
    months_as_rows: bool | None = None  # whether a table with one column a month is read as one row a month
    months_year: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR)  # of months whose headers name no year


@dataclass(frozen=True)
class Dialect:
    """How a text file is laid out.

    `delimiter` is one character, or "" where runs of white space part the fields. `quote` is "" if
    the file quotes nothing, and “ where it quotes “so”. `header_lines` counts the physical lines before
    the first data line (preamble, comments and header), `header_rows` the records the header takes (0
    where there is none). `escape` is a backslash where quotes are escaped by one, else "".
    `spaced` files write a space between a delimiter and an opening quote.
    """

    delimiter: str
    quote: str
    escape: str
    header_lines: int
    has_header: bool
    pad_short_rows: bool = False
    spaced: bool = False
    header_rows: int = 1


@dataclass(frozen=True)
class SourceColumn:
    """One column of the file: what the sample shows of it.

    `samples` are up to five different values as written; `filled_share` (0-1) and
    `distinct_count` are of the sample; `content` is what most values look like.
    """

    header: str
    content: Content
    samples: tuple[str, ...]
    filled_share: float
    distinct_count: int


@dataclass(frozen=True)
class JsonRows:
    """The keys behind the headers of a JSON file, column by column."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Months:
    """How a table with one column a month becomes one row a month.

    `table` is the file as it stands; its columns at the places `kept` stay, and each cell at the places
    of `turned` becomes a row with that day (ISO 8601) and the cell as the amount.
    """

    table: "SourceTable"
    kept: tuple[int, ...]
    turned: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Lookup:
    """Columns looked up in another file: those of `table` stand beside the rows of `orders` whose `key` is theirs.

    `added` are the places in `table` of the columns that came beside.
    """

    orders: "SourceTable"
    table: "SourceTable"
    key: str
    table_key: str
    added: tuple[int, ...]


@dataclass(frozen=True)
class SourceTable:
    """A file as understood. `headers` are unique; the columns of `sample` bear them, all text.

    `line_count` counts physical lines (rows of a sheet, of a Parquet or Arrow file, objects of a JSON
    list). `notes` are sentences about what was put right on the way. `stamp` is the file's size and time
    of last change when it was looked at.
    """

    path: Path
    file_name: str
    format: Format
    headers: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    sample: pa.Table = field(repr=False, compare=False)
    line_count: int = 0
    encoding: str = ""
    encoding_is_sure: bool = True
    bad_byte_count: int = 0
    nul_count: int = 0
    dialect: Dialect | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stamp: tuple[int, int] | None = None
    json: JsonRows | None = field(default=None, repr=False)
    months: Months | None = field(default=None, repr=False)
    lacks_year: bool = False  # its headers name months, and nothing names their year
    lookup: Lookup | None = field(default=None, repr=False)
    frame: pa.Table | None = field(default=None, repr=False, compare=False)

    @property
    def preview(self) -> pa.Table:
        """The first rows as text."""
        return self.sample.slice(0, PREVIEW_ROWS)

    def column(self, header: str) -> SourceColumn:
        """The column under `header`; KeyError if there is none."""
        for column in self.columns:
            if column.header == header:
                return column
        raise KeyError(header)

    def sample_values(self, header: str) -> list[str]:
        """The filled values of one column in the sample, trimmed."""
        values = (value.strip() for value in self.sample.column(header).to_pylist() if value)
        return [value for value in values if value]


@dataclass(frozen=True)
class Progress:
    """How far a load is in the step called `step` ("unpack", "read", "rows", "type", "write", "count").

    `done` of `total` are bytes of the file where it is unpacked or read, with `rows` the rows found so far,
    and rows of a sheet or a list; elsewhere they are hundredths of the step, as far as known.
    """

    step: str
    done: int
    total: int
    rows: int = 0

    @property
    def share(self) -> float:
        """How much is done, 0-1; all where nobody knows how much there is."""
        return min(1.0, self.done / self.total) if self.total else 1.0


ProgressListener = Callable[[Progress], None]


def unique_headers(cells: list[str]) -> tuple[str, ...]:
    """Header cells made usable: blanks named by place, repeats numbered (case does not part names).

    Characters nobody sees (a byte order mark, a zero-width space) are left out.
    """
    headers: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        wanted = " ".join(cell.translate(ZERO_WIDTH).split()) or f"column {place}"
        name, repeat = wanted, 1
        while name.casefold() in taken:
            repeat += 1
            name = f"{wanted} ({repeat})"
        taken.add(name.casefold())
        headers.append(name)
    return tuple(headers)
