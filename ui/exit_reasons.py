"""Why a customer left: shown, recorded, taken back and exported."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st

from crm_core import formats
from crm_core.errors import CrmError
from crm_core.labels import EXIT_REASONS, exit_reason_name
from crm_core.language import _
from crm_core.store import DataSet, ExitReason, ExitReasons
from crm_core.store.exit_reasons import LONGEST_NAME, LONGEST_NOTE
from ui import places, session
from ui.exports import spreadsheet
from ui.frame import escaped

PROBLEM, RECORDED_BY = "exit reason: problem", "exit reason: recorded by"
MOST_HISTORY = 5


def exit_reasons(data: DataSet) -> ExitReasons:
    """The ledger of a data set."""
    return session.workspace().exit_reasons(data)


def reason_sentence(entry: ExitReason) -> str:
    """A recorded reason in one line: reason, competitor, note, who and when."""
    parts = [exit_reason_name(entry.reason), entry.competitor and formats.labelled(_("Competitor"), entry.competitor)]
    when = (
        _("recorded by {person} on {day}").format(
            person=entry.recorded_by, day=formats.day_iso(entry.recorded_at.date())
        )
        if entry.recorded_by
        else _("recorded on {day}").format(day=formats.day_iso(entry.recorded_at.date()))
    )
    return " · ".join(part for part in (*parts, entry.note, when) if part)


def reason_form(data: DataSet, customer_id: str, name: str) -> None:
    """Record why a customer left, or take back what was recorded; the last one counts."""
    ledger = exit_reasons(data)
    history = ledger.history(customer_id)
    entry = history[-1] if history and history[-1].reason else None
    with st.form(key=f"reason of {customer_id} {len(history)}", border=True):
        st.markdown(f"**{escaped(name)}**")
        keys = {field: f"reason {field} {customer_id} {len(history)}" for field in ("code", "competitor", "note", "by")}
        st.selectbox(
            _("Reason"),
            list(EXIT_REASONS),
            index=list(EXIT_REASONS).index(entry.reason) if entry else None,
            format_func=exit_reason_name,
            key=keys["code"],
            placeholder=_("Choose a reason"),
        )
        st.text_input(
            _("Competitor"), entry.competitor if entry else "", key=keys["competitor"], max_chars=LONGEST_NAME
        )
        st.text_input(_("Note"), entry.note if entry else "", key=keys["note"], max_chars=LONGEST_NOTE)
        st.text_input(_("Recorded by"), st.session_state.get(RECORDED_BY, ""), key=keys["by"], max_chars=LONGEST_NAME)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                _("Record"), type="primary", icon=":material/save:", on_click=_record, args=(data, customer_id, keys)
            )
            if entry:
                st.form_submit_button(
                    _("Take back"), icon=":material/undo:", on_click=_take_back, args=(data, customer_id)
                )
        if problem := st.session_state.pop(PROBLEM, None):
            st.error(problem, icon=":material/error:")
    for earlier in reversed(history[-MOST_HISTORY:]):
        told = reason_sentence(earlier) if earlier.reason else _taken_back(earlier)
        st.caption(escaped(told))
    if st.button(_("Open the customer"), icon=":material/person:", type="tertiary", key="open customer of reason"):
        places.open_customer(customer_id)


def export_buttons(data: DataSet) -> None:
    """The ledger as files: all reasons that count, whatever the day and the filters."""
    ledger = exit_reasons(data)
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            _("All reasons (CSV)"),
            lambda: as_csv(ledger),
            file_name="exit-reasons.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export reasons csv",
            on_click="ignore",
        )
        st.download_button(
            _("Parquet"),
            lambda: as_parquet(ledger),
            file_name="exit-reasons.parquet",
            mime="application/vnd.apache.parquet",
            icon=":material/download:",
            key="export reasons parquet",
            on_click="ignore",
        )


def as_csv(ledger: ExitReasons) -> bytes:
    """The reasons that count as CSV, with nothing in it that a spreadsheet would run."""
    table = ledger.table()
    titles = {
        "customer_id": _("Customer"),
        "reason": _("Recorded reason"),
        "competitor": _("Competitor"),
        "note": _("Note"),
        "recorded_by": _("Recorded by"),
        "recorded_at": _("Recorded at"),
    }
    return spreadsheet({title: table[name].combine_chunks() for name, title in titles.items()})


def as_parquet(ledger: ExitReasons) -> bytes:
    """The reasons that count as Parquet, codes and instants as they are kept."""
    written = io.BytesIO()
    table: pa.Table = ledger.table()
    pq.write_table(table, written)
    return written.getvalue()


def _record(data: DataSet, customer_id: str, keys: dict[str, str]) -> None:
    code = st.session_state[keys["code"]]
    if code is None:
        st.session_state[PROBLEM] = _("Choose a reason first.")
        return
    st.session_state[RECORDED_BY] = st.session_state[keys["by"]]
    try:
        exit_reasons(data).record(
            customer_id,
            code,
            competitor=st.session_state[keys["competitor"]],
            note=st.session_state[keys["note"]],
            recorded_by=st.session_state[RECORDED_BY],
            recorded_at=session.now(),
        )
    except CrmError as error:
        st.session_state[PROBLEM] = str(error)


def _take_back(data: DataSet, customer_id: str) -> None:
    try:
        exit_reasons(data).withdraw(
            customer_id, recorded_at=session.now(), recorded_by=st.session_state.get(RECORDED_BY, "")
        )
    except CrmError as error:
        st.session_state[PROBLEM] = str(error)


def _taken_back(entry: ExitReason) -> str:
    return _("Taken back on {day}").format(day=formats.day_iso(entry.recorded_at.date()))
