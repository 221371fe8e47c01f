"""What every page shares: data set, day and comparison, filters, scenario, language."""

import streamlit as st

from crm_core import formats
from crm_core.book import Book
from crm_core.errors import CrmError
from crm_core.language import N_, _, ngettext
from crm_core.store import DataSet
from ui import in_view, language, scenarios, session
from ui.frame import scenario_title

COMPARISON_NAMES = {
    "1m": N_("1 month before"),
    "3m": N_("3 months before"),
    "6m": N_("6 months before"),
    "12m": N_("12 months before"),
}
FILTER_TITLES = {
    "regions": N_("Region"),
    "industries": N_("Industry"),
    "cities": N_("City"),
    "sales_reps": N_("Sales rep"),
    "genders": N_("Gender"),
}


def show() -> None:
    """Draw the sidebar below the navigation."""
    with st.sidebar:
        data = _data_set()
        if data:
            _day(data)
            _filters(data)
            _scenario()
        language.switch()


def _data_set() -> DataSet | None:
    names = session.data_sets()
    if not names:
        return None
    _forget_unless("data", st.session_state.get("data") in names)
    st.selectbox(_("Data set"), list(names), format_func=lambda key: _named(key, names), key="data")
    return session.current_data()


def _named(key: str, names: dict[str, str]) -> str:
    name = names.get(key, key)
    return _("{name} (only me)").format(name=name) if key.startswith("mine:") else name


def _day(data: DataSet) -> None:
    in_view.settle_day(data)
    st.date_input(
        _("As of"),
        min_value=data.first_day,
        max_value=data.last_day,
        key="day",
        format="YYYY-MM-DD",
        help=_("The last day that counts. Data: {first} to {last}.").format(
            first=formats.day_iso(data.first_day), last=formats.day_iso(data.last_day)
        ),
    )
    _forget_unless("since", st.session_state.get("since") in in_view.COMPARISONS)
    st.selectbox(
        _("Compared with"),
        list(in_view.COMPARISONS),
        index=list(in_view.COMPARISONS).index(in_view.DEFAULT_COMPARISON),
        format_func=lambda key: _(COMPARISON_NAMES[key]),
        key="since",
    )


def _filters(data: DataSet) -> None:
    names = in_view.filter_names(data)
    if not names:
        return
    book = Book(data, in_view.current_day(data))
    count = sum(bool(st.session_state.get(in_view.FILTER_KEYS[name])) for name in names)
    title = ngettext("{count} filter", "{count} filters", count).format(count=count) if count else _("Filters")
    with st.expander(title, icon=":material/filter_alt:", expanded=bool(count)):
        for name in names:
            key = in_view.FILTER_KEYS[name]
            choices = book.choices(name)
            chosen = st.session_state.get(key) or []
            _forget_unless(key, all(value in choices for value in chosen))
            st.multiselect(
                _(FILTER_TITLES[name]),
                choices,
                key=key,
                placeholder=_("All"),
                persist_state="session",
            )


def _scenario() -> None:
    names = scenarios.scenario_names()
    _forget_unless("scenario", st.session_state.get("scenario") in names)
    official = scenarios.official_name()
    changes = len(scenarios.draft_changes())
    st.selectbox(
        _("Scenario"),
        names,
        index=names.index(official),
        format_func=lambda name: f"{scenario_title(name)} ★" if name and name == official else scenario_title(name),
        key="scenario",
        help=_("The manager's settings: weights, cuts, windows. ★ is the one executives see."),
    )
    if not changes:
        return
    st.caption(
        ngettext(
            "Draft, {count} change, seen by you alone", "Draft, {count} changes, seen by you alone", changes
        ).format(count=changes)
    )
    with st.container(horizontal=True):
        with st.popover(_("Save"), icon=":material/save:"):
            _save_form()
        st.button(_("Revert"), icon=":material/undo:", on_click=scenarios.revert, key="revert all")


def _save_form() -> None:
    name = st.text_input(_("Name"), value=scenarios.saved_name(), key="scenario name", max_chars=80)
    official = st.checkbox(_("Official: what executives see"), key="scenario is official")
    if st.button(_("Save scenario"), type="primary", disabled=not name.strip()):
        try:
            scenarios.save_draft(name.strip(), official=official)
        except CrmError as error:
            st.error(str(error))
            return
        scenarios.choose_scenario(name.strip())
        st.rerun()


def _forget_unless(key: str, is_valid: bool) -> None:
    """Drop a choice that the data at hand does not offer, so that the widget starts from its default."""
    if key in st.session_state and not is_valid:
        del st.session_state[key]
