"""What was checked is kept: added to a data set, for oneself, or for everybody."""

from collections.abc import Callable
from functools import partial

import streamlit as st

import ui
from crm_core.errors import CrmError
from crm_core.language import _
from crm_core.store import DataSet
from ui import session
from ui.loading import loads
from ui.loading.planned import Checked

JUST_KEPT = "data set just loaded"


def just_kept() -> tuple[str, str] | None:
    """The data set that the last run kept, by slug and version, said once; None if it kept none."""
    kept: tuple[str, str] | None = st.session_state.pop(JUST_KEPT, None)
    return kept


def add(checked: Checked, upon: DataSet) -> None:
    """Add what was checked to a data set, as a new version of it."""
    label = _("Add to {name}").format(name=ui.escaped(upon.name))
    if st.button(label, type="primary", icon=":material/add_circle:", key="add"):
        laid_out(upon.name, partial(loads.add_to, upon, checked))


def keep(checked: Checked, currency: str) -> None:
    """The two ways to keep what was checked."""
    shared = session.shared_data_sets()
    first = next(load.report.file_name for load in checked.loads if load.table_name == "orders")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            _("Name of the data set"),
            value=loads.suggested_name(checked),
            max_chars=80,
            key=f"name {first}",
            width=300,
        )
        replaces = st.selectbox(
            _("For everybody: new, or in place of"),
            [None, *shared],
            format_func=lambda slug: shared[slug] if slug else _("a new data set"),
            key="replaces",
            width=280,
        )
        has_name = bool(name.strip())
        for_me = st.button(
            _("Only for me"),
            icon=":material/person:",
            disabled=not has_name,
            help=_("Nobody else sees it, and it goes with this session."),
            key="for me",
        )
        for_all = st.button(
            _("Publish for everybody"), type="primary", icon=":material/groups:", disabled=not has_name, key="for all"
        )
    if for_me:
        laid_out(name.strip(), partial(loads.keep_for_me, name.strip(), checked, currency))
    elif for_all:
        called = shared[replaces] if replaces else name.strip()
        laid_out(name.strip(), partial(loads.publish, called, checked, currency, replaces))


def laid_out(name: str, keep: Callable[[], DataSet]) -> None:
    """Keep the files and show what is loaded now, or say why they cannot be kept."""
    try:
        with st.spinner(_("Laying out {name} by customer and day ...").format(name=name), show_time=True):
            kept = keep()
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state[JUST_KEPT] = (kept.slug, kept.version)
    st.rerun()
