"""Exit and win-back: who left, what had shown before, why, whom to return to and whom to let go."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.churn import horizon
from crm_core.errors import NotEnoughData
from crm_core.exits import Exits, Warnings, exits, once_a_day
from crm_core.labels import exit_reason_name
from crm_core.language import N_, _
from ui.against_saved import against_saved
from ui.exit_controls import EXITS, WIN_BACK, exit_controls, show_group
from ui.exit_reasons import exit_reasons, export_buttons, reason_form

WHO_LEFT, SIGNALS, REASONS, RETURN, LET_GO = "who left", "signals", "reasons", "win back", "let go"
PICTURES = {
    WHO_LEFT: N_("Who left"),
    SIGNALS: N_("Signals before"),
    REASONS: N_("Reasons"),
    RETURN: N_("Win back"),
    LET_GO: N_("Let go"),
}
CHOSEN_PICTURE = "exit pictures"
OWN_SETTINGS = ("exits.", "churn.", "windows.")
LEFT_COLUMNS = ("customer_id", "name", "exit_on", "revenue_before", "margin_before", "warned", "signals", "reason")
LEFT_SORTABLE = ("revenue_before", "margin_before", "exit_on", "order_count")
REASON_COLUMNS = ("customer_id", "name", "exit_on", "revenue_before", "reason", "competitor")
RETURN_COLUMNS = (
    "customer_id", "name", "value_before", "days_gone", "chance", "second_value", "regain_profit", "reason",
    "competitor",
)  # fmt: skip
PREDICTED_COLUMNS = ("chance", "second_value", "regain_profit")
LET_GO_COLUMNS = ("customer_id", "name", "value_before", "days_gone", "let_go", "why")
TIMES_CLEARED, CHOSEN_CUSTOMER = "exits: times cleared", "exits: customer of the form"
WHENS = {"ever": N_("Any time before the exit"), "buying": N_("While still buying")}


def page() -> None:
    if ui.page_opens(_("Exit and win-back"), _("Who left, what had shown before, and whom is it worth returning to?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a setting or on a recorded reason."""
    book = ui.book_in_step()
    proposed = horizon(book, ui.draft().churn.model_copy(update={"horizon_days": None}))
    ui.make(book, {_(title): recipe for title, recipe in once_a_day(book)})
    try:
        with st.spinner(_("Looking at the days before each exit ...")):
            found = exits(book, ui.draft(), exit_reasons(book.data).current())
            headlines = _headlines(found)
    except NotEnoughData as problem:
        ui.explain_problem(problem)
        with st.columns([4, 9])[0]:
            exit_controls(proposed, None, book.data.has_column("orders", "cost"), _show_picture_of)
        return
    ui.headline_row(headlines)
    left, right = st.columns([4, 9], gap="medium")
    with left:
        mean = found.revenue / found.customers if found.customers else None
        exit_controls(proposed, mean, book.data.has_column("orders", "cost"), _show_picture_of)
    with right:
        _against_saved(found)
        picture = _pictures(found)
    LISTS[picture](found)
    _how(found)


# ---------------------------------------------------------------------- the finding


