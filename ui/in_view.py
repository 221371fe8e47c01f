"""The customers in view: the day, the day compared with, the filters and the book of them."""

from datetime import date

import streamlit as st

from crm_core.book import FILTER_COLUMNS, Book, Filters
from crm_core.overview import same_day_months_before
from crm_core.store import DataSet
from ui.scenarios import draft
from ui.session import current_data

COMPARISONS = {"1m": 1, "3m": 3, "6m": 6, "12m": 12}
DEFAULT_COMPARISON = "3m"
FILTER_KEYS = {
    "regions": "region",
    "industries": "industry",
    "cities": "city",
    "sales_reps": "rep",
    "genders": "gender",
}


def current_day(data: DataSet) -> date:
    """The day in force, always within the data set's days."""
    chosen = st.session_state.get("day")
    return min(max(chosen, data.first_day), data.last_day) if isinstance(chosen, date) else data.last_day


def settle_day(data: DataSet) -> None:
    """Before the day is drawn: keep it within the data set's days; another data set starts on its last."""
    key = f"{data.slug}/{data.version}"
    of_other_data = st.session_state.get("day of") not in (key, None)
    day = data.last_day if of_other_data else current_day(data)
    st.session_state["day of"] = key
    if st.session_state.get("day") != day:
        st.session_state["day"] = day


def compared_day(book: Book) -> date | None:
    """The earlier day that figures are compared with; None if none is chosen."""
    months = COMPARISONS.get(st.session_state.get("since", DEFAULT_COMPARISON))
    return same_day_months_before(book.as_of, months) if months else None


def current_filters() -> Filters:
    return Filters(**{name: tuple(st.session_state.get(key) or ()) for name, key in FILTER_KEYS.items()})


def filter_names(data: DataSet) -> list[str]:
    """The filters that this data set has values for."""
    return [name for name, column in FILTER_COLUMNS.items() if data.has_column("customers", column)]


def current_book() -> Book | None:
    """The customers in view: data set + day + filters, with the windows of the draft; None without data."""
    data = current_data()
    if data is None:
        return None
    return Book(data, current_day(data), draft().windows, current_filters())
