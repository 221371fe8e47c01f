"""One file about to be loaded: what was understood of it, and what is to become of its columns."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import ui
from crm_core import formats
from crm_core.errors import CrmError
from crm_core.ingest import Mapping, ReadingOptions, SourceTable, missing_columns
from crm_core.ingest.words import (
    rules_in_words,
    same_content_in_words,
    told_by_content_in_words,
    understood,
    understood_together,
)
from crm_core.language import _
from crm_core.schema import ORDERS, TABLES
from ui.loading import arrived, controls, mapping_file
from ui.loading.incoming import Together
from ui.loading.planned import Plan


def looked_at(file: Together) -> bool:
    """Look at a file once, with nothing chosen; whether it can be read so."""
    try:
        file.guess(ReadingOptions(), None)
    except CrmError:
        return False
    return True


def table_guessed(file: Together, found: SourceTable) -> str:
    """The likeliest table; what has a column a month is orders, whose year alone is wanting."""
    return ORDERS.name if found.lacks_year else file.guess(ReadingOptions(), None).table


def one_file(file: Together) -> Plan | None:
    """One file: what was understood, what becomes of its columns. None while it cannot be loaded."""
    found = file.source(ReadingOptions()) if looked_at(file) else None
    if found:
        mapping_file.recall(file, found)
    head = st.container(horizontal=True, vertical_alignment="center", key=f"head {file.number}")
    with head:
        guessed = table_guessed(file, found) if found else None
        table = chosen_table(file, guessed)
        with st.popover(_("Read it in another way"), icon=":material/tune:"):
            options = controls.with_months(file, found, controls.reading_options(file, found))
        take_out_button(file)
    try:
        source = file.source(options)
        is_as_found = table == guessed and options == ReadingOptions()
        guess = mapping_file.given_or_guessed(file, file.guess(options, None if is_as_found else table))
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return None
    with head:
        if len(file.files) > 1:
            parts_of(file, options)
        st.caption(ui.escaped(understood_together(file.sources(options))))
        if mapping_file.is_recalled(file, options):
            st.badge(_("read as last time"), icon=":material/history:")
    repeated_files(file)
    for note in source.notes:
        st.info(ui.escaped(note), icon=":material/info:")
    mapping_file.offer_similar(file, options, guess)
    demand = st.container()
    mapping = mapped(file, options, guess, found)
    return Plan(file.number, options, mapping) if is_complete(file, options, mapping, demand) else None


def mapped(file: Together, options: ReadingOptions, guess: Mapping, found: SourceTable | None) -> Mapping:
    """The controls of columns and values, and the first rows beside them; `found` is the file with nothing chosen."""
    left, right = st.columns([7, 4], gap="medium")
    with left:
        st.markdown(f"**{_('Which column is which')}**")
        with st.container(gap="xsmall"):
            mapping = controls.mapping_controls(file, options, guess)
    with right:
        st.markdown(f"**{_('How values are read')}**")
        words = st.container()
        questions = file.questions(options, mapping)
        with st.expander(_("Dates, numbers, returns, status"), expanded=bool(questions), key=f"rules {file.number}"):
            mapping = controls.rules(file, options, guess, mapping)
        mapping = mapping.read_with(options, found.headers if found else ())
        words.caption(ui.escaped(rules_in_words(mapping)) or _("As they stand in the file."))
        mapping_file.mapping_file(file, options, mapping)
        st.markdown(f"**{_('First rows')}**")
        st.dataframe(
            file.source(options).preview.slice(0, 20),
            height=210,
            hide_index=True,
            alt=_("The first rows of the file as text"),
        )
    return mapping


def is_complete(file: Together, options: ReadingOptions, mapping: Mapping, demand: DeltaGenerator) -> bool:
    """Whether the file can be loaded so; `demand` says what is wanting, or what only the values told."""
    if missing := missing_columns(mapping):
        labels = formats.listed(_(TABLES[mapping.table].column(name).label) for name in missing)
        asked = [_("Choose a column for: {columns}.").format(columns=labels)]
        asked += controls.candidates_in_words(file, options, mapping)
        demand.warning(ui.escaped(" ".join(asked)), icon=":material/arrow_downward:")
        return False
    if told := told_by_content_in_words(mapping):
        demand.info(ui.escaped(told), icon=":material/visibility:")
    return "date_order" not in file.questions(options, mapping)


def take_out_button(file: Together) -> None:
    st.button(
        _("Take out"),
        icon=":material/close:",
        key=f"take out {file.number}",
        on_click=arrived.take_out,
        args=(file.number,),
    )


def repeated_files(file: Together) -> None:
    """Files that arrived twice, each with the way to take it out."""
    for part, other in arrived.repeated_files(file):
        with st.container(horizontal=True, vertical_alignment="center", key=f"repeats {part.number}"):
            st.warning(ui.escaped(same_content_in_words(part.name, other.name)), icon=":material/content_copy:")
            st.button(
                _("Take out {file}").format(file=ui.escaped(part.name)),
                key=f"take out again {part.number}",
                on_click=arrived.take_out_file,
                args=(file.number, part.number),
            )


def parts_of(file: Together, options: ReadingOptions) -> None:
    """The files that are read alike, and the ways to part them."""
    with st.popover(_("The files"), icon=":material/library_books:"):
        for part, source in zip(file.files, file.sources(options), strict=True):
            with st.container(horizontal=True, vertical_alignment="center", key=f"part {part.number}"):
                st.markdown(f"**{ui.escaped(part.name)}**  \n{ui.escaped(understood(source))}")
                st.button(
                    _("Take out"),
                    icon=":material/close:",
                    key=f"take out part {part.number}",
                    on_click=arrived.take_out_file,
                    args=(file.number, part.number),
                )
        st.button(
            _("Read each on its own"),
            icon=":material/call_split:",
            key=f"read apart {file.number}",
            on_click=arrived.read_apart,
            args=(file.number,),
        )


def looked_up_in(file: Together, users: list[Together]) -> None:
    """A file that is no table of ours but knows the prices of others."""
    source = file.source(ReadingOptions())
    with st.container(horizontal=True, vertical_alignment="center", key=f"list {file.number}"):
        for user in users:
            if user.lookup:
                st.info(
                    _("The price of each line of {user} is looked up here, by “{header}”.").format(
                        user=ui.escaped(user.name), header=ui.escaped(user.lookup.table_key)
                    ),
                    icon=":material/join_inner:",
                )
        st.button(
            _("Look nothing up here"), key=f"no list {file.number}", on_click=arrived.use_no_list, args=(file.number,)
        )
        take_out_button(file)
    st.caption(ui.escaped(understood(source)))
    st.dataframe(source.preview, height=260, hide_index=True, alt=_("The first rows of the file as text"))


def chosen_table(file: Together, guessed: str | None) -> str:
    """The table a file belongs to: as guessed, unless corrected."""
    names = list(TABLES)
    chosen: str = st.selectbox(
        _("Table"),
        names,
        index=names.index(guessed) if guessed else 0,
        format_func=lambda name: _(TABLES[name].label),
        key=f"table {file.number}",
        label_visibility="collapsed",
        width=180,
        persist_state="session",
        help=_("What the rows of the file are."),
    )
    return chosen