def _headlines(found: Exits) -> list[ui.Headline]:
    currency = found.book.data.currency
    returned, told, worth = found.returns, found.warnings, found.win_back
    return [
        ui.Headline.beside(
            _("Left in {days}").format(days=formats.days(found.settings.period_days)),
            formats.number(found.customers),
            formats.number(found.recorded_customers),
            _("with a recorded reason"),
            help=formats.sentences(
                _("{customers} left in the period and are still away").format(
                    customers=formats.customers(found.customers)
                ),
                found.horizon.explained(),
            ),
        ),
        ui.Headline.beside(
            _("Revenue gone a year"),
            formats.money(found.revenue, currency),
            formats.percent(found.revenue_share),
            _("of a year's revenue"),
            help=_("What they had brought in the year up to their last order, beside {revenue} a year now.").format(
                revenue=formats.money(found.company_revenue, currency)
            ),
        ),
        ui.Headline.beside(
            _("Warned while buying"),
            formats.percent_within(told.buying_share, told.buying_error),
            formats.percent_within(told.stayers_buying_share, told.stayers_buying_error),
            _("of who stayed"),
            help=_(
                "Had been at high risk on the day of the last order or before: the warning that came in time. At any"
                " time before the exit {ever} had been, half of them {days} ahead or more, and {stayers} of those who"
                " stayed; from the last order on silence alone brings everybody there."
            ).format(
                ever=formats.percent(told.warned_share),
                days=formats.days(told.warned_days),
                stayers=formats.percent(told.stayers_warned_share),
            )
            + _sampled(told),
        ),
        ui.Headline.beside(
            _("Came back in the period"),
            formats.number(returned.in_period),
            formats.number(returned.returned),
            _("of {lapses} lapses ever").format(lapses=formats.number(returned.lapses)),
            help=_("{returns} of {lapses} lapses since the data begins ended in a return.").format(
                returns=formats.number(returned.returned), lapses=formats.number(returned.lapses)
            ),
        ),
        ui.Headline.beside(
            _("Win-back potential"),
            formats.money(worth.regain_profit or 0, currency) if worth.is_known else formats.DASH,
            formats.number(worth.customers),
            _("worth an attempt"),
            help=worth.missing
            or _("Regain profit of all who are worth an attempt; {returns} of them are expected to return.").format(
                returns=formats.number(worth.expected_returns)
            ),
        ),
    ]


def _sampled(told: Warnings, *more: str) -> str:
    """How sure the shares are where too many customers are in view to look at each, and what more there is to say
    then; nothing if all were."""
    if not told.is_sample:
        return ""
    said = _(
        "One customer in {every} was looked at: {left} who left and {stayed} who stayed. In 19 of 20 such samples a"
        " share of all who left is off by at most {error} percentage points, one of who stayed by at most"
        " {stayers_error}; the list below is exact"
    ).format(
        every=formats.number(told.every),
        left=formats.customers(told.looked_at),
        stayed=formats.number(told.stayers),
        error=formats.number(told.share_error * 100, 1),
        stayers_error=formats.number(told.stayers_error * 100, 1),
    )
    return "\n\n" + formats.sentences(said, *more)


def _against_saved(found: Exits) -> None:
    """What the draft does: who counts as having left, and what winning back is worth, beside the saved settings."""
    if not any(path.startswith(OWN_SETTINGS) for path in ui.draft_changes()) or ui.draft_problem():
        against_saved(_("Nothing differs from the saved scenario."), [], ui.draft_problem())
        return
    saved_scenario = ui.saved_scenario()
    try:
        saved = exits(found.book.through(saved_scenario.windows), saved_scenario, found.recorded)
    except NotEnoughData as problem:
        against_saved(_("The saved scenario cannot tell who left."), [ui.escaped(str(problem))])
        return
    currency = found.book.data.currency
    sentence = _("{now} left, {before} as saved; revenue gone {revenue}, {revenue_before} as saved.").format(
        now=formats.customers(found.customers),
        before=formats.number(saved.customers),
        revenue=formats.money(found.revenue, currency),
        revenue_before=formats.money(saved.revenue, currency),
    )
    worth = _("Worth an attempt: {now}, {before} as saved; win-back potential {profit}, {profit_before} as saved.")
    details = worth.format(
        now=formats.customers(found.win_back.customers),
        before=formats.number(saved.win_back.customers),
        profit=formats.money(found.win_back.regain_profit, currency),
        profit_before=formats.money(saved.win_back.regain_profit, currency),
    )
    against_saved(ui.escaped(sentence), [ui.escaped(details)])


# ---------------------------------------------------------------------- the pictures


def _pictures(found: Exits) -> str:
    """Draw the picture chosen, and say which one it is."""
    draws = {WHO_LEFT: _who_left, SIGNALS: _signals, REASONS: _reasons, RETURN: _return, LET_GO: _let_go}
    titles = {_(title): name for name, title in PICTURES.items()}

    def opened() -> None:
        show_group(WIN_BACK if titles[st.session_state[CHOSEN_PICTURE]] in (RETURN, LET_GO) else EXITS)

    chosen = WHO_LEFT
    for tab, name in zip(st.tabs(list(titles), key=CHOSEN_PICTURE, on_change=opened), PICTURES, strict=True):
        if tab.open:
            chosen = name
            with tab:
                draws[name](found)
    return chosen


