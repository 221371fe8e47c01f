"""The address carries the view: data set, day, comparison, filters, scenario, draft, language, customer.

It is read once, when a session begins, and written on every full run; only what differs from the
default stands in it, in words that do not depend on the language.
"""

from datetime import date

import streamlit as st

from ui import in_view, language, scenarios, session

READ = "address was read"
SINGLE = ("data", "since", "scenario", "lang", "customer")


def read() -> None:
    """Take over what a link carries, before anything is drawn."""
    if st.session_state.get(READ):
        return
    st.session_state[READ] = True
    for name in SINGLE:
        if value := st.query_params.get(name):
            st.session_state[name] = value
    if day := _day(st.query_params.get("day", "")):
        st.session_state["day"] = day
    for name in in_view.FILTER_KEYS.values():
        if values := st.query_params.get_all(name):
            st.session_state[name] = values


def write(page: str) -> None:
    """Make the address say what is in force on `page`."""
    carried = in_force(page)
    if carried != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(carried)


def in_force(page: str) -> dict[str, list[str]]:
    """What the address of `page` says: each name with its values."""
    state = st.session_state
    data = session.current_data()
    carried: dict[str, list[str]] = {}
    if data is None:
        return carried
    keys = list(session.data_sets())
    if state.get("data") and state["data"] != keys[0]:
        carried["data"] = [state["data"]]
    if in_view.current_day(data) != data.last_day:
        carried["day"] = [in_view.current_day(data).isoformat()]
    if state.get("since", in_view.DEFAULT_COMPARISON) != in_view.DEFAULT_COMPARISON:
        carried["since"] = [state["since"]]
    for name in in_view.FILTER_KEYS.values():
        if state.get(name):
            carried[name] = list(state[name])
    if scenarios.saved_name() != scenarios.official_name():
        carried["scenario"] = [scenarios.saved_name()]
    if state.get("lang") not in (None, language.preferred()):
        carried["lang"] = [state["lang"]]
    if page == "customer" and state.get("customer"):
        carried["customer"] = [state["customer"]]
    if scenarios.draft_changes():
        carried[scenarios.DRAFT] = [scenarios.draft_text()]
    return carried


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
