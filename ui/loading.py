"""The files a session is about to load: what was understood of each, and what became of it.

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

from crm_core.ingest import (
    LoadedTable,
    Mapping,
    Progress,
    ReadingOptions,
    SourceTable,
    guess_mapping,
    inspect_file,
    load_table,
    open_questions,
)
from crm_core.ingest.databases import Fetched, Origin, table_name
from crm_core.store import DataSet
from ui import session, streamlit_seam, uploads
from ui.uploads import Upload

INCOMING = "incoming files"
CHECKED = "checked files"
NEXT_NUMBER = "number of the next file"

Told = Callable[[str, Progress], None]


@dataclass
class Incoming:
    """One file that arrived; `number` tells it from others of the same name.

    `known` keeps what was found out about it, so that a rerun does not read it again.
    """

    number: int
    upload: Upload
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    origin: Origin | None = None  # of rows that a database gave

    @property
    def name(self) -> str:
        return self.upload.file_name

    def source(self, options: ReadingOptions) -> SourceTable:
        """What the file holds when read with `options`. Raises InputError."""
        source: SourceTable = self._once(
            ("source", options), lambda: inspect_file(self.upload.path, self.name, overrides=options)
        )
        return replace(source, notes=(*self.notes, *source.notes)) if self.notes else source

    def guess(self, options: ReadingOptions, table: str | None) -> Mapping:
        """The likeliest mapping of the file to a table (None: the likeliest table), as remembered or found."""
        mapping: Mapping = self._once(
            ("guess", options, table),
            lambda: guess_mapping(self.source(options), table, remembered_mappings()),
        )
        return mapping

    def questions(self, options: ReadingOptions, mapping: Mapping) -> dict[str, Sequence[str]]:
        """What only a person can say about the file: the question and values as evidence."""
        questions: dict[str, Sequence[str]] = self._once(
            ("questions", options, mapping.table, tuple(mapping.columns.items()), mapping.date_order),
            lambda: dict(open_questions(self.source(options), mapping)),
        )
        return questions

    def is_remembered(self, options: ReadingOptions, mapping: Mapping) -> bool:
        """Whether a person confirmed this very mapping for such a file before."""
        return bool(self._once(("remembered", options, mapping.table), lambda: mapping in remembered_mappings()))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]


@dataclass(frozen=True)
class Plan:
    """How one file is going to be loaded; two are equal if the same would come out."""

    number: int
    options: ReadingOptions
    mapping: Mapping


@dataclass(frozen=True)
class Checked:
    """What became of the files of some plans: kept, set aside and why, before anybody sees it."""

    plans: tuple[Plan, ...]
    loads: tuple[LoadedTable, ...]


# ---------------------------------------------------------------------- files


def incoming() -> list[Incoming]:
    """The files that arrived, in that order."""
    files: dict[int, Incoming] = st.session_state.setdefault(INCOMING, {})
    return list(files.values())


def take_in(uploaded: Sequence[Any]) -> None:
    """Put what `st.file_uploader` brought among the files of this session. Raises InputError."""
    files: dict[int, Incoming] = st.session_state.setdefault(INCOMING, {})
    for file in uploaded:
        number = st.session_state.get(NEXT_NUMBER, 1)
        st.session_state[NEXT_NUMBER] = number + 1
        files[number] = Incoming(number, uploads.saved_upload(file))


def take_in_rows(fetched: Fetched) -> None:
    """Put rows that a database gave among the files of this session."""
    files: dict[int, Incoming] = st.session_state.setdefault(INCOMING, {})
    number = st.session_state.get(NEXT_NUMBER, 1)
    st.session_state[NEXT_NUMBER] = number + 1
    upload = Upload(fetched.path, fetched.file_name, fetched.path.stat().st_size)
    files[number] = Incoming(number, upload, notes=fetched.notes, origin=fetched.origin)


def take_out(number: int) -> None:
    """Forget one file."""
    file = st.session_state.get(INCOMING, {}).pop(number, None)
    if file:
        file.upload.path.unlink(missing_ok=True)
    forget_check()


def take_all_out() -> None:
    for file in incoming():
        take_out(file.number)


# ---------------------------------------------------------------------- loading


def check(plans: Sequence[Plan], tell: Told) -> Checked:
    """Load the files as planned into this session's folder; `tell` hears how far it is, file by file.

    Raises InputError where a file cannot be loaded as planned. A press on anything stops it.
    """
    forget_check()
    files = {file.number: file for file in incoming()}
    loads = []
    for plan in plans:
        file = files[plan.number]
        loaded = load_table(
            file.source(plan.options),
            plan.mapping,
            _loads_folder() / _digest(plan),
            database=session.workspace().database,
            as_of=session.now().date(),
            progress=lambda progress, name=file.name: tell(name, progress),  # type: ignore[misc]  # bound per file
        )
        loads.append(replace(loaded, origin=asdict(file.origin)) if file.origin else loaded)
    checked = Checked(tuple(plans), tuple(loads))
    st.session_state[CHECKED] = checked
    return checked


def checked(plans: Sequence[Plan]) -> Checked | None:
    """What became of the files, if they were checked with exactly these plans."""
    found: Checked | None = st.session_state.get(CHECKED)
    return found if found and found.plans == tuple(plans) else None


def forget_check() -> None:
    st.session_state.pop(CHECKED, None)
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
    for load in checked.loads:
        session.workspace().remember_mapping(load.mapping.model_dump_json())
    session.choose_data(key)
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
