"""Rows read at once: the plain cells of a batch of text become typed values by array arithmetic, without SQL.

A row is plain if each of its mapped cells is, and if it would be kept whatever the rest of the column
holds: bare words, numbers of digits with a sign and a point, dates that begin with the year, nothing
that is required wanting, no date out of range. What a plain cell means is what the SQL of `values`
makes of it; anything this module is not sure of is left to that SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.ingest.cells import FALSE_WORDS, TRUE_WORDS
from crm_core.ingest.raw import FIRST_CELL
from crm_core.ingest.values import ABSENT_TEXT, ABSENT_VALUE, FULL_WIDTH_LETTERS, PLAIN_DATES, WHITE
from crm_core.schema import Kind

PARTS_OF_ONE = 10_000  # money has four decimals
LARGEST_EXACT = 10_000_000_000  # below it a float tells ten-thousandths apart
NEARLY_HALF = 0.4  # of a ten-thousandth: a number with more decimals must not be near where rounding turns
MONEY = pa.decimal128(18, 4)
ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "day": pa.date32(),
    "instant": pa.timestamp("us"),
    "flag": pa.bool_(),
    "money": MONEY,
    "number": MONEY,
    "share": MONEY,
    "score": MONEY,
}
LINE = "source_line"
WHOLE, WITH_DECIMALS = "^-?[0-9]{1,10}$", "^-?[0-9]{1,10}([.][0-9]+)?$"
YEAR = "^(18|19|20)[0-9]{2}$"
UNPADDED = r"([-/ T:])([0-9])([-/ :]|$)"
DAY, MINUTE, SECOND = 10, 16, 19  # how long 2026-03-05, 2026-03-05 10:20 and 2026-03-05 10:20:30 are
DIGITS = {DAY: "9999-99-99", MINUTE: "9999-99-99 99:99", SECOND: "9999-99-99 99:99:99"}
BITS_APART = np.uint64(0x9E3779B97F4A7C15)


def _bytes_that_may(characters: str, end: int, others: str) -> np.ndarray:
    """A table of bytes: which may be the first (`end` 0) or last (-1) one of some characters."""
    table = np.zeros(256, bool)
    table[[character.encode()[end] for character in characters + others]] = True
    return table


MAY_BEGIN_ODDLY = _bytes_that_may(WHITE, 0, "=" + "".join(word[0] for word in ABSENT_TEXT))
MAY_END_ODDLY = _bytes_that_may(WHITE, -1, "")


@dataclass(frozen=True)
class PlainColumn:
    """How the plain cells of one column are read.

    `is_required` says that a row without a value is not plain, `is_whole` that a number with a point is
    not; dates are plain from `first` up to, not including, `end`.
    """

    name: str
    place: int
    kind: Kind
    is_required: bool
    is_whole: bool
    first: np.datetime64
    end: np.datetime64

    def read(self, cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
        """The values of all cells, and which cells are plain; the value of any other says nothing."""
        cells = pc.fill_null(cells, "") if cells.null_count else cells
        if self.kind == "text":
            values, is_plain = _texts(cells, is_id=self.name.endswith("_id"))
        elif self.kind in ("instant", "day"):
            values, is_plain = self._dates(cells)
        elif self.kind == "flag":
            values, is_plain = _flags(cells)
        elif self.kind == "integer":
            values, is_plain = _years(cells)
        else:
            values, is_plain = _numbers(cells, self.is_whole)
        if self.is_required and values.null_count:
            is_plain = is_plain & values.is_valid().to_numpy(zero_copy_only=False)
        return values, is_plain

    def _dates(self, cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
        times, is_plain = _times(cells)
        is_null = np.isnat(times)
        is_plain &= is_null | ((times >= self.first) & (times < self.end))
        values = pa.array(times, pa.timestamp("us"), mask=is_null if is_null.any() else None)
        return (values if self.kind == "instant" else pc.cast(values, pa.date32(), safe=False)), is_plain


def plain_bounds(is_required: bool, first: date, last: date | None) -> tuple[np.datetime64, np.datetime64]:
    """From when up to before when a date is plain; a required one outside `first` to `last` is not kept."""
    earliest, latest = (np.datetime64(day, "us") for day in PLAIN_DATES)
    end = latest + np.timedelta64(1, "us")
    if not is_required:
        return earliest, end
    last_end = np.datetime64(last + timedelta(days=1), "us") if last else end
    return max(earliest, np.datetime64(first, "us")), min(end, last_end)


def parted(batch: pa.RecordBatch, columns: Sequence[PlainColumn]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The plain rows of a batch of text, typed, with their `source_line`; and the others as they are."""
    flaws = batch.column(1)
    is_plain = flaws.is_null().to_numpy(zero_copy_only=False)
    arrays = []
    for column in columns:
        values, is_so = column.read(batch.column(FIRST_CELL + column.place))
        arrays.append(values)
        is_plain = is_plain & is_so
    typed = pa.record_batch([*arrays, batch.column(0)], names=[*(column.name for column in columns), LINE])
    if is_plain.all():
        return typed, batch.slice(0, 0)
    return typed.filter(pa.array(is_plain)), batch.filter(pa.array(~is_plain))


