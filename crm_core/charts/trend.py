"""Pictures of time: what came in month by month."""

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.style import Chart, Row
from crm_core.language import _


def monthly_trend(table: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """Revenue month by month, and below it the customers who ordered.

    `table`, one row per month, ascending: `month` (its first day), `revenue`, `active_customers`.
    """
    months = style.rows(table)
    if not months:
        return style.empty(title or _("Month by month"))
    days = [row["month"] for row in months]
    hovers = [_month_hover(row, currency) for row in months]
    drawn = style.figure(
        "monthly_trend",
        [
            go.Bar(
                x=days,
                y=[float(row["revenue"] or 0) for row in months],
                marker={"color": palette.PLAIN, "cornerradius": 2},
                hovertext=hovers,
                hoverinfo="text",
            ),
            go.Scatter(
                x=days,
                y=[row["active_customers"] for row in months],
                yaxis="y2",
                mode="lines+markers",
                line={"color": palette.LOYALTY_COLOURS["inertia"], "width": 2},
                marker={"size": 5},
                hovertext=hovers,
                hoverinfo="text",
            ),
        ],
        height=340,
        yaxis={"domain": [0.44, 1.0]},
        yaxis2={**style.axis(), "domain": [0.0, 0.34], "anchor": "x", "rangemode": "tozero"},
    )
    revenue = [0.0, *(float(row["revenue"] or 0) for row in months)]
    money_ticks = style.nice_ticks(min(revenue), max(revenue), 4)
    active_ticks = style.nice_ticks(0, max((row["active_customers"] or 0 for row in months), default=0), 3)
    drawn.update_layout(
        yaxis={
            "tickvals": money_ticks,
            "ticktext": [formats.money(tick, currency) for tick in money_ticks],
            "title": style.axis_title(_("Revenue")),
            **style.grid(),
        },
        yaxis2={
            "tickvals": active_ticks,
            "ticktext": [formats.compact(tick) for tick in active_ticks],
            "title": style.axis_title(_("Active customers")),
            **style.grid(),
        },
    )
    drawn.update_xaxes(**style.month_ticks(days[0], days[-1]))
    best, last = max(months, key=lambda row: row["revenue"] or 0), months[-1]
    finding = title or _("{month}: {revenue} from {customers}").format(
        month=formats.month(last["month"]),
        revenue=formats.money(last["revenue"], currency),
        customers=formats.customers(last["active_customers"]),
    )
    fact = _("Best month {month}: {revenue}").format(
        month=formats.month(best["month"]), revenue=formats.money(best["revenue"], currency)
    )
    return Chart(drawn, finding, style.alt_text(finding, [fact]))


def _month_hover(row: Row, currency: str) -> str:
    return style.hover(
        formats.month(row["month"]),
        _("Revenue {revenue}").format(revenue=formats.money(row["revenue"], currency)),
        _("{customers} ordered").format(customers=formats.customers(row["active_customers"])),
    )
