"""Churn signals: who is slipping away, how much revenue goes with them, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.churn import ChurnSignals, absent_signals, horizon, signal_label
from crm_core.errors import NotEnoughData
from crm_core.labels import RISK_BANDS, risk_band_name
from crm_core.language import N_, _
from crm_core.value import tier_label
from ui.against_saved import against_saved
from ui.churn_controls import churn_controls
from ui.evidence_line import evidence_line

PICTURES = {"risk": N_("Risk"), "signals": N_("Signals"), "silence": N_("Silence")}
PICTURE_OF_CONTROLS = {"bands": "risk", "weights": "risk", "sensitivity": "signals", "lapsed": "silence"}
CHOSEN_PICTURE = "churn pictures"
LIST_COLUMNS = (
    "customer_id", "name", "tier_number", "band", "risk", "revenue", "expected_loss", "reasons",
)  # fmt: skip
SORTABLE = ("expected_loss", "risk", "revenue", "margin", "days_since_last_order", "tier_number")
LISTED_AT_FIRST = ["watch", "high"]
BANDS, TIERS = "churn bands", "churn tiers"
CLICKS, TIMES_CLEARED = "churn clicks", "churn: times the selection was cleared"


def page() -> None:
    if ui.page_opens(_("Churn signals"), _("Who is slipping away, how much revenue goes with them, and why?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a slider; the book is taken anew because the signal window is a slider too."""
    book = ui.book_in_step()
    with st.spinner(_("Scoring the customers ...")):
        found = _signals(book)
    signals = found if isinstance(found, ChurnSignals) else None
    if signals:
        ui.headline_row(_headlines(signals))
    left, right = st.columns([5, 9], gap="medium")
    with left:
        _controls(book, signals)
        evidence = st.container()
    with right:
        if isinstance(found, NotEnoughData):
            ui.explain_problem(found)
            return
        _against_saved(found)
        _pictures(found)
    _watch_list(found)
    _how(found)
    with evidence:
        evidence_line(book, found.settings)


def _signals(book: Book) -> ChurnSignals | NotEnoughData:
    """The signals under the draft, or why there are none."""
    try:
        return book.churn_signals(ui.draft().churn, ui.saved_scenario())
    except NotEnoughData as error:
        return error


# ---------------------------------------------------------------------- the finding


@dataclass(frozen=True)
class Earlier:
    """What the figures are compared with: customers and revenue by band, and since when in words."""

    customers_in: Callable[..., int]
    revenue_in: Callable[..., Decimal]
    words: str


def _earlier(signals: ChurnSignals) -> Earlier | None:
    """The saved settings while the draft differs from them, else the comparison day; None if there is neither."""
    if signals.settings != signals.saved.churn or signals.book.windows != signals.saved.windows:
        return Earlier(signals.saved_customers_in, signals.saved_revenue_in, _("against saved"))
    day = ui.compared_day(signals.book)
    if day is None or signals.book.at(day).is_empty:
        return None
    then = signals.book.at(day).churn_signals(signals.settings, signals.saved)
    return Earlier(then.customers_in, then.revenue_in, _("since {day}").format(day=formats.day_iso(day)))


def _headlines(signals: ChurnSignals) -> list[ui.Headline]:
    earlier = _earlier(signals)
    currency = signals.book.data.currency
    at_risk = signals.revenue_in("high")
    return [
        _counted(signals, earlier, "high"),
        ui.Headline(
            _("Revenue at risk"),
            formats.money(at_risk, currency),
            help=_("Of the customers at high risk: {share} of all revenue in the last {days}.").format(
                share=formats.percent(at_risk / signals.revenue if signals.revenue else None),
                days=formats.days(signals.book.windows.lookback_days),
            ),
            **_change(at_risk, earlier.revenue_in("high"), currency=currency) if earlier else {},
        ),
        _counted(signals, earlier, "watch"),
        _counted(signals, earlier, "lost"),
        ui.Headline(
            _("Lapsed after"),
            formats.days(signals.horizon.days),
            help=signals.horizon.explained(),
        ),
    ]


