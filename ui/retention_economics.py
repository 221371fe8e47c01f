"""Retention economics on the page Lifetime value: what fewer leavers would be worth, beside what it hangs on."""

import streamlit as st

from crm_core import charts, formats
from crm_core.language import _, ngettext
from crm_core.retention_economics import RetentionEconomics, YearBalance
from ui import scenarios
from ui.frame import escaped, how_it_is_computed, show_chart


def measured(balance: YearBalance, currency: str) -> None:
    """What the last two years say, nothing of it predicted."""
    st.caption(
        _(
            "Measured: of {before} who bought in the year before, {kept} bought again in the last one: retention"
            " {retention}, churn {churn}. {won} were won, {returned} of them returned. A customer brought {margin} of"
            " margin, {rate} of revenue."
        ).format(
            before=formats.customers(balance.customers_before),
            kept=formats.number(balance.kept),
            retention=formats.percent(balance.retention),
            churn=formats.percent(1 - balance.retention),
            won=formats.number(balance.won),
            returned=formats.number(balance.returned),
            margin=escaped(formats.money(balance.margin_per_customer, currency)),
            rate=formats.percent(balance.margin_rate),
        )
    )


def said(economics: RetentionEconomics, saved: RetentionEconomics, currency: str) -> None:
    """Profit now, as planned and as planned in the saved scenario; keeping against winning in a sentence."""
    with st.container(border=True, key="keeping against winning", gap=None):
        if problem := scenarios.draft_problem():
            st.markdown(f":orange[:material/warning: **{escaped(problem)}**]")
            st.caption(_("Until then the figures are those of the saved scenario."))
        st.markdown(f":material/balance: **{escaped(_finding(economics, saved, currency))}**")
        st.caption(escaped(formats.sentences(*_keeping_against_winning(economics, currency))))


def show_economics(economics: RetentionEconomics, currency: str) -> None:
    """What each change adds, what profit hangs on most, and how all is computed."""
    bridge, swings = st.columns(2, gap="medium")
    with bridge:
        show_chart(charts.profit_bridge(economics.bridge(), currency), "lifetime bridge")
    with swings:
        show_chart(charts.tornado(economics.tornado(), economics.profit_then, currency), "lifetime tornado")
    measured(economics.balance, currency)
    _how(economics, currency)


def _finding(economics: RetentionEconomics, saved: RetentionEconomics, currency: str) -> str:
    change = economics.profit_then - economics.profit_now
    years = economics.settings.years
    finding = ngettext(
        "Profit over {years} year: {now} as things are, {then} as planned ({change}).",
        "Profit over {years} years: {now} as things are, {then} as planned ({change}).",
        years,
    ).format(
        years=years,
        now=formats.money(economics.profit_now, currency),
        then=formats.money(economics.profit_then, currency),
        change=formats.money(change, currency, signed=True),
    )
    if economics.settings == saved.settings and economics.then == saved.then:
        return finding
    as_saved = _("As saved: {then} over {years}.").format(
        then=formats.money(saved.profit_then, currency), years=_years(saved.settings.years)
    )
    return formats.sentences(finding, as_saved)


def _years(count: int) -> str:
    return ngettext("{count} year", "{count} years", count).format(count=count)


def _keeping_against_winning(economics: RetentionEconomics, currency: str) -> list[str]:
    """What keeping is worth in customers won, what it may cost, and a point of churn beside a point of margin."""
    point = _("One point less churn brings {churn}, one point more margin {margin}").format(
        churn=formats.money(economics.point_of_churn(), currency),
        margin=formats.money(economics.point_of_margin(), currency),
    )
    if economics.churn_reduction <= 0:
        return [_("Lower the churn to weigh keeping customers against winning new ones"), point]
    planned = economics.settings.retention_cost
    bearable = formats.money(economics.bearable_retention_cost, currency)
    cost = (
        _("It may cost up to {bearable} a customer and year; {planned} is planned").format(
            bearable=bearable, planned=formats.money(planned, currency)
        )
        if planned
        else _("It pays as long as it costs less than {bearable} a customer and year").format(bearable=bearable)
    )
    return [_keeping(economics, currency), cost, point]


def _keeping(economics: RetentionEconomics, currency: str) -> str:
    figures = {
        "points": formats.number(100 * economics.churn_reduction, 1),
        "customers": formats.customers(economics.more_kept_customers),
        "gain": formats.money(economics.gain_of_keeping, currency),
    }
    if economics.as_many_won is None:
        return _(
            "{points} points less churn keep {customers} more in the first year and bring {gain} before cost; winning"
            " customers does not earn back its cost in that time"
        ).format(**figures)
    return _(
        "{points} points less churn keep {customers} more in the first year and bring {gain} before cost, as much as"
        " winning {more} more each year on top of {won}"
    ).format(
        **figures,
        more=formats.number(economics.as_many_won),
        won=formats.number(economics.balance.won),
    )


def _how(economics: RetentionEconomics, currency: str) -> None:
    now, then = economics.now, economics.then
    how_it_is_computed(
        [
            _(
                "A year is 365 days. Retention is the share of the customers of the year before who bought again in"
                " the last one; churn is the rest. Won are those who bought in the last year and not in the year"
                " before: new ones, and those who returned from longer ago. Margin is revenue less cost, with the"
                " assumed margin where the cost is unknown."
            ),
            _(
                "The years ahead are played forward from there: the same share stays each year, as many are won, and a"
                " kept and a won customer bring what they brought in the last year."
            ),
            r"$$k_t = c_{t-1}\,\rho, \qquad c_t = k_t + w, \qquad"
            r" \Pi = \sum_{t=1}^{Y} \frac{k_t\,m_k + w\,(m_w - a) - c_{t-1}\,b}{(1 + i)^{t - 1/2}}$$",
            _(
                "Here Π is profit, c are customers, k those kept, w won ({won}), ρ retention (now {now}, planned"
                " {then}), m the margin of a kept ({kept}) and of a won customer ({won_margin}) in a year, a the cost"
                " of winning, b that of keeping, i the discount rate ({rate}), Y the years."
            ).format(
                won=formats.number(now.won),
                now=formats.percent(now.retention),
                then=formats.percent(then.retention),
                kept=escaped(formats.money(now.kept_margin, currency)),
                won_margin=escaped(formats.money(now.won_margin, currency)),
                rate=formats.percent(now.discount_rate),
            ),
            _(
                "Profit here is margin less what winning and keeping cost; the rest of the company's costs are left"
                " out. A customer saved is taken to bring what a kept one brings; those about to leave often bring"
                " less, so read the gain as the most there is. The changes in the first picture come on top of each"
                " other, in the order shown."
            ),
        ],
        economics.sql(),
        _("Reichheld and Sasser (1990), Zero Defections; Gupta and Lehmann (2003), Customers as Assets."),
    )
