"""Tables to take away, and templates to fill."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

import ui
from crm_core import formats
from crm_core.ingest import template
from crm_core.language import _
from crm_core.schema import TABLES
from crm_core.store import DataSet

EXCEL_READS = 1_048_576


def exports_of(data: DataSet) -> None:
    exported, templates = st.columns(2, gap="medium")
    with exported:
        st.markdown(f"**{_('Export a table')}**")
        for name in [name for name in TABLES if data.has(name)]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_(TABLES[name].label), width=160)
                for ending in ("csv", "parquet"):
                    st.download_button(
                        _("CSV") if ending == "csv" else _("Parquet"),
                        data=exporting(data, name, ending),
                        file_name=f"{data.slug} {name}.{ending}",
                        key=f"export {name} {ending}",
                        icon=":material/download:",
                        on_click="ignore",
                    )
        if data.row_counts["order_lines"] > EXCEL_READS:
            st.caption(_("Excel opens only the first {count} rows.").format(count=formats.number(EXCEL_READS)))
    with templates:
        template_buttons()


def exporting(data: DataSet, table: str, ending: str) -> Callable[[], bytes]:
    def exported() -> bytes:
        with tempfile.TemporaryDirectory(prefix="clientele-export-") as folder:
            return ui.workspace().export(data, table, Path(folder) / f"{table}.{ending}").read_bytes()

    return exported


def template_buttons() -> None:
    st.markdown(f"**{_('Templates')}**")
    st.caption(_("A file with our headers and two example rows. Your own headers do as well."))
    with st.container(horizontal=True):
        for name, table in TABLES.items():
            st.download_button(
                _(table.label),
                data=partial(template, name),
                file_name=f"{name}.csv",
                mime="text/csv",
                key=f"template {name}",
                icon=":material/draft:",
                on_click="ignore",
                help=_(table.grain),
            )
