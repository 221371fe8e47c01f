"""Rows set aside are put right in place, or in a file, and loaded again into the same data set."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from crm_core import formats
from crm_core.checks import set_aside_rows
from crm_core.errors import CrmError, InputError
from crm_core.ingest import Mapping, ReadingOptions, inspect_file, problems, reason_text
from crm_core.ingest.corrections import cells_of, load_corrections
from crm_core.ingest.quality import OF_VALUES
from crm_core.ingest.templates import harmless
from crm_core.language import _, ngettext
from crm_core.store import DataSet, RowSetAside, SourceEntry
from ui import session, streamlit_seam, uploads
from ui.frame import escaped, fragment

SAID = "what became of the rows put right"
UPLOADS = "number of the upload of corrections"
MARKS = ("source_file", "source_line", "reason")  # the columns that lead a corrected row back to its place
EVERYTHING = 1_000_000

Row = dict[str, Any]


def source_of(data: DataSet, table: str, file: str) -> SourceEntry | None:
    """The load a row set aside came with; None where it is not told how its columns were read."""
    of_table = [source for source in data.sources if source.table == table and (source.mapping or {}).get("headers")]
    return next((source for source in of_table if source.file_name == file), of_table[0] if of_table else None)


def laid_out(data: DataSet, row: Row, mapping: Mapping) -> Mapping:
    """The mapping with the headers of the cells of a row as it was set aside.

    Files that are read alike may have their columns in another order; of a table with one column a month a
    row that is no whole line, or a total, is kept as it stands there.
    """
    report = report_of(data, row)
    headers = report.get("wide_headers") if row["reason"] not in OF_VALUES else None
    return mapping.model_copy(update={"headers": tuple(headers or report.get("headers") or mapping.headers)})


def report_of(data: DataSet, row: Row) -> Row:
    """The report of the load that set a row aside; empty if none was kept."""
    reports: list[Row] = data.quality["reports"]
    mine = (row["table_name"], row["source_file"])
    return next((report for report in reports if (report["table"], report["file_name"]) == mine), {})


@fragment
def put_right(data: DataSet, rows: Sequence[Row], mapping: Mapping) -> None:
    """The rows as a table to write in, and the button that loads what was changed.

    A fragment of its own: each cell written repaints this and not the page, so that a quick hand on a
    slow machine does not write into a table that is just being made anew.
    """
    headers = mapping.headers
    shown = [cells_of(row["raw"], len(headers)) for row in rows]
    line = _("Line")
    table = [
        {line: row["source_line"], **dict(zip(headers, cells, strict=True))}
        for row, cells in zip(rows, shown, strict=True)
    ]
    edited = st.data_editor(
        table,
        hide_index=True,
        height=min(35 * (len(table) + 1) + 3, 300),
        disabled=[line],
        num_rows="fixed",
        key=f"put right {data.version} {rows[0]['reason']} {rows[0]['source_file']}",
        column_config={header: st.column_config.TextColumn() for header in headers},
        alt=_("The rows set aside for this reason, to be written in"),
    )
    changed = [
        (row, [str(cells[header] or "") for header in headers])
        for row, before, cells in zip(rows, shown, edited, strict=True)
        if [str(cells[header] or "") for header in headers] != before
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        is_pressed = st.button(
            ngettext("Load {count} changed row again", "Load {count} changed rows again", len(changed)).format(
                count=formats.number(len(changed))
            )
            if changed
            else _("Load the changed rows again"),
            type="primary" if changed else "secondary",
            icon=":material/published_with_changes:",
            disabled=not changed,
            key="load changed rows",
        )
        in_a_file(data, rows, mapping)
    if is_pressed:
        load_again(data, changed, mapping)


def in_a_file(data: DataSet, rows: Sequence[Row], mapping: Mapping) -> None:
    """The same in a spreadsheet: all rows of the file with their own headers, and the way back."""
    file = rows[0]["source_file"]
    st.download_button(
        _("Download to put right"),
        data=lambda: written(all_rows(data, rows[0]), mapping),
        file_name=f"{Path(file).stem} {_('to put right')}.csv",
        mime="text/csv",
        icon=":material/download:",
        key="download to put right",
        on_click="ignore",
        help=_("All rows of {file} that were set aside, under their own headers.").format(file=escaped(file)),
    )
    with st.popover(_("Upload it again"), icon=":material/upload:"):
        number = st.session_state.setdefault(UPLOADS, 1)
        uploaded = st.file_uploader(_("The download, put right"), key=f"corrections {number}")
        if uploaded is None:
            return
        st.session_state[UPLOADS] = number + 1
        try:
            found = read_back(uploads.saved_upload(uploaded), all_rows(data, rows[0]), mapping)
        except CrmError as error:
            st.error(str(error), icon=":material/error:")
            return
        if not found:
            st.warning(_("No row of the file differs from what was set aside."), icon=":material/info:")
            return
        load_again(data, found, mapping)


def all_rows(data: DataSet, like: Row) -> list[Row]:
    """The rows of one load that were set aside with the same headers as the row `like`."""
    file, table = like["source_file"], like["table_name"]
    found = set_aside_rows(data, session.workspace().database, file=file, limit=EVERYTHING).to_pylist()
    is_wide = bool(report_of(data, like).get("wide_headers"))
    same = (like["reason"] in OF_VALUES,) if is_wide else (True, False)
    return [row for row in found if row["table_name"] == table and (row["reason"] in OF_VALUES) in same]


def written(rows: Sequence[Row], mapping: Mapping) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*MARKS, *mapping.headers])
    for row in rows:
        cells = cells_of(row["raw"], len(mapping.headers))
        marks = [row["source_file"], row["source_line"], reason_text(row["reason"])]
        writer.writerow([*marks, *map(harmless, cells)])
    return text.getvalue().encode("utf-8-sig")


def read_back(upload: uploads.Upload, rows: Sequence[Row], mapping: Mapping) -> list[tuple[Row, list[str]]]:
    """The rows whose cells were changed in an uploaded file. Raises InputError if it is not such a file."""
    source = inspect_file(upload.path, upload.file_name, overrides=ReadingOptions(months_as_rows=False))
    upload.path.unlink(missing_ok=True)
    needed = ("source_line", *mapping.headers)
    if missing := [header for header in needed if header not in source.headers]:
        raise InputError.missing_columns(missing, source.headers)
    by_line = {str(row["source_line"]): row for row in rows}
    changed = []
    for given in source.sample.to_pylist():
        row = by_line.get((given["source_line"] or "").strip())
        cells = [given[header] or "" for header in mapping.headers]
        if row and cells != [harmless(cell) for cell in cells_of(row["raw"], len(mapping.headers))]:
            changed.append((row, cells))
    return changed


def load_again(data: DataSet, changed: Sequence[tuple[Row, list[str]]], mapping: Mapping) -> None:
    """Load the changed rows into the data set; where none can be loaded yet, say why and change nothing."""
    row = changed[0][0]
    report = report_of(data, row)
    folder = uploads.session_folder(streamlit_seam.current_session()) / "corrections"
    try:
        load = load_corrections(
            [cells for _row, cells in changed],
            mapping,
            row["source_file"],
            folder,
            database=session.workspace().database,
            as_of=session.now().date(),
            decided={name: report.get(name) for name in ("date_order", "decimal_mark")},
        )
        if load.report.rows_kept == 0:
            st.warning(
                _("None of the rows can be loaded yet. {problems}").format(
                    problems=escaped(" ".join(problems(load.report)))
                ),
                icon=":material/info:",
            )
            return
        gone = [
            RowSetAside(found["table_name"], found["source_file"], found["source_line"], found["raw"])
            for found, _cells in changed
        ]
        kept = session.workspace().add_to(data, [load], published_at=session.now(), put_right=gone)
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state[SAID] = (kept.version, load.report.rows_kept, load.report.rows_set_aside)
    session.choose_data(f"mine:{kept.slug}" if kept.is_session else kept.slug)
    st.rerun()


def what_became(data: DataSet) -> None:
    """What became of the rows put right last, until the data set changes again."""
    version, kept, aside = st.session_state.get(SAID, ("", 0, 0))
    if version != data.version:
        return
    said = ngettext("{count} row is loaded now.", "{count} rows are loaded now.", kept).format(
        count=formats.number(kept)
    )
    if aside:
        said += " " + ngettext("{count} is still set aside.", "{count} are still set aside.", aside).format(
            count=formats.number(aside)
        )
    st.markdown(f":green[:material/check_circle:] **{said}**")
