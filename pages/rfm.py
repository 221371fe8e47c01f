"""RFM: who bought lately, who often, who for how much, and what that makes them."""

from typing import Any

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.errors import NotEnoughData
from crm_core.language import N_, _
from crm_core.rfm import SCORE_COLUMNS, Group, Rfm, measure_title
from crm_core.segment_table import segment_table
from ui.against_saved import against_saved
from ui.exports import Coded
from ui.rfm_controls import LETTERS, rfm_controls

PICTURES = {"grid": N_("Freshness × orders"), "segments": N_("Segments"), "scores": N_("Scores")}
COLOURED_BY = {"revenue": N_("Revenue"), "customers": N_("Customers")}
SEGMENTS_AS = {
    "revenue": N_("Area by revenue"),
    "customers": N_("Area by customers"),
    "bars": N_("Bars"),
}
LIST_COLUMNS = (
    "customer_id", "name", "segment", "rfm_code", "days_since_last_order", "order_count", "revenue", "tier_number",
    "band",
)  # fmt: skip
SORTABLE = ("revenue", "margin", "order_count", "days_since_last_order", "rfm_code", "tier_number")
SEGMENTS, CELL = "rfm segments chosen", "rfm cell chosen"
CLICKS, TIMES_CLEARED = "rfm clicks", "rfm: times the selection was cleared"