def _show_picture_of(group: str) -> None:
    """Show what a group of controls changes."""
    if group == WIN_BACK:
        st.session_state[CHOSEN_PICTURE] = _(PICTURES[RETURN])
    elif st.session_state.get(CHOSEN_PICTURE) in (_(PICTURES[RETURN]), _(PICTURES[LET_GO])):
        st.session_state[CHOSEN_PICTURE] = _(PICTURES[WHO_LEFT])


def _who_left(found: Exits) -> None:
    if not found.customers:
        st.info(
            _("Nobody left in the last {days}, or all who did came back. Look further back, or shorten the silence that"
              " counts as leaving.").format(days=formats.days(found.settings.period_days)),
            icon=":material/sentiment_satisfied:",
        )  # fmt: skip
        return
    ui.show_chart(charts.exit_months(found.months, found.book.data.currency), _chart_key("months"), selects=True)
    st.caption(
        _("By the day the silence was {days} long; the number on a bar is its customers. The first and the last month"
          " may not be whole.").format(days=formats.days(found.horizon.days))
    )  # fmt: skip


def _signals(found: Exits) -> None:
    when = st.segmented_control(
        _("When"), list(WHENS), default="ever", required=True, format_func=lambda each: _(WHENS[each]),
        key="exit signals when", label_visibility="collapsed",
    )  # fmt: skip
    told = found.warnings
    chart = charts.signals_before_exit(told.lead, while_buying=when == "buying")
    ui.show_chart(chart, f"exits signals {when}")
    days = formats.days(found.horizon.days)
    note = (
        _("On the day of the last order or before, that is {days} or more ahead of the exit.").format(days=days)
        if when == "buying"
        else _("Silence is what makes an exit, so an overdue order shows before every one; it was {days} long in the"
               " end. What showed while the customer still bought is the earlier warning.").format(days=days)
    )  # fmt: skip
    st.caption(
        formats.sentences(
            note,
            _("Compared with {customers} who stayed, looked at in the same way").format(
                customers=formats.customers(told.stayers)
            ),
        )
        + _sampled(told, _("Fewer can show some of the signals: point at one for its own error"))
    )


def _reasons(found: Exits) -> None:
    picture, form = st.columns([5, 3], gap="medium")
    with picture:
        chart = charts.exit_reasons(found.reasons(), found.book.data.currency)
        ui.show_chart(chart, _chart_key("reasons"), selects=True)
        competitors = found.competitors().to_pylist()[:3]
        if competitors:
            currency = found.book.data.currency
            named = formats.listed(
                formats.with_note(row["competitor"], formats.money(row["revenue"], currency)) for row in competitors
            )
            st.caption(ui.escaped(_("Went to: {competitors}").format(competitors=named)))
        export_buttons(found.book.data)
    with form:
        customer_id = st.session_state.get(CHOSEN_CUSTOMER)
        rows = found.reason_listing().only("customer_id", [customer_id]).page(1).to_pylist() if customer_id else []
        if rows:
            reason_form(found.book.data, rows[0]["customer_id"], rows[0]["name"] or rows[0]["customer_id"])
        else:
            st.info(_("Choose a customer in the list to record why they left."), icon=":material/touch_app:")


