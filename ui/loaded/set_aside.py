"""The rows set aside: why, which, and the way to put them right."""

import tempfile
from pathlib import Path

import streamlit as st

import ui
from crm_core import formats
from crm_core.checks import set_aside_counts, set_aside_rows
from crm_core.ingest import Mapping, reason_text, write_set_aside_csv
from crm_core.language import _
from crm_core.store import DataSet
from ui.loaded import put_right


def rows_set_aside(data: DataSet) -> None:
    counts = set_aside_counts(data, ui.workspace().database).to_pylist()
    if not counts:
        st.markdown(f":green[:material/check_circle:] {_('No row was set aside: every row of every file is loaded.')}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("These rows are not loaded. Put them right below or in a spreadsheet, and load them again."))
        download_all(data.path("set_aside"), data.slug)
    chosen = st.dataframe(
        [
            {
                _("Reason"): reason_text(count["reason"]),
                _("Rows"): formats.number(count["rows"]),
                _("File"): count["source_file"],
                _("First lines"): formats.listed(formats.number(line) for line in count["lines"]),
                _("Example"): count["example"],
            }
            for count in counts
        ],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="reasons",
        alt=_("Reasons for which rows were set aside, with the number of rows and an example"),
    )
    places = chosen["selection"]["rows"]
    count = counts[places[0]] if places and places[0] < len(counts) else counts[0]
    rows = set_aside_rows(data, ui.workspace().database, count["reason"], count["source_file"]).to_pylist()
    st.markdown(f"**{reason_text(count['reason'])}**")
    source = put_right.source_of(data, rows[0]["table_name"], count["source_file"])
    if source and count["reason"] != "repeated_customer":
        mapping = put_right.laid_out(data, rows[0], Mapping.model_validate(source.mapping))
        put_right.put_right(data, rows, mapping)
        return
    st.dataframe(
        [
            {
                _("Line"): row["source_line"],
                _("Column"): row["column_name"] or "",
                _("Value as written"): row["value"] or "",
                _("Row as written"): row["raw"],
            }
            for row in rows
        ],
        hide_index=True,
        height=240,
        alt=_("The first rows set aside for this reason"),
    )


def download_all(path: Path, of: str) -> None:
    """The button that gives all rows of a file of rows set aside; `of` is what they were set aside from."""
    st.download_button(
        _("Download all"),
        data=lambda: set_aside_file(path),
        file_name=f"{of} {_('set aside')}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"download aside {path.parent.name}",
        on_click="ignore",
    )


def set_aside_file(path: Path) -> bytes:
    """The rows as a CSV file that can be put right and loaded again."""
    with tempfile.TemporaryDirectory(prefix="clientele-aside-") as folder:
        written = Path(folder) / "aside.csv"
        write_set_aside_csv([path], written)
        return written.read_bytes()
