"""The mapping of a file about to be loaded as a small file of its own, and mappings that come from elsewhere."""

from typing import Any

import streamlit as st

from crm_core import formats
from crm_core.errors import CrmError, InputError
from crm_core.ingest import (
    Mapping,
    ReadingOptions,
    SourceTable,
    read_mapping,
    remembered_for,
    similar_mapping,
    written_mapping,
)
from crm_core.language import _
from ui import uploads
from ui.frame import escaped
from ui.loading import controls
from ui.loading.incoming import Together, remembered_mappings


def given_or_guessed(file: Together, guess: Mapping) -> Mapping:
    """The mapping somebody gave for the file and this table, or else the guess."""
    given: Mapping | None = st.session_state.get(_given(file))
    return given if given and given.table == guess.table else guess


def give(file: Together, mapping: Mapping) -> None:
    st.session_state[_given(file)] = mapping
    st.session_state[f"table {file.number}"] = mapping.table


def recall(file: Together, found: SourceTable) -> None:
    """The first time a file is shown: choose to read it as one that looked the same was read before.

    `found` is the file with nothing chosen.
    """
    key = f"reading recalled {file.number}"
    if key in st.session_state:
        return
    known = remembered_for(found, remembered_mappings(), file.source)
    st.session_state[key] = known.reading if known else None
    if known:
        controls.choose_reading(file.number, known.reading)
        st.session_state[f"table {file.number}"] = known.table


def is_recalled(file: Together, options: ReadingOptions) -> bool:
    """Whether `options` are how a file that looked the same was read before."""
    return bool(st.session_state.get(f"reading recalled {file.number}") == options)


def mapping_file(file: Together, options: ReadingOptions, mapping: Mapping) -> None:
    """Download the mapping, which the command line takes too, or upload one."""
    with st.popover(_("Mapping file"), icon=":material/description:"):
        st.caption(_("How this file is read, as a small file: for the next time, for others, for the command line."))
        st.download_button(
            _("Download the mapping"),
            data=written_mapping(mapping),
            file_name=f"{mapping.table} mapping.json",
            mime="application/json",
            icon=":material/download:",
            key=f"download mapping {file.number}",
            on_click="ignore",
        )
        key = f"upload mapping {file.number}"
        st.file_uploader(_("Upload a mapping"), type="json", key=key, on_change=_uploaded, args=(file, options, key))
        if problem := st.session_state.get(f"{key} problem"):
            st.error(escaped(problem), icon=":material/error:")


def _uploaded(file: Together, options: ReadingOptions, key: str) -> None:
    uploaded = st.session_state.get(key)
    st.session_state.pop(f"{key} problem", None)
    if uploaded is None:
        return
    try:
        mapping = _fitting(file, options, uploaded)
        give(file, mapping)
        if mapping.reading != ReadingOptions():
            controls.choose_reading(file.number, mapping.reading)
    except CrmError as error:
        st.session_state[f"{key} problem"] = str(error)


def _fitting(file: Together, options: ReadingOptions, uploaded: Any) -> Mapping:
    """The mapping in an upload. Raises InputError where it is none, or speaks of headers the file lacks.

    What it says of how the file is read goes before `options`.
    """
    upload = uploads.saved_upload(uploaded)
    try:
        text = upload.path.read_text(encoding="utf-8-sig", errors="replace")
    finally:
        upload.path.unlink(missing_ok=True)
    mapping = read_mapping(text, upload.file_name)
    chosen = mapping.reading if mapping.reading != ReadingOptions() else options
    headers = file.source(chosen).headers
    if absent := [header for header in mapping.headers_used() if header not in headers]:
        raise InputError(
            _("{file} has no column {absent}. It has: {found}.").format(
                file=file.name, absent=formats.listed(absent), found=formats.listed(headers)
            )
        )
    return mapping.model_copy(update={"headers": headers})


def offer_similar(file: Together, options: ReadingOptions, guess: Mapping) -> None:
    """Where a file with a few other columns was read otherwise before: the offer to read this one so."""
    if st.session_state.get(_given(file)):
        return
    offered = similar_mapping(file.source(options), guess, remembered_mappings())
    if offered is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"similar {file.number}"):
        st.info(
            _("A file with the same columns among others was read otherwise before: {columns}.").format(
                columns=escaped(formats.listed(f"{name} = {header}" for name, header in offered.columns.items()))
            ),
            icon=":material/history:",
        )
        st.button(_("Read it so"), key=f"read so {file.number}", on_click=give, args=(file, offered))


def _given(file: Together) -> str:
    return f"mapping given {file.number}"