def _return(found: Exits) -> None:
    try:
        curve = found.returns.curve
        ui.show_chart(charts.return_chance(curve.table, curve.horizon_days), "exits return chance")
    except NotEnoughData as problem:
        ui.explain_problem(problem)
        return
    try:
        life = found.returns.second_life
    except NotEnoughData as problem:
        ui.explain_problem(problem)
        return
    measure = found.win_back.measure
    told = _(
        "{returns} came back at least {days} ago. In that time after the return each brought {value} of {measure} on"
        " average, {multiple} of a year before they left; counted with: {counted}."
    ).format(
        returns=formats.customers(life.returns),
        days=formats.days(found.settings.horizon_days),
        value=formats.money(life.mean(measure), found.book.data.currency),
        measure=_("margin") if measure == "margin" else _("revenue"),
        multiple=formats.ratio(life.measured(measure), 2),
        counted=formats.ratio(life.multiple(measure), 2),
    )
    st.caption(ui.escaped(told))
    if not found.settings.attempt_cost:
        st.caption(_("An attempt costs nothing as set here. Set its cost to see whom to let go."))


def _let_go(found: Exits) -> None:
    worth = found.win_back
    if not worth.let_go_customers:
        st.info(
            _("Nobody is better let go: nobody cost more than they brought, no reason speaks against it, and no attempt"
              " costs more than it brings. Set the cost of an attempt to weigh it."),
            icon=":material/info:",
        )  # fmt: skip
        return
    ui.show_chart(charts.let_go(worth.let_go(), found.book.data.currency), _chart_key("verdicts"), selects=True)
    if worth.missing:
        st.caption(ui.escaped(formats.sentences(_("Without a chance of return no attempt is weighed"), worth.missing)))


# ---------------------------------------------------------------------- the lists


def _chart_key(name: str) -> str:
    """The key of a chart one may click in; another one after the selection was cleared."""
    return f"exits {name}:{st.session_state.get(TIMES_CLEARED, 0)}"


def _show_all() -> None:
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1


