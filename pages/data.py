"""Data: what is loaded and whether it adds up, and how more comes in."""

import streamlit as st

import ui
from crm_core import formats
from crm_core.language import _, ngettext
from crm_core.store import DataSet
from ui import session
from ui.loaded.data_set import loaded
from ui.loading import arrived, keeping, planned
from ui.loading.checking import trial
from ui.loading.load_files import load_files

LOADED, LOAD = "loaded", "load"
VIEW = "data view"


def page() -> None:
    data = session.current_data()
    ui.page_head(_("Data"), _("What is loaded, does it add up, and how does more come in?"), ui.current_book())
    if asked := planned.asked_check():
        trial(*asked)
    if data is None:
        nothing_yet()
        load_files()
        return
    if kept := keeping.just_kept():
        st.session_state[VIEW] = LOADED
        if kept == (data.slug, data.version):
            just_loaded(data)
    if view() == LOAD:
        load_files()
    else:
        loaded(data)


def view() -> str:
    """Which half of the page is shown: what is loaded, or what is to be."""
    names = {LOADED: _("What is loaded"), LOAD: _("Load files")}
    icons = {LOADED: ":material/inventory_2:", LOAD: ":material/upload_file:"}
    st.session_state.setdefault(VIEW, LOAD if arrived.incoming() else LOADED)
    chosen = st.segmented_control(
        _("Show"),
        [LOADED, LOAD],
        format_func=lambda name: f"{icons[name]} {names[name]}",
        key=VIEW,
        required=True,
        label_visibility="collapsed",
    )
    return chosen or LOADED


def nothing_yet() -> None:
    with st.container(border=True):
        st.subheader(_("No data yet"), anchor=False)
        st.write(
            _(
                "Drop a file with orders below: a customer, a date and an amount in each line are enough. CSV, Excel, "
                "JSON and Parquet are read as they are, several files of one table as one. Payments, service cases, "
                "surveys and more can follow."
            )
        )
        if st.button(_("Try the demo company"), icon=":material/play_circle:"):
            with st.spinner(_("Preparing the demo company, this once ...")):
                ui.publish_demo()
            st.rerun()


def just_loaded(data: DataSet) -> None:
    """Where to go with what was just loaded; shown until the next thing happens."""
    customers = data.row_counts["customers"]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="just loaded"):
        st.markdown(
            ":green[:material/check_circle:] **"
            + ngettext(
                "{name} is loaded: {customers} customer, {orders} orders.",
                "{name} is loaded: {customers} customers, {orders} orders.",
                customers,
            ).format(
                name=ui.escaped(data.name),
                customers=formats.number(customers),
                orders=formats.number(data.row_counts["orders"]),
            )
            + "**",
            width="content",
        )
        ui.link("value-tiers", _("Value tiers"), ":material/change_history:")
        ui.link("loyalty-types", _("Loyalty types"), ":material/favorite:")
        ui.link("churn-signals", _("Churn signals"), ":material/warning:")