def _counted(signals: ChurnSignals, earlier: Earlier | None, band: str) -> ui.Headline:
    """How many customers are in a band, and how much they bring."""
    now = signals.customers_in(band)
    return ui.Headline(
        risk_band_name(band),
        formats.number(now),
        help=_("{share} of {customers}; {revenue} of revenue in the last {days}").format(
            share=formats.percent(now / signals.customers if signals.customers else None),
            customers=formats.customers(signals.customers),
            revenue=formats.money(signals.revenue_in(band), signals.book.data.currency),
            days=formats.days(signals.book.windows.lookback_days),
        ),
        **_change(now, earlier.customers_in(band), earlier.words, is_bad=band != "watch") if earlier else {},
    )


def _change(
    now: Any, before: Any, words: str | None = None, *, currency: str | None = None, is_bad: bool = True
) -> dict[str, Any]:
    """The part of a headline that says by how much it rose or fell, and whether a rise is bad news."""
    difference = now - before
    if not difference:
        return {}
    written = formats.number(difference, signed=True)
    if currency is not None:
        written = formats.money(difference, currency, signed=True)
    is_good = difference < 0 if is_bad else None
    return {"change": written, "against": words, "is_good": is_good, "rises": difference > 0}


# ---------------------------------------------------------------------- controls and pictures


def _controls(book: Book, signals: ChurnSignals | None) -> None:
    proposed = horizon(book, ui.draft().churn.model_copy(update={"horizon_days": None}))
    customers = {band: signals.customers_in(band) for band in RISK_BANDS} if signals else {}
    churn_controls(absent_signals(book), proposed, customers, _show_picture_of)


def _show_picture_of(controls: str) -> None:
    """Open the picture that a group of controls changes most."""
    st.session_state[CHOSEN_PICTURE] = _(PICTURES[PICTURE_OF_CONTROLS[controls]])


def _against_saved(signals: ChurnSignals) -> None:
    currency = signals.book.data.currency
    details = [
        _("{before} → {now}: {customers}, {revenue}").format(
            before=risk_band_name(move["from_band"]),
            now=risk_band_name(move["to_band"]),
            customers=formats.customers(move["customers"]),
            revenue=formats.money(move["revenue"], currency),
        )
        for move in signals.largest_moves(limit=2)
    ]
    sentence = ui.moved_sentence(signals.moved_customers, signals.moved_revenue, currency)
    against_saved(sentence, details, ui.draft_problem())


def _pictures(signals: ChurnSignals) -> None:
    draws = {"risk": _risk, "signals": _signal_bars, "silence": _silence}
    tabs = st.tabs([_(title) for title in PICTURES.values()], key=CHOSEN_PICTURE, on_change="rerun")
    for tab, name in zip(tabs, PICTURES, strict=True):
        if tab.open:
            with tab:
                draws[name](signals)


def _risk(signals: ChurnSignals) -> None:
    """Where the bands begin, and in which tiers those at risk are; both may be clicked."""
    if not signals.is_known:
        st.info(
            _("None of the signals with weight has data here, so every risk is zero. Give weight to another signal."),
            icon=":material/info:",
        )
    spread, tiers = st.columns([5, 4], gap="medium")
    with spread:
        settings = signals.settings
        chart = charts.risk_histogram(signals.distribution(), settings.watch_from, settings.high_from)
        ui.show_chart(chart, _chart_key("risk"), selects=True)
    with tiers:
        chart = charts.revenue_at_risk(signals.by_tier, signals.book.data.currency)
        ui.show_chart(chart, _chart_key("tiers"), selects=True)


def _signal_bars(signals: ChurnSignals) -> None:
    ui.show_chart(charts.signal_bars(signals.signals(), signals.book.data.currency), "churn signals")


def _silence(signals: ChurnSignals) -> None:
    ui.show_chart(charts.gap_curve(signals.gap_curve(), signals.horizon.days), "churn silence")


# ---------------------------------------------------------------------- the list


def _chart_key(name: str) -> str:
    """The key of a chart one may click in; another one after the selection was cleared."""
    return f"churn {name}:{st.session_state.get(TIMES_CLEARED, 0)}"


def _take_clicks() -> None:
    """Let a click in a picture set the filters of the list, before they are drawn."""
    bands = ui.selected_parts(_chart_key("risk"))
    tiers = ui.selected_parts(_chart_key("tiers"))
    bands_in_tiers = ui.selected_parts(_chart_key("tiers"), 1)
    clicks = {"risk": bands, "tiers": [tiers, bands_in_tiers]}
    before = st.session_state.get(CLICKS, {})
    st.session_state[CLICKS] = clicks
    if bands and clicks["risk"] != before.get("risk"):
        st.session_state[BANDS], st.session_state[TIERS] = bands, []
    if tiers and clicks["tiers"] != before.get("tiers"):
        st.session_state[BANDS], st.session_state[TIERS] = bands_in_tiers, tiers


