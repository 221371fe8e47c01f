"""Pictures of one customer: what they ordered, and where their score comes from."""

from datetime import date, datetime

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.style import Chart, Row
from crm_core.language import _, ngettext


def order_timeline(
    orders: pa.Table,
    as_of: date,
    expected_next_on: date | None = None,
    currency: str = "",
    title: str | None = None,
) -> Chart:
    """Every order of one customer on the day it was placed, up to `as_of`.

    `orders`, one row per order: `ordered_on`, `revenue` (negative for a net return), `order_id`,
    `channel` (null if unknown). `expected_next_on` is the day the customer's own rhythm asks for.
    Customdata: [order_id].
    """
    placed = sorted(style.rows(orders), key=lambda row: row["ordered_on"])
    if not placed:
        return style.empty(title or _("Orders"))
    stems: list[date | None] = []
    heights: list[float | None] = []
    for row in placed:
        stems += [row["ordered_on"], row["ordered_on"], None]
        heights += [0.0, float(row["revenue"]), None]
    drawn = style.figure(
        "order_timeline",
        [
            go.Scatter(x=stems, y=heights, mode="lines", line={"color": palette.GUIDE, "width": 1}, hoverinfo="skip"),
            go.Scatter(
                x=[row["ordered_on"] for row in placed],
                y=[float(row["revenue"]) for row in placed],
                mode="markers",
                marker={
                    "color": [palette.FALL if row["revenue"] < 0 else palette.PLAIN for row in placed],
                    "symbol": ["triangle-down" if row["revenue"] < 0 else "circle" for row in placed],
                    "size": 8,
                },
                customdata=[[row["order_id"]] for row in placed],
                hovertext=[_order_hover(row, currency) for row in placed],
                hoverinfo="text",
            ),
        ],
        height=280,
        margin={"l": 4, "r": 22, "t": 40, "b": 4},
    )
    money = [0.0, *(float(row["revenue"]) for row in placed)]
    ticks = style.nice_ticks(min(money), max(money))
    drawn.update_yaxes(
        tickvals=ticks,
        ticktext=[formats.money(tick, currency) for tick in ticks],
        title=style.axis_title(_("Revenue of the order")),
        **style.grid(),
    )
    drawn.update_xaxes(fixedrange=False, type="date", **style.month_ticks(placed[0]["ordered_on"], as_of))
    drawn.add_hline(y=0, line=style.guide(width=1, dash="solid"))
    _mark_day(drawn, as_of, _("As of {day}").format(day=formats.day_iso(as_of)), "solid", 0)
    if expected_next_on is not None:
        sentence = _("Next expected {day}").format(day=formats.day_iso(expected_next_on))
        _mark_day(drawn, expected_next_on, sentence, "dot", 16)
    facts = [
        _("From {first} to {last}, last order {ago} before").format(
            first=formats.day(placed[0]["ordered_on"]),
            last=formats.day(as_of),
            ago=formats.days((as_of - max(row["ordered_on"] for row in placed)).days),
        )
    ]
    finding = title or ngettext("{count} order, {revenue}", "{count} orders, {revenue}", len(placed)).format(
        count=formats.number(len(placed)),
        revenue=formats.money(sum(row["revenue"] for row in placed), currency),
    )
    return Chart(drawn, finding, style.alt_text(finding, facts))


