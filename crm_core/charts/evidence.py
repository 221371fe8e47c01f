"""Pictures of a back-test: what a cut would have caught, how risk orders customers, how that holds from day to day."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.style import Chart, Row
from crm_core.language import _

RULE_COLOURS = {
    "rules": palette.PLAIN,
    "silence": palette.LOYALTY_COLOURS["inertia"],
    "belief": palette.LOYALTY_COLOURS["latent"],
}
RULE_SYMBOLS = {"rules": "circle", "silence": "square", "belief": "diamond"}
RULE_DASHES = {"rules": "solid", "silence": "dash", "belief": "dot"}
HEIGHT = 300
MARGIN = {"l": 4, "r": 22, "t": 30, "b": 4}


def cut_curve(curve: pa.Table, cut: float, flagged: Row, title: str | None = None) -> Chart:
    """What flagging from each risk on would have caught, with the cut in force.

    `curve`, in cuts ascending: `cut` (0-1), `flagged`, `precision`, `recall` (0-1, null where unknown).
    `flagged`, at the cut in force: `flagged` (customers), `precision`, `recall`.
    """
    points = style.rows(curve)
    if not points:
        return style.empty(title or _("Cut"))
    names = {"recall": _("Caught, of those who left"), "precision": _("Left, of those flagged")}
    colours = {"recall": palette.PLAIN, "precision": palette.LOYALTY_COLOURS["inertia"]}
    dashes = {"recall": "solid", "precision": "dash"}
    drawn = style.figure(
        "cut_curve",
        [
            go.Scatter(
                name=names[figure],
                x=[row["cut"] for row in points],
                y=[row[figure] for row in points],
                mode="lines",
                line={"color": colours[figure], "width": 2.5, "dash": dashes[figure]},
                hovertext=[_cut_hover(row) for row in points],
                hoverinfo="text",
            )
            for figure in names
        ],
        height=HEIGHT,
        showlegend=True,
        margin=MARGIN,
        shapes=[style.upright(cut)],
    )
    drawn.update_xaxes(
        range=[0, 1],
        tickvals=[0, cut, 1],
        ticktext=["0", formats.number(cut, 2), "1"],
        title=style.axis_title(_("High from (risk)")),
    )
    drawn.update_yaxes(range=[0, 1.03], **_shares())
    finding = title or (
        _("From risk {cut} up: {customers} flagged, {precision} of them left, {recall} of all who left").format(
            cut=formats.number(cut, 2),
            customers=formats.customers(flagged["flagged"]),
            precision=formats.percent(flagged["precision"], digits=0),
            recall=formats.percent(flagged["recall"], digits=0),
        )
        if flagged["flagged"]
        else _("From risk {cut} up nobody is flagged").format(cut=formats.number(cut, 2))
    )
    facts = [
        formats.listed((_("Risk {risk}").format(risk=formats.number(row["cut"], 1)), *_cut_figures(row)))
        for row in points
        if abs(row["cut"] * 5 - round(row["cut"] * 5)) < 1e-9
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def lift_bars(lift: pa.Table, silence: pa.Table, left_share: float | None, title: str | None = None) -> Chart:
    """Who left in each tenth of the customers, the highest risk first, beside the tenths by silence alone.

    `lift` and `silence`, one row per part of equal size: `part` (1 is the highest), `left_share` (0-1), `lift`,
    `caught_share` (up to and with this part). `left_share`: of all customers, the line across.
    """
    parts, others = style.rows(lift), style.rows(silence)
    if not parts:
        return style.empty(title or _("Tenths"))
    drawn = style.figure(
        "lift_bars",
        [
            go.Bar(
                name=_("These settings"),
                x=[row["part"] for row in parts],
                y=[row["left_share"] for row in parts],
                marker={"color": RULE_COLOURS["rules"], "cornerradius": 2},
                hovertext=[_lift_hover(row) for row in parts],
                hoverinfo="text",
            ),
            go.Scatter(
                name=_("Days since last order alone"),
                x=[row["part"] for row in others],
                y=[row["left_share"] for row in others],
                mode="markers",
                marker={"color": RULE_COLOURS["silence"], "symbol": RULE_SYMBOLS["silence"], "size": 9},
                hovertext=[_lift_hover(row) for row in others],
                hoverinfo="text",
            ),
        ],
        height=HEIGHT,
        showlegend=True,
        margin=MARGIN,
    )
    if left_share is not None:
        drawn.add_hline(y=left_share, line=style.guide())
    drawn.update_xaxes(
        tickvals=[row["part"] for row in parts],
        title=style.axis_title(_("Tenths of the customers, the highest risk first")),
    )
    drawn.update_yaxes(rangemode="tozero", **_shares(_("Share that left")))
    first = parts[0]
    finding = title or _("The tenth at highest risk left {lift} as often as all ({share} against {all})").format(
        lift=formats.ratio(first["lift"]),
        share=formats.percent(first["left_share"], digits=0),
        all=formats.percent(left_share, digits=0),
    )
    facts = [f"{row['part']}: {formats.percent(row['left_share'], digits=0)}" for row in parts]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def calibration_curve(bins: pa.Table, title: str | None = None) -> Chart:
    """How many left at each risk, with the interval of the share, beside the line on which risk would be a probability.

    `bins`, by risk ascending: `mean_score` (0-1), `customers`, `left_share`, `left_share_low`, `left_share_high` (0-1).
    """
    rows = style.rows(bins)
    if not rows:
        return style.empty(title or _("Calibration"))
    drawn = style.figure(
        "calibration_curve",
        [
            go.Scatter(
                x=[0, 1],
                y=[0, 1],
                mode="lines",
                line=style.guide(),
                hoverinfo="skip",
                name=_("If risk were a probability"),
            ),
            go.Scatter(
                name=_("What happened (95 % interval)"),
                x=[row["mean_score"] for row in rows],
                y=[row["left_share"] for row in rows],
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [row["left_share_high"] - row["left_share"] for row in rows],
                    "arrayminus": [row["left_share"] - row["left_share_low"] for row in rows],
                    "color": RULE_COLOURS["rules"],
                    "thickness": 1.5,
                },
                mode="lines+markers",
                line={"color": RULE_COLOURS["rules"], "width": 2},
                marker={"size": 8},
                hovertext=[_bin_hover(row) for row in rows],
                hoverinfo="text",
            ),
        ],
        height=HEIGHT,
        showlegend=True,
        margin=MARGIN,
    )
    drawn.update_xaxes(range=[0, 1], nticks=6, title=style.axis_title(_("Risk (0-1, weighted mean of the signals)")))
    drawn.update_yaxes(range=[0, 1.03], **_shares(_("Share that left")))
    last = rows[-1]
    finding = title or _("Around risk {risk}, {share} left ({customers})").format(
        risk=formats.number(last["mean_score"], 2),
        share=formats.percent(last["left_share"], digits=0),
        customers=formats.customers(last["customers"]),
    )
    facts = [f"{formats.number(row['mean_score'], 2)}: {formats.percent(row['left_share'], digits=0)}" for row in rows]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def evidence_over_time(figures: pa.Table, title: str | None = None) -> Chart:
    """Average precision on each day a test stands on, of the settings and of what they are compared with.

    `figures`, one row per day and rule, the oldest day first: `day`, `rule` ("rules", "silence", "belief"), `label`,
    `average_precision`, `roc_auc`, `left_share` (0-1).
    """
    rows = [row for row in style.rows(figures) if row["average_precision"] is not None]
    if not rows:
        return style.empty(title or _("Average precision"))
    rules = [rule for rule in RULE_COLOURS if any(row["rule"] == rule for row in rows)]
    drawn = style.figure(
        "evidence_over_time",
        [_line(rule, [row for row in rows if row["rule"] == rule]) for rule in rules],
        height=HEIGHT,
        showlegend=True,
        margin=MARGIN,
    )
    days = list(dict.fromkeys(row["day"] for row in rows))
    drawn.update_xaxes(
        type="date",
        tickvals=days,
        ticktext=[formats.day_iso(day) for day in days],
        title=style.axis_title(_("Day the test stands on")),
    )
    drawn.update_yaxes(rangemode="tozero", tickformat=".2f", nticks=5, **style.grid())
    drawn.update_yaxes(title=style.axis_title(_("Average precision")))
    ours = [row["average_precision"] for row in rows if row["rule"] == "rules"]
    finding = title or (
        _("Average precision between {low} and {high} over {days} days").format(
            low=formats.number(min(ours), 2), high=formats.number(max(ours), 2), days=formats.number(len(ours))
        )
        if len(ours) > 1
        else _("Average precision {figure} on the one day that can be tested").format(
            figure=formats.number(ours[0] if ours else None, 2)
        )
    )
    facts = [
        formats.listed((formats.day_iso(row["day"]), row["label"], formats.number(row["average_precision"], 2)))
        for row in rows
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def _line(rule: str, rows: Sequence[Row]) -> go.Scatter:
    return go.Scatter(
        name=rows[0]["label"],
        x=[row["day"] for row in rows],
        y=[row["average_precision"] for row in rows],
        mode="lines+markers",
        line={"color": RULE_COLOURS[rule], "width": 2, "dash": RULE_DASHES[rule]},
        marker={"size": 8, "symbol": RULE_SYMBOLS[rule]},
        hovertext=[
            style.hover(
                f"{row['label']} · {formats.day_iso(row['day'])}",
                _("Average precision {figure}").format(figure=formats.number(row["average_precision"], 3)),
                _("ROC area {figure}").format(figure=formats.number(row["roc_auc"], 3)),
                _("{share} of all left").format(share=formats.percent(row["left_share"])),
            )
            for row in rows
        ],
        hoverinfo="text",
    )


def _shares(title: str | None = None) -> dict[str, Any]:
    """An axis of shares in percent."""
    return {"tickformat": ".0%", "nticks": 5, **style.grid(), **({"title": style.axis_title(title)} if title else {})}


def _cut_figures(row: Row) -> tuple[str, ...]:
    return (
        _("{customers} flagged").format(customers=formats.customers(row["flagged"])),
        _("{share} of those who left caught").format(share=formats.percent(row["recall"], digits=0)),
        _("{share} of those flagged left").format(share=formats.percent(row["precision"], digits=0)),
    )


def _cut_hover(row: Row) -> str:
    return style.hover(_("Risk {risk} or more").format(risk=formats.number(row["cut"], 2)), *_cut_figures(row))


def _lift_hover(row: Row) -> str:
    return style.hover(
        _("Tenth {part}").format(part=formats.number(row["part"])),
        _("{share} left, {lift} as often as all").format(
            share=formats.percent(row["left_share"]), lift=formats.ratio(row["lift"])
        ),
        _("{share} of those who left are in it or before it").format(share=formats.percent(row["caught_share"])),
    )


def _bin_hover(row: Row) -> str:
    return style.hover(
        _("Risk {risk} on average, {customers}").format(
            risk=formats.number(row["mean_score"], 2), customers=formats.customers(row["customers"])
        ),
        _("{share} left (95 % interval {low} to {high})").format(
            share=formats.percent(row["left_share"]),
            low=formats.percent(row["left_share_low"]),
            high=formats.percent(row["left_share_high"]),
        ),
    )
