"""Where things are: the pages by name, and the ways from one to another that keep the context."""

import streamlit as st

from ui import address, in_view

REGISTERED = "registered pages"


def register(pages: dict[str, st.Page]) -> None:
    """Tell this session's pages; app.py does it on every full run."""
    st.session_state[REGISTERED] = pages


def page(name: str) -> st.Page:
    """A page by its address: "value-tiers"."""
    found: st.Page = st.session_state[REGISTERED][name]
    return found


def open_customer(customer_id: str) -> None:
    """Go to the page of one customer."""
    st.session_state["customer"] = customer_id
    st.switch_page(page("customer"), query_params=address.in_force("customer"))


def link(name: str, label: str, icon: str | None = None) -> None:
    """A link to another page with the same data set, day, filters and draft."""
    st.page_link(page(name), label=label, icon=icon, query_params=address.in_force(name))


def clear_filters() -> None:
    """Let every customer into view again."""
    for key in in_view.FILTER_KEYS.values():
        st.session_state[key] = []
