"""Where things are: the pages by name, and the ways from one to another that keep the context."""

import streamlit as st

from ui import session

REGISTERED = "registered pages"


def register(pages: dict[str, st.Page]) -> None:
    """Tell this session's pages; app.py does it on every full run."""
    st.session_state[REGISTERED] = pages


def page(name: str) -> st.Page:
    """A page by its address: "value-tiers"."""
    found: st.Page = st.session_state[REGISTERED][name]
    return found


def context() -> dict[str, list[str]]:
    """What the address says, to hand on to another page; the customer belongs to one page alone."""
    return {name: st.query_params.get_all(name) for name in st.query_params if name != "customer"}


def open_customer(customer_id: str) -> None:
    """Go to the page of one customer."""
    st.session_state["customer"] = customer_id
    st.switch_page(page("customer"), query_params={**context(), "customer": [customer_id]})


def link(name: str, label: str, icon: str | None = None) -> None:
    """A link to another page with the same data set, day, filters and draft."""
    st.page_link(page(name), label=label, icon=icon, query_params=context())


def clear_filters() -> None:
    """Let every customer into view again."""
    for key in session.FILTER_KEYS.values():
        st.session_state[key] = []
