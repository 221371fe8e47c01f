"""The files a session is about to load: they arrive, stand together or apart, and are taken out.

A file stays here, whatever page is open, until it is loaded or taken out. Everything lies in the
session's folder of uploads and goes with it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from crm_core.errors import InputError
from crm_core.ingest import Progress, ReadingOptions, SourceTable, arrivals, guess_mapping, likeness, same_content
from crm_core.ingest.databases import Fetched
from crm_core.ingest.lookup import find_lookup
from ui import uploads
from ui.loading import planned
from ui.loading.incoming import Incoming, Together, once, remembered_mappings
from ui.uploads import Upload

INCOMING = "incoming files"
LEFT_OUT = "files left out"
NEXT_NUMBER = "number of the next file"
Told = Callable[[str, Progress], None]


def incoming() -> list[Together]:
    """The files that arrived, in that order, those that are read alike together."""
    files: dict[int, Together] = st.session_state.setdefault(INCOMING, {})
    return list(files.values())


def left_out() -> list[str]:
    """What did not come in with the files, in sentences."""
    notes: list[str] = st.session_state.setdefault(LEFT_OUT, [])
    return notes


def take_in(uploaded: Sequence[Any], tell: Told) -> None:
    """Put what `st.file_uploader` brought among the files of this session: of an archive what is in it."""
    for file in uploaded:
        try:
            _take_in(uploads.saved_upload(file), tell)
        except InputError as error:
            _arrive(Upload(Path(), file.name, file.size), problem=str(error))
    _settle_lists()


def take_in_rows(fetched: Fetched) -> None:
    """Put rows that a database gave among the files of this session."""
    upload = Upload(fetched.path, fetched.file_name, fetched.path.stat().st_size)
    _arrive(upload, notes=fetched.notes, origin=fetched.origin)
    _settle_lists()


def _take_in(upload: Upload, tell: Told) -> None:
    found = arrivals(upload.path, upload.file_name, upload.path.parent, progress=partial(tell, upload.file_name))
    left_out().extend(found.notes)
    for file in found.files:
        arrived = Upload(file.path, file.file_name, file.path.stat().st_size)
        known = {("source", file.options): file.known} if file.known else {}
        _arrive(arrived, known=known, sheet=file.options.sheet)
    if all(file.path != upload.path for file in found.files):
        upload.path.unlink(missing_ok=True)


def _arrive(upload: Upload, **facts: Any) -> None:
    """Number one table, and put it with those that are read alike."""
    files: dict[int, Together] = st.session_state.setdefault(INCOMING, {})
    number = st.session_state.get(NEXT_NUMBER, 1)
    st.session_state[NEXT_NUMBER] = number + 1
    alone = Together(number, (Incoming(number, upload, **facts),))
    like = _likeness(alone)
    for other in files.values():
        if like is not None and not other.is_apart and _likeness(other) == like:
            files[other.number] = Together(other.number, (*other.files, *alone.files))
            return
    files[number] = alone


def _likeness(file: Together) -> object:
    """Equal for files that are read alike; None of a file that cannot be read."""
    source = _read(file)
    if source is None:
        return None
    return once(
        file.files[0].known,
        "likeness",
        lambda: likeness(source, guess_mapping(source, None, remembered_mappings())),
    )


def read_apart(number: int) -> None:
    """Show each of the files that stood together on its own."""
    found = {}
    for file in incoming():
        if file.number != number:
            found[file.number] = file
            continue
        for part in file.files:
            found[part.number] = Together(part.number, (part,), is_apart=True)
    st.session_state[INCOMING] = found
    _settle_lists()
    planned.forget_check()


def repeated_files(file: Together) -> list[tuple[Incoming, Incoming]]:
    """Files that are byte for byte another that arrived, whether they stand together or not, with that other."""
    parts = [part for other in incoming() for part in other.files if not part.problem]
    same: dict[int, int] = once(
        file.known,
        ("same content", tuple(part.number for part in parts)),
        lambda: same_content([part.upload.path for part in parts]),
    )
    return [(parts[place], parts[first]) for place, first in same.items() if parts[place] in file.files]


def take_out(number: int) -> None:
    """Forget files that stand together, by the number of the first."""
    file: Together | None = st.session_state.get(INCOMING, {}).pop(number, None)
    if file:
        _forget(file.files)


def take_out_file(number: int, part_number: int) -> None:
    """Forget one of the files that stand together."""
    files: dict[int, Together] = st.session_state.setdefault(INCOMING, {})
    file = files[number]
    rest = tuple(part for part in file.files if part.number != part_number)
    if not rest:
        take_out(number)
        return
    st.session_state[INCOMING] = {
        (rest[0].number if key == number else key): (Together(rest[0].number, rest) if key == number else other)
        for key, other in files.items()
    }
    _forget([part for part in file.files if part.number == part_number])


def take_all_out() -> None:
    """Forget every file."""
    for file in incoming():
        take_out(file.number)


def _forget(parts: Sequence[Incoming]) -> None:
    used = {part.upload.path for file in incoming() for part in file.files}
    for part in parts:
        if part.upload.path not in used and not part.problem:
            part.upload.path.unlink(missing_ok=True)
    if not incoming():
        left_out().clear()
    _settle_lists()
    planned.forget_check()


def list_users(file: Together) -> list[Together]:
    """The files that look prices up in this one; none if it is no list."""
    return [other for other in incoming() if other.list_number == file.number]


def use_no_list(number: int) -> None:
    """Look nothing up in a file: it is then a table as any other."""
    st.session_state[INCOMING][number].is_no_list = True
    _settle_lists()
    planned.forget_check()


def _settle_lists() -> None:
    """Find for files of orders without amounts the list that knows the prices."""
    for file in incoming():
        lists = {other.number: other for other in incoming() if not (other.is_no_list or len(other.files) > 1)}
        lists.pop(file.number, None)
        sources = {number: source for number, other in lists.items() if (source := _read(other))}
        lookup = None
        if own := _read(file):
            lookup = find_lookup(own, guess_mapping(own, None, remembered_mappings()), sources.values())
        if (lookup and lookup.table) is not (file.lookup and file.lookup.table):
            file.known.clear()
        file.lookup = lookup
        file.list_number = next(
            (number for number, source in sources.items() if lookup and source is lookup.table), None
        )
        if lookup:
            file.guess(ReadingOptions(), None)


def _read(file: Together) -> SourceTable | None:
    """What the first of the files holds as it stands; None if it cannot be read."""
    try:
        return file.files[0].source(ReadingOptions())
    except InputError:
        return None