def score_waterfall(parts: pa.Table, score: float | None, title: str | None = None) -> Chart:
    """How the value score adds up, one dimension after another.

    `parts`, one row per dimension in the order to show: `dimension`, `label`, `weight_share` (0-1, of
    the weights that count for this customer), `rank` (0-1, null if unknown), `contribution` (points of
    the score). The contributions add up to `score` (0-100). Customdata: [dimension].
    """
    steps = style.rows(parts)
    if not steps or score is None:
        return style.empty(title or _("Value score"))
    known = [float(row["contribution"] or 0) for row in steps]
    starts = [sum(known[:place]) for place in range(len(known))]
    places = list(range(len(steps) + 1))
    drawn = style.figure(
        "score_waterfall",
        [
            go.Bar(
                orientation="h",
                y=places,
                x=[*known, float(score)],
                base=[*starts, 0.0],
                text=[*(_part_text(row) for row in steps), style.bold(formats.number(score, 1))],
                textposition="outside",
                cliponaxis=False,
                customdata=[*([row["dimension"]] for row in steps), ["score"]],
                hovertext=[*(_part_hover(row) for row in steps), style.hover(_("Value score"))],
                hoverinfo="text",
                marker={"color": [*([palette.PLAIN] * len(steps)), palette.LOYALTY_COLOURS["zero"]], "cornerradius": 3},
            )
        ],
        height=60 + 30 * len(places),
        bargap=0.3,
        yaxis={
            "tickvals": places,
            "ticktext": [*(row["label"] for row in steps), style.bold(_("Value score"))],
            "range": [len(places) - 0.5, -0.5],
        },
        xaxis={"range": [0, 112], "tickvals": [0, 25, 50, 75, 100]},
    )
    drawn.update_xaxes(title=style.axis_title(_("Points of the score (0-100)")), **style.grid())
    largest = max(steps, key=lambda row: row["contribution"] or 0)
    finding = title or _("A score of {score}, most of it from {dimension} ({points})").format(
        score=formats.number(score, 1),
        dimension=largest["label"],
        points=formats.number(largest["contribution"], 1),
    )
    return Chart(
        drawn, finding, style.alt_text(finding, [formats.labelled(row["label"], _part_text(row)) for row in steps])
    )


def rank_bars(parts: pa.Table, title: str | None = None) -> Chart:
    """Where one customer stands in each dimension, from 0 (least of all in view) to 1.

    `parts` as for `score_waterfall`; the bar is `rank`, the level the score is made of. Customdata: [dimension].
    """
    ranks = style.rows(parts)
    if not ranks:
        return style.empty(title or _("Levels"))
    best = max(ranks, key=lambda row: -1 if row["rank"] is None else row["rank"])
    finding = title or _("Strongest in {dimension}: {level} on a scale of 0 to 1").format(
        dimension=best["label"], level=formats.number(best["rank"], 2)
    )
    texts = [_("not known") if row["rank"] is None else formats.number(row["rank"], 2) for row in ranks]
    rows = Rows(
        labels=[row["label"] for row in ranks],
        keys=[row["dimension"] for row in ranks],
        hovers=[_part_hover(row) for row in ranks],
        colours=[palette.PLAIN] * len(ranks),
    )
    panels = (
        Panel(_("Level (0-1)"), [float(row["rank"] or 0) for row in ranks], texts, full=1.0),
        Panel(
            _("Weight"),
            [float(row["weight_share"] or 0) for row in ranks],
            [formats.percent(row["weight_share"], digits=0) for row in ranks],
        ),
    )
    facts = [formats.labelled(row["label"], text) for row, text in zip(ranks, texts, strict=True)]
    return Chart(panelled_bars("rank_bars", rows, panels, row_height=32), finding, style.alt_text(finding, facts))


def _order_hover(row: Row, currency: str) -> str:
    lines = [formats.money(row["revenue"], currency, exact=True)]
    if row["order_id"]:
        lines.append(_("Order {order_id}").format(order_id=row["order_id"]))
    if row["channel"]:
        lines.append(row["channel"])
    return style.hover(formats.day(row["ordered_on"]), *lines)


def _part_text(row: Row) -> str:
    return _("not known") if row["rank"] is None else formats.number(row["contribution"], 1, signed=True)


def _part_hover(row: Row) -> str:
    return style.hover(
        row["label"],
        _("Level {level}").format(level=formats.number(row["rank"], 2)),
        _("Weight {weight}").format(weight=formats.percent(row["weight_share"])),
        _("{points} points").format(points=_part_text(row)),
    )


def _mark_day(drawn: go.Figure, day: date, text: str, dash: str, lift: int) -> None:
    moment = datetime(day.year, day.month, day.day)
    drawn.add_shape(
        type="line", x0=moment, x1=moment, y0=0, y1=1, yref="paper", line=style.guide(dash=dash), layer="below"
    )
    drawn.add_annotation(
        x=moment, y=1, yref="paper", yanchor="bottom", xanchor="right", yshift=lift, text=text, showarrow=False
    )
