"""The versions of a data set, and the way back to an earlier one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

import ui
from crm_core.language import _
from crm_core.store import DataSet


def versions_of(data: DataSet) -> None:
    """The versions kept, and the way back to an earlier one."""
    if data.is_session:
        st.write(_("This data set is yours alone and goes with this session. Publish it to keep it."))
        return
    entry = next((entry for entry in ui.workspace().data_sets() if entry.slug == data.slug), None)
    if entry is None:
        return
    for version in entry.versions:
        is_current = version.version == entry.version
        with st.container(horizontal=True, vertical_alignment="center", key=f"version {version.version}"):
            st.markdown(
                _("{version}, published {instant}").format(
                    version=f"`{version.version}`", instant=when(version.published_at)
                ),
                width="content",
            )
            if is_current:
                st.badge(_("in force"), color="green")
            elif st.button(
                _("Go back to this version"),
                key=f"go back {version.version}",
                icon=":material/history:",
                help=_("For everybody. The others stay here, and you can come back."),
            ):
                ui.workspace().make_current(data.slug, version.version)
                st.rerun()
    st.caption(_("The last three versions are kept. Loading files in place of a data set makes a new version."))


def when(instant: datetime) -> str:
    """An instant on the reader's clock."""
    zone = st.context.timezone
    return f"{instant.astimezone(ZoneInfo(zone) if zone else UTC):%Y-%m-%d %H:%M}"