def page() -> None:
    if ui.page_opens(_("RFM"), _("Who bought lately, who often, who for how much, and what does that make them?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a cut or on the segment table; the look-back window is a slider here too."""
    book = ui.book_in_step()
    ui.make_earlier_day_ready(book)
    found: Rfm | NotEnoughData
    try:
        with st.spinner(_("Scoring the customers ...")):
            found = book.rfm(ui.draft().rfm, ui.saved_scenario())
        ui.headline_row(_headlines(found))
    except NotEnoughData as error:
        found = error
    left, right = st.columns([5, 9], gap="medium")
    with left:
        rfm_controls(found.scores if isinstance(found, Rfm) else {}, segment_table(ui.draft().rfm))
    with right:
        if isinstance(found, NotEnoughData):
            ui.explain_problem(found)
            return
        _against_saved(found)
        _take_clicks()
        _pictures(found)
    _customers(found)
    _how(found)


# ---------------------------------------------------------------------- the finding


def _headlines(found: Rfm) -> list[ui.Headline]:
    currency = found.book.data.currency
    then = _earlier(found)
    leading = max(found.segments.to_pylist(), key=lambda row: row["revenue"])
    headlines = [
        _counted(
            _("Best in all three"), found, found.best, then.best if then else None, _("Highest score in R, F and M")
        ),
        ui.Headline.beside(
            _("Most revenue: {segment}").format(segment=ui.escaped(leading["segment"])),
            formats.percent(leading["revenue_share"]),
            formats.money(leading["revenue"], currency),
            _("from {customers}").format(customers=formats.customers(leading["customers"])),
            help=_("{customers} bring {revenue}, {share} of all revenue.").format(
                customers=formats.customers(leading["customers"]),
                revenue=formats.money(leading["revenue"], currency),
                share=formats.percent(leading["revenue_share"]),
            ),
        ),
        _counted(
            _("Big and silent"),
            found,
            found.silent_and_big,
            then.silent_and_big if then else None,
            _("Revenue above the middle score, freshness below it: worth a call first"),
            is_good=False,
        ),
        ui.Headline.beside(
            _("Big and silent: revenue"),
            formats.money(found.silent_and_big.revenue, currency),
            formats.percent(found.silent_and_big.revenue_share),
            _("of all revenue"),
            help=_("What the big and silent brought in the last {days}: {share} of all revenue.").format(
                days=formats.days(found.book.windows.lookback_days),
                share=formats.percent(found.silent_and_big.revenue_share),
            ),
        ),
    ]
    lost = found.without_segment
    if lost.customers:
        help_text = _("Customers whose scores the segment table leaves out")
        headlines.append(ui.Headline(_("No segment"), formats.number(lost.customers), help=help_text))
    return headlines


def _earlier(found: Rfm) -> Rfm | None:
    """The same on the comparison day; None if there is none or nobody bought by then."""
    day = ui.compared_day(found.book)
    if day is None or found.book.at(day).is_empty:
        return None
    try:
        return found.book.at(day).rfm(found.settings, found.saved)
    except NotEnoughData:
        return None


def _counted(
    label: str, found: Rfm, now: Group, then: Group | None, meaning: str, *, is_good: bool = True
) -> ui.Headline:
    change: dict[str, Any] = {}
    day = ui.compared_day(found.book)
    if then is not None and day and (difference := now.customers - then.customers):
        change = {
            "change": formats.number(difference, signed=True),
            "against": _("since {day}").format(day=formats.day_iso(day)),
            "is_good": (difference > 0) == is_good,
            "rises": difference > 0,
        }
    return ui.Headline(
        label,
        formats.number(now.customers),
        help=formats.sentences(
            meaning,
            _("{share} of {customers}; {revenue} of revenue in the last {days}").format(
                share=formats.percent(now.customer_share),
                customers=formats.customers(found.customers),
                revenue=formats.money(now.revenue, found.book.data.currency),
                days=formats.days(found.book.windows.lookback_days),
            ),
        ),
        **change,
    )


# ---------------------------------------------------------------------- pictures


def _against_saved(found: Rfm) -> None:
    currency = found.book.data.currency
    details = [
        _("{before} → {now}: {customers}, {revenue}").format(
            before=ui.escaped(move["from_segment"]),
            now=ui.escaped(move["to_segment"]),
            customers=formats.customers(move["customers"]),
            revenue=formats.money(move["revenue"], currency),
        )
        for move in found.moves[:2]
    ]
    against_saved(ui.moved_sentence(found.moved_customers, found.moved_revenue, currency), details, ui.draft_problem())


def _pictures(found: Rfm) -> None:
    draws = {"grid": _grid, "segments": _segments, "scores": _scores}
    tabs = st.tabs([_(title) for title in PICTURES.values()], key="rfm pictures", on_change="rerun")
    for tab, name in zip(tabs, PICTURES, strict=True):
        if tab.open:
            with tab:
                draws[name](found)


def _grid(found: Rfm) -> None:
    measure = st.segmented_control(
        _("Coloured by"),
        list(COLOURED_BY),
        default="revenue",
        required=True,
        format_func=lambda name: _(COLOURED_BY[name]),
        key="rfm coloured by",
        label_visibility="collapsed",
    )
    chart = charts.rfm_grid(found.grid(), found.book.data.currency, measure)
    ui.show_chart(chart, _chart_key("grid"), selects=True)


def _segments(found: Rfm) -> None:
    """Areas to see at a glance what weighs how much; bars for those too small to see, in the order of the table."""
    drawn_as = st.segmented_control(
        _("Drawn as"),
        list(SEGMENTS_AS),
        default="revenue",
        required=True,
        format_func=lambda name: _(SEGMENTS_AS[name]),
        key="rfm segments drawn as",
        label_visibility="collapsed",
    )
    currency = found.book.data.currency
    if drawn_as == "bars":
        ui.show_chart(charts.rfm_segments(found.segments, currency), _chart_key("segments"), selects=True)
        return
    chart = charts.rfm_treemap(found.segments, currency, drawn_as, st.session_state.get(SEGMENTS, ()))
    ui.show_chart(chart, _chart_key(f"areas {drawn_as}"), selects=True)
    st.caption(_("The stronger the colour, the more revenue a customer brings."))


def _scores(found: Rfm) -> None:
    ui.show_chart(charts.rfm_scores(found.score_rows(), found.book.data.currency), "rfm scores")
    for measure in SCORE_COLUMNS:
        if empty := found.empty_scores(measure):
            st.caption(
                _("{measure}: nobody can have the scores {scores}, because so many customers share one figure.").format(
                    measure=measure_title(measure), scores=formats.listed(f"{LETTERS[measure]}{each}" for each in empty)
                )
            )


# ---------------------------------------------------------------------- the list


def _chart_key(name: str) -> str:
    """The key of a chart one may click in; another one after the selection was cleared."""
    return f"rfm {name}:{st.session_state.get(TIMES_CLEARED, 0)}"


def _take_clicks() -> None:
    """Let a click in a picture set the filters of the list, before both are drawn."""
    segments = ui.selected_parts(_chart_key("segments")) or [
        int(number) for measure in COLOURED_BY for number in ui.selected_areas(_chart_key(f"areas {measure}"))
    ]
    cells = list(zip(ui.selected_parts(_chart_key("grid"), 1), ui.selected_parts(_chart_key("grid")), strict=False))
    clicks = {"segments": segments, "cells": cells}
    before = st.session_state.get(CLICKS, {})
    st.session_state[CLICKS] = clicks
    if segments and segments != before.get("segments"):
        st.session_state[SEGMENTS], st.session_state[CELL] = segments, None
    if cells and cells != before.get("cells"):
        st.session_state[SEGMENTS], st.session_state[CELL] = [], cells[0]


def _show_all() -> None:
    """Back to everybody; the pictures let go of what was clicked."""
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1
    st.session_state[SEGMENTS], st.session_state[CELL] = [], None


def _customers(found: Rfm) -> None:
    numbers = found.segments["segment_number"].to_pylist()
    st.session_state[SEGMENTS] = [number for number in st.session_state.get(SEGMENTS, []) if number in numbers]
    cell = st.session_state.get(CELL)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("Customers"), anchor=False, width="content")
        chosen = st.multiselect(
            _("Segment"),
            numbers,
            format_func=found.segment,
            key=SEGMENTS,
            placeholder=_("All segments"),
            label_visibility="collapsed",
            width=420,
        )
        if cell:
            st.badge(f"R{cell[0]} · F{cell[1]}", icon=":material/filter_alt:", color="blue")
        if chosen or cell:
            st.button(_("Start over"), icon=":material/close:", key="show all", type="tertiary", on_click=_show_all)
        else:
            st.caption(_("Click a cell, an area or a bar to see only its customers."), width="content")
    listing = found.listing().only("segment_number", chosen)
    if cell:
        listing = listing.only("freshness_score", [cell[0]]).only("order_score", [cell[1]])
    ui.customer_table(
        listing,
        LIST_COLUMNS,
        key="rfm list",
        value=found.saved.value,
        currency=found.book.data.currency,
        file_name="rfm",
        computed={"segment": Coded("segment_number", found.segment)},
        sortable=SORTABLE,
    )


# ---------------------------------------------------------------------- the small print


def _how(found: Rfm) -> None:
    book: Book = found.book
    currency = book.data.currency
    ui.how_it_is_computed(
        [
            _(
                "Each customer has three figures: days since the last order (R), orders (F) and revenue net of returns"
                " (M), the last two over the last {days}. Each is cut into scores; 1 is the worst. The segment table"
                " says what the three scores together are called."
            ).format(days=formats.days(book.windows.lookback_days)),
            _(
                "Equal parts: a score goes to whoever has at least its share of customers strictly below, among those"
                " in view who ordered in that window. So equal figures share a score, the lower one, and a figure that"
                " very many share leaves the scores above it empty. Who did not order has the lowest scores."
            ),
            rf"$$\text{{{_('score')}}}"
            r" = 1 + \left\lfloor n \cdot "
            rf"\frac{{\text{{{_('customers strictly below')}}}}}{{\text{{{_('customers')}}}}}"
            r" \right\rfloor$$",
            _("Here n is the number of scores. A lower bound belongs to its part, an upper one to the next."),
            _("Scores in force:"),
            "\n".join(f"- {scores.explained(currency)}" for scores in found.scores.values()),
            _("Segments in force, as R, F and M:"),
            "\n".join(f"- {line}" for line in _lines(found)),
        ],
        found.sql(),
        _(
            "RFM after Hughes (1994). The table most copied for the named segments leaves out 36 of 125 combinations,"
            " and three of its segments can never occur; this one holds each combination once."
        ),
    )


def _lines(found: Rfm) -> list[str]:
    """Each segment with the scores of its lines."""
    told: dict[int, list[str]] = {}
    for line in found.table.lines:
        ranges = " ".join(
            "-".join(map(str, dict.fromkeys(each))) for each in (line.freshness, line.orders, line.revenue)
        )
        told.setdefault(found.table.names.index(line.name) + 1, []).append(ranges)
    return [formats.labelled(ui.escaped(found.segment(number)), " · ".join(ranges)) for number, ranges in told.items()]
