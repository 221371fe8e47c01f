"""The files a session is about to load: what was understood of each, and what became of it.

Files that are read alike (three years in three files) stand together: they are mapped once and shown as one.
A file stays here, whatever page is open, until it is loaded or taken out. Everything lies in the
session's folder of uploads and goes with it.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import ValidationError

from crm_core.errors import CrmError, InputError
from crm_core.ingest import (
    LoadedTable,
    Mapping,
    Progress,
    ReadingOptions,
    Repeats,
    SourceTable,
    arrivals,
    candidate_columns,
    combined,
    guess_mapping,
    inspect_file,
    likeness,
    load_table,
    open_questions,
    repeats_between,
    same_content,
)
from crm_core.ingest.databases import Fetched, Origin, table_name
from crm_core.ingest.dates import DateReading
from crm_core.ingest.duplicates import RepeatedOrders, repeated_orders
from crm_core.ingest.lookup import find_lookup
from crm_core.ingest.mapping import Question
from crm_core.ingest.source import Lookup
from crm_core.ingest.together import looked_up
from crm_core.language import ngettext
from crm_core.store import DataSet
from crm_core.store.layout import canonical_rows, reading
from ui import session, streamlit_seam, uploads
from ui.uploads import Upload

INCOMING = "incoming files"
LEFT_OUT = "files left out"
CHECKED = "checked files"
ASKED, PROBLEM = "check asked for", "why the check failed"
NEXT_NUMBER = "number of the next file"
LEAVE_OUT = "leave out orders held already"

Told = Callable[[str, Progress], None]


@dataclass
class Incoming:
    """One table that arrived: a file, or a sheet of one. `number` tells it from others of the same name.

    `known` keeps what was found out about it, so that a rerun does not read it again; `problem` says why
    it could not even be opened.
    """

    number: int
    upload: Upload
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    sheet: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    origin: Origin | None = None  # of rows that a database gave

    @property
    def name(self) -> str:
        return self.upload.file_name

    def source(self, options: ReadingOptions) -> SourceTable:
        """What the file holds when read with `options`. Raises InputError."""
        if self.problem:
            raise InputError(self.problem)
        if self.sheet and options.sheet is None:
            options = options.model_copy(update={"sheet": self.sheet})
        source: SourceTable = _once(
            self.known, ("source", options), lambda: inspect_file(self.upload.path, self.name, overrides=options)
        )
        if not self.notes:
            return source
        noted: SourceTable = _once(
            self.known, ("noted", options), lambda: replace(source, notes=(*self.notes, *source.notes))
        )
        return noted


@dataclass
class Together:
    """Files that are read alike, most often one: shown, mapped and loaded as one table.

    `number` is that of the first file. `lookup` brings prices from a list among the other files, whose
    number is `list_number`. `is_apart` files a person wants on their own, `is_no_list` one in which
    nothing is to be looked up.
    """

    number: int
    files: tuple[Incoming, ...]
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    lookup: Lookup | None = field(default=None, repr=False)
    list_number: int | None = None
    is_apart: bool = False
    is_no_list: bool = False

    @property
    def name(self) -> str:
        """What the files are called: the one name, or what the names begin with."""
        if len(self.files) == 1:
            return self.files[0].name
        shared = self.files[0].name
        while not all(file.name.startswith(shared) for file in self.files):
            shared = shared[:-1]
        shared = shared.rstrip(" _-.·0123456789")
        return ngettext("{name} · {count} file", "{name} · {count} files", len(self.files)).format(
            name=shared or self.files[0].name, count=len(self.files)
        )

    def sources(self, options: ReadingOptions) -> tuple[SourceTable, ...]:
        """What each file holds, prices looked up. Raises InputError."""
        sources: tuple[SourceTable, ...] = self._once(
            ("sources", options),
            lambda: tuple(
                looked_up(file.source(options), self.lookup) if self.lookup else file.source(options)
                for file in self.files
            ),
        )
        return sources

    def source(self, options: ReadingOptions) -> SourceTable:
        """What the files hold together when read with `options`. Raises InputError."""
        source: SourceTable = self._once(("source", options), lambda: combined(self.sources(options)))
        return source

    def guess(self, options: ReadingOptions, table: str | None) -> Mapping:
        """The likeliest mapping of the file to a table (None: the likeliest table), as remembered or found."""
        mapping: Mapping = self._once(
            ("guess", options, table),
            lambda: guess_mapping(self.source(options), table, remembered_mappings()),
        )
        return mapping

    def questions(self, options: ReadingOptions, mapping: Mapping) -> dict[Question, DateReading]:
        """What only a person can say about the file: the question and what the values show."""
        questions: dict[Question, DateReading] = self._once(
            ("questions", options, mapping.table, tuple(mapping.columns.items()), mapping.date_order),
            lambda: dict(open_questions(self.source(options), mapping)),
        )
        return questions

    def candidates(self, options: ReadingOptions, mapping: Mapping) -> dict[str, tuple[str, ...]]:
        """For required columns the mapping lacks: headers whose values would do."""
        candidates: dict[str, tuple[str, ...]] = self._once(
            ("candidates", options, mapping.table, tuple(mapping.columns.items())),
            lambda: candidate_columns(self.source(options), mapping),
        )
        return candidates

    def is_remembered(self, options: ReadingOptions, mapping: Mapping) -> bool:
        """Whether a person confirmed this very mapping for such a file before."""
        return bool(self._once(("remembered", options, mapping.table), lambda: mapping in remembered_mappings()))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        return _once(self.known, key, make)


def _once(known: dict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
    if key not in known:
        known[key] = make()
    return known[key]


@dataclass(frozen=True)
class Plan:
    """How files are going to be loaded; two are equal if the same would come out."""

    number: int
    options: ReadingOptions
    mapping: Mapping


@dataclass(frozen=True)
class Checked:
    """What became of the files of some plans: kept, set aside and why, before anybody sees it.

    `repeats` are rows and order numbers that two files share.
    """

    plans: tuple[Plan, ...]
    loads: tuple[LoadedTable, ...]
    repeats: tuple[Repeats, ...] = ()


# ---------------------------------------------------------------------- files


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


def _take_in(upload: Upload, tell: Told) -> None:
    found = arrivals(
        upload.path,
        upload.file_name,
        upload.path.parent,
        progress=lambda progress: tell(upload.file_name, progress),
    )
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
    return _once(
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
    forget_check()


def repeated_files(file: Together) -> list[tuple[Incoming, Incoming]]:
    """Files that are byte for byte another that arrived, whether they stand together or not, with that other."""
    parts = [part for other in incoming() for part in other.files if not part.problem]
    same: dict[int, int] = _once(
        file.known,
        ("same content", tuple(part.number for part in parts)),
        lambda: same_content([part.upload.path for part in parts]),
    )
    return [(parts[place], parts[first]) for place, first in same.items() if parts[place] in file.files]


# ---------------------------------------------------------------------- lists to look up in


def list_users(file: Together) -> list[Together]:
    """The files that look prices up in this one; none if it is no list."""
    return [other for other in incoming() if other.list_number == file.number]


def use_no_list(number: int) -> None:
    """Look nothing up in a file: it is then a table as any other."""
    st.session_state[INCOMING][number].is_no_list = True
    _settle_lists()
    forget_check()


def _settle_lists() -> None:
    """Find for files of orders without amounts the list that knows the prices."""
    plain = ReadingOptions()
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
            file.guess(plain, None)


def _read(file: Together) -> SourceTable | None:
    """What the first of the files holds as it stands; None if it cannot be read."""
    try:
        return file.files[0].source(ReadingOptions())
    except InputError:
        return None


def take_in_rows(fetched: Fetched) -> None:
    """Put rows that a database gave among the files of this session."""
    upload = Upload(fetched.path, fetched.file_name, fetched.path.stat().st_size)
    _arrive(upload, notes=fetched.notes, origin=fetched.origin)
    _settle_lists()


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


def _forget(parts: Sequence[Incoming]) -> None:
    used = {part.upload.path for file in incoming() for part in file.files}
    for part in parts:
        if part.upload.path not in used and not part.problem:
            part.upload.path.unlink(missing_ok=True)
    if not incoming():
        left_out().clear()
    _settle_lists()
    forget_check()


def take_all_out() -> None:
    for file in incoming():
        take_out(file.number)


# ---------------------------------------------------------------------- loading


def ask_for_check(plans: Sequence[Plan], upon: DataSet | None) -> None:
    """Have the next run of the page check the files as planned, to be added to the data set `upon` if there is one."""
    st.session_state[ASKED] = (tuple(plans), upon)


def asked_check() -> tuple[tuple[Plan, ...], DataSet | None] | None:
    """The plans to check in this run and what they are added to, said once; None if nobody asked."""
    asked: tuple[tuple[Plan, ...], DataSet | None] | None = st.session_state.pop(ASKED, None)
    return asked


def check_problem() -> str | None:
    """Why the latest check came to nothing; None if it did not."""
    problem: str | None = st.session_state.get(PROBLEM)
    return problem


def leaves_out() -> bool:
    """Whether orders held already, by an earlier file or by the data set added to, are to be left out."""
    return bool(st.session_state.get(LEAVE_OUT))


def leave_out(is_on: bool) -> None:
    """Leave orders held already out from the next check on, or not."""
    st.session_state[LEAVE_OUT] = is_on
    forget_check()


def _held(upon: DataSet | None, loads: Sequence[LoadedTable]) -> list[str]:
    """SELECTs of the order lines of a data set and of loads."""
    before = [canonical_rows(upon, "orders")] if upon else []
    return before + [reading([load.accepted]) for load in loads if load.table_name == "orders"]


def held_already(checked: Checked, upon: DataSet) -> list[tuple[str, RepeatedOrders]]:
    """By file: the order lines that the data set `upon` holds already, where there are any."""
    held = _held(upon, ())
    found = [
        (load.report.file_name, repeated_orders(load.accepted, held, session.workspace().database))
        for load in checked.loads
        if load.table_name == "orders"
    ]
    return [(name, twice) for name, twice in found if twice.lines]


def add_to(upon: DataSet, checked: Checked) -> DataSet:
    """Add the files to a data set as a new version of it, and open that. Raises StoreError."""
    data = session.workspace().add_to(upon, checked.loads, published_at=session.now())
    return _settled(data, f"mine:{data.slug}" if data.is_session else data.slug, checked)


def check(plans: Sequence[Plan], tell: Told, upon: DataSet | None = None) -> None:
    """Load the files as planned into this session's folder; `tell` hears how far it is, file by file.

    Orders that an earlier of the files or the data set `upon` holds are left out where that was said.

    Afterwards `checked` holds them, or `check_problem` says why not. What `tell` raises stops the load
    and leaves nothing of it: so does a press on anything, which Streamlit raises there.
    """
    forget_check()
    try:
        st.session_state[CHECKED] = _loaded(plans, tell, upon)
    except CrmError as error:
        forget_check()
        st.session_state[PROBLEM] = str(error)
    except BaseException:
        forget_check()
        raise


def _loaded(plans: Sequence[Plan], tell: Told, upon: DataSet | None) -> Checked:
    files = {file.number: file for file in incoming()}
    loads: list[LoadedTable] = []
    for plan in plans:
        file = files[plan.number]
        for place, (part, source) in enumerate(zip(file.files, file.sources(plan.options), strict=True)):
            loaded = load_table(
                source,
                plan.mapping,
                _loads_folder() / f"{_digest(plan)}-{place}",
                database=session.workspace().database,
                as_of=session.now().date(),
                earlier=_held(upon, loads) if leaves_out() else (),
                progress=lambda progress, name=part.name: tell(name, progress),  # type: ignore[misc]  # bound per file
            )
            loads.append(replace(loaded, origin=asdict(part.origin)) if part.origin else loaded)
    return Checked(tuple(plans), tuple(loads), tuple(repeats_between(loads, session.workspace().database)))


def checked(plans: Sequence[Plan]) -> Checked | None:
    """What became of the files, if they were checked with exactly these plans."""
    found: Checked | None = st.session_state.get(CHECKED)
    return found if found and found.plans == tuple(plans) else None


def forget_check() -> None:
    st.session_state.pop(CHECKED, None)
    st.session_state.pop(PROBLEM, None)
    shutil.rmtree(_loads_folder(), ignore_errors=True)


def suggested_name(checked: Checked) -> str:
    """What the data set may be called: as the file or the table that holds its orders."""
    load = next(load for load in checked.loads if load.table_name == "orders")
    if load.origin is None:
        return Path(load.report.file_name).stem
    return table_name(load.origin["table"]).name if load.origin["table"] else load.origin["connection"]


def keep_for_me(name: str, checked: Checked, currency: str) -> DataSet:
    """Lay the files out as a data set that only this session sees, and open it. Raises StoreError."""
    data = session.workspace().keep_for_session(
        streamlit_seam.current_session(), name, checked.loads, currency=currency, published_at=session.now()
    )
    return _settled(data, f"mine:{data.slug}", checked)


def publish(name: str, checked: Checked, currency: str, replaces: str | None = None) -> DataSet:
    """Publish the files for everybody, new or in place of a data set, and open it. Raises StoreError."""
    data = session.workspace().publish(
        name, checked.loads, currency=currency, published_at=session.now(), replaces=replaces
    )
    return _settled(data, data.slug, checked)


def _settled(data: DataSet, key: str, checked: Checked) -> DataSet:
    for mapping in dict.fromkeys(load.mapping.model_dump_json() for load in checked.loads):
        session.workspace().remember_mapping(mapping)
    session.choose_data(key)
    st.session_state.pop(LEAVE_OUT, None)
    take_all_out()
    return data


def remembered_mappings() -> list[Mapping]:
    """The mappings people confirmed, the newest first; those of an older release are left out."""
    found = []
    for text in session.workspace().remembered_mappings():
        try:
            found.append(Mapping.model_validate_json(text))
        except ValidationError:
            continue
    return found


def _loads_folder() -> Path:
    return uploads.session_folder(streamlit_seam.current_session()) / "loads"


def _digest(plan: Plan) -> str:
    text = json.dumps([plan.number, plan.options.model_dump(), plan.mapping.model_dump()], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
