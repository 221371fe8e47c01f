"""Customers that look like one."""

import streamlit as st

import ui
from crm_core import formats
from crm_core.alike import REASONS as ALIKE_REASONS
from crm_core.alike import AlikeCustomers, alike_customers
from crm_core.language import _, ngettext
from crm_core.store import DataSet


@st.cache_data(show_spinner=False, max_entries=20)
def _alike(folder: str, version: str, _data: DataSet) -> AlikeCustomers:
    return alike_customers(_data, ui.workspace().database)


def customers_alike(data: DataSet) -> None:
    """Pairs of ids that look like one customer: looked for when asked, suggested, never merged."""
    st.caption(
        _(
            "Two ids that share a licence number, an e-mail address, a telephone or nearly a name may be one customer. "
            "Nothing is merged here: put the ids right in the file, and load it again."
        )
    )
    key = f"looked for alike {data.folder}"
    if st.button(_("Look for customers that look alike"), icon=":material/group_search:", key="look for alike"):
        st.session_state[key] = True
    if not st.session_state.get(key):
        return
    with st.spinner(_("Comparing the customers ..."), show_time=True):
        found = _alike(str(data.folder), data.version, data)
    if not found.count:
        st.markdown(f":green[:material/check_circle:] {_('No two customers look like one.')}")
        return
    st.markdown(
        "**"
        + ngettext(
            "{count} pair of customers looks like one", "{count} pairs of customers look like one", found.count
        ).format(count=formats.number(found.count))
        + "**"
    )
    st.dataframe(
        [
            {
                _("Customer"): pair["customer_id"],
                _("Name"): pair["name"] or "",
                _("Other customer"): pair["other_id"],
                _("Other name"): pair["other_name"] or "",
                _("Because of"): _(ALIKE_REASONS[pair["reason"]]),
            }
            for pair in found.pairs.to_pylist()
        ],
        hide_index=True,
        height=300,
        alt=_("Pairs of customers that look like one, the surest first"),
    )
    if found.count > len(found.pairs):
        st.caption(_("The first {count} are shown.").format(count=formats.number(len(found.pairs))))
