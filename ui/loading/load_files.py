"""The files about to be loaded, a tab each, and where they are dropped."""

from functools import partial

import streamlit as st

import ui
from crm_core import formats
from crm_core.language import _
from ui.loaded.exports import template_buttons
from ui.loading import arrived, database_connections
from ui.loading.checking import checking
from ui.loading.incoming import Together
from ui.loading.one_file import looked_at, looked_up_in, one_file
from ui.loading.planned import Plan
from ui.loading.progress import telling

DROP = "drop of files"


@ui.fragment
def load_files() -> None:
    if not arrived.incoming():
        drop()
        template_buttons()
        return
    left, right = st.columns([4, 7], gap="medium", vertical_alignment="bottom")
    with left:
        drop()
    below = st.container()
    files = arrived.incoming()
    plans: list[Plan] = []
    unready: list[str] = []
    if notes := arrived.left_out():
        st.caption(f":material/info: {ui.escaped(formats.sentences(*notes))}")
    names = tab_names(files)
    for tab, name, file in zip(st.tabs(names), names, files, strict=True):
        with tab:
            if users := arrived.list_users(file):
                looked_up_in(file, users)
            elif plan := one_file(file):
                plans.append(plan)
            else:
                unready.append(name)
    with right:
        checking(plans, unready, below)


def tab_names(files: list[Together]) -> list[str]:
    names = [file.name for file in files]
    return [f"{file.name} ({file.number})" if names.count(file.name) > 1 else file.name for file in files]


def drop() -> None:
    """Where files are dropped; they leave it at once for the list below."""
    number = st.session_state.setdefault(DROP, 1)
    uploaded = st.file_uploader(
        _("Add files")
        if arrived.incoming()
        else _("Drop files here: CSV, Excel, JSON, Parquet or Arrow, one or many, also in a zip or gz"),
        accept_multiple_files=True,
        key=f"drop {number}",
    )
    if uploaded:
        bar = st.progress(0.0, _("Looking at the files ..."))
        arrived.take_in(uploaded, partial(telling, bar))
        for file in arrived.incoming():
            looked_at(file)
        bar.empty()
        st.session_state[DROP] = number + 1
        st.rerun()
    database_connections.panel(looked_at)
