"""Lifecycle: which stage each customer is in, how cohorts stay, when customers lapse or come a second time."""

from typing import Any

import pyarrow as pa
import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.charts.lifecycle import MOST_COHORTS
from crm_core.churn import horizon
from crm_core.errors import NotEnoughData
from crm_core.labels import STAGES, stage_name
from crm_core.language import N_, _, ngettext
from crm_core.lifecycle import (
    ALL_CUSTOMERS,
    SEGMENT_TITLES,
    Lifecycle,
    SurvivalBySegment,
    lifecycle,
    newcomers,
    retention,
    segment_columns,
    survival,
)
from ui.against_saved import against_saved
from ui.lifecycle_controls import lifecycle_controls

PICTURES = {
    "stages": N_("Stages"),
    "flows": N_("Flows"),
    "cohorts": N_("Cohorts"),
    "survival": N_("Survival"),
    "newcomers": N_("New customers"),
}
LIST_COLUMNS = (
    "customer_id", "name", "stage", "earlier_stage", "revenue", "earlier_revenue", "growth", "order_count",
    "days_since_last_order",
)  # fmt: skip
EARLIER_COLUMNS = ("earlier_stage", "earlier_revenue")
SORTABLE = ("revenue", "earlier_revenue", "growth", "order_count", "days_since_last_order")
CHOSEN_STAGES, CLICKED, TIMES_CLEARED = "lifecycle stages", "lifecycle clicked", "lifecycle: times cleared"
PERIODS = {1: N_("By month"), 3: N_("By quarter")}
MEASURES = {"customers": N_("Customers"), "revenue": N_("Revenue")}
RETURN_WITHIN_DAYS = 90
MARKED_AGES = {1: 3, 3: 1}
MARKED_DAYS = (730, 365, 180, 90)


