"""Pictures of loyalty: the plane of frequency and dependence, and what each type brings."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.style import Chart, Row
from crm_core.labels import loyalty_type_name
from crm_core.language import _, ngettext

MOST_POINTS = 1_500  # above this the plane shows density


def loyalty_plane(
    points: pa.Table | None = None,
    density: pa.Table | None = None,
    *,
    frequency_cut: float,
    dependence_cut: float,
    currency: str = "",
    title: str | None = None,
) -> Chart:
    """Each customer on the plane of frequency (log scale) and dependence, with the cut of each.

    `points`, one row per customer: `customer_id`, `name`, `orders_per_month`, `dependence` (0-1),
    `loyalty_type`, `revenue`; customdata [customer_id]. Up to `MOST_POINTS` of them are drawn.
    `density`, one row per cell with customers: `orders_per_month_from`, `orders_per_month_to`,
    `dependence_from`, `dependence_to`, `customers`. Used where there are no points or too many.
    """
    finding = title or _("Frequent from {frequency} orders a month, dependent from {dependence}").format(
        frequency=formats.number(frequency_cut, 2), dependence=formats.number(dependence_cut, 2)
    )
    customers = style.rows(points) if points is not None and points.num_rows <= MOST_POINTS else []
    cells = style.rows(density) if density is not None and not customers else []
    placed = [row for row in customers if row["loyalty_type"] is not None and (row["orders_per_month"] or 0) > 0]
    if not placed and not cells:
        return style.empty(finding)
    if placed:
        traces = _point_traces(placed, currency)
        frequencies = [float(row["orders_per_month"]) for row in placed]
    else:
        traces = [_density_trace(cells)]
        frequencies = [float(row[edge]) for row in cells for edge in ("orders_per_month_from", "orders_per_month_to")]
    drawn = style.figure("loyalty_plane", traces, height=420)
    low, high = _log_range([*(value for value in frequencies if value > 0), frequency_cut])
    drawn.update_xaxes(
        type="log",
        range=[low, high],
        title=style.axis_title(_("Orders per active month (log scale)")),
        **_log_ticks(low, high),
    )
    drawn.update_yaxes(
        range=[-0.14, 1.06],
        tickvals=[0, 0.25, 0.5, 0.75, 1],
        title=style.axis_title(_("Dependence (0-1)")),
    )
    drawn.add_vline(x=frequency_cut, line=style.guide())
    drawn.add_hline(y=dependence_cut, line=style.guide())
    for loyalty_type, x, y in (("latent", 0, 1), ("high", 1, 1), ("zero", 0, 0), ("inertia", 1, 0)):
        drawn.add_annotation(
            text=style.bold(loyalty_type_name(loyalty_type)),
            showarrow=False,
            x=x,
            y=y,
            xref="paper",
            yref="paper",
            xanchor="right" if x else "left",
            yanchor="bottom",
            yshift=2,
        )
    drawn.update_layout(margin={"l": 4, "r": 22, "t": 26, "b": 4})
    return Chart(drawn, finding, style.alt_text(finding, _plane_facts(placed, cells)))


def loyalty_shares(summary: pa.Table, currency: str = "", title: str | None = None, *, is_small: bool = False) -> Chart:
    """The four types: their share of customers and of revenue.

    `summary`, one row per type: `loyalty_type`, `customers`, `customer_share`, `revenue`,
    `revenue_share` (shares 0-1), `mean_dependence` (0-1). `is_small` leaves counts and
    amounts to the hover text. Customdata: [loyalty_type].
    """
    found = {row["loyalty_type"]: row for row in style.rows(summary)}
    types = [found[name] for name in palette.LOYALTY_TYPES if name in found]
    if not types:
        return style.empty(title or _("Loyalty types"))
    codes = [row["loyalty_type"] for row in types]
    rows = Rows(
        labels=[loyalty_type_name(code) for code in codes],
        keys=codes,
        hovers=[
            style.hover(
                loyalty_type_name(row["loyalty_type"]),
                formats.with_note(formats.customers(row["customers"]), formats.percent(row["customer_share"])),
                _("Revenue {revenue}").format(revenue=formats.money(row["revenue"], currency)),
                _("Mean dependence {dependence}").format(dependence=formats.number(row["mean_dependence"], 2)),
            )
            for row in types
        ],
        colours=[palette.LOYALTY_COLOURS[code] for code in codes],
        patterns=[palette.LOYALTY_PATTERNS[code] for code in codes],
    )
    panels = (
        Panel(
            _("Customers"),
            [float(row["customer_share"] or 0) for row in types],
            [_with_share(formats.compact(row["customers"]), row["customer_share"], is_small) for row in types],
        ),
        Panel(
            _("Revenue"),
            [float(row["revenue_share"] or 0) for row in types],
            [_with_share(formats.money(row["revenue"], currency), row["revenue_share"], is_small) for row in types],
        ),
    )
    facts = [_type_sentence(row) for row in types]
    finding = title or facts[0]
    return Chart(panelled_bars("loyalty_shares", rows, panels), finding, style.alt_text(finding, facts))


def _with_share(figure: str, share: float | None, is_small: bool) -> str:
    return formats.percent(share) if is_small else f"{figure} · {formats.percent(share)}"


def _type_sentence(row: Row) -> str:
    return ngettext(
        "{type}: {customers} ({customer_share}) brings {revenue_share} of revenue",
        "{type}: {customers} ({customer_share}) bring {revenue_share} of revenue",
        row["customers"],
    ).format(
        type=loyalty_type_name(row["loyalty_type"]),
        customers=formats.customers(row["customers"]),
        customer_share=formats.percent(row["customer_share"]),
        revenue_share=formats.percent(row["revenue_share"]),
    )


def _point_traces(placed: Sequence[Row], currency: str) -> list[go.Scatter]:
    return [
        _points_of(loyalty_type, [row for row in placed if row["loyalty_type"] == loyalty_type], currency)
        for loyalty_type in palette.LOYALTY_TYPES
    ]


def _points_of(loyalty_type: str, placed: Sequence[Row], currency: str) -> go.Scatter:
    return go.Scatter(
        name=loyalty_type_name(loyalty_type),
        x=[float(row["orders_per_month"]) for row in placed],
        y=[float(row["dependence"]) for row in placed],
        mode="markers",
        marker={
            "color": palette.LOYALTY_COLOURS[loyalty_type],
            "symbol": palette.LOYALTY_SYMBOLS[loyalty_type],
            "size": 7,
            "opacity": 0.85,
        },
        customdata=[[row["customer_id"]] for row in placed],
        hovertext=[
            style.hover(
                row["name"] or row["customer_id"],
                _("{orders} orders a month").format(orders=formats.number(row["orders_per_month"], 2)),
                _("Dependence {dependence}").format(dependence=formats.number(row["dependence"], 2)),
                _("Revenue {revenue}").format(revenue=formats.money(row["revenue"], currency)),
            )
            for row in placed
        ],
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.15}},
    )


def _density_trace(cells: Sequence[Row]) -> go.Heatmap:
    """The cells as a heat map, its scale logarithmic: most cells hold few customers."""
    across = sorted({_edge(cell[name]) for cell in cells for name in ("orders_per_month_from", "orders_per_month_to")})
    up = sorted({_edge(cell[name]) for cell in cells for name in ("dependence_from", "dependence_to")})
    columns = {edge: place for place, edge in enumerate(across)}
    lines = {edge: place for place, edge in enumerate(up)}
    heat: list[list[float | None]] = [[None] * (len(across) - 1) for _line in up[1:]]
    texts = [[""] * (len(across) - 1) for _line in up[1:]]
    for cell in cells:
        if not cell["customers"]:
            continue
        column, line = columns[_edge(cell["orders_per_month_from"])], lines[_edge(cell["dependence_from"])]
        heat[line][column] = math.log10(cell["customers"])
        texts[line][column] = style.hover(
            formats.customers(cell["customers"]),
            _("{low} to {high} orders a month").format(
                low=formats.number(cell["orders_per_month_from"], 2),
                high=formats.number(cell["orders_per_month_to"], 2),
            ),
            _("Dependence {low} to {high}").format(
                low=formats.number(cell["dependence_from"], 2), high=formats.number(cell["dependence_to"], 2)
            ),
        )
    largest = max(cell["customers"] for cell in cells)
    ticks = [10**power for power in range(len(str(largest)))]
    return go.Heatmap(
        x=across,
        y=up,
        z=heat,
        text=texts,
        hoverinfo="text",
        colorscale=[[0, "rgba(43, 121, 185, 0.12)"], [1, "rgba(43, 121, 185, 1)"]],
        zmin=0,
        zmax=max(math.log10(largest), 1),
        colorbar={
            "title": {"text": _("Customers"), "side": "top"},
            "thickness": 10,
            "outlinewidth": 0,
            "len": 0.8,
            "tickvals": [math.log10(tick) for tick in ticks],
            "ticktext": [formats.compact(tick) for tick in ticks],
        },
    )


def _edge(value: float) -> float:
    """The edge of a cell; two cells that touch agree on it to nine digits."""
    return float(f"{value:.9g}")


def _log_range(values: Sequence[float]) -> tuple[float, float]:
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(high - low, 0.4) * 0.05
    return low - room, high + room


def _log_ticks(low: float, high: float) -> dict[str, Any]:
    steps = [step * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for step in (1, 2, 5)]
    ticks = [step for step in steps if low <= math.log10(step) <= high]
    return {"tickvals": ticks, "ticktext": [formats.compact(tick) for tick in ticks]}


def _plane_facts(placed: Sequence[Row], cells: Sequence[Row]) -> list[str]:
    if cells:
        return [_("Density of {customers}").format(customers=formats.customers(sum(row["customers"] for row in cells)))]
    return [
        formats.labelled(loyalty_type_name(code), formats.customers(sum(row["loyalty_type"] == code for row in placed)))
        for code in palette.LOYALTY_TYPES
    ]