def _show_all() -> None:
    """Back to the list as it opens; the pictures let go of what was clicked."""
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1
    st.session_state[BANDS], st.session_state[TIERS] = LISTED_AT_FIRST, []


def _watch_list(signals: ChurnSignals) -> None:
    _take_clicks()
    value = signals.saved.value
    tiers = list(dict.fromkeys(signals.by_tier["tier_number"].to_pylist()))
    st.session_state.setdefault(BANDS, LISTED_AT_FIRST)
    st.session_state[TIERS] = [tier for tier in st.session_state.get(TIERS, []) if tier in tiers]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("Watch list"), anchor=False, width="content")
        bands = st.pills(
            _("Risk band"),
            list(RISK_BANDS),
            selection_mode="multi",
            format_func=risk_band_name,
            key=BANDS,
            label_visibility="collapsed",
        )
        chosen = st.pills(
            _("Tier"),
            tiers,
            selection_mode="multi",
            format_func=lambda number: tier_label(value, number),
            key=TIERS,
            label_visibility="collapsed",
        )
        if set(bands) != set(LISTED_AT_FIRST) or chosen:
            st.button(_("Start over"), icon=":material/close:", key="show all", type="tertiary", on_click=_show_all)
        else:
            st.caption(_("Sorted by revenue × risk. Click a bar to see only its customers."), width="content")
    ui.customer_table(
        signals.listing().only("band", bands).only("tier_number", chosen),
        LIST_COLUMNS,
        key="watch list",
        value=value,
        currency=signals.book.data.currency,
        file_name="watch-list",
        computed={"reasons": signals.why},
        sortable=SORTABLE,
        lines=3,
    )


# ---------------------------------------------------------------------- the small print


def _how(signals: ChurnSignals) -> None:
    window = formats.days(signals.book.windows.window_days)
    settings = signals.settings
    ui.how_it_is_computed(
        [
            _(
                "A signal is one reason to look at a customer, from 0 (none) to 1 (full strength); in between it grows"
                " in a straight line with the change it stands on. The risk is the weighted mean of the signals a"
                " customer has the data for. It orders customers; it is no probability."
            ),
            r"$$r = \frac{\sum_s w_s \, \sigma_s}{\sum_s w_s}, \qquad"
            r" \sigma_s = \min\left(1, \max\left(0, \frac{c_s}{f_s}\right)\right), \qquad"
            r" \sigma_{1} = \min\left(1, \max\left(0, \frac{g - 1}{f_1 - 1}\right)\right)$$",
            _(
                "Here r is the risk, w the weights, σ the signals, c the change a signal stands on and f the change at"
                " full strength; for the overdue order, the first signal, g is the silence in usual gaps."
            ),
            _(
                "The usual gap is the customer's median gap, drawn towards everybody's as if that had been seen twice."
                " Falls compare the last {window} with the {window} before and need two orders in those; the season"
                " compares with the same days a year ago."
            ).format(window=window),
            _("Weights and full strength in force: {signals}.").format(signals=formats.listed(_in_force(signals))),
            _(
                "Watch from {watch}, high from {high}; the lower bound belongs to the band. {lapsed} Who has lapsed is"
                " lost, whatever the risk."
            ).format(
                watch=formats.number(settings.watch_from, 2),
                high=formats.number(settings.high_from, 2),
                lapsed=signals.horizon.explained(),
            ),
            _(
                "Revenue × risk is the revenue of the last {days} times the risk: what to look at first, no forecast."
            ).format(days=formats.days(signals.book.windows.lookback_days)),
        ],
        signals.sql(),
    )


def _in_force(signals: ChurnSignals) -> list[str]:
    """Each signal with its share of the weight and the change at which it is at full strength."""
    sensitivity = signals.settings.sensitivity.model_dump()
    shares = signals.rule.mean.shares if signals.rule.mean else {}
    return [
        _("{signal} {share} (full at {change})").format(
            signal=signal_label(name),
            share=formats.percent(share, digits=0),
            change=formats.ratio(sensitivity[name])
            if name == "overdue_order"
            else formats.percent(sensitivity[name], digits=0),
        )
        for name, share in shares.items()
    ]