def page() -> None:
    if ui.page_opens(_("Lifecycle"), _("In which stage is each customer, who moves on, and how long do they stay?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a threshold."""
    book = ui.book_in_step()
    ui.make_earlier_day_ready(book)
    found = lifecycle(book, ui.draft(), ui.saved_scenario(), ui.compared_day(book))
    ui.headline_row(_headlines(found))
    left, right = st.columns([4, 9], gap="medium")
    with left:
        proposed = horizon(book, ui.draft().churn.model_copy(update={"horizon_days": None}))
        lifecycle_controls(proposed, found.dormant_days, {stage: found.customers_in(stage) for stage in STAGES})
    with right:
        _against_saved(found)
        _pictures(found)
    _customers(found)
    _how(found)


# ---------------------------------------------------------------------- the finding


def _headlines(found: Lifecycle) -> list[ui.Headline]:
    lost = _headline(found, "lost", is_bad=True)
    return [
        _headline(found, "new"),
        _headline(found, "growing", is_bad=False),
        _headline(found, "declining", is_bad=True),
        _headline(found, "dormant", is_bad=True),
        lost,
    ]


def _headline(found: Lifecycle, stage: str, is_bad: bool | None = None) -> ui.Headline:
    """How many are in a stage, what they bring, and how many more than on the earlier day."""
    now = found.customers_in(stage)
    difference = now - found.earlier_customers_in(stage) if found.compared_on else 0
    is_good = None if is_bad is None else (difference < 0) == is_bad
    return ui.Headline(
        stage_name(stage),
        formats.number(now),
        change=formats.number(difference, signed=True) if difference else None,
        is_good=is_good,
        rises=difference > 0,
        against=_("since {day}").format(day=formats.day_iso(found.compared_on)),
        help=_lost_since(found) if stage == "lost" and found.compared_on else _share_of_all(found, stage),
    )


def _share_of_all(found: Lifecycle, stage: str) -> str:
    return _("{share} of {customers}; {revenue} of revenue in the last {days}").format(
        share=formats.percent(found.customers_in(stage) / found.customers),
        customers=formats.customers(found.customers),
        revenue=formats.money(found.revenue_in(stage), found.book.data.currency),
        days=formats.days(found.book.windows.lookback_days),
    )


def _lost_since(found: Lifecycle) -> str:
    currency = found.book.data.currency
    lapsed, brought = found.lapsed_since()
    returned, brings = found.returned_since()
    return _("{lapsed} lapsed since {day}, who had brought {brought}; {returned} came back and bring {brings}").format(
        lapsed=formats.customers(lapsed),
        day=formats.day_iso(found.compared_on),
        brought=formats.money(brought, currency),
        returned=formats.number(returned),
        brings=formats.money(brings, currency),
    )


def _against_saved(found: Lifecycle) -> None:
    details = [
        f"{stage_name(move['from_stage'])} → {stage_name(move['to_stage'])}: {formats.customers(move['customers'])}"
        for move in found.largest_moves()
    ]
    sentence = ui.moved_sentence(found.moved_customers, found.moved_revenue, found.book.data.currency)
    against_saved(sentence, details, ui.draft_problem())


# ---------------------------------------------------------------------- the pictures


def _pictures(found: Lifecycle) -> None:
    draws = {"stages": _stages, "flows": _flows, "cohorts": _cohorts, "survival": _survival, "newcomers": _newcomers}
    tabs = st.tabs([_(title) for title in PICTURES.values()], key="lifecycle pictures", on_change="rerun")
    for tab, name in zip(tabs, PICTURES, strict=True):
        if tab.open:
            with tab:
                try:
                    draws[name](found)
                except NotEnoughData as problem:
                    ui.explain_problem(problem)


def _stages(found: Lifecycle) -> None:
    ui.show_chart(charts.stage_bars(found.summary, found.book.data.currency), _bars_key(), selects=True)
    if not found.book.data.has_column("customers", "created_at"):
        st.caption(_("No prospects: the archive does not say since when it knows a customer."))


def _flows(found: Lifecycle) -> None:
    if found.compared_on is None:
        st.info(
            _("Choose a day to compare with in the sidebar, on which somebody had bought, to see who moved."),
            icon=":material/info:",
        )
        return
    book = found.book
    chart = charts.stage_flows(found.flows, found.compared_on, book.as_of, book.data.currency)
    ui.show_chart(chart, "lifecycle flows")


def _cohorts(found: Lifecycle) -> None:
    with st.container(horizontal=True, gap="medium"):
        months = st.segmented_control(
            _("Cohorts"), list(PERIODS), default=1, required=True, format_func=lambda each: _(PERIODS[each]),
            key="cohort period", label_visibility="collapsed",
        )  # fmt: skip
        measure = st.segmented_control(
            _("Measure"), list(MEASURES), default="customers", required=True,
            format_func=lambda each: _(MEASURES[each]), key="cohort measure", label_visibility="collapsed",
        )  # fmt: skip
    all_cohorts = retention(found.book, months)
    triangle = all_cohorts.youngest(MOST_COHORTS)
    title = _retention_finding(triangle.by_age.to_pylist(), months) if measure == "customers" else None
    if measure == "revenue":
        title = _("Revenue of each cohort as a share of its first period's")
    currency = found.book.data.currency
    chart = charts.retention_triangle(triangle.cells, months, currency, title, by_revenue=measure == "revenue")
    ui.show_chart(chart, f"lifecycle cohorts {months} {measure}")
    st.caption(
        _(
            "Whole periods up to {day}; empty where a period has not ended. The number beside a cohort is its"
            " customers. {which}"
        ).format(
            day=formats.day_iso(triangle.observed_until),
            which=_("The youngest {drawn} of {all} cohorts are shown and counted.").format(
                drawn=formats.number(triangle.cohort_count), all=formats.number(all_cohorts.cohort_count)
            )
            if triangle.cohort_count < all_cohorts.cohort_count
            else _("The first cohorts also hold customers from before the data begins."),
        )
    )


def _retention_finding(ages: list[dict[str, Any]], months: int) -> str:
    """What share of new customers still buys so many periods later, over the cohorts shown that were seen so long."""
    marked = [row for row in ages if 0 < row["age"] <= MARKED_AGES[months]][-1]
    words = (
        ngettext(
            "{share} buy {count} month after their first order (mean of {cohorts})",
            "{share} buy {count} months after their first order (mean of {cohorts})",
            marked["age"],
        )
        if months == 1
        else ngettext(
            "{share} buy in the quarter after their first order's (mean of {cohorts})",
            "{share} buy {count} quarters after their first order's (mean of {cohorts})",
            marked["age"],
        )
    )
    cohorts = ngettext("{count} cohort", "{count} cohorts", marked["cohorts"]).format(count=marked["cohorts"])
    return words.format(share=formats.percent(marked["customer_share"]), count=marked["age"], cohorts=cohorts)


def _survival(found: Lifecycle) -> None:
    by = st.selectbox(
        _("By"), segment_columns(found.book), format_func=lambda column: _(SEGMENT_TITLES[column]),
        key="survival by", label_visibility="collapsed", width=240,
    )  # fmt: skip
    stays = survival(found.book, found.scenario, by)
    named = {_segment(name): curve for name, curve in stays.curves.items()}
    days = _marked_days(stays)
    chart = charts.survival_curves(
        {name: curve.table for name, curve in named.items()}, stays.horizon.days, _survival_finding(stays, days)
    )
    ui.show_chart(chart, f"lifecycle survival {by}")
    st.dataframe(
        pa.table(
            {
                "segment": list(named),
                "customers": [formats.number(curve.customers) for curve in named.values()],
                "ended": [formats.number(curve.ended) for curve in named.values()],
                "after": [formats.percent(curve.after(days)) for curve in named.values()],
                "median": [formats.days(curve.median_days) for curve in named.values()],
            }
        ),
        hide_index=True,
        height="content",
        column_config={
            "segment": st.column_config.TextColumn(_(SEGMENT_TITLES[by])),
            "customers": st.column_config.TextColumn(_("Customers"), alignment="right"),
            "ended": st.column_config.TextColumn(_("Have lapsed"), alignment="right"),
            "after": st.column_config.TextColumn(
                _("Not lapsed after {days}").format(days=formats.days(days)), alignment="right"
            ),
            "median": st.column_config.TextColumn(
                _("Half have lapsed after"), alignment="right", help=_("– where fewer than half have lapsed so far")
            ),
        },
        alt=_("Customers, lapses and survival of each segment"),
    )
    if stays.left_out:
        st.caption(
            ngettext(
                "{count} smaller segment is left out.", "{count} smaller segments are left out.", stays.left_out
            ).format(count=stays.left_out)
        )


def _segment(name: str) -> str:
    return _(SEGMENT_TITLES[ALL_CUSTOMERS]) if name == ALL_CUSTOMERS else name


def _marked_days(stays: SurvivalBySegment) -> int:
    """The roundest length of time that every segment was watched for and in which one can lapse."""
    watched = min(curve.last_day for curve in stays.curves.values())
    return next((days for days in MARKED_DAYS if stays.horizon.days < days <= watched), watched)


def _survival_finding(stays: SurvivalBySegment, days: int) -> str:
    shares = {_segment(name): curve.after(days) or 0.0 for name, curve in stays.curves.items()}
    if len(shares) == 1:
        return _("{share} have not lapsed {days} after the first order").format(
            share=formats.percent(next(iter(shares.values()))), days=formats.days(days)
        )
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    return _("{days} after the first order {most_share} of {most} have not lapsed, {least_share} of {least}").format(
        days=formats.days(days),
        most=most,
        most_share=formats.percent(shares[most]),
        least=least,
        least_share=formats.percent(shares[least]),
    )


def _newcomers(found: Lifecycle) -> None:
    new = newcomers(found.book)
    lookback = formats.days(found.book.windows.lookback_days)
    months, curve = st.columns(2, gap="medium")
    with months:
        ui.show_chart(charts.newcomer_months(new.months), "lifecycle newcomers")
    with curve:
        curves = {_("New in the last {days}").format(days=lookback): new.recent.table}
        if new.before:
            curves[_("In the {days} before").format(days=lookback)] = new.before.table
        within = new.confirmed_within(RETURN_WITHIN_DAYS)
        finding = (
            _("{share} come again within {days}").format(
                share=formats.percent(within), days=formats.days(RETURN_WITHIN_DAYS)
            )
            if within is not None
            else None
        )
        ui.show_chart(charts.second_order_curves(curves, finding), "lifecycle second order")
    if new.median_days is not None:
        st.caption(
            _(
                "A new customer counts as won with the second order, on another day than the first. Of those who came"
                " again, half had come within {days}."
            ).format(days=formats.days(new.median_days))
        )


# ---------------------------------------------------------------------- the list


def _bars_key() -> str:
    """The key of the chart one may click in; another one after the selection was cleared."""
    return f"lifecycle bars:{st.session_state.get(TIMES_CLEARED, 0)}"


def _take_clicks() -> None:
    """Let a click in the picture set the stages of the list, before they are drawn."""
    clicked = ui.selected_parts(_bars_key())
    if clicked and clicked != st.session_state.get(CLICKED):
        st.session_state[CHOSEN_STAGES] = clicked
    st.session_state[CLICKED] = clicked


def _show_all() -> None:
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1
    st.session_state[CHOSEN_STAGES] = []


def _customers(found: Lifecycle) -> None:
    _take_clicks()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("Customers"), anchor=False, width="content")
        stages = st.pills(
            _("Stage"),
            list(STAGES),
            selection_mode="multi",
            format_func=stage_name,
            key=CHOSEN_STAGES,
            label_visibility="collapsed",
        )
        if stages:
            st.button(_("Show all"), icon=":material/close:", key="show all", type="tertiary", on_click=_show_all)
    left_out = () if found.compared_on else EARLIER_COLUMNS
    ui.customer_table(
        found.listing().only("stage", stages),
        [name for name in LIST_COLUMNS if name not in left_out],
        key="lifecycle",
        value=found.saved.value,
        currency=found.book.data.currency,
        file_name="lifecycle",
        sortable=[name for name in SORTABLE if name not in left_out],
    )


# ---------------------------------------------------------------------- the small print


def _how(found: Lifecycle) -> None:
    ui.how_it_is_computed(
        [
            _("Every customer in view and every prospect is in one stage, the first of these that fits."),
            _stage_rules(found),
            f"{found.horizon.explained()} {_earlier_rule()}",
            _(
                "Retention: the share of a cohort, all customers whose first order lies in the same month or quarter,"
                " who bought in a later one. Only whole calendar periods count."
            ),
            _(
                "Survival: the share that has not lapsed so many days after the first order, estimated from all"
                " customers in view, those still buying counted for as long as they were seen. A lapse counts from"
                " the day the silence reaches the horizon, even if the customer came back later. The second order"
                " is estimated in the same way. The band holds the curve 95 times in 100 on each day."
            ),
            r"$$\hat S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{n_i}\right), \qquad"
            r" \hat V = \hat S(t)^2 \sum_{t_i \le t} \frac{d_i}{n_i (n_i - d_i)}$$",
            _("Here d is how many lapse on a day and n how many had been in view until then without a lapse."),
        ],
        found.sql(),
        _("Kaplan and Meier 1958; Greenwood 1926; the band on the scale log(−log S), Kalbfleisch and Prentice 1980."),
    )


def _stage_rules(found: Lifecycle) -> str:
    settings, lookback = found.settings, formats.days(found.book.windows.lookback_days)
    rules = {
        "prospect": _("in the archive by this day, nothing bought yet"),
        "lost": _("no order for {days}").format(days=formats.days(found.horizon.days)),
        "dormant": _("no order for {days}").format(days=formats.days(found.dormant_days)),
        "won_back": _("bought again after a lapse, less than {days} ago").format(
            days=formats.days(settings.won_back_days)
        ),
        "new": _("bought on one day only"),
        "growing": _(
            "brings {share} more than in the {lookback} before or more, or has bought for less than {lookback}"
            " and {window} and so has no such time to compare with"
        ).format(
            share=formats.percent(settings.growing_from, digits=0),
            lookback=lookback,
            window=formats.days(found.book.windows.window_days),
        ),
        "declining": _("brings {share} less than in the {lookback} before, or even less").format(
            share=formats.percent(settings.declining_from, digits=0), lookback=lookback
        ),
        "mature": _("everybody else: steady"),
    }
    return "\n".join(
        f"{place}. **{stage_name(stage)}**: {rule}" for place, (stage, rule) in enumerate(rules.items(), 1)
    )


def _earlier_rule() -> str:
    return _("The earlier day is judged by the same rules, so that a flow is never a change of rules.")
