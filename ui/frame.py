"""The frame of every page: head with the context in force, the finding first, empty states, the small print."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from crm_core import formats
from crm_core.book import Book
from crm_core.charts import Chart
from crm_core.errors import CrmError
from crm_core.language import _, ngettext
from ui import in_view, places, scenarios, start

Arguments = ParamSpec("Arguments")

CHANGES_SHOWN = "draft changes shown"
MARKDOWN_SIGNS = re.compile(r"[\\`*_\[\]$:~<>#]")
CHART_CONFIG = {"displayModeBar": False, "responsive": True}


def page_head(title: str, question: str, book: Book | None) -> None:
    """Title, the question the page answers, and the context in force as small badges."""
    st.session_state[CHANGES_SHOWN] = len(scenarios.draft_changes())
    st.title(title, anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{question}]", width="content")
        if book is None:
            return
        st.badge(book.data.name, icon=":material/database:", color="gray")
        st.badge(formats.day(book.as_of), icon=":material/event:", color="gray")
        if book.filters:
            st.badge(_filtered(book), icon=":material/filter_alt:", color="orange")
        st.badge(_scenario(), icon=":material/tune:", color="blue" if scenarios.draft_changes() else "gray")


def _filtered(book: Book) -> str:
    values = [value for chosen in book.filters.model_dump().values() for value in chosen]
    return formats.listed(values[:3]) + (f" +{len(values) - 3}" if len(values) > 3 else "")


def _scenario() -> str:
    name = scenario_title(scenarios.saved_name())
    count = len(scenarios.draft_changes())
    if not count:
        return name
    changed = ngettext("draft, {count} change", "draft, {count} changes", count).format(count=count)
    return f"{name} · {changed}"


def scenario_title(name: str) -> str:
    """What a scenario is called; the one that comes with the product has a name in each language."""
    return name or _("Standard")


def page_opens(title: str, question: str) -> bool:
    """The head of a page about the customers in view; False, and what to do, where there are none."""
    book = in_view.current_book()
    page_head(title, question, book)
    if book is None or book.is_empty:
        explain_empty(book)
        return False
    return True


def book_in_step() -> Book:
    """At the top of a fragment of a page that opened: the customers in view, anew, for windows are settings too.

    The whole page is drawn when head and sidebar no longer say how many settings differ. What a window that
    moved has to make anew is made under a progress bar, as when the page was opened.
    """
    if st.session_state.get(CHANGES_SHOWN) != len(scenarios.draft_changes()):
        st.rerun()
    start.make_ready()
    book = in_view.current_book()
    assert book is not None
    return book


@contextmanager
def told_on_the_page() -> Iterator[None]:
    """Show the sentence of what a person can put right in the place of what follows; let everything else through."""
    try:
        yield
    except CrmError as error:
        st.error(str(error), icon=":material/error:")


def fragment(part: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A part of a page that runs again by itself.

    `st.fragment` meets every error of its part with a remark of its own, before the page could say it in a sentence.
    """

    @st.fragment
    @wraps(part)
    def told(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        with told_on_the_page():
            part(*arguments, **named)

    return told


def explain_empty(book: Book | None) -> None:
    """What to do where there is nothing to show: no data set, or nobody passes the filters."""
    with st.container(border=True):
        if book is None:
            st.subheader(_("No data yet"), anchor=False)
            st.write(_("Load a file with orders: a customer, a date and an amount in each line are enough."))
            places.link("data", _("Load data"), ":material/upload_file:")
            return
        st.subheader(_("Nobody in view"), anchor=False)
        if book.filters:
            st.write(_("No customer passes the filters on {day}.").format(day=formats.day(book.as_of)))
            st.button(_("Clear the filters"), on_click=places.clear_filters, icon=":material/filter_alt_off:")
        elif book.as_of < book.data.last_day:
            st.write(_("Nobody had bought anything by {day}. Choose a later day.").format(day=formats.day(book.as_of)))
        else:
            st.write(_("Nobody in this data set has bought anything: it holds returns and amounts of zero alone."))


def explain_problem(error: CrmError) -> None:
    """A sentence instead of a figure: what is missing, and how much."""
    st.info(str(error), icon=":material/info:")


@dataclass(frozen=True)
class Headline:
    """One metric of the finding: value and change already in words, trend as numbers, oldest first.

    `is_good` says whether the change is welcome; None leaves it grey. `against` is what it changed from. `rises` None
    draws no arrow: what stands there is no change but a second figure.
    """

    label: str
    value: str
    change: str | None = None
    is_good: bool | None = None
    against: str | None = None
    help: str | None = None
    trend: Callable[[], Sequence[float]] = tuple
    rises: bool | None = True

    @classmethod
    def beside(cls, label: str, value: str, second: str, of_what: str, *, help: str) -> "Headline":
        """A figure with a second one below it, which says what the first is to be read against."""
        return cls(label, value, change=second, against=of_what, rises=None, help=help)


def headline_row(headlines: Sequence[Headline], *, with_trends: bool = True) -> None:
    """The finding first: a row of metrics of equal height. Trends that take long may come later."""
    for column, headline in zip(st.columns(len(headlines)), headlines, strict=True):
        column.metric(
            headline.label,
            headline.value,
            delta=headline.change,
            delta_color=_colour(headline),
            delta_arrow="off" if headline.rises is None else "up" if headline.rises else "down",
            delta_description=headline.against if headline.change else None,
            help=headline.help,
            border=True,
            height="stretch",
            chart_data=(list(headline.trend()) or None) if with_trends else None,
            chart_type="area",
        )


def _colour(headline: Headline) -> Any:
    if headline.is_good is None:
        return "off"
    return "normal" if headline.is_good == headline.rises else "inverse"


def show_chart(chart: Chart, key: str, *, selects: bool = False) -> list[dict[str, Any]]:
    """A chart under its finding. With `selects` a click reruns the page and the points clicked come back."""
    st.markdown(f"**{escaped(chart.title)}**")
    event: Any = st.plotly_chart(
        chart.figure,
        key=key,
        on_select="rerun" if selects else "ignore",
        selection_mode="points",
        config=CHART_CONFIG,
        alt=chart.alt,
    )
    return list(event["selection"]["points"]) if selects else []


def escaped(text: str) -> str:
    """`text` with nothing in it that Markdown would take for a sign: names and amounts stay as they are."""
    return MARKDOWN_SIGNS.sub(r"\\\g<0>", text)


def selected_parts(key: str, place: int = 0) -> list[Any]:
    """The customdata of the parts clicked in a chart on the run before: tier numbers, types, bands."""
    state = st.session_state.get(key)
    points = state["selection"]["points"] if state else []
    found = [point["customdata"][place] for point in points if point.get("customdata")]
    return list(dict.fromkeys(found))


def selected_areas(key: str) -> list[str]:
    """The ids of the areas clicked in a treemap on the run before; a treemap tells no customdata."""
    state = st.session_state.get(key)
    return [str(point["id"]) for point in state["selection"]["points"] if point.get("id")] if state else []


def how_it_is_computed(paragraphs: Sequence[str], sql: str, source: str = "") -> None:
    """Definition, thresholds in force and the SQL; closed by default."""
    with st.expander(_("How this is computed"), icon=":material/function:"):
        for paragraph in paragraphs:
            st.markdown(paragraph)
        if source:
            st.caption(source)
        with st.popover(_("Show the SQL"), icon=":material/code:", width="content"):
            st.code(sql, language="sql", height=420)


def moved_sentence(customers: int, revenue: Any, currency: str) -> str:
    """What the draft does against the saved scenario, in a sentence."""
    if not customers:
        return _("Nobody moves against the saved scenario.")
    return ngettext(
        "{customers} moves against the saved scenario, with {revenue} of revenue.",
        "{customers} move against the saved scenario, with {revenue} of revenue.",
        customers,
    ).format(customers=formats.customers(customers), revenue=formats.money(revenue, currency))
