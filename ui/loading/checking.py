"""Files are loaded on trial, and what came out is shown before anybody keeps it."""

from datetime import datetime
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import ui
from crm_core import formats
from crm_core.held import held_already
from crm_core.ingest import CURRENCIES, Progress, QualityReport, likely_currency, problems, reason_text
from crm_core.ingest.words import became, held_in_words, repeats_in_words
from crm_core.language import _
from crm_core.store import DataSet
from ui import session
from ui.loaded.set_aside import download_all
from ui.loading import arrived, loads, planned, progress
from ui.loading.keeping import add, keep
from ui.loading.planned import Checked, Plan


def checking(plans: list[Plan], unready: list[str], below: DeltaGenerator) -> None:
    """Load the files on trial; `below` says what became of them and keeps them for oneself or for everybody.

    `unready` names the files that cannot be loaded before something is put right.
    """
    has_orders = any(plan.mapping.table == "orders" for plan in plans)
    checked = planned.checked(plans)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        upon = chosen_base(by_default=not unready and not has_orders)
        has_orders = has_orders or upon is not None
        currency = upon.currency if upon else chosen_currency(plans)
        is_pressed = st.button(
            _("Check"),
            type="secondary" if checked else "primary",
            icon=":material/fact_check:",
            disabled=bool(unready) or not has_orders,
            key="check",
            help=_("Reads the whole of every file and says what is kept and what is set aside."),
        )
        if unready:
            st.caption(
                _("First put right what is asked of {files}, or take it out.").format(
                    files=ui.escaped(formats.listed(unready))
                )
            )
        elif not has_orders:
            st.caption(_("A data set needs orders: add the file that holds them."))
    if is_pressed:
        planned.ask_for_check(plans, upon)
        st.rerun()
    if problem := planned.check_problem():
        below.error(problem, icon=":material/error:")
    if planned.was_stopped():
        below.info(
            _("The check was stopped. Nothing of it was kept, and nothing else has changed."),
            icon=":material/stop_circle:",
        )
    if checked:
        with below.container(border=True, key="results"):
            results(checked, currency)
            repeats(checked, upon, currency)
            if upon:
                add(checked, upon)
            else:
                keep(checked, currency)


def chosen_base(by_default: bool) -> DataSet | None:
    """The data set that the files are added to, by default those without orders; None if they make one of their own."""
    data = session.current_data()
    if data is None:
        return None
    is_added = st.checkbox(
        _("Add to {name}").format(name=ui.escaped(data.name)),
        value=by_default,
        key=f"add to {data.slug} {by_default}",
        help=_("What it holds stays, and the files come beside it as a new version."),
        on_change=planned.forget_check if planned.leaves_out() else None,  # what is held already depends on it
    )
    return data if is_added else None


def chosen_currency(plans: list[Plan]) -> str:
    """The one currency of the data set: as the files show it, unless corrected."""
    files = {file.number: file for file in arrived.incoming()}
    seen = [likely_currency(files[plan.number].source(plan.options), plan.mapping) for plan in plans]
    likely = next((code for code in seen if code), "")
    choices = ["", *CURRENCIES]
    chosen: str = st.selectbox(
        _("Currency"),
        choices,
        index=choices.index(likely),
        format_func=lambda code: f"{code} · {formats.currency_name(code)}" if code else _("not said"),
        key=f"currency {likely}",
        width=260,
        persist_state="session",
    )
    return chosen


def trial(plans: tuple[Plan, ...], upon: DataSet | None) -> None:
    """Load the files, telling how far it is; a press on Stop, or on anything else, ends it and leaves nothing.

    This stands outside the fragment of the page: only a press there ends a run that is under way.
    """
    place = st.empty()
    with place.container(border=True, horizontal=True, vertical_alignment="center", key="trial"):
        bar = st.progress(0.0)
        st.button(_("Stop"), icon=":material/stop_circle:", key="stop loading")
    began: dict[str, datetime] = {}

    def tell(name: str, far: Progress) -> None:
        since = began.setdefault(name, session.now())
        bar.progress(far.share, progress.how_far(name, far, (session.now() - since).total_seconds()))

    loads.check(plans, tell, upon)
    place.empty()


def results(checked: Checked, currency: str) -> None:
    """What became of each file: kept, set aside and why, in figures that add up."""
    for load in checked.loads:
        report = load.report
        adds_up = report.lines_add_up and report.amounts_add_up
        icon = ":green[:material/check_circle:]" if adds_up else ":red[:material/cancel:]"
        about = formats.labelled(
            f"**{ui.escaped(report.file_name)}**", ui.escaped(" · ".join(became(report, currency)))
        )
        st.markdown(f"{icon} {about}")
        for problem in problems(report):
            st.markdown(f":orange[:material/info:] {ui.escaped(problem)}")
        if report.reasons:
            aside_of(load.set_aside, report)


def aside_of(path: Path, report: QualityReport) -> None:
    """The reasons of one file with examples, and all of its rows to download."""
    with st.expander(_("Rows set aside, by reason"), icon=":material/rule:", key=f"aside {path.parent.name}"):
        st.dataframe(
            [
                {
                    _("Reason"): reason_text(counted.reason),
                    _("Rows"): formats.number(counted.rows),
                    _("Line"): example.line,
                    _("Column"): example.header or "",
                    _("Value as written"): example.value or "",
                }
                for counted in report.reasons
                for example in counted.examples[:3]
            ],
            hide_index=True,
            height="content",
            alt=_("Examples of rows set aside"),
        )
        download_all(path, report.file_name)


def repeats(checked: Checked, upon: DataSet | None, currency: str) -> None:
    """What the files share, what the data set added to holds already, and the switch to leave it out."""
    said = [repeats_in_words(found, currency) for found in checked.repeats]
    if upon:
        already = held_already(checked.loads, upon, session.workspace().database)
        said += [held_in_words(name, held, upon.name, currency) for name, held in already]
    for sentence in said:
        st.markdown(f":orange[:material/content_copy:] {ui.escaped(sentence)}")
    if said or planned.leaves_out():
        st.toggle(
            _("Leave out orders that are held already"),
            value=planned.leaves_out(),
            key="leave out held orders",
            on_change=planned.leave_out,
            args=(not planned.leaves_out(),),
            help=_("They are set aside with that reason. Check again afterwards."),
        )