def _letters(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of all cells, and where in them each cell begins; the last place is the end of all."""
    _validity, offsets, data = cells.buffers()
    places = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    letters = np.frombuffer(data, np.uint8) if data and data.size else np.zeros(0, np.uint8)
    return letters[places[0] : places[-1]], places - places[0]


def _all(cells: pa.Array) -> np.ndarray:
    return np.ones(len(cells), bool)


def _where(condition: pa.Array) -> np.ndarray:
    return np.asarray(condition.to_numpy(zero_copy_only=False), bool)


# ---------------------------------------------------------------------- text


def _texts(cells: pa.Array, is_id: bool) -> tuple[pa.Array, np.ndarray]:
    """Trimmed texts, null where they say that nothing is there."""
    letters, places = _letters(cells)
    if not len(letters):
        return pa.nulls(len(cells), pa.string()), _all(cells)
    is_plain = _all(cells)
    last = len(letters) - 1
    is_odd = MAY_BEGIN_ODDLY[letters[np.minimum(places[:-1], last)]] | MAY_END_ODDLY[letters[places[1:] - 1]]
    if is_odd.any() and not _are_bare(cells.filter(pa.array(is_odd))):
        cells = pc.utf8_trim(cells, characters=WHITE)
        is_plain = ~_where(pc.starts_with(cells, "="))
        cells = pc.if_else(pc.is_in(cells, value_set=pa.array(["", *ABSENT_TEXT])), None, cells)
    elif (places[1:] == places[:-1]).any():
        cells = pc.if_else(pc.equal(cells, ""), None, cells)
    if is_id and (letters == FULL_WIDTH_LETTERS[0].encode()[0]).any():
        is_wide = pc.match_substring_regex(cells, f"[{FULL_WIDTH_LETTERS[0]}-{FULL_WIDTH_LETTERS[-1]}]")
        is_plain &= ~_where(pc.fill_null(is_wide, False))
    return cells, is_plain


def _are_bare(cells: pa.Array) -> bool:
    """Whether no cell has white space at its ends, says that nothing is there, or is a formula."""
    is_odd = pc.or_(
        pc.not_equal(pc.utf8_trim(cells, characters=WHITE), cells),
        pc.or_(pc.is_in(cells, value_set=pa.array(ABSENT_TEXT)), pc.starts_with(cells, "=")),
    )
    return not pc.any(is_odd).as_py()


def _stripped(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Trimmed texts of what should be a value, and where nothing is there."""
    cells = pc.utf8_trim(cells, characters=WHITE)
    return cells, _where(pc.is_in(cells, value_set=pa.array(["", *ABSENT_VALUE])))


def _flags(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    cells, is_absent = _stripped(cells)
    lower = pc.utf8_lower(cells)
    is_true = _where(pc.is_in(lower, value_set=pa.array(sorted(TRUE_WORDS))))
    is_false = _where(pc.is_in(lower, value_set=pa.array(sorted(FALSE_WORDS - TRUE_WORDS))))
    return pa.array(is_true, mask=is_absent), is_absent | is_true | is_false


def _years(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    cells, is_absent = _stripped(cells)
    is_year = pc.match_substring_regex(cells, YEAR)
    return pc.cast(pc.if_else(is_year, cells, None), pa.int64()), is_absent | _where(is_year)


# ---------------------------------------------------------------------- numbers


def _numbers(cells: pa.Array, is_whole: bool) -> tuple[pa.Array, np.ndarray]:
    """Numbers as DECIMAL(18, 4), exact."""
    read, is_plain = _read_numbers(cells, is_whole)
    numbers = pc.fill_null(read, 0).to_numpy() if read.null_count else read.to_numpy()
    is_small = (numbers < LARGEST_EXACT) & (numbers > -LARGEST_EXACT)
    if is_whole:
        parts = np.where(is_small, numbers, 0) * PARTS_OF_ONE
    else:
        scaled = np.where(is_small, numbers, 0) * PARTS_OF_ONE
        rounded = np.rint(scaled)
        is_small &= np.abs(scaled - rounded) < NEARLY_HALF
        parts = rounded.astype(np.int64)
    return _decimals(parts, read), is_plain & is_small


def _read_numbers(cells: pa.Array, is_whole: bool) -> tuple[pa.Array, np.ndarray]:
    kind = pa.int64() if is_whole else pa.float64()
    letters, places = _letters(cells)
    if not len(letters):
        return pa.nulls(len(cells), kind), _all(cells)
    if letters.min() >= ord("-") and letters.max() <= ord("9"):  # digits, signs, points: Arrow reads nothing else here
        filled = cells
        if (places[1:] == places[:-1]).any():
            filled = pc.if_else(pc.equal(cells, ""), None, cells)
        try:
            return pc.cast(filled, kind), _all(cells)
        except pa.ArrowInvalid:
            pass
    trimmed, is_absent = _stripped(cells)
    is_number = pc.match_substring_regex(trimmed, WHOLE if is_whole else WITH_DECIMALS)
    return pc.cast(pc.if_else(is_number, trimmed, None), kind), is_absent | _where(is_number)


def _decimals(parts: np.ndarray, like: pa.Array) -> pa.Array:
    """Ten-thousandths as decimals, null where `like` is."""
    words = np.empty((len(parts), 2), np.int64)
    words[:, 0] = parts
    words[:, 1] = parts >> 63
    validity = pa.array(_where(like.is_valid())).buffers()[1] if like.null_count else None
    return pa.Array.from_buffers(MONEY, len(parts), [validity, pa.py_buffer(words)], null_count=like.null_count)


# ---------------------------------------------------------------------- dates


def _times(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Dates that begin with the year, as microseconds; NaT where nothing is there, or where none could be read."""
    times, is_read = _times_by_length(cells)
    if is_read.all():
        return times, is_read
    rest = ~is_read
    trimmed, is_absent = _stripped(cells.filter(pa.array(rest)))
    for _twice in range(2):  # 5/6/7: each separator ends one digit and begins the next
        trimmed = pc.replace_substring_regex(trimmed, UNPADDED, r"\10\2\3")
    times[rest], is_date = _times_by_length(trimmed)
    times[np.flatnonzero(rest)[is_absent]] = np.datetime64("NaT")
    is_read[rest] = is_date | is_absent
    return times, is_read


def _times_by_length(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Cells that are as long as a date or a date and a time."""
    letters, places = _letters(cells)
    lengths = np.diff(places)
    times = np.full(len(cells), np.datetime64("NaT"), "M8[us]")
    is_read = np.zeros(len(cells), bool)
    for length in (DAY, MINUTE, SECOND):
        is_so = lengths == length
        if is_so.all():
            return _times_of_length(letters.reshape(-1, length))
        if is_so.any():
            places_so = places[:-1][is_so]
            times[is_so], is_read[is_so] = _times_of_length(letters[places_so[:, None] + np.arange(length)])
    return times, is_read


def _times_of_length(letters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times from a matrix of letters, a row each; and which of them are some."""
    length = letters.shape[1]
    mark = letters[:, 4]
    is_read = (letters[:, 7] == mark) & ((mark == ord("-")) | (mark == ord("/")))
    if length > DAY:
        gap = letters[:, 10]
        is_read &= (gap == ord(" ")) | ((gap == ord("T")) & (mark == ord("-")) & (length == SECOND))
        is_read &= letters[:, 13] == ord(":")
    if length == SECOND:
        is_read &= letters[:, 16] == ord(":")
    if is_read.all() and not (mark == ord("/")).any():
        try:
            return _cast(letters), is_read
        except pa.ArrowInvalid:
            pass
    digits = [place for place, sign in enumerate(DIGITS[length]) if sign == "9"]
    is_read &= ((letters[:, digits] >= ord("0")) & (letters[:, digits] <= ord("9"))).all(axis=1)
    return _times_of_digits(np.where(is_read[:, None], letters[:, digits].astype(np.int64) - ord("0"), 0), is_read)


def _cast(letters: np.ndarray) -> np.ndarray:
    """Times as Arrow reads them; ArrowInvalid if one is none."""
    count, length = letters.shape
    places = np.arange(0, count * length + 1, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(places), pa.py_buffer(np.ascontiguousarray(letters))]
    texts = pa.Array.from_buffers(pa.string(), count, buffers, null_count=0)
    if length == DAY:
        return np.asarray(pc.cast(texts, pa.date32())).astype("M8[us]")
    return np.asarray(pc.cast(texts, pa.timestamp("us")))


def _times_of_digits(digits: np.ndarray, is_read: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times from their digits: four of the year, then two each."""
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, *clock = (digits[:, place] * 10 + digits[:, place + 1] for place in range(4, digits.shape[1], 2))
    is_read = is_read & (month >= 1) & (month <= 12) & (day >= 1)
    months = ((year - 1970) * 12 + np.where(is_read, month, 1) - 1).astype("M8[M]")
    days = months.astype("M8[D]") + (np.where(is_read, day, 1) - 1).astype("m8[D]")
    is_read &= days.astype("M8[M]") == months
    times = days.astype("M8[us]")
    for amount, unit, end in zip(clock, ("h", "m", "s"), (24, 60, 60), strict=False):
        is_read &= amount < end
        times += amount.astype(f"m8[{unit}]")
    return np.where(is_read, times, np.datetime64("NaT")), is_read


# ---------------------------------------------------------------------- rows alike


def fingerprints(batch: pa.RecordBatch, names: Sequence[str]) -> np.ndarray:
    """A number for each row, the same for rows alike in every column of `names`: rows that differ seldom share one."""
    found = np.zeros(batch.num_rows, np.uint64)
    for name in names:
        found ^= _bits(batch.column(name))
        found *= BITS_APART
        found ^= found >> np.uint64(29)
    return found


def _bits(values: pa.Array) -> np.ndarray:
    if values.null_count == len(values):
        return np.zeros(len(values), np.uint64)
    bits = _bits_of_texts(values) if values.type == pa.string() else _bits_of_fixed(values)
    return np.where(_where(values.is_valid()), bits, np.uint64(1)) if values.null_count else bits


def _bits_of_fixed(values: pa.Array) -> np.ndarray:
    if values.type == MONEY:
        words: np.ndarray = np.frombuffer(values.buffers()[1], np.uint64)
        return words[2 * values.offset : 2 * (values.offset + len(values)) : 2].copy()
    numbers: np.ndarray = np.array(pc.fill_null(pc.cast(values, pa.int64(), safe=False), 0))
    return numbers.view(np.uint64)


def _bits_of_texts(values: pa.Array) -> np.ndarray:
    """The last eight bytes of each text and how long it is."""
    letters, places = _letters(pc.fill_null(values, "") if values.null_count else values)
    padded = np.concatenate([np.zeros(8, np.uint8), letters])
    words = np.ndarray((len(letters) + 1,), "<u8", padded.data, 0, (1,))
    lengths = np.diff(places).astype(np.uint64)
    strange = np.uint64(8) * (np.uint64(8) - np.minimum(lengths, np.uint64(8)))  # bits of the texts before
    ends: np.ndarray = np.where(strange == 64, np.uint64(0), words[places[1:]] >> np.minimum(strange, np.uint64(63)))
    bits: np.ndarray = ends ^ (lengths << np.uint64(57))
    return bits
