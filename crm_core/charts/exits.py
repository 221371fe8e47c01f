"""Pictures of exits: when customers left, what had shown before, why, the chance of a return, whom to let go."""

from collections.abc import Sequence

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.style import Chart, Row
from crm_core.labels import NOT_RECORDED
from crm_core.language import _, ngettext

FEW_BARS = 3  # bars alone in a picture are drawn no wider than a month


def exit_months(months: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """Revenue gone by month of exit, the number of customers on each bar.

    `months`, ascending: `month` (its first day), `customers`, `revenue` (of a year before they left), `warned` (had
    been at high risk while they still bought; null where that is not known), `warned_error` (by how many that may be
    off, 0 where it is exact). Customdata: [month as ISO day].
    """
    found = style.rows(months)
    if not found:
        return style.empty(title or _("Who left, by month"))
    names = [formats.month(row["month"]) for row in found]
    drawn = style.figure(
        "exit_months",
        [
            go.Bar(
                x=list(range(len(found))),
                y=[float(row["revenue"]) for row in found],
                text=[formats.compact(row["customers"]) for row in found],
                textposition="outside",
                cliponaxis=False,
                customdata=[[row["month"].isoformat()] for row in found],
                hovertext=[_month_hover(name, row, currency) for name, row in zip(names, found, strict=True)],
                hoverinfo="text",
                marker={"color": palette.RISK_COLOURS["lost"], "cornerradius": 3},
                unselected={"marker": {"opacity": 0.35}},
            )
        ],
        height=300,
        margin={"l": 4, "r": 4, "t": 22, "b": 4},
    )
    revenue = [float(row["revenue"]) for row in found]
    ticks = style.nice_ticks(min(0.0, *revenue), max(0.0, *revenue), 4)
    drawn.update_yaxes(
        tickvals=ticks,
        ticktext=[formats.money(tick, currency) for tick in ticks],
        title=style.axis_title(_("Revenue of a year before")),
        **style.grid(),
    )
    step = -(-len(found) // 8)
    drawn.update_xaxes(
        tickvals=list(range(0, len(found), step)),
        ticktext=names[::step],
        tickangle=0,
        range=[-0.6, max(len(found), FEW_BARS) - 0.4],
    )
    most = max(range(len(found)), key=lambda place: found[place]["revenue"])
    finding = title or _("Most revenue went in {month}: {customers}, {revenue} a year").format(
        month=names[most],
        customers=formats.customers(found[most]["customers"]),
        revenue=formats.money(found[most]["revenue"], currency),
    )
    facts = [
        formats.listed((name, formats.customers(row["customers"]), formats.money(row["revenue"], currency)))
        for name, row in zip(names, found, strict=True)
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def signals_before_exit(lead: pa.Table, *, while_buying: bool = False, title: str | None = None) -> Chart:
    """How many of who left had shown each signal before, beside those who stayed, how many times as often, how early.

    `lead`, one row per signal, drawn in the order given: `signal`, `label`, `shown_share`, `stayers_share`, `lift`,
    `median_days`, and the first three `while_buying`: `while_buying_share`, `stayers_while_buying_share`,
    `while_buying_lift`. Shares are 0-1, null where nobody's data tells; `share_error` and `stayers_error` say by how
    much those of a sample may be off, 0 where they are exact. Customdata: [signal].
    """
    names = (
        ("while_buying_share", "stayers_while_buying_share", "while_buying_lift")
        if while_buying
        else ("shown_share", "stayers_share", "lift")
    )
    found = [row for row in style.rows(lead) if row[names[0]] is not None]
    if not found:
        return style.empty(title or _("What had shown before"))
    left, stayed, lift = ([row[name] for row in found] for name in names)
    sentences = [_signal_sentence(*figures) for figures in zip(left, stayed, lift, strict=True)]
    panels = [
        Panel(_("Of who left"), left, [formats.percent(share, digits=0) for share in left], full=1.0),
        Panel(
            _("Of who stayed"), [share or 0 for share in stayed],
            [formats.percent(share, digits=0) for share in stayed], full=1.0,
        ),
        Panel(_("Times as often"), [times or 0 for times in lift], [formats.ratio(times) for times in lift]),
    ]  # fmt: skip
    if not while_buying:
        days = [row["median_days"] for row in found]
        panels.append(Panel(_("Median days ahead"), [each or 0 for each in days], [formats.number(d) for d in days]))
    rows = Rows(
        labels=[row["label"] for row in found],
        keys=[row["signal"] for row in found],
        hovers=[
            style.hover(row["label"], sentence, *_errors(row)) for row, sentence in zip(found, sentences, strict=True)
        ],
        colours=[palette.RISK_COLOURS["high"] if "_risk" in row["signal"] else palette.PLAIN for row in found],
        patterns=[palette.RISK_PATTERNS["high"] if "_risk" in row["signal"] else "" for row in found],
    )
    told = [place for place, times in enumerate(lift) if times]
    best = max(told, key=lambda place: left[place] - (stayed[place] or 0), default=None)
    finding = title or (
        _("Tells best: {signal} ({figures})").format(signal=found[best]["label"], figures=sentences[best])
        if best is not None
        else _("Nobody who stayed can be compared with")
    )
    facts = [formats.labelled(row["label"], sentence) for row, sentence in zip(found, sentences, strict=True)]
    return Chart(panelled_bars("signals_before_exit", rows, panels, 32), finding, style.alt_text(finding, facts))


def _errors(row: Row) -> list[str]:
    """How far the shares of a sample may be off, as a line of a hover; none where everybody was looked at."""
    if not row["share_error"]:
        return []
    left = formats.number(row["share_error"] * 100, 1)
    if not row["stayers_error"]:  # nobody who stayed could have shown it
        return [_("± {left} percentage points of who left").format(left=left)]
    stayed = formats.number(row["stayers_error"] * 100, 1)
    return [_("± {left} percentage points of who left, ± {stayed} of who stayed").format(left=left, stayed=stayed)]


def exit_reasons(reasons: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """Why customers left, as recorded: customers and revenue of each reason.

    `reasons`, drawn in the order given: `reason` ("not_recorded" is grey), `label`, `customers`, `revenue` (of a year
    before), `revenue_share` (0-1). Customdata: [reason].
    """
    found = style.rows(reasons)
    if not found:
        return style.empty(title or _("Why customers left"))
    rows = Rows(
        labels=[row["label"] for row in found],
        keys=[row["reason"] for row in found],
        hovers=[_sums_hover(row, currency) for row in found],
        colours=[palette.UNSCORED if row["reason"] == NOT_RECORDED else palette.PLAIN for row in found],
        patterns=["/" if row["reason"] == NOT_RECORDED else "" for row in found],
    )
    panels = (
        _customer_panel(found),
        Panel(
            _("Revenue of a year before"),
            [max(float(row["revenue"]), 0) for row in found],
            [formats.money(row["revenue"], currency) for row in found],
        ),
    )  # fmt: skip
    first = found[0]
    finding = title or (
        _("No reason is recorded yet")
        if first["reason"] == NOT_RECORDED
        else _("Most often named by revenue: {reason} ({customers}, {revenue} a year)").format(
            reason=first["label"],
            customers=formats.customers(first["customers"]),
            revenue=formats.money(first["revenue"], currency),
        )
    )
    facts = [formats.labelled(row["label"], _sums(row["customers"], row["revenue"], currency)) for row in found]
    return Chart(panelled_bars("exit_reasons", rows, panels, 32), finding, style.alt_text(finding, facts))


def return_chance(curve: pa.Table, horizon_days: int, title: str | None = None) -> Chart:
    """How the chance of a return within the horizon falls with the months gone.

    `curve`, ascending: `months_gone`, `chance` (0-1), `at_risk` (still away at the beginning of the month), `returned`
    (in that month; in the last row in all later ones as well).
    """
    found = style.rows(curve)
    if not found:
        return style.empty(title or _("Chance of a return"))
    drawn = style.figure(
        "return_chance",
        [
            go.Scatter(
                x=[row["months_gone"] for row in found],
                y=[row["chance"] for row in found],
                mode="lines+markers",
                line={"color": palette.STAGE_COLOURS["won_back"], "width": 2},
                marker={"size": 7},
                hovertext=[_chance_hover(row, row is found[-1]) for row in found],
                hoverinfo="text",
            )
        ],
        height=250,
        xaxis={
            "title": style.axis_title(_("Months since the exit")),
            "dtick": -(-len(found) // 8),
            "range": [-0.4, max(found[-1]["months_gone"], 1) + 0.6],
        },
    )
    highest = max(row["chance"] for row in found)
    ticks = style.nice_ticks(0, highest * 1.1 or 1, 4)
    drawn.update_yaxes(
        tickvals=ticks,
        ticktext=[formats.percent(tick, digits=0 if highest > 0.05 else 1) for tick in ticks],
        range=[0, highest * 1.15 or 1],
        title=style.axis_title(_("Chance of a return")),
        **style.grid(),
    )
    finding = title or _("{first} of those just gone return within {days}, {last} after {months} months").format(
        first=formats.percent(found[0]["chance"]),
        days=formats.days(horizon_days),
        last=formats.percent(found[-1]["chance"]),
        months=formats.number(found[-1]["months_gone"]),
    )
    facts = [
        _("{months} months gone: {chance}").format(
            months=formats.number(row["months_gone"]), chance=formats.percent(row["chance"])
        )
        for row in found
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def let_go(sums: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """Whom to let go, and why.

    `sums`, one row per reason: `let_go`, `label`, `customers`, `value_before` (of a year before they left),
    `regain_profit` (of an attempt on all of them; null where it cannot be told). Customdata: [let_go].
    """
    found = style.rows(sums)
    if not found:
        return style.empty(title or _("Nobody to let go"))
    rows = Rows(
        labels=[row["label"] for row in found],
        keys=[row["let_go"] for row in found],
        hovers=[style.hover(row["label"], _sums(row["customers"], row["value_before"], currency)) for row in found],
        colours=[palette.UNSCORED] * len(found),
    )
    panels = (
        _customer_panel(found),
        Panel(
            _("Value of a year before"),
            [float(row["value_before"]) for row in found],
            [formats.money(row["value_before"], currency) for row in found],
        ),
    )  # fmt: skip
    customers = sum(row["customers"] for row in found)
    finding = title or ngettext("{customers} is better let go", "{customers} are better let go", customers).format(
        customers=formats.customers(customers)
    )
    facts = [formats.labelled(row["label"], formats.customers(row["customers"])) for row in found]
    return Chart(panelled_bars("let_go", rows, panels, 40), finding, style.alt_text(finding, facts))


def _customer_panel(found: Sequence[Row]) -> Panel:
    counts = [row["customers"] for row in found]
    return Panel(_("Customers"), counts, [formats.compact(count) for count in counts])


def _month_hover(name: str, row: Row, currency: str) -> str:
    lines = [
        formats.customers(row["customers"]),
        _("{revenue} of revenue in the year before").format(revenue=formats.money(row["revenue"], currency)),
    ]
    if row["warned"] is not None:
        warned = formats.number(row["warned"])
        if row["warned_error"]:
            warned = _("about {count} (± {error})").format(count=warned, error=formats.number(row["warned_error"]))
        lines.append(_("{warned} had been at high risk while they bought").format(warned=warned))
    return style.hover(name, *lines)


def _signal_sentence(left: float, stayed: float | None, lift: float | None) -> str:
    told = _("{left} of who left, {stayed} of who stayed").format(
        left=formats.percent(left, digits=0), stayed=formats.percent(stayed, digits=0)
    )
    return formats.listed((told, formats.ratio(lift))) if lift else told


def _sums_hover(row: Row, currency: str) -> str:
    lines: Sequence[str] = (
        _sums(row["customers"], row["revenue"], currency),
        _("{share} of the revenue gone").format(share=formats.percent(row["revenue_share"])),
    )
    return style.hover(row["label"], *lines)


def _sums(customers: int, amount: float, currency: str) -> str:
    return formats.listed((formats.customers(customers), formats.money(amount, currency)))


def _chance_hover(row: Row, is_last: bool) -> str:
    month = (_("{months} months gone or more") if is_last else _("{months} months gone")).format(
        months=formats.number(row["months_gone"])
    )
    return style.hover(
        month,
        _("Chance {chance}").format(chance=formats.percent(row["chance"])),
        _("{at_risk} were gone so long, {returned} of them returned in the month").format(
            at_risk=formats.number(row["at_risk"]), returned=formats.number(row["returned"])
        )
        if not is_last
        else _("{at_risk} were gone so long, {returned} of them returned later").format(
            at_risk=formats.number(row["at_risk"]), returned=formats.number(row["returned"])
        ),
    )
