"""Overview: a few numbers, what changed, and where to look."""

from collections.abc import Callable

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.language import _
from crm_core.overview import Overview

MOST_CHANGES = 5


def page() -> None:
    book = ui.current_book()
    ui.page_head(_("Overview"), _("How much are our customers worth, and what changed?"), book)
    if book is None or book.is_empty:
        ui.explain_empty(book)
        return
    ui.make_earlier_day_ready(book)
    with st.spinner(_("Adding up the figures ...")):
        seen = book.overview(ui.saved_scenario(), ui.compared_day(book))
    headlines = st.empty()
    changes, pyramid, loyalty = st.columns([8, 6, 6], gap="medium")
    if seen.is_large:
        with headlines.container():
            figures(seen, with_trends=False)
    with pyramid:
        value(seen)
    with loyalty:
        loyalty_types(seen)
    with changes:
        with st.spinner(_("Looking for what changed ...")):
            _changes = seen.changes
        what_changed(seen)
        with st.spinner(_("Looking at the months before, for the trends ...")):
            _trend = seen.trend
    with headlines.container():
        figures(seen)


def figures(seen: Overview, *, with_trends: bool = True) -> None:
    """The headline figures with their trends, which take longest: a large company sees the figures first."""
    now, currency = seen.figures, seen.book.data.currency
    lookback = formats.days(seen.book.windows.lookback_days)
    if seen.compared_on:
        st.caption(_("Changes since {day}").format(day=formats.day(seen.compared_on)))
    else:
        st.caption(_("The data does not reach back to the day to compare with, so no changes are shown."))
    ui.headline_row(
        [
            headline(
                seen,
                _("Customers"),
                formats.compact(now.customers),
                "customers",
                seen.difference_of("customers"),
                added,
                help=_("Everybody who has ever bought, by this day."),
            ),
            headline(
                seen,
                _("Active"),
                formats.compact(now.active_customers),
                "active_customers",
                seen.growth_of("active_customers"),
                grown,
                help=_("Bought in the last {days}.").format(days=lookback),
            ),
            headline(
                seen,
                _("Revenue"),
                formats.money(now.revenue, currency),
                "revenue",
                seen.growth_of("revenue"),
                grown,
                help=_("In the last {days}, net of returns.").format(days=lookback),
            ),
            headline(
                seen,
                _("Revenue at risk"),
                formats.money(now.revenue_at_risk, currency),
                "revenue_at_risk",
                seen.growth_of("revenue_at_risk"),
                grown,
                rising_is_good=False,
                help=_("Of the customers at high risk: {customers}.").format(
                    customers=formats.customers(now.customers_at_risk)
                ),
            ),
            headline(
                seen,
                _("From the top 20 %"),
                formats.percent(now.top_share),
                "top_share",
                seen.difference_of("top_share"),
                formats.points,
                rising_is_good=None,
                help=_("Share of revenue that the best fifth of the customers bring."),
            ),
        ],
        with_trends=with_trends,
    )
    indicators = [satisfaction(seen), high_loyalty(seen), retention(seen), contribution(seen)]
    ui.headline_row(indicators, with_trends=with_trends)


def satisfaction(seen: Overview) -> ui.Headline:
    now = seen.figures.satisfaction
    return headline(
        seen,
        _("Satisfaction"),
        formats.number(now, 1) if now is not None else _("no surveys"),
        "satisfaction",
        seen.difference_of("satisfaction"),
        scored,
        help=_("Mean answer to the overall question, 0 to 100.")
        if now is not None
        else _("Load a table of surveys to see how satisfied customers are."),
    )


def high_loyalty(seen: Overview) -> ui.Headline:
    return headline(
        seen,
        _("Loyalty"),
        formats.percent(seen.figures.high_loyalty_share),
        "high_loyalty_share",
        seen.difference_of("high_loyalty_share"),
        formats.points,
        help=_("Share of customers in high loyalty: they buy often and depend on us."),
    )


def retention(seen: Overview) -> ui.Headline:
    now = seen.figures.retention
    return headline(
        seen,
        _("Retention"),
        formats.percent(now) if now is not None else _("too early"),
        "retention",
        seen.difference_of("retention"),
        formats.points,
        help=_("Of the customers of the window before, the share that bought again in this one.")
        if now is not None
        else _("Needs orders over two look-back windows."),
    )


def contribution(seen: Overview) -> ui.Headline:
    now = seen.figures
    assumed = formats.percent(now.margin_assumed_share)
    return headline(
        seen,
        _("Contribution"),
        formats.money(now.margin, seen.book.data.currency),
        "margin",
        seen.growth_of("margin"),
        grown,
        help=_("Margin in the look-back window. The cost of {share} of revenue is unknown and assumed.").format(
            share=assumed
        ),
    )


def headline(
    seen: Overview,
    label: str,
    value: str,
    name: str,
    change: float | None,
    in_words: Callable[[float], str],
    *,
    rising_is_good: bool | None = True,
    help: str | None = None,
) -> ui.Headline:
    """One metric with its change in words and its trend."""
    rises = change is None or change >= 0
    return ui.Headline(
        label,
        value,
        in_words(change) if change is not None else None,
        is_good=None if rising_is_good is None else rises == rising_is_good,
        help=help,
        trend=lambda: seen.trend_of(name),
        rises=rises,
    )


def grown(share: float) -> str:
    return formats.percent(share, signed=True)


def added(count: float) -> str:
    return formats.number(count, 0, signed=True)


def scored(points: float) -> str:
    return formats.number(points, 1, signed=True)


def what_changed(seen: Overview) -> None:
    st.markdown(f"**{_('What changed')}**")
    if seen.compared_on is None:
        st.info(_("Choose an earlier day to compare with in the sidebar."), icon=":material/info:")
    elif not seen.changes:
        st.write(_("Nothing of weight changed since {day}.").format(day=formats.day(seen.compared_on)))
    for change in seen.changes[:MOST_CHANGES]:
        icon = ":material/trending_up:" if change.is_good else ":material/trending_down:"
        ui.link(change.page, change.sentence, icon)


def value(seen: Overview) -> None:
    ui.show_chart(
        charts.pyramid(
            seen.tiers.summary,
            seen.book.data.currency,
            tier_count=seen.scenario.value.tier_count,
            is_small=True,
        ),
        "overview pyramid",
    )
    ui.link("value-tiers", _("Tune the tiers"), ":material/tune:")


def loyalty_types(seen: Overview) -> None:
    if seen.loyalty is None:
        st.info(_("No component of dependence has data, so loyalty cannot be told."), icon=":material/info:")
        return
    ui.show_chart(
        charts.loyalty_shares(seen.loyalty.summary, seen.book.data.currency, is_small=True), "overview loyalty"
    )
    ui.link("loyalty-types", _("See the four types"), ":material/favorite:")
