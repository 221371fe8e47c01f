"""Lifetime value: what customers are expected to bring, who is still alive, and whether to believe it."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.errors import CrmError, NotEnoughData
from crm_core.language import N_, _
from crm_core.lifetime import Closed, HoldOut, LifetimeValue, order_models
from crm_core.lifetime.findings import checked, even_odds_after, top_share
from crm_core.retention_economics import RetentionEconomics, YearBalance, retention_economics, year_balance
from crm_core.settings import LifetimeSettings
from ui.against_saved import against_saved
from ui.lifetime_controls import OUTLOOK, WHAT_IF, lifetime_controls, show_group
from ui.retention_economics import measured, said, show_economics

PICTURES = {
    "value": N_("Value"),
    "past": N_("Future and past"),
    "alive": N_("P(alive)"),
    "fit": N_("Can it be believed?"),
    "economics": N_("Retention economics"),
}
CHOSEN_PICTURE = "lifetime pictures"
SIDES = {"expected_value": N_("To bring most"), "revenue_to_date": N_("Brought most so far")}
MOST_COMPARED = 12
REPEATS_SAID = (2, 10)
LIST_COLUMNS = (
    "customer_id", "name", "expected_value", "future_rank", "past_rank", "revenue_to_date", "probability_alive",
    "expected_orders", "expected_spend", "days_since_last_order",
)  # fmt: skip
PICKED, TAKEN, TIMES_CLEARED = "lifetime customer", "lifetime picks", "lifetime: times the pick was cleared"


def page() -> None:
    if ui.page_opens(_("Lifetime value"), _("What will customers bring, who is still alive, and can it be believed?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a control; the models are fitted once for a book, however often one is moved."""
    book = ui.book_in_step()
    with st.spinner(_("Fitting the models of orders to all customers…")):
        order_models(book)
    with st.spinner(_("Looking ahead for every customer…")):
        found = book.lifetime_value(ui.draft().lifetime)
    if isinstance(found, Closed):
        _closed(book, found)
        return
    with st.spinner(_("Checking against what came…")):
        check = checked(found)
    ui.headline_row(_headlines(found, check))
    left, right = st.columns([5, 9], gap="medium")
    with left:
        balance = _balance(book)
        lifetime_controls(balance if isinstance(balance, YearBalance) else None, _show_picture_of)
    with right:
        economics = _economics(book)
        if isinstance(economics, RetentionEconomics) and _is_open("economics"):
            said(economics, _saved_economics(book), book.data.currency)
        else:
            _against_saved(found)
        _pictures(found, check, economics)
    _customers(found)
    _how(found)


def _balance(book: Book) -> YearBalance | NotEnoughData:
    """What the last two years say of keeping customers, or why they do not."""
    try:
        return year_balance(book)
    except NotEnoughData as error:
        return error


# ---------------------------------------------------------------------- behind a closed gate


def _closed(book: Book, gate: Closed) -> None:
    """Why nobody can say, and the controls that may change it; what is measured stays, what is predicted does not."""
    left, right = st.columns([5, 9], gap="medium")
    with left:
        lifetime_controls(None, lambda group: None)
    with right:
        with st.container(border=True, key="closed gate"):
            st.subheader(_("Nothing is predicted here"), anchor=False)
            st.write(_("These orders do not carry a prediction, because:"))
            for sentence in gate.sentences():
                st.markdown(f":orange[:material/block:] {ui.escaped(sentence)}")
            st.caption(
                _(
                    "A wrong figure for each customer would be worse than none. Another horizon, measure or model"
                    " may do; the reasons above say which."
                )
            )
        if problem := ui.draft_problem():
            st.warning(problem, icon=":material/warning:")
        balance = _balance(book)
        if isinstance(balance, YearBalance):
            measured(balance, book.data.currency)
    _how_models()


# ---------------------------------------------------------------------- the finding


