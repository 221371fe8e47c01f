"""What is done once a process, so that the first reader does not wait for it."""

from collections.abc import Mapping

import streamlit as st

from crm_core import formats
from crm_core.book import Book
from crm_core.churn import changes
from crm_core.engine import Recipe
from crm_core.language import _
from crm_core.overview import same_day_months_before
from ui import demo, in_view, scenarios, session


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

    What takes long is left to the first reader, who sees how far it is: a server that starts must answer soon.
    Raises StoreError if the workspace cannot be read or written.
    """
    if demo.is_wanted():
        demo.ensure_demo(session.workspace(), session.now())
    key = next(iter(session.shared_data_sets()), None)
    if key is None:
        return
    data = session.workspace().open(key)
    scenario = scenarios.scenario_named(scenarios.official_name())
    book = Book(data, data.last_day, scenario.windows)
    if _has_many_orders(book) or book.is_empty:
        return
    for name in in_view.filter_names(data):
        book.choices(name)
    months = in_view.COMPARISONS[in_view.DEFAULT_COMPARISON]
    overview = book.overview(scenario, same_day_months_before(book.as_of, months))
    _seen = overview.trend, overview.changes


def opens_at_once() -> bool:
    """Whether what a new session sees is there, and makes nobody wait: all of its pages can be tried out."""
    key = next(iter(session.shared_data_sets()), None)
    return key is not None and session.workspace().open(key).row_counts["orders"] < MANY_ORDERS


MANY_ORDERS = 300_000


def make_ready() -> None:
    """Make what every page stands on."""
    book = in_view.current_book()
    if book is not None:
        make(
            book,
            {
                _("Reading every customer's orders ..."): book.features,
                _("Ranking the customers ..."): book.levels(),
                _("Looking for signals of churn ..."): changes(book),
            },
        )


def make_earlier_day_ready(book: Book) -> None:
    """Make what the comparison day stands on, if there is one."""
    if day := in_view.compared_day(book):
        make(book, {_("Reading the orders up to {day} ...").format(day=formats.day(day)): book.at(day).features})


def make(book: Book, steps: Mapping[str, Recipe]) -> None:
    """Make tables step by step under a progress bar that says the step; where it takes but a moment, do nothing."""
    if not _has_many_orders(book):
        return
    kept = book.engine.kept()
    missing = [(text, recipe) for text, recipe in steps.items() if recipe.key not in kept]
    if not missing:
        return
    bar = st.progress(0.0)
    for place, (text, recipe) in enumerate(missing):
        bar.progress(place / len(missing), text)
        with book.engine.lease(recipe):
            continue
    bar.empty()


def _has_many_orders(book: Book) -> bool:
    return book.data.row_counts["orders"] >= MANY_ORDERS
