"""Files are loaded as planned, first on trial and then into a data set."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import streamlit as st

from crm_core.errors import CrmError
from crm_core.held import orders_held
from crm_core.ingest import LoadedTable, load_table, repeats_between
from crm_core.ingest.databases import table_name
from crm_core.store import DataSet
from ui import session, streamlit_seam
from ui.loading import arrived, planned
from ui.loading.arrived import Told
from ui.loading.planned import Checked, Plan


def check(plans: Sequence[Plan], tell: Told, upon: DataSet | None = None) -> None:
    """Load the files as planned into this session's folder; `tell` hears how far it is, file by file.

    Orders that an earlier of the files or the data set `upon` holds are left out where that was said.

    Afterwards `checked` holds them, or `check_problem` says why not. What `tell` raises stops the load
    and leaves nothing of it: so does a press on anything, which Streamlit raises there (`was_stopped` then
    says so), and a tab that is closed. The next check may begin before a stopped one has come to its end.
    """
    planned.forget_check()
    planned.loads_folder().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=planned.loads_folder()))
    st.session_state[planned.UNDER_WAY] = True
    try:
        st.session_state[planned.CHECKED] = _loaded(plans, tell, upon, folder)
    except CrmError as error:
        planned.forget_check()
        st.session_state[planned.PROBLEM] = str(error)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # the next check is at work there
            planned.loads_folder().rmdir()
        raise
    st.session_state.pop(planned.UNDER_WAY, None)


def _loaded(plans: Sequence[Plan], tell: Told, upon: DataSet | None, folder: Path) -> Checked:
    by_number = {file.number: file for file in arrived.incoming()}
    loads: list[LoadedTable] = []
    for plan in plans:
        file = by_number[plan.number]
        for place, (part, source) in enumerate(zip(file.files, file.sources(plan.options), strict=True)):
            loaded = load_table(
                source,
                plan.mapping,
                folder / f"{_digest(plan)}-{place}",
                database=session.workspace().database,
                as_of=session.now().date(),
                earlier=orders_held(upon, loads) if planned.leaves_out() else (),
                progress=partial(tell, part.name),
            )
            loads.append(replace(loaded, origin=asdict(part.origin)) if part.origin else loaded)
    return Checked(tuple(plans), tuple(loads), tuple(repeats_between(loads, session.workspace().database)))


def suggested_name(checked: Checked) -> str:
    """What the data set may be called: as the file or the table that holds its orders."""
    load = next(load for load in checked.loads if load.table_name == "orders")
    if load.origin is None:
        return Path(load.report.file_name).stem
    return table_name(load.origin["table"]).name if load.origin["table"] else load.origin["connection"]


def add_to(upon: DataSet, checked: Checked) -> DataSet:
    """Add the files to a data set as a new version of it, and open that. Raises StoreError."""
    data = session.workspace().add_to(upon, checked.loads, published_at=session.now())
    return _settled(data, f"mine:{data.slug}" if data.is_session else data.slug, checked)


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
    st.session_state.pop(planned.LEAVE_OUT, None)
    arrived.take_all_out()
    return data


def _digest(plan: Plan) -> str:
    text = json.dumps([plan.number, plan.options.model_dump(), plan.mapping.model_dump()], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