def _headlines(found: LifetimeValue, check: HoldOut | Closed) -> list[ui.Headline]:
    currency = found.book.data.currency
    totals, settings = found.totals, found.settings
    horizon = formats.days(settings.horizon_days)
    return [
        ui.Headline.beside(
            _value_name(settings),
            formats.money(totals["expected_value"], currency),
            horizon,
            _("ahead"),
            help=_("In the {days} ahead, discounted at {rate} a year; {mean} a customer on average").format(
                days=horizon,
                rate=formats.percent(settings.annual_discount_rate),
                mean=formats.money(totals["mean_value"], currency),
            ),
        ),
        ui.Headline.beside(
            _("Expected orders"),
            formats.compact(totals["expected_orders"]),
            formats.number(totals["expected_orders"] / totals["customers"], 1),
            _("a customer"),
            help=_("Days with an order in the {days} ahead, of the customers known today").format(days=horizon),
        ),
        ui.Headline.beside(
            _("Alive"),
            formats.percent(totals["customers_alive"] / totals["customers"]),
            formats.number(totals["customers_alive"]),
            _("of {customers}").format(customers=formats.customers(totals["customers"])),
            help=_("{alive} of {customers}: the sum of P(alive)").format(
                alive=formats.number(totals["customers_alive"]), customers=formats.customers(totals["customers"])
            ),
        ),
        ui.Headline.beside(
            _("The best 20 % bring"),
            formats.percent(top_share(found)),
            formats.number(totals["customers"] / 5),
            _("of {customers}").format(customers=formats.customers(totals["customers"])),
            help=_("Of the expected value of the customers in view"),
        ),
        _check_headline(check),
    ]


def _check_headline(check: HoldOut | Closed) -> ui.Headline:
    """How far the model was off where the answer is known."""
    title = _("Forecast check")
    if isinstance(check, Closed):
        return ui.Headline(title, formats.percent(None), help=formats.sentences(*check.sentences()))
    off = check.expected_orders / check.orders - 1 if check.orders else None
    return ui.Headline.beside(
        title,
        formats.percent(off, signed=True),
        formats.compact(check.expected_orders),
        _("of {orders} orders").format(orders=formats.compact(check.orders)),
        help=_check_sentence(check),
    )


def _check_sentence(check: HoldOut) -> str:
    return _("Fitted on {day}, the model expected {expected} orders up to {end}; {orders} came.").format(
        day=formats.day(check.calibrated_on),
        end=formats.day(check.ends_on),
        expected=formats.number(check.expected_orders),
        orders=formats.number(check.orders),
    )


def _value_name(settings: LifetimeSettings) -> str:
    return _("Expected revenue") if settings.measure == "revenue" else _("Expected margin")


def _against_saved(found: LifetimeValue) -> None:
    """What the draft expects against the saved settings."""
    saved = ui.saved_scenario().lifetime
    then = found if saved == found.settings else found.book.lifetime_value(saved)
    now_words = _expected_in_words(found)
    if then is found:
        sentence = _("{expected}, as saved.").format(expected=now_words)
    elif isinstance(then, Closed):
        sentence = _("{expected}; the saved settings give no figure.").format(expected=now_words)
    else:
        sentence = _("{expected}; as saved: {saved}.").format(expected=now_words, saved=_expected_in_words(then))
    details = [*_assumed_margin(found), found.why_this_model()]
    against_saved(ui.escaped(sentence), [ui.escaped(detail) for detail in details], ui.draft_problem())


def _assumed_margin(found: LifetimeValue) -> list[str]:
    """How much of the margin is no more than an assumption, where costs are unknown."""
    if not found.margin_assumed_share:
        return []
    return [
        _("The cost of {share} of revenue is unknown; a margin of {rate} is assumed there.").format(
            share=formats.percent(found.margin_assumed_share),
            rate=formats.percent(found.book.windows.default_margin_rate, digits=0),
        )
    ]


def _expected_in_words(found: LifetimeValue) -> str:
    return _("{name} {value} in {days}").format(
        name=_value_name(found.settings),
        value=formats.money(found.totals["expected_value"], found.book.data.currency),
        days=formats.days(found.settings.horizon_days),
    )


# ---------------------------------------------------------------------- the pictures


def _show_picture_of(group: str) -> None:
    """Open the picture that a group of controls changes most."""
    if group == WHAT_IF:
        st.session_state[CHOSEN_PICTURE] = _(PICTURES["economics"])
    elif _is_open("economics"):
        st.session_state[CHOSEN_PICTURE] = _(PICTURES["value"])


def _show_controls_of() -> None:
    """Open the controls that change the picture just opened."""
    show_group(WHAT_IF if _is_open("economics") else OUTLOOK)


def _is_open(picture: str) -> bool:
    chosen = st.session_state.get(CHOSEN_PICTURE) or _(PICTURES["value"])
    return bool(chosen == _(PICTURES[picture]))


