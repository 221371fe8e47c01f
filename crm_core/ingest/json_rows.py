"""JSON to raw cells: one object a line (JSON lines), or a list of objects.

Numbers stay as written. An object in an object gives columns with dotted names ("buyer.id"); what
lies deeper stays JSON in its cell. Nothing holds the file in memory.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import orjson

from crm_core.errors import InputError
from crm_core.ingest.raw import RawTable, RawWriter, parquet_relation
from crm_core.ingest.records import LETTERS_JOINED, LINE_TOO_LONG, LONGEST_LINE
from crm_core.ingest.source import Progress, ProgressListener, SourceTable
from crm_core.language import _

BROKEN_JSON = "broken_json"
ROWS_A_REPORT = 50_000
CHUNK_LETTERS = 1 << 20

Cells = dict[str, str]

_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _name: None)
_between = re.compile(r"[\s,]*")
_unwritable = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True)
class Entry:
    """What stands on a line, or at a place of a list: the cells of an object, or a flaw and its text.

    `line` is the physical line, in a list the number of the object. A blank line has neither cells nor flaw.
    """

    line: int
    cells: Cells | None = None
    flaw: str | None = None
    raw: str = ""


@dataclass(frozen=True)
class JsonSurvey:
    """What a file of JSON holds: its keys in the order they first appear, its first rows, how many lines."""

    keys: tuple[str, ...]
    sample: tuple[Cells, ...]
    line_count: int


def is_json(head: str) -> bool:
    """Whether a text that begins so is JSON rather than a table."""
    return re.match(r'\s*(\{\s*["}]|\[\s*[{\]])', head) is not None


def survey_json(path: Path, file_name: str, encoding: str, rows: int, widest: int) -> JsonSurvey:
    """Every key of the file and its first `rows` rows; no more keys than one beyond `widest`.

    Raises InputError where a list breaks off or nothing in the file is a row.
    """
    keys: dict[str, None] = {}
    sample: list[Cells] = []
    line = 0
    with path.open(encoding=encoding, errors="replace") as file:
        is_list = _is_list(file)
        entries = _list_entries(file, file_name) if is_list else _line_entries(file)
        for entry in entries:
            line = entry.line
            if entry.cells is None:
                continue
            if not entry.cells.keys() <= keys.keys():
                keys.update(dict.fromkeys(entry.cells))
            sample.append(entry.cells)
            if len(sample) == rows or len(keys) > widest:
                break
        if len(keys) <= widest:
            line = _rest(entries if is_list else None, file, line, keys, widest)
    if not keys:
        raise InputError(
            _("{file} is JSON, but not rows: one object a line, or a list of objects, can be read.").format(
                file=file_name
            )
        )
    if len(sample) == 1 and (inner := _inner_list(sample[0])):
        raise InputError(
            _("The rows of {file} lie inside “{key}”. Save that list alone, as JSON or CSV.").format(
                file=file_name, key=inner
            )
        )
    return JsonSurvey(tuple(keys), tuple(sample), line)


def read_json(source: SourceTable, folder: Path, listener: ProgressListener) -> RawTable:
    """All rows of a file; a line that is no object is flawed."""
    layout = source.json
    if layout is None:
        raise ValueError("a source of JSON knows its keys")
    target = folder / "raw.parquet"
    line = blank = 0
    with (
        source.path.open(encoding=source.encoding, errors="replace") as file,
        RawWriter(target, len(layout.keys)) as writer,
    ):
        for entry in _list_entries(file, source.file_name) if _is_list(file) else _line_entries(file):
            line = entry.line
            if entry.cells is not None:
                writer.add(line, [entry.cells.get(key, "") for key in layout.keys])
            elif entry.flaw:
                writer.add(line, [], entry.flaw, entry.raw)
            else:
                blank += 1
            if line % ROWS_A_REPORT == 0:
                listener(Progress("read", line, source.line_count))
        row_count = writer.row_count
    listener(Progress("read", line, source.line_count))
    return RawTable(
        parquet_relation(target), len(layout.keys), row_count, line, 0, blank, 0, bad_byte_count=source.bad_byte_count
    )


def _rest(entries: Iterator[Entry] | None, file: TextIOWrapper, line: int, keys: dict[str, None], widest: int) -> int:
    """Add the keys of what follows the sample, and return the last line; of lines only the keys are looked at."""
    rest = (
        ((entry.line, entry.cells or ()) for entry in entries)
        if entries
        else ((number, _keys(text) if text else ()) for number, text in _lines(file, line))
    )
    last = line
    for number, found in rest:
        last = number
        for key in found:
            if key not in keys:
                keys[key] = None
        if len(keys) > widest:
            break
    return last


def _keys(text: str) -> Iterable[str]:
    """The keys of one line as `_cells` names them, found in a tenth of the time."""
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _row(text) or ()
    if not isinstance(row, dict):
        return ()
    if not any(type(value) is dict for value in row.values()):
        return row
    return _cells(row)


def _is_list(file: TextIOWrapper) -> bool:
    """Whether a file, just opened, is one list; it may be read as if nobody had looked."""
    start = file.read(1)
    while start and (start.isspace() or start == "\ufeff"):
        start = file.read(1)
    file.seek(0)
    return start == "["


def _lines(file: TextIOWrapper, number: int = 0) -> Iterator[tuple[int, str | None]]:
    """The lines after the first `number`, ends trimmed; "" for a blank one, None for one too long."""
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            yield number, None
        else:
            yield number, line.strip("\ufeff \t\r\n\f\v\x1a\0")


def _line_entries(file: TextIOWrapper) -> Iterator[Entry]:
    for number, text in _lines(file):
        if text is None:
            yield Entry(number, flaw=LINE_TOO_LONG)
        elif not text:
            yield Entry(number)
        elif (cells := _row(text)) is not None:
            yield Entry(number, cells)
        else:
            yield Entry(number, flaw=BROKEN_JSON, raw=_writable(text[:LETTERS_JOINED]))


def _row(text: str) -> Cells | None:
    """The cells of one line; None if it is no whole object."""
    try:
        value, end = _decoder.raw_decode(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    return _cells(value) if isinstance(value, dict) and not text[end:].strip(" \t,") else None


def _list_entries(file: TextIOWrapper, file_name: str) -> Iterator[Entry]:
    buffer, place, number = file.read(CHUNK_LETTERS).lstrip("\ufeff \t\r\n"), 1, 0
    while True:
        match = _between.match(buffer, place)
        place = match.end() if match else place
        if buffer.startswith("]", place):
            return
        try:
            value, end = _decoder.raw_decode(buffer, place)
        except (json.JSONDecodeError, RecursionError) as error:
            more = file.read(CHUNK_LETTERS) if len(buffer) - place < LONGEST_LINE else ""
            if not more or isinstance(error, RecursionError):
                raise InputError(
                    _("{file} breaks off or is damaged after {count} rows. Export it again.").format(
                        file=file_name, count=number
                    )
                ) from None
            buffer, place = buffer[place:] + more, 0
            continue
        number += 1
        if isinstance(value, dict):
            yield Entry(number, _cells(value))
        else:
            yield Entry(number, flaw=BROKEN_JSON, raw=_writable(buffer[place:end][:LETTERS_JOINED]))
        place = end


def _cells(row: dict[str, Any]) -> Cells:
    """An object as cells: one in it becomes columns of its own."""
    cells: Cells = {}
    for key, value in row.items():
        if isinstance(value, dict):
            cells.update({_writable(f"{key}.{inner}"): _text(deeper) for inner, deeper in value.items()})
        else:
            cells[_writable(key)] = _text(value)
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _writable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _writable(text: str) -> str:
    """A text without what no file can hold: half characters and NUL."""
    return text if text.isascii() and "\0" not in text else _unwritable.sub("\ufffd", text)


def _inner_list(row: Cells) -> str | None:
    """The key of a list of objects in a lone object."""
    return next((key for key, value in row.items() if value.startswith("[{")), None)
