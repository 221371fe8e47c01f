"""The records of a text file as a stream of Arrow batches: Arrow's fast parser where it can be trusted, ours elsewhere.

The file is read in chunks of whole lines. A chunk is parsed fast where every line is one record of the
right width and every quote begins or ends a value; that is checked on the bytes, so nothing depends on
what a parser makes of a fault. Any other chunk goes through `records`, which accounts for every line: one
ragged row costs its chunk, not the file. A record cut by the end of a chunk is read again with the next.
"""

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from crm_core.ingest.decode import Chunk, after_lines, chunks
from crm_core.ingest.raw import cell_names, raw_schema
from crm_core.ingest.records import BROKEN_QUOTE, LINES_JOINED, LONGEST_LINE, LooksLikeRecord, Record, records
from crm_core.ingest.source import WHITE_SPACE, Dialect, SourceTable

MOST_PARSERS = 4
LINE_END = ord("\n")


class StoppedReading(Exception):
    """A stream was told to stop."""


@dataclass
class Counts:
    """What one reading of a file has met so far: bytes, physical lines, records, and what is not a record.

    `line_sum` is the sum of the records' line numbers. `is_simple` says that each line was one record.
    """

    bytes_read: int = 0
    line_count: int = 0
    row_count: int = 0
    continued_lines: int = 0
    bad_byte_count: int = 0
    nul_count: int = 0
    line_sum: int = 0
    is_simple: bool = True


@dataclass(frozen=True)
class Piece:
    """The records of a chunk, their lines counted from 1; `rest` are lines whose record may go on in the next chunk."""

    batch: pa.RecordBatch
    line_count: int
    continued_lines: int
    rest: bytes = b""
    is_simple: bool = False


