"""The columns of a table as the files filled them, and the files with what became of their rows."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

import ui
from crm_core import formats
from crm_core.checks import stored_columns
from crm_core.ingest import ColumnQuality, QualityReport, distinct_text, problems
from crm_core.language import _
from crm_core.schema import TABLES
from crm_core.store import DataSet


def columns_of(data: DataSet, table: str, reports: list[QualityReport]) -> None:
    """The quality of each column of one table, file by file; of the stored table where no report was kept."""
    of_table = [report for report in reports if report.table == table]
    st.markdown(f"**{_('Columns of {table}').format(table=_(TABLES[table].label))}**")
    if not of_table:
        st.caption(_("No report of its loading was kept; the figures are of the table as it is stored."))
        columns = _stored_columns(str(data.folder), data.version, table, data)
        column_table(table, columns, data.tables[table].rows)
    for report in of_table:
        if len(of_table) > 1:
            st.markdown(ui.escaped(report.file_name))
        for problem in problems(report):
            st.markdown(f":orange[:material/info:] {ui.escaped(problem)}")
        column_table(table, report.columns, report.rows_kept)


@st.cache_data(show_spinner=False, max_entries=50)
def _stored_columns(folder: str, version: str, table: str, _data: DataSet) -> list[ColumnQuality]:
    return stored_columns(_data, table, ui.workspace().database)


def column_table(table: str, columns: Sequence[ColumnQuality], row_count: int) -> None:
    """One row per column; what no column has anything of is left out."""
    labels = {column.name: column.label for column in TABLES[table].columns}
    cells: dict[str, list[Any]] = {
        _("Column"): [_(labels.get(column.name, column.name)) for column in columns],
        _("In the file"): [column.header or "" for column in columns],
        _("Filled"): [column.filled_count / row_count if row_count else 0.0 for column in columns],
        _("Different values"): [distinct_text(column) for column in columns],
        _("Lowest"): [without_zeros(column.lowest) for column in columns],
        _("Highest"): [without_zeros(column.highest) for column in columns],
        _("Could not be read"): [_count(column.unreadable_count) for column in columns],
        _("Far from the others"): [_count(column.outlier_count) for column in columns],
    }
    st.dataframe(
        {title: values for title, values in cells.items() if any(value != "" for value in values)},
        hide_index=True,
        height="content",
        column_config={_("Filled"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")},
        alt=_("Each column: how much of it is filled, how many different values, the lowest and the highest"),
    )


def _count(cells: int) -> str:
    return formats.number(cells) if cells else ""


def without_zeros(value: str | None) -> str:
    """12.3400 as 12.34; anything that is no decimal as it is."""
    is_decimal = value is not None and value.count(".") == 1 and value.lstrip("-").replace(".", "").isdigit()
    return value.rstrip("0").rstrip(".") if value and is_decimal else value or ""


def files_of(data: DataSet, reports: list[QualityReport]) -> None:
    known = reports if len(reports) == len(data.sources) else []
    st.dataframe(
        [
            {
                _("File"): source.file_name,
                _("Table"): _(TABLES[source.table].label),
                _("Rows in"): formats.number(source.rows_in),
                _("Kept"): formats.number(source.rows_kept),
                _("Set aside"): formats.number(source.rows_set_aside),
                _("Put right"): formats.number(source.rows_put_right) if source.rows_put_right else "",
                _("Returns"): formats.number(known[place].return_rows) if known and source.table == "orders" else "",
                _("Amount kept"): formats.money(known[place].amount_kept, data.currency, exact=True)
                if known and known[place].amount_kept
                else "",
                _("Columns"): formats.listed(
                    f"{header} → {_(TABLES[source.table].column(name).label)}"
                    for name, header in ((source.mapping or {}).get("columns") or {}).items()
                ),
            }
            for place, source in enumerate(data.sources)
        ],
        hide_index=True,
        height="content",
        alt=_("The files of this version with the rows kept and set aside"),
    )
