"""Pictures of lifecycle and retention: stages and the flows between them, cohorts, survival, second orders."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.flows import Class, Flow, ribbons
from crm_core.charts.style import Chart, Row
from crm_core.labels import NOT_YET_KNOWN, STAGES, stage_name
from crm_core.language import _, ngettext

MOST_STEPS = 150
MOST_COHORTS = 24
MOST_LABELLED_AGES = 18


def stage_bars(summary: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """The stages of the lifecycle: customers and revenue of each, with the change since the earlier day.

    `summary`, one row per stage, drawn in the order given: `stage`, `label`, `customers`, `customer_share`,
    `earlier_customers` (null without an earlier day), `revenue`, `revenue_share`. Customdata: [stage].
    """
    stages = style.rows(summary)
    if not stages:
        return style.empty(title or _("Stages"))
    rows = Rows(
        labels=[row["label"] for row in stages],
        keys=[row["stage"] for row in stages],
        hovers=[_stage_hover(row, currency) for row in stages],
        colours=[palette.STAGE_COLOURS[row["stage"]] for row in stages],
    )
    panels = (
        Panel(_("Customers"), [row["customers"] for row in stages], [_counted(row) for row in stages]),
        Panel(
            _("Revenue"),
            [max(float(row["revenue"] or 0), 0) for row in stages],
            [formats.money(row["revenue"], currency) for row in stages],
        ),
    )
    largest = max(stages, key=lambda row: row["revenue"] or 0)
    finding = title or ngettext(
        "{stage}: {customers} brings {share} of revenue",
        "{stage}: {customers} bring {share} of revenue",
        largest["customers"],
    ).format(
        stage=largest["label"],
        customers=formats.customers(largest["customers"]),
        share=formats.percent(largest["revenue_share"]),
    )
    facts = [
        formats.listed((row["label"], formats.customers(row["customers"]), formats.money(row["revenue"], currency)))
        for row in stages
    ]
    return Chart(panelled_bars("stage_bars", rows, panels, 36), finding, style.alt_text(finding, facts))


def stage_flows(flows: pa.Table, earlier_on: date, as_of: date, currency: str = "", title: str | None = None) -> Chart:
    """Who went from which stage to which between two days; those who stayed are muted.

    `flows`, one row per pair that occurs: `from_stage` ("unknown" for who was not known then), `to_stage`,
    `customers`, `revenue` (now), `earlier_revenue` (then).
    """
    pairs = style.rows(flows)
    if not pairs:
        return style.empty(title or _("Flows between stages"))
    moved = [pair for pair in pairs if pair["from_stage"] != pair["to_stage"]]
    moving = sum(pair["customers"] for pair in moved)
    classes = {stage: Class(stage_name(stage), palette.STAGE_COLOURS[stage]) for stage in (*STAGES, NOT_YET_KNOWN)}
    drawn = ribbons(
        "stage_flows",
        [
            Flow(
                pair["from_stage"],
                pair["to_stage"],
                pair["customers"],
                _flow_hover(stage_name(pair["from_stage"]), stage_name(pair["to_stage"]), pair, currency),
                _ribbon_colour(pair["from_stage"] == pair["to_stage"], palette.STAGE_COLOURS[pair["to_stage"]]),
            )
            for pair in pairs
        ],
        classes,
        classes,
        (formats.day_iso(earlier_on), formats.day_iso(as_of)),
    )
    finding = title or ngettext(
        "{customers} is in another stage than on {day}",
        "{customers} are in another stage than on {day}",
        moving,
    ).format(customers=formats.customers(moving), day=formats.day(earlier_on))
    facts = [
        f"{stage_name(pair['from_stage'])} → {stage_name(pair['to_stage'])}: {formats.customers(pair['customers'])}"
        for pair in moved
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def tier_flows(
    flows: pa.Table, earlier_on: date, as_of: date, tier_count: int, currency: str = "", title: str | None = None
) -> Chart:
    """Who went from which tier to which between two days; those who stayed are muted.

    `flows`, one row per pair that occurs: `from_tier_number` (1 is best, 0 for who was not yet a customer),
    `from_tier`, `to_tier_number`, `to_tier`, `customers`, `revenue` (now), `earlier_revenue` (then).
    """
    pairs = style.rows(flows)
    if not pairs:
        return style.empty(title or _("Moves between tiers"))
    known = [pair for pair in pairs if pair["from_tier_number"]]
    risen = sum(pair["customers"] for pair in known if pair["to_tier_number"] < pair["from_tier_number"])
    fallen = sum(pair["customers"] for pair in known if pair["to_tier_number"] > pair["from_tier_number"])
    before = {
        pair["from_tier_number"]: _tier_class(pair["from_tier_number"], pair["from_tier"], tier_count) for pair in pairs
    }
    now = {pair["to_tier_number"]: _tier_class(pair["to_tier_number"], pair["to_tier"], tier_count) for pair in pairs}
    drawn = ribbons(
        "tier_flows",
        [
            Flow(
                pair["from_tier_number"],
                pair["to_tier_number"],
                pair["customers"],
                _flow_hover(pair["from_tier"], pair["to_tier"], pair, currency),
                _tier_ribbon(pair),
            )
            for pair in pairs
        ],
        {number: before[number] for number in sorted(before, key=lambda number: number or 99)},
        {number: now[number] for number in sorted(now)},
        (formats.day_iso(earlier_on), formats.day_iso(as_of)),
    )
    finding = title or _("{risen} rose and {fallen} fell since {day}").format(
        risen=formats.customers(risen), fallen=formats.number(fallen), day=formats.day(earlier_on)
    )
    facts = [
        f"{pair['from_tier']} → {pair['to_tier']}: {formats.customers(pair['customers'])}"
        for pair in pairs
        if pair["from_tier_number"] != pair["to_tier_number"]
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def retention_triangle(
    cells: pa.Table,
    period_months: int = 1,
    currency: str = "",
    title: str | None = None,
    *,
    by_revenue: bool = False,
) -> Chart:
    """The retention triangle: a row per cohort, a column per period since its first, empty where not yet seen.

    `cells`, one row per cohort and age: `cohort` (first day of its period), `age` (periods), `customers`,
    `customer_share`, `revenue`, `revenue_share` (all null where the period had not ended). The youngest
    twenty-four cohorts are drawn; the first period, which is 100 % by definition, gives the cohort's size.
    """
    found = style.rows(cells)
    cohorts = sorted({row["cohort"] for row in found})[-MOST_COHORTS:]
    ages = [age for age in sorted({row["age"] for row in found}) if 0 < age <= len(cohorts)]
    if not cohorts or not ages:
        return style.empty(title or _("Retention"))
    share = "revenue_share" if by_revenue else "customer_share"
    by_place = {(row["cohort"], row["age"]): row for row in found}
    grid = [[by_place.get((cohort, age), {}) for age in ages] for cohort in cohorts]
    shares = [[row.get(share) for row in line] for line in grid]
    has_room = len(ages) <= MOST_LABELLED_AGES
    drawn = style.figure(
        "retention_triangle",
        [
            go.Heatmap(
                x=ages,
                y=list(range(len(cohorts))),
                z=shares,
                zmin=0,
                zmax=max(1.0, *(each or 0 for line in shares for each in line)) if by_revenue else 1,
                colorscale=[[0, palette.veil(palette.PLAIN, 0)], [1, palette.veil(palette.PLAIN, 1)]],
                showscale=False,
                xgap=2,
                ygap=2,
                text=[[_cell_text(each, has_room) for each in line] for line in shares],
                texttemplate="%{text}",
                textfont={"color": palette.TEXT, "size": 12 if has_room else 10},
                hovertext=[[_cell_hover(row, period_months, currency) for row in line] for line in grid],
                hoverinfo="text",
                hoverongaps=False,
            )
        ],
        height=70 + (28 if len(cohorts) <= 14 else 16) * len(cohorts),
    )
    drawn.update_xaxes(
        side="top",
        dtick=1 if has_room else 3,
        title=style.axis_title(_later(period_months, has_room)),
    )
    drawn.update_yaxes(
        tickvals=list(range(len(cohorts))),
        ticktext=[
            f"{style.bold(_period(cohort, period_months))}  {formats.compact(by_place[cohort, 0]['customers'])}"
            for cohort in cohorts
        ],
        autorange="reversed",
    )
    finding = title or ngettext(
        "{count} cohort with {customers}", "{count} cohorts with {customers}", len(cohorts)
    ).format(
        count=len(cohorts), customers=formats.customers(sum(by_place[cohort, 0]["customers"] for cohort in cohorts))
    )
    facts = [
        f"{_period(cohort, period_months)}: {formats.customers(by_place[cohort, 0]['customers'])}" for cohort in cohorts
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def survival_curves(curves: Mapping[str, pa.Table], horizon_days: int | None = None, title: str | None = None) -> Chart:
    """How many have not lapsed after so many days, with a band of 95 %; one line per segment.

    `curves` gives each segment's name the rows `days`, `survival`, `lower`, `upper` (0-1, null where not known),
    ascending. `horizon_days`: nobody can lapse sooner.
    """
    if not curves:
        return style.empty(title or _("Survival"))
    traces: list[Any] = []
    for place, (name, table) in enumerate(curves.items()):
        points = _from_the_start(style.rows(table))
        traces += [*_band(points, place), _line(name, points, place, falls=True)]
    drawn = _curve_figure("survival_curves", traces, len(curves) > 1)
    if horizon_days:
        drawn.add_vline(
            x=horizon_days,
            line=style.guide(),
            annotation={"text": _("Nobody lapses before {days}").format(days=formats.days(horizon_days)), "y": 0.06},
        )
    drawn.update_xaxes(title=style.axis_title(_("Days since the first order")))
    drawn.update_yaxes(title=style.axis_title(_("Share not lapsed")))
    last = {name: style.rows(table)[-1] for name, table in curves.items()}
    facts = [_not_lapsed(name, row) for name, row in last.items()]
    finding = title or facts[0]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def second_order_curves(curves: Mapping[str, pa.Table], title: str | None = None) -> Chart:
    """How many new customers have come a second time after so many days; one line per group, with its band.

    `curves` gives each group's name the rows `days`, `survival`, `lower`, `upper`: the share still waiting.
    """
    if not curves:
        return style.empty(title or _("Second order"))
    traces: list[Any] = []
    for place, (name, table) in enumerate(curves.items()):
        points = [_turned(row) for row in _from_the_start(style.rows(table))]
        traces += [*_band(points, place), _line(name, points, place, falls=False)]
    drawn = _curve_figure("second_order_curves", traces, len(curves) > 1)
    drawn.update_xaxes(title=style.axis_title(_("Days since the first order")))
    drawn.update_yaxes(title=style.axis_title(_("Share that came again")))
    facts = [
        _("{name}: {share} within {days}").format(
            name=name, share=formats.percent(1 - rows[-1]["survival"]), days=formats.days(rows[-1]["days"])
        )
        for name, rows in ((name, style.rows(table)) for name, table in curves.items())
    ]
    finding = title or facts[0]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def newcomer_months(months: pa.Table, title: str | None = None) -> Chart:
    """New customers by month of their first order: those who came again, and those who have not yet.

    `months`, ascending: `month` (its first day), `customers`, `confirmed` (of them, who came a second time).
    """
    found = style.rows(months)
    if not found:
        return style.empty(title or _("New customers"))
    customers, confirmed = sum(row["customers"] for row in found), sum(row["confirmed"] for row in found)
    hovers = [
        style.hover(
            formats.month(row["month"]),
            formats.customers(row["customers"]),
            _("{count} came again ({share})").format(
                count=formats.number(row["confirmed"]), share=formats.percent(row["confirmed"] / row["customers"])
            ),
        )
        for row in found
    ]
    days = [row["month"] for row in found]
    drawn = style.figure(
        "newcomer_months",
        [
            _month_bars(_("Came again"), days, [row["confirmed"] for row in found], hovers, palette.PLAIN, ""),
            _month_bars(
                _("Not yet"),
                days,
                [row["customers"] - row["confirmed"] for row in found],
                hovers,
                palette.TIER_COLOURS[-1],
                "/",
            ),
        ],
        height=300,
        barmode="stack",
        showlegend=True,
        margin={"l": 4, "r": 22, "t": 30, "b": 4},
    )
    ticks = style.month_ticks(days[0], days[-1])
    drawn.update_xaxes(**ticks | {name: ticks[name][::2] for name in ("tickvals", "ticktext")})
    highest = max(row["customers"] for row in found)
    drawn.update_yaxes(title=style.axis_title(_("New customers")), **style.count_ticks(highest), **style.grid())
    finding = title or _("{confirmed} of {customers} came again").format(
        confirmed=formats.number(confirmed), customers=formats.customers(customers)
    )
    facts = [f"{formats.month(row['month'])}: {row['confirmed']}/{row['customers']}" for row in found]
    return Chart(drawn, finding, style.alt_text(finding, facts))


# ---------------------------------------------------------------------- parts of stages and flows


def _counted(row: Row) -> str:
    """How many, and how many more or fewer than on the earlier day."""
    now, before = row["customers"], row["earlier_customers"]
    if before is None or now == before:
        return formats.number(now)
    return f"{formats.number(now)} ({formats.number(now - before, signed=True)})"


def _stage_hover(row: Row, currency: str) -> str:
    then = [_("Earlier: {customers}").format(customers=formats.customers(row["earlier_customers"]))]
    return style.hover(
        row["label"],
        f"{formats.customers(row['customers'])} ({formats.percent(row['customer_share'])})",
        *(then if row["earlier_customers"] is not None else []),
        _("Revenue {revenue}").format(
            revenue=f"{formats.money(row['revenue'], currency)} ({formats.percent(row['revenue_share'])})"
        ),
    )


def _flow_hover(before: str, now: str, pair: Row, currency: str) -> str:
    return style.hover(
        f"{before} → {now}",
        formats.customers(pair["customers"]),
        _("Revenue {before} then, {now} now").format(
            before=formats.money(pair["earlier_revenue"], currency), now=formats.money(pair["revenue"], currency)
        ),
    )


def _ribbon_colour(stays: bool, colour: str) -> str:
    return palette.FAINT if stays else palette.veil(colour, 0.7)


def _tier_ribbon(pair: Row) -> str:
    before, now = pair["from_tier_number"], pair["to_tier_number"]
    if not before or before == now:
        return palette.FAINT
    return palette.veil(palette.RISE if now < before else palette.FALL, 0.6)


def _tier_class(number: int, name: str, tier_count: int) -> Class:
    return Class(name, palette.tier_colour(number, tier_count) if number else palette.UNSCORED)


# ---------------------------------------------------------------------- parts of cohorts and curves


def _period(first: date, period_months: int) -> str:
    if period_months == 1:
        return formats.month(first)
    return _("{year} Q{quarter}").format(year=first.year, quarter=first.month // 3 + 1)


def _later(period_months: int, has_room: bool) -> str:
    """What the columns are; with bare numbers in the cells, also their unit."""
    title = _("Months since the first order") if period_months == 1 else _("Quarters since the first order")
    return title if has_room else _("{title} (cells in %)").format(title=title)


def _cell_text(share: float | None, has_room: bool) -> str:
    if share is None:
        return ""
    return formats.percent(share, digits=0) if has_room else formats.number(share * 100)


def _cell_hover(row: Row, period_months: int, currency: str) -> str:
    if row.get("customers") is None:
        return ""
    age = row["age"]
    later = (
        ngettext("{count} month later", "{count} months later", age)
        if period_months == 1
        else ngettext("{count} quarter later", "{count} quarters later", age)
    )
    return style.hover(
        f"{_period(row['cohort'], period_months)} · {later.format(count=age)}",
        _("{customers} bought ({share})").format(
            customers=formats.customers(row["customers"]), share=formats.percent(row["customer_share"])
        ),
        _("Revenue {revenue}, {share} of the first period's").format(
            revenue=formats.money(row["revenue"], currency), share=formats.percent(row["revenue_share"])
        ),
    )


def _from_the_start(rows: Sequence[Row]) -> list[Row]:
    """The curve from day 0 on, with at most some 150 steps; the first and the last step stay."""
    start = {"days": 0, "survival": 1.0, "lower": 1.0, "upper": 1.0}
    pace = len(rows) // MOST_STEPS + 1
    kept = [*rows[:-1:pace], rows[-1]] if rows else []
    return kept if kept and kept[0]["days"] == 0 else [start, *kept]


def _turned(row: Row) -> Row:
    """What has not happened made into what has."""
    lower = None if row["upper"] is None else 1 - row["upper"]
    upper = None if row["lower"] is None else 1 - row["lower"]
    return {"days": row["days"], "survival": 1 - row["survival"], "lower": lower, "upper": upper}


def _band(points: Sequence[Row], place: int) -> list[go.Scatter]:
    known = [point for point in points if point["lower"] is not None]
    days = [point["days"] for point in known]
    edge: dict[str, Any] = {
        "mode": "lines",
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [
        go.Scatter(x=days, y=[point["upper"] for point in known], **edge),
        go.Scatter(
            x=days,
            y=[point["lower"] for point in known],
            fill="tonexty",
            fillcolor=palette.veil(palette.SERIES[place], 0.15),
            **edge,
        ),
    ]


def _line(name: str, points: Sequence[Row], place: int, *, falls: bool) -> go.Scatter:
    sentence = _("{share} not lapsed after {days}") if falls else _("{share} came again within {days}")
    return go.Scatter(
        name=style.plain(name),
        x=[point["days"] for point in points],
        y=[point["survival"] for point in points],
        mode="lines",
        line={
            "color": palette.SERIES[place],
            "width": 2.5,
            "shape": "hv",
            "dash": palette.SERIES_DASHES[place],
        },
        hovertext=[
            style.hover(
                name,
                sentence.format(share=formats.percent(point["survival"]), days=formats.days(point["days"])),
                _("95 % band: {lower} to {upper}").format(
                    lower=formats.percent(point["lower"]), upper=formats.percent(point["upper"])
                ),
            )
            for point in points
        ],
        hoverinfo="text",
    )


def _curve_figure(name: str, traces: Sequence[Any], has_legend: bool) -> go.Figure:
    drawn = style.figure(
        name, traces, height=340, showlegend=has_legend, margin={"l": 4, "r": 22, "t": 30 if has_legend else 8, "b": 4}
    )
    drawn.update_xaxes(rangemode="tozero", nticks=8)
    drawn.update_yaxes(range=[0, 1.02], tickformat=".0%", nticks=6, **style.grid())
    return drawn


def _not_lapsed(name: str, row: Row) -> str:
    return _("{name}: {share} not lapsed after {days}").format(
        name=name, share=formats.percent(row["survival"]), days=formats.days(row["days"])
    )


def _month_bars(
    name: str, days: Sequence[date], counts: Sequence[int], hovers: Sequence[str], colour: str, pattern: str
) -> go.Bar:
    return go.Bar(
        name=name,
        x=list(days),
        y=list(counts),
        hovertext=list(hovers),
        hoverinfo="text",
        marker={
            "color": colour,
            "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.4, "size": 6, "solidity": 0.2},
        },
    )
