"""What is done once a process, so that the first reader does not wait for it."""

import streamlit as st

from crm_core.book import Book
from crm_core.language import _
from crm_core.overview import same_day_months_before
from ui import demo, session


def provide_data() -> None:
    """See to it that the running session has a data set to show: the demo company, if there is no other."""
    if demo.is_wanted() and not session.data_sets():
        with st.spinner(_("Preparing the demo company, this once ...")):
            demo.ensure_demo(session.workspace(), session.now())


def publish_demo() -> None:
    """Put the demo company into a workspace without data, because a person asked for it. Raises StoreError."""
    demo.ensure_demo(session.workspace(), session.now())


def warm_up() -> None:
    """Make what the first page of a new session shows: the overview of the first data set on its last day.

    Raises StoreError if the workspace cannot be read or written.
    """
    if demo.is_wanted():
        demo.ensure_demo(session.workspace(), session.now())
    key = next(iter(session.shared_data_sets()), None)
    if key is None:
        return
    data = session.workspace().open(key)
    scenario = session.scenario_named(session.official_name())
    book = Book(data, data.last_day, scenario.windows)
    if book.is_empty:
        return
    for name in session.filter_names(data):
        book.choices(name)
    months = session.COMPARISONS[session.DEFAULT_COMPARISON]
    overview = book.overview(scenario, same_day_months_before(book.as_of, months))
    _seen = overview.trend, overview.changes