class TextStream:
    """All records of a text file, read from its beginning each time `batches` is asked for.

    `counts` are those of the latest reading, and final when it is through.
    """

    def __init__(self, source: SourceTable, looks_like_record: LooksLikeRecord) -> None:
        if source.dialect is None:
            raise ValueError("a text source has a dialect")
        self.source = source
        self.dialect = source.dialect
        self.width = len(source.headers)
        self.counts = Counts()
        self._looks_like_record = looks_like_record
        self.failure: Exception | None = None
        self._is_stopped = False

    @property
    def schema(self) -> pa.Schema:
        return raw_schema(self.width)

    def reader(self, lines: np.ndarray | None = None) -> pa.RecordBatchReader:
        """The batches as Arrow's reader, for DuckDB."""
        return pa.RecordBatchReader.from_batches(self.schema, self._remembering_failure(self.batches(lines)))

    def _remembering_failure(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """DuckDB tells of an exception only as text; the exception itself is kept here."""
        self.failure = None
        try:
            yield from batches
        except Exception as error:
            self.failure = error
            raise

    def stop(self) -> None:
        """End the reading that is under way: it raises StoppedReading at its next batch."""
        self._is_stopped = True

    def batches(self, lines: np.ndarray | None = None) -> Generator[pa.RecordBatch]:
        """The records in the order of the file; with `lines` (sorted) only those on these physical lines."""
        skips = lines is not None and self.counts.is_simple
        self.counts, self._is_stopped = Counts(), False
        workers = min(os.cpu_count() or 1, MOST_PARSERS)
        rest = b""
        with ThreadPoolExecutor(workers) as pool, closing(self._bodies()) as bodies:
            waiting: deque[tuple[Chunk, Future[Piece] | None]] = deque()
            ahead = 0
            for chunk in chain(bodies, [None]):
                if chunk is not None:
                    first = self.dialect.header_lines + ahead + 1
                    ahead += chunk.line_count
                    is_wanted = not skips or _holds(lines, first, chunk.line_count)
                    waiting.append(
                        (chunk, pool.submit(self._parse, chunk.data, chunk.line_count) if is_wanted else None)
                    )
                while len(waiting) > (workers if chunk else 0):
                    if self._is_stopped:
                        raise StoppedReading
                    read, future = waiting.popleft()
                    piece = self._carefully(rest + read.data, is_last=False) if rest else None
                    if future and not rest:
                        piece = future.result()
                    rest = piece.rest if piece else b""
                    yield from self._counted(read, piece, lines)
            if rest:
                yield from self._counted(None, self._carefully(rest, is_last=True), lines)

    def _counted(self, read: Chunk | None, piece: Piece | None, lines: np.ndarray | None) -> Iterator[pa.RecordBatch]:
        """The records of a piece with their lines in the file; a piece that was not wanted has none."""
        counts = self.counts
        if read:
            counts.bytes_read = read.bytes_read
            counts.bad_byte_count += read.bad_byte_count
            counts.nul_count += read.nul_count
        if piece is None:
            counts.line_count += read.line_count if read else 0
            return
        before = self.dialect.header_lines + counts.line_count
        numbers = piece.batch.column(0).to_numpy() + before
        counts.line_count += piece.line_count
        counts.row_count += len(numbers)
        counts.continued_lines += piece.continued_lines
        counts.line_sum += int(numbers.sum())
        counts.is_simple = counts.is_simple and piece.is_simple
        batch = piece.batch.set_column(0, "line", pa.array(numbers))
        if lines is not None:
            batch = batch.filter(pa.array(np.isin(numbers, lines)))
        if batch.num_rows:
            yield batch

    def _bodies(self) -> Generator[Chunk]:
        """The chunks of the file without its first lines, up to the header."""
        to_skip = self.dialect.header_lines
        for chunk in chunks(self.source.path, self.source.encoding):
            data, skipped = after_lines(chunk.data, to_skip)
            to_skip -= skipped
            lines = chunk.line_count - skipped
            yield Chunk(data, lines, chunk.bad_byte_count, chunk.nul_count, chunk.bytes_read)

    def _parse(self, data: bytes, line_count: int) -> Piece:
        if not data:
            return Piece(self._batch([]), 0, 0, is_simple=True)
        return self._fast(data, line_count) or self._carefully(data, is_last=False)

    def _fast(self, data: bytes, line_count: int) -> Piece | None:
        """The records of a chunk each of whose lines is one; None where that is not so."""
        if not is_plain(self.dialect, self.width) or len(data) > LONGEST_LINE:
            return None
        quote = self.dialect.quote if self.dialect.quote and self.dialect.quote.encode() in data else ""
        if quote and not quotes_are_strict(data, self.dialect.delimiter, quote):
            return None
        names = cell_names(self.width)
        try:
            table = csv.read_csv(
                pa.BufferReader(data),
                read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
                parse_options=csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char=quote or False,
                    double_quote=bool(quote),
                    ignore_empty_lines=False,
                ),
                convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != line_count or _has_blank_line(table, self.dialect.delimiter):
            return None
        nothing = pa.nulls(line_count, pa.string())
        cells = [column.chunk(0) for column in table.columns]
        batch = pa.record_batch([pa.array(np.arange(1, line_count + 1)), nothing, nothing, *cells], schema=self.schema)
        return Piece(batch, line_count, 0, is_simple=True)

    def _carefully(self, data: bytes, is_last: bool) -> Piece:
        """The records of whole lines, one by one."""
        line_count = data.count(b"\n")
        found: list[Record] = []
        rest = b""
        lines = (line + "\n" for line in data.decode("utf-8").split("\n")[:-1])
        for record in records(lines, self.dialect, self.width, 1, self._looks_like_record):
            if record.flaw == BROKEN_QUOTE and not is_last and record.line > line_count - LINES_JOINED:
                rest, line_count = after_lines(data, record.line - 1)
                break
            found.append(record)
        batch = self._batch(found)
        return Piece(batch, line_count, sum(record.span - 1 for record in found), rest)

    def _batch(self, found: list[Record]) -> pa.RecordBatch:
        empty: list[str | None] = [None] * self.width
        cells = list(zip(*(empty if record.flaw else record.cells for record in found), strict=True))
        values = [
            [record.line for record in found],
            [record.flaw for record in found],
            [record.raw if record.flaw else None for record in found],
            *(cells or [()] * self.width),
        ]
        arrays = [pa.array(column, field.type) for column, field in zip(values, self.schema, strict=True)]
        return pa.record_batch(arrays, schema=self.schema)


def is_plain(dialect: Dialect, width: int) -> bool:
    """Whether a file so laid out can be parsed fast at all."""
    return (
        width > 1
        and dialect.delimiter != WHITE_SPACE
        and not dialect.escape
        and not dialect.spaced
        and dialect.delimiter.isascii()
        and dialect.quote.isascii()
    )


def _has_blank_line(table: pa.Table, delimiter: str) -> bool:
    """Whether any line may be blank: Arrow makes a record of empty cells of it."""
    first = pc.utf8_trim_whitespace(table.column(0)) if delimiter.isspace() else table.column(0)
    empty = pc.equal(first, "")
    if not pc.any(empty).as_py():
        return False
    rest = [pc.equal(pc.utf8_trim_whitespace(column), "") for column in table.filter(empty).columns]
    return bool(pc.any(reduce(pc.and_, rest)).as_py())


def quotes_are_strict(data: bytes, delimiter: str, quote: str) -> bool:
    """Whether every quote of some lines begins a value, ends one, or is one of two that stand for a quote.

    Every second quote then opens: it must follow a delimiter, a line end or the quote before it; the next
    closes: a delimiter, a line end or the quote after it must follow.
    """
    letters = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(letters == ord(quote))
    opening, closing_ = places[0::2], places[1::2]
    if len(opening) != len(closing_):
        return False
    around = np.array([ord(delimiter), LINE_END, ord(quote)], np.uint8)
    before = letters[np.maximum(opening - 1, 0)]
    is_opened = np.isin(before, around[:2]) | (opening == 0)
    is_opened[1:] |= opening[1:] == closing_[:-1] + 1
    is_closed = np.isin(letters[closing_ + 1], around)
    return bool(is_opened.all() and is_closed.all())


def _holds(lines: np.ndarray | None, first: int, count: int) -> bool:
    """Whether any of the sorted `lines` is among `count` lines from `first`."""
    if lines is None:
        return True
    place = int(np.searchsorted(lines, first))
    return place < len(lines) and lines[place] < first + count
