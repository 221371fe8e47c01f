"""The session: the workspace it works in, its data set, and the clock.

The address carries what a session sees, so a copied link opens the same view.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import streamlit as st

from crm_core.engine import shared_database
from crm_core.store import DataSet, Workspace
from ui import demo, streamlit_seam, uploads


def workspace() -> Workspace:
    """The workspace of this installation."""
    return _workspace_in(uploads.workspace_folder())


@cache
def _workspace_in(folder: Path) -> Workspace:
    """Not one of Streamlit's resources: every control asks for it, and those wait for one another at a lock."""
    return Workspace(folder, shared_database())


def data_sets() -> dict[str, str]:
    """The data sets this session may open: key (slug, or `mine:` and slug) and name; own ones first."""
    own = workspace().session_data_sets(streamlit_seam.current_session())
    return {f"mine:{data.slug}": data.name for data in own} | shared_data_sets()


def shared_data_sets() -> dict[str, str]:
    """The published data sets: slug and name, by name; the demo company comes after real ones."""
    entries = sorted(workspace().data_sets(), key=lambda entry: entry.slug == demo.SLUG)
    return {entry.slug: entry.name for entry in entries}


def open_data_set(key: str) -> DataSet:
    """The data set behind a key of `data_sets`. Raises StoreError if it is gone."""
    if key.startswith("mine:"):
        return workspace().open_for_session(streamlit_seam.current_session(), key.removeprefix("mine:"))
    return workspace().open(key)


def choose_data(key: str) -> None:
    """Put a data set in force from the next run on."""
    st.session_state["next data"] = key


def settle_data() -> None:
    """Before anything is drawn: put in force the data set that was just loaded."""
    if (key := st.session_state.pop("next data", None)) is not None:
        st.session_state["data"] = key


def current_data() -> DataSet | None:
    """The data set in force; None if there is none at all."""
    keys = data_sets()
    if not keys:
        return None
    chosen = st.session_state.get("data")
    return open_data_set(chosen if chosen in keys else next(iter(keys)))


def tell_time_by(clock: Callable[[], datetime]) -> None:
    """Let `clock` say what instant is stamped on what is saved; only app.py and server.py know one."""
    global _clock
    _clock = clock


def now() -> datetime:
    """The instant that is stamped on what is saved."""
    assert _clock is not None
    return _clock()


_clock: Callable[[], datetime] | None = None