def _list_head(title: str, narrowed_to: str, note: str) -> None:
    """The heading of a list: what a click narrowed it to and the way back, or how it is sorted."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(title, anchor=False, width="content")
        if narrowed_to:
            st.badge(ui.escaped(narrowed_to), icon=":material/filter_alt:", color="orange")
            st.button(_("Show all"), icon=":material/close:", key="show all", type="tertiary", on_click=_show_all)
        else:
            st.caption(note, width="content")


def _left_list(found: Exits) -> None:
    if not found.customers:
        return
    months = [date.fromisoformat(month) for month in ui.selected_parts(_chart_key("months"))]
    _list_head(
        _("Who left"),
        formats.listed(formats.month(month) for month in months),
        _("Sorted by the revenue of the year before. Click a bar to see only its customers."),
    )
    _table(
        found, found.listing().only("exit_month", months), LEFT_COLUMNS, "exits left", "who-left",
        sortable=LEFT_SORTABLE, computed={"warned": _warned_days, "signals": found.signals_of},
    )  # fmt: skip


def _warned_days(row: Mapping[str, Any]) -> str:
    days = row["high_risk_ahead"]
    return _("never") if days is None else formats.days(days)


def _reason_list(found: Exits) -> None:
    if not found.customers:
        return
    codes = ui.selected_parts(_chart_key("reasons"))
    _list_head(
        _("Who left"),
        formats.listed(exit_reason_name(code) for code in codes),
        _("Largest first. Choose a customer to record a reason."),
    )
    _table(
        found, found.reason_listing().only("reason", codes), REASON_COLUMNS, "exits reasons", "exit-reasons-of-period",
        sortable=("revenue_before", "exit_on"), on_row=_choose,
    )  # fmt: skip


def _choose(customer_id: str | None) -> None:
    """Take the customer whose row is chosen into the form, which stands above the list."""
    if customer_id is not None and customer_id != st.session_state.get(CHOSEN_CUSTOMER):
        st.session_state[CHOSEN_CUSTOMER] = customer_id
        st.rerun()


def _return_list(found: Exits) -> None:
    worth = found.win_back
    _list_head(
        _("Worth returning to"),
        "",
        _("All who are lost, also from before the period; most regain profit first.")
        if worth.is_known
        else _("All who are lost, also from before the period; most value first."),
    )
    shown = [name for name in RETURN_COLUMNS if worth.is_known or name not in PREDICTED_COLUMNS]
    _table(
        found, worth.listing(), shown, "exits win back", "win-back",
        sortable=[name for name in shown if name not in ("customer_id", "name", "reason", "competitor")],
    )  # fmt: skip


def _let_go_list(found: Exits) -> None:
    worth = found.win_back
    if not worth.let_go_customers:
        return
    verdicts = ui.selected_parts(_chart_key("verdicts"))
    labels = {row["let_go"]: row["label"] for row in worth.let_go().to_pylist()}
    known = [code for code in verdicts if code in labels]
    _list_head(
        _("Better let go"),
        formats.listed(labels[code] for code in known),
        _("All who are lost, also from before the period. Treat them decently and spend nothing."),
    )
    _table(
        found, worth.listing(let_go=True).only("let_go", known), LET_GO_COLUMNS, "exits let go", "let-go",
        sortable=("value_before", "days_gone"), computed={"why": worth.why}, lowest_first=True, lines=3,
    )  # fmt: skip


def _table(found: Exits, listing: Any, shown: Any, key: str, file_name: str, **more: Any) -> None:
    ui.customer_table(
        listing,
        shown,
        key=key,
        value=ui.saved_scenario().value,
        currency=found.book.data.currency,
        file_name=file_name,
        **more,
    )


LISTS = {
    WHO_LEFT: _left_list, SIGNALS: _left_list, REASONS: _reason_list, RETURN: _return_list, LET_GO: _let_go_list,
}  # fmt: skip


# ---------------------------------------------------------------------- the small print


def _how(found: Exits) -> None:
    settings = found.settings
    ui.how_it_is_computed(
        [
            _(
                "A customer leaves on the day the silence reaches the time after which a customer counts as lapsed."
                " {lapsed} Shown are those who left in the last {period} and were still away on this day. Revenue gone"
                " is what they brought in the look-back window up to their last order, scaled to a year, net of what"
                " they returned since."
            ).format(lapsed=found.horizon.explained(), period=formats.days(settings.period_days)),
            _(
                "Signals: each of them is looked at on {looks} days before the exit, {step} apart, by the rules of"
                " churn signals and with what was known on that day. A signal counts as shown from strength {shown} up,"
                " a risk from the lower bound of its band. Those who stayed are looked at in the same way, before a day"
                " of the period on which they had not lapsed. Times as often compares the two shares."
            ).format(
                looks=formats.number(8),
                step=formats.days(found.warnings.look_days),
                shown=formats.number(settings.shown_from, 2),
            ),
            _(
                "Chance of return: returns divided by days at risk in each month since the exit, pooled so that it"
                " never rises, over {days} ahead; customers still away count for the days they have been. It is that of"
                " a return with whatever was tried so far. A filter chooses who is shown and changes nobody's chance."
            ).format(days=formats.days(settings.horizon_days)),
            r"$$\text{regain profit} = v \cdot p(g) \cdot k - c, \qquad"
            r" p(g) = 1 - e^{-\int_g^{g+h} \lambda(s)\,ds}, \qquad"
            r" k = \min\left(1, \frac{\sum \text{second life}}{\sum \text{year before}}\right)$$",
            _(
                "Here v is the value of a year before, p the chance of return after g days gone within h = {days}, k"
                " what returners brought in as many days after the return, discounted at {rate} a year, as a multiple"
                " of the year before they left, c the cost of an attempt ({cost}). Most who return had brought little"
                " in that year, so k is taken no higher than 1."
            ).format(
                days=formats.days(settings.horizon_days),
                rate=formats.percent(settings.annual_discount_rate),
                cost=ui.escaped(formats.money(settings.attempt_cost, found.book.data.currency)),
            ),
            _(
                "Let go are those whose regain profit is below zero, who brought nothing or less in the year before,"
                " or whose recorded reason leaves nobody to return to. The tier and the loyalty type before the exit"
                " are not shown here; open a customer on an earlier day to see them."
            ),
        ],
        f"{found.sql()};\n\n{found.win_back.sql()}",
        _(
            "Pooled rates: Barlow, Bartholomew, Bremner and Brunk (1972), Statistical Inference under Order"
            " Restrictions."
        ),
    )