def _pictures(found: LifetimeValue, check: HoldOut | Closed, economics: RetentionEconomics | NotEnoughData) -> None:
    draws: dict[str, Callable[[], None]] = {
        "value": lambda: _value(found),
        "past": lambda: _future_and_past(found),
        "alive": lambda: _alive(found),
        "fit": lambda: _fit(found, check),
        "economics": lambda: _retention(economics, found.book.data.currency),
    }
    tabs = st.tabs([_(title) for title in PICTURES.values()], key=CHOSEN_PICTURE, on_change=_show_controls_of)
    for tab, name in zip(tabs, PICTURES, strict=True):
        if tab.open:
            with tab:
                draws[name]()


def _value(found: LifetimeValue) -> None:
    """How expected value spreads, and how few bring how much of it."""
    currency = found.book.data.currency
    spread, few = st.columns([5, 4], gap="medium")
    with spread:
        finding = _("Half of the customers are to bring less than {median} each").format(
            median=formats.money(found.totals["median_value"], currency)
        )
        ui.show_chart(charts.expected_value_steps(found.distribution(), currency, finding), "lifetime steps")
    with few:
        ui.show_chart(charts.expected_concentration(found.concentration()), "lifetime concentration")


def _future_and_past(found: LifetimeValue) -> None:
    by = st.segmented_control(
        _("Customers shown"),
        list(SIDES),
        default="expected_value",
        required=True,
        format_func=lambda side: _(SIDES[side]),
        key="lifetime side",
        label_visibility="collapsed",
    )
    best = found.listing().ordered(by).page(MOST_COMPARED)
    chart = charts.future_and_past(
        best, _value_name(found.settings), found.book.data.currency, by_future=by == "expected_value"
    )
    ui.show_chart(chart, _chart_key("past"), selects=True)


def _alive(found: LifetimeValue) -> None:
    grid = found.alive_grid()
    turns = [(repeats, even_odds_after(found, repeats)) for repeats in REPEATS_SAID]
    ui.show_chart(
        charts.alive_grid(grid, [(repeats, days) for repeats, days in turns if days is not None]), "lifetime alive"
    )
    st.caption(
        _(
            "For a customer whose first order lies {days} back; with no repeat order the silence began with the first."
            " The line marks even odds. Choose a customer in the list below to see P(alive) day by day."
        ).format(days=formats.days(found.models.history_days))
    )


def _fit(found: LifetimeValue, check: HoldOut | Closed) -> None:
    """Both models beside what was seen, and the model used beside what came after."""
    fitted, later = st.columns(2, gap="medium")
    with fitted:
        ui.show_chart(charts.repeat_counts(found.repeat_counts(), found.comparison()), "lifetime counts")
    with later:
        if isinstance(check, Closed):
            st.markdown(f"**{_('No hold-out')}**")
            st.info(formats.sentences(*check.sentences()), icon=":material/info:")
        else:
            ui.show_chart(charts.hold_out_weeks(check.weeks, check.calibrated_on), "lifetime weeks")
    st.dataframe(_compared(found), hide_index=True, key="lifetime models", alt=_("The two models of orders"))
    if isinstance(check, HoldOut):
        ui.show_chart(charts.hold_out_by_count(check.by_count), "lifetime by count")


def _compared(found: LifetimeValue) -> pa.Table:
    """The two models in words: log-likelihood, parameters with their standard errors, what speaks against them."""
    rows = [
        {
            _("Model"): row["label"],
            _("Log-likelihood"): formats.number(row["log_likelihood"], 1),
            **{
                heading: f"{_short(row[name])} ± {_short(row[f'{name}_error'])}"
                for name, heading in (("r", "r"), ("alpha", _("α (days)")), ("a", "a"), ("b", "b"))
            },
            _("In use"): _("yes") if row["is_used"] else (row["doubt"] or _("no")),
        }
        for row in found.comparison().to_pylist()
    ]
    return pa.Table.from_pylist(rows)


def _short(value: float) -> str:
    return formats.number(value, 3 if value < 10 else 1)


def _economics(book: Book) -> RetentionEconomics | NotEnoughData:
    """Retention economics under the draft, or why there are none."""
    scenario = ui.draft()
    try:
        return retention_economics(book, scenario.economics, scenario.lifetime.annual_discount_rate)
    except NotEnoughData as error:
        return error


def _saved_economics(book: Book) -> RetentionEconomics:
    saved = ui.saved_scenario()
    return retention_economics(book, saved.economics, saved.lifetime.annual_discount_rate)


def _retention(economics: RetentionEconomics | NotEnoughData, currency: str) -> None:
    if isinstance(economics, NotEnoughData):
        ui.explain_problem(economics)
    else:
        show_economics(economics, currency)


