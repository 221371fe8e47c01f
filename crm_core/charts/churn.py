"""Pictures of leaving: how risk spreads, where it sits, what signals it, and how long is too long."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.style import Chart, Row
from crm_core.labels import risk_band_name
from crm_core.language import _

BIN = 0.02  # width of a bar of the risk histogram
MOST_CURVE_POINTS = 400
CUT_FROM = 3.0  # a bar so many times as tall as most others is cut and says its count
AT_RISK = ("watch", "high")


def risk_histogram(distribution: pa.Table, watch_from: float, high_from: float, title: str | None = None) -> Chart:
    """How risk spreads over the customers, with the lower bounds of the bands.

    `distribution`, one row per bin and band: `risk` (0-1, the bin's lower bound, bins of 0.02),
    `customers`, `band`. Customdata: [band]. Those who are lost are left out: their silence decides, not
    their risk. Bars that would press all others flat are cut at the top and carry their count.
    """
    bins = [row for row in style.rows(distribution) if row["band"] != "lost"]
    if not bins:
        return style.empty(title or _("Risk"))
    bands = [band for band in palette.RISK_BANDS if any(row["band"] == band for row in bins)]
    counts = {band: sum(row["customers"] for row in bins if row["band"] == band) for band in bands}
    drawn = style.figure(
        "risk_histogram",
        [_risk_bars(band, [row for row in bins if row["band"] == band], counts[band]) for band in bands],
        height=240,
        barmode="stack",
        bargap=0.06,
        showlegend=True,
        margin={"l": 4, "r": 22, "t": 30, "b": 4},
    )
    drawn.add_vline(x=watch_from, line=style.guide())
    drawn.add_vline(x=high_from, line=style.guide())
    drawn.update_xaxes(
        range=[0, 1],
        tickvals=[0, watch_from, high_from, 1],
        ticktext=["0", formats.number(watch_from, 2), formats.number(high_from, 2), "1"],
        title=style.axis_title(_("Risk (0-1, weighted mean of the signals)")),
    )
    drawn.update_yaxes(title=style.axis_title(_("Customers not lapsed")), nticks=5, **style.grid())
    _cut_tall_bars(drawn, bins)
    facts = [formats.labelled(risk_band_name(band), formats.customers(count)) for band, count in counts.items()]
    finding = title or _("{customers} at high risk, {watched} to watch").format(
        customers=formats.customers(counts.get("high", 0)), watched=formats.number(counts.get("watch", 0))
    )
    return Chart(drawn, finding, style.alt_text(finding, facts))


def risk_by_tier(table: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """The risk bands within each tier, as parts of the tier's customers.

    `table`, one row per tier and band: `tier_number` (1 is best), `tier`, `band`, `customers`,
    `revenue`. Customdata: [tier_number, band].
    """
    cells = style.rows(table)
    if not cells:
        return style.empty(title or _("Risk by tier"))
    tiers = {row["tier_number"]: row["tier"] for row in sorted(cells, key=lambda row: row["tier_number"])}
    bands = [band for band in palette.RISK_BANDS if any(row["band"] == band for row in cells)]
    drawn = style.figure(
        "risk_by_tier",
        [_band_bars(band, [row for row in cells if row["band"] == band], currency) for band in bands],
        height=84 + 44 * len(tiers),
        barmode="stack",
        barnorm="percent",
        bargap=0.3,
        showlegend=True,
        margin={"l": 4, "r": 22, "t": 30, "b": 4},
    )
    drawn.update_xaxes(range=[0, 100], ticksuffix="%", title=style.axis_title(_("Share of the tier's customers")))
    _name_tiers(drawn, tiers)
    finding = title or _most_exposed(cells, currency)
    facts = [
        formats.listed((row["tier"], risk_band_name(row["band"]), formats.customers(row["customers"]))) for row in cells
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def revenue_at_risk(table: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """The revenue of those to watch and at high risk, by tier.

    `table`, one row per tier and band: `tier_number` (1 is best), `tier`, `band`, `customers`,
    `revenue`. Customdata: [tier_number, band].
    """
    cells = style.rows(table)
    if not cells:
        return style.empty(title or _("Revenue at risk"))
    tiers = {row["tier_number"]: row["tier"] for row in sorted(cells, key=lambda row: row["tier_number"])}
    whole = {tier: sum(row["revenue"] or 0 for row in cells if row["tier_number"] == tier) for tier in tiers}
    at_risk = [row for row in cells if row["band"] in AT_RISK]
    drawn = style.figure(
        "revenue_at_risk",
        [_revenue_bars(band, [row for row in at_risk if row["band"] == band], whole, currency) for band in AT_RISK],
        height=84 + 38 * len(tiers),
        barmode="stack",
        bargap=0.3,
        showlegend=True,
        margin={"l": 4, "r": 52, "t": 30, "b": 4},
    )
    sums = {tier: sum(row["revenue"] or 0 for row in at_risk if row["tier_number"] == tier) for tier in tiers}
    for tier, revenue in sums.items():
        drawn.add_annotation(
            x=max(float(revenue), 0),
            y=tier,
            text=formats.money(revenue, currency),
            showarrow=False,
            xanchor="left",
            xshift=4,
        )
    drawn.update_xaxes(visible=False, rangemode="tozero")
    _name_tiers(drawn, tiers)
    finding = title or _most_exposed(cells, currency)
    facts = [
        formats.listed((row["tier"], risk_band_name(row["band"]), formats.money(row["revenue"], currency)))
        for row in at_risk
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def signal_bars(table: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """What signals the leaving: how many customers show each signal, and how strongly.

    `table`, one row per signal, drawn in the order given: `signal`, `label`, `mean_strength` (0-1,
    null if nobody's data tells), `customers_showing`, `revenue`. Customdata: [signal].
    """
    signals = style.rows(table)
    if not signals:
        return style.empty(title or _("Signals"))
    sentences = [_signal_sentence(row, currency) for row in signals]
    rows = Rows(
        labels=[row["label"] for row in signals],
        keys=[row["signal"] for row in signals],
        hovers=[style.hover(row["label"], sentence) for row, sentence in zip(signals, sentences, strict=True)],
        colours=[palette.PLAIN] * len(signals),
    )
    panels = (
        Panel(
            _("Customers"),
            [row["customers_showing"] or 0 for row in signals],
            [formats.compact(row["customers_showing"]) for row in signals],
        ),
        Panel(
            _("Revenue"),
            [float(row["revenue"] or 0) for row in signals],
            [formats.money(row["revenue"], currency) for row in signals],
        ),
        Panel(
            _("Mean strength"),
            [float(row["mean_strength"] or 0) for row in signals],
            [formats.number(row["mean_strength"], 2) for row in signals],
            full=1.0,
        ),
    )
    first = max(range(len(signals)), key=lambda place: signals[place]["customers_showing"] or 0)
    finding = title or _("Most often shown: {signal} ({figures})").format(
        signal=signals[first]["label"], figures=sentences[first]
    )
    facts = [formats.labelled(row["label"], sentence) for row, sentence in zip(signals, sentences, strict=True)]
    return Chart(panelled_bars("signal_bars", rows, panels, row_height=34), finding, style.alt_text(finding, facts))


def gap_curve(table: pa.Table, horizon_days: int, title: str | None = None) -> Chart:
    """How long returning customers stay away: the share whose longest gap stayed within so many days.

    `table`, in days ascending: `gap_days`, `customer_share` (0-1, cumulative).
    `horizon_days`: after this long without an order a customer counts as lapsed.
    """
    points = style.rows(table)
    if not points:
        return style.empty(title or _("Days between orders"))
    inside = [row for row in points if row["gap_days"] <= horizon_days]
    share = inside[-1]["customer_share"] if inside else 0
    finding = title or _("{share} of returning customers never stayed away longer than {days}").format(
        share=formats.percent(share), days=formats.days(horizon_days)
    )
    points = _thinned(points)
    drawn = style.figure(
        "gap_curve",
        [
            go.Scatter(
                x=[row["gap_days"] for row in points],
                y=[float(row["customer_share"]) for row in points],
                mode="lines",
                line={"color": palette.PLAIN, "width": 2.5, "shape": "hv"},
                fill="tozeroy",
                fillcolor=palette.veil(palette.PLAIN, 0.12),
                hovertext=[
                    style.hover(formats.days(row["gap_days"]), formats.percent(row["customer_share"])) for row in points
                ],
                hoverinfo="text",
            )
        ],
        height=280,
        margin={"l": 4, "r": 22, "t": 24, "b": 4},
    )
    drawn.add_vline(
        x=horizon_days,
        line=style.guide(),
        annotation={
            "text": _("Lapsed after {days}").format(days=formats.days(horizon_days)),
            "y": 1,
            "yanchor": "bottom",
            "xanchor": "center",
        },
    )
    drawn.update_xaxes(rangemode="tozero", nticks=8, title=style.axis_title(_("Longest gap between two orders (days)")))
    drawn.update_yaxes(
        range=[0, 1.02],
        tickformat=".0%",
        nticks=5,
        title=style.axis_title(_("Share of returning customers")),
        **style.grid(),
    )
    return Chart(drawn, finding, style.alt_text(finding, []))


def _thinned(points: Sequence[Row]) -> list[Row]:
    """At most some four hundred points of a long curve, its last one among them."""
    step = len(points) // MOST_CURVE_POINTS + 1
    return [*points[:-1:step], points[-1]]


def _signal_sentence(row: Row, currency: str) -> str:
    return _("{customers}, {revenue} of revenue, mean strength {strength}").format(
        customers=formats.customers(row["customers_showing"]),
        revenue=formats.money(row["revenue"], currency),
        strength=formats.number(row["mean_strength"], 2),
    )


def _cut_tall_bars(drawn: go.Figure, bins: Sequence[Row]) -> None:
    """Let the axis end where most bars do; what rises above it carries its count."""
    heights: dict[float, int] = {}
    for row in bins:
        heights[float(row["risk"])] = heights.get(float(row["risk"]), 0) + row["customers"]
    ranked = sorted(heights.values())
    ordinary = ranked[int(0.9 * (len(ranked) - 1))]
    tall = {risk: height for risk, height in heights.items() if height > CUT_FROM * ordinary}
    if not tall:
        return
    top = 1.15 * max(height for height in ranked if height <= CUT_FROM * ordinary)
    drawn.update_yaxes(range=[0, top])
    for risk, height in tall.items():
        middle = risk + BIN / 2
        drawn.add_annotation(
            x=middle,
            y=1,
            yref="paper",
            text=f"↑ {formats.number(height)}",
            showarrow=False,
            xanchor="left" if middle < 0.5 else "right",
            xshift=8 if middle < 0.5 else -8,
            yanchor="top",
        )


def _risk_bars(band: str, bins: Sequence[Row], customers: int) -> go.Bar:
    return go.Bar(
        name=f"{risk_band_name(band)} {formats.number(customers)}",
        x=[float(row["risk"]) for row in bins],
        y=[row["customers"] for row in bins],
        width=BIN * 0.92,
        offset=BIN * 0.04,
        customdata=[[band]] * len(bins),
        hovertext=[
            style.hover(
                _("Risk {low} to {high}").format(
                    low=formats.number(row["risk"], 2), high=formats.number(float(row["risk"]) + BIN, 2)
                ),
                formats.labelled(risk_band_name(band), formats.customers(row["customers"])),
            )
            for row in bins
        ],
        hoverinfo="text",
        marker=_band_marker(band),
        unselected={"marker": {"opacity": 0.35}},
    )


def _name_tiers(drawn: go.Figure, tiers: Mapping[int, str]) -> None:
    """The names of the tiers down the side, the best on top."""
    drawn.update_yaxes(
        tickvals=list(tiers), ticktext=[style.bold(name) for name in tiers.values()], autorange="reversed"
    )


def _most_exposed(cells: Sequence[Row], currency: str) -> str:
    """The tier with most revenue at high risk, in a sentence."""
    exposed = max((row for row in cells if row["band"] == "high"), key=lambda row: row["revenue"] or 0, default=None)
    if exposed is None:
        return _("No customer is at high risk")
    return _("Most revenue at high risk: {tier}, {customers}, {revenue}").format(
        tier=exposed["tier"],
        customers=formats.customers(exposed["customers"]),
        revenue=formats.money(exposed["revenue"], currency),
    )


def _revenue_bars(band: str, cells: Sequence[Row], whole: Mapping[int, Any], currency: str) -> go.Bar:
    return go.Bar(
        name=risk_band_name(band),
        orientation="h",
        y=[row["tier_number"] for row in cells],
        x=[float(row["revenue"] or 0) for row in cells],
        customdata=[[row["tier_number"], band] for row in cells],
        hovertext=[
            style.hover(
                f"{row['tier']} · {risk_band_name(band)}",
                formats.customers(row["customers"]),
                _("Revenue {revenue}, {share} of the tier's").format(
                    revenue=formats.money(row["revenue"], currency),
                    share=formats.percent(
                        (row["revenue"] or 0) / whole[row["tier_number"]] if whole[row["tier_number"]] else None
                    ),
                ),
            )
            for row in cells
        ],
        hoverinfo="text",
        marker=_band_marker(band),
        unselected={"marker": {"opacity": 0.35}},
    )


def _band_bars(band: str, cells: Sequence[Row], currency: str) -> go.Bar:
    return go.Bar(
        name=risk_band_name(band),
        orientation="h",
        y=[row["tier_number"] for row in cells],
        x=[row["customers"] for row in cells],
        text=[formats.compact(row["customers"]) for row in cells],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": palette.text_on(palette.RISK_COLOURS[band])},
        customdata=[[row["tier_number"], band] for row in cells],
        hovertext=[
            style.hover(
                f"{row['tier']} · {risk_band_name(band)}",
                formats.customers(row["customers"]),
                _("Revenue {revenue}").format(revenue=formats.money(row["revenue"], currency)),
            )
            for row in cells
        ],
        hoverinfo="text",
        marker=_band_marker(band),
        unselected={"marker": {"opacity": 0.35}, "textfont": {"color": palette.TEXT}},
    )


def _band_marker(band: str) -> dict[str, object]:
    return {
        "color": palette.RISK_COLOURS[band],
        "pattern": {
            "shape": palette.RISK_PATTERNS[band],
            "fillmode": "overlay",
            "fgopacity": 0.4,
            "size": 6,
            "solidity": 0.2,
        },
    }
