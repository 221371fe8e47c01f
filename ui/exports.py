"""Lists as files: CSV that Excel opens in any language, written block by block, with nothing in it that would run."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from crm_core.listing import Listing

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
EXCEL_ROWS = 1_048_575
"""How many rows below the titles a sheet has room for."""
EXPORTED_AS_WORDS = (
    "tier_number", "saved_tier_number", "other_tier_number", "band", "loyalty_type", "outcome",
    "stage", "earlier_stage", "reason", "let_go",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """How a column of a list is shown: its title, and its values in words or as a bar.

    `shown` turns a value into what the cell holds; `is_bar` draws 0-1 as a bar.
    """

    title: str
    shown: Callable[[Any], Any] = lambda value: value
    is_bar: bool = False
    help: str | None = None
    width: Any = None


@dataclass(frozen=True)
class Coded:
    """A computed cell that follows from `column` alone, so that a file works out each of its values once."""

    column: str
    shown: Callable[[Any], Any]

    def __call__(self, row: Mapping[str, Any]) -> Any:
        return self.shown(row[self.column])


Computed = Mapping[str, Callable[[dict[str, Any]], Any]]
"""Columns that a list does not have, each computed from a row of it."""


def exported(listing: Listing, shown: Sequence[str], known: Mapping[str, Column], computed: Computed) -> bytes:
    """All rows of a list as CSV: labels in words, figures exact.

    A name that a spreadsheet would run as a formula is written as text. Rows pass block by block: of a list of
    millions no more than a block is ever held besides the file itself.
    """
    return _written(_fields(block, shown, known, computed) for block in listing.blocks())


def spreadsheet(fields: Mapping[str, pa.Array]) -> bytes:
    """Columns by title as CSV that Excel opens in any language, with nothing in it that it would run."""
    return _written([fields])


def harmless(field: pa.Array) -> pa.Array:
    """Texts that begin like a formula get an apostrophe in front, as spreadsheets themselves write text."""
    if not pa.types.is_string(field.type):
        return field
    return pc.replace_substring_regex(field, r"^([=+\-@\t\r])", r"'\1")


def _written(blocks: Iterable[Mapping[str, pa.Array]]) -> bytes:
    file = io.BytesIO()
    file.write(BYTE_ORDER_MARK)
    writer = None
    for fields in blocks:
        block = pa.table({title: harmless(field) for title, field in fields.items()})
        writer = writer or pyarrow.csv.CSVWriter(file, block.schema)
        writer.write(block)
    if writer:
        writer.close()
    return file.getvalue()


def _fields(
    block: pa.Table, shown: Sequence[str], known: Mapping[str, Column], computed: Computed
) -> dict[str, pa.Array]:
    """The columns of a block by title, as they are written."""
    by_row = any(name in computed and not isinstance(computed[name], Coded) for name in shown)
    rows = block.to_pylist() if by_row else []
    fields: dict[str, pa.Array] = {}
    for name in shown:
        column, cell = known[name], computed.get(name)
        kind = pa.float64() if column.is_bar else pa.string()
        if isinstance(cell, Coded):
            fields[column.title] = _in_words(block[cell.column], cell.shown, kind)
        elif cell:
            fields[column.title] = pa.array([cell(row) for row in rows], kind)
        elif name in EXPORTED_AS_WORDS:
            fields[column.title] = _in_words(block[name], column.shown, kind)
        else:
            fields[column.title] = block[name].combine_chunks()
    return fields


def _in_words(codes: pa.ChunkedArray, shown: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
    """What each code is shown as; each is put into words once."""
    coded = codes.combine_chunks().dictionary_encode("encode")
    return pa.array([shown(code) for code in coded.dictionary.to_pylist()], kind).take(coded.indices)