# ---------------------------------------------------------------------- the list, and one customer of it


def _chart_key(name: str) -> str:
    """The key of a chart one may click in; another one after the pick was cleared."""
    return f"lifetime {name}:{st.session_state.get(TIMES_CLEARED, 0)}"


def _take(place: str, customer_id: str | None) -> None:
    """Let a click in a chart or a list pick a customer; what was clicked before does not pick again."""
    taken: dict[str, Any] = st.session_state.setdefault(TAKEN, {})
    if taken.get(place) != customer_id:
        taken[place] = customer_id
        if customer_id is not None:
            st.session_state[PICKED] = customer_id


def _let_go() -> None:
    st.session_state.pop(PICKED, None)
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1


def _customers(found: LifetimeValue) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("Customers"), anchor=False, width="content")
        st.caption(_("Choose one to see how likely they were alive, day by day."), width="content")
    picked = st.container()
    clicked = ui.selected_parts(_chart_key("past"))
    _take("past", clicked[0] if clicked else None)
    ui.customer_table(
        found.listing(),
        LIST_COLUMNS,
        key="lifetime",
        value=ui.saved_scenario().value,
        currency=found.book.data.currency,
        file_name="lifetime-value",
        on_row=lambda customer_id: _take("list", customer_id),
    )
    if customer_id := st.session_state.get(PICKED):
        with picked:
            _one_customer(found, customer_id)


def _one_customer(found: LifetimeValue, customer_id: str) -> None:
    """P(alive) of the customer picked, from the first order to the day shown."""
    with st.container(border=True, key="picked customer"):
        try:
            days = found.alive_over_time(customer_id)
        except CrmError as error:
            st.info(str(error), icon=":material/info:")
        else:
            ui.show_chart(charts.alive_over_time(days, customer_id), "lifetime customer")
        with st.container(horizontal=True, gap="small"):
            if st.button(_("Open customer"), icon=":material/person:", key="open picked"):
                ui.open_customer(customer_id)
            st.button(_("Close"), icon=":material/close:", type="tertiary", key="close picked", on_click=_let_go)


# ---------------------------------------------------------------------- the small print


def _how(found: LifetimeValue) -> None:
    settings = found.settings
    ui.how_it_is_computed(
        [
            *_definitions(),
            _(
                "In force: {days} ahead, discounted at {rate} a year by the day an order is expected on, counted as"
                " {measure}. {why}"
            ).format(
                days=formats.days(settings.horizon_days),
                rate=formats.percent(settings.annual_discount_rate),
                measure=_("revenue net of returns") if settings.measure == "revenue" else _("margin"),
                why=ui.escaped(found.why_this_model()),
            ),
            _(
                "Spend by Gamma-Gamma: p {p}, q {q}, γ {gamma}. The models are fitted on all customers of the data set;"
                " a filter chooses who is shown and changes nobody's figure."
            ).format(
                p=_short(found.spend.p),
                q=_short(found.spend.q),
                gamma=ui.escaped(formats.money(found.spend.gamma, found.book.data.currency)),
            ),
        ],
        found.sql(),
        _sources(),
    )


def _how_models() -> None:
    """The definitions alone, where nothing is computed."""
    with st.expander(_("How it would be computed"), icon=":material/function:"):
        for paragraph in _definitions():
            st.markdown(paragraph)
        st.caption(_sources())


def _definitions() -> list[str]:
    return [
        _(
            "While alive a customer orders at random at a rate of their own; after each order they leave for good with"
            " a chance of their own. P(alive) is how likely they have not left yet, judged by their rhythm and their"
            " silence. Expected value is P(alive), times the discounted orders of a customer alive, times the expected"
            " value of an order, which is the customer's own mean drawn towards everybody's."
        ),
        r"$$V = P(A \mid x, t_x, T) \cdot \int_0^H \lambda(s)\,e^{-\delta s}\,ds \cdot"
        r" E[M \mid m_x, x]$$",
        _(
            "Here V is the expected value, A that the customer is alive, x are repeat orders (days with an order after"
            " the first), t the days from the first to the last, T the days from the first to the day shown, H the"
            " horizon in days, m the mean value of a repeat order."
        ),
    ]


def _sources() -> str:
    return _(
        "BG/NBD: Fader, Hardie and Lee (2005). MBG/NBD: Batislam, Denizel and Filiztekin (2007). Gamma-Gamma: Fader and"
        " Hardie (2013)."
    )
