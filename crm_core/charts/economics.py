"""Pictures of retention economics: from profit now to profit as planned, and what it hangs on most."""

from collections.abc import Sequence

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.style import Chart, Row
from crm_core.language import _

ROW_HEIGHT = 40
SHARES = ("churn", "discount_rate")
COUNTS = ("won",)


def profit_bridge(steps: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """From profit as things are to profit as planned, one bar a change.

    `steps`, in order: `step` ("now" and "then" are whole bars), `label`, `profit_from`, `profit_to`.
    """
    found = style.rows(steps)
    if not found:
        return style.empty(title or _("Profit now and as planned"))
    texts = [formats.money(_change(row), currency, signed=not _is_whole(row)) for row in found]
    drawn = style.figure(
        "profit_bridge",
        [
            go.Bar(
                orientation="h",
                y=list(range(len(found))),
                base=[row["profit_from"] for row in found],
                x=[_change(row) for row in found],
                marker={"color": [_bridge_colour(row) for row in found], "cornerradius": 2},
                hovertext=[
                    style.hover(
                        row["label"],
                        text,
                        _("Profit {profit}").format(profit=formats.money(row["profit_to"], currency)),
                    )
                    for row, text in zip(found, texts, strict=True)
                ],
                hoverinfo="text",
            )
        ],
        height=30 + ROW_HEIGHT * len(found),
        bargap=0.3,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )
    ends = [value for row in found for value in (row["profit_from"], row["profit_to"])]
    _write_beside(drawn, [max(row["profit_from"], row["profit_to"]) for row in found], texts, (min(ends), max(ends)))
    drawn.update_yaxes(tickvals=list(range(len(found))), ticktext=[row["label"] for row in found], autorange="reversed")
    facts = [formats.labelled(row["label"], text) for row, text in zip(found, texts, strict=True)]
    changes = [fact for fact, row in zip(facts, found, strict=True) if not _is_whole(row) and _change(row)]
    finding = title or " · ".join(changes) or _("Nothing changes yet")
    return Chart(drawn, finding, style.alt_text(finding, facts))


def tornado(swings: pa.Table, profit: float, currency: str = "", title: str | None = None) -> Chart:
    """What profit hangs on most: each driver a tenth worse and a tenth better than planned.

    `swings`, the widest first: `driver`, `label`, `worse_value`, `better_value`, `profit_worse`, `profit_better`,
    `swing`. `profit` as planned stands in the middle.
    """
    found = style.rows(swings)
    if not found:
        return style.empty(title or _("What matters most"))
    drawn = style.figure(
        "tornado",
        [
            _side(found, profit, "worse", palette.FALL, currency),
            _side(found, profit, "better", palette.RISE, currency),
        ],
        height=30 + ROW_HEIGHT * len(found),
        barmode="overlay",
        bargap=0.3,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )
    widest = max(max(abs(row["profit_worse"] - profit), abs(row["profit_better"] - profit)) for row in found)
    drawn.add_vline(x=0, line=style.guide(dash="solid"))
    drawn.update_xaxes(range=[-3 * widest, 3 * widest], visible=False)
    drawn.update_yaxes(tickvals=list(range(len(found))), ticktext=[row["label"] for row in found], autorange="reversed")
    first = found[0]
    finding = title or _("{driver} matters most: a tenth of it is {swing} of profit").format(
        driver=first["label"], swing=formats.money(first["swing"] / 2, currency)
    )
    facts = [
        _("{driver} {worse}: {loss}; {better}: {gain}").format(
            driver=row["label"],
            worse=_value(row, "worse", currency),
            loss=formats.money(row["profit_worse"] - profit, currency, signed=True),
            better=_value(row, "better", currency),
            gain=formats.money(row["profit_better"] - profit, currency, signed=True),
        )
        for row in found
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def _side(found: Sequence[Row], profit: float, side: str, colour: str, currency: str) -> go.Bar:
    changes = [row[f"profit_{side}"] - profit for row in found]
    texts = [formats.money(change, currency, signed=True, digits=2) for change in changes]
    heading = _("{driver} a tenth worse: {value}") if side == "worse" else _("{driver} a tenth better: {value}")
    return go.Bar(
        orientation="h",
        y=list(range(len(found))),
        x=changes,
        text=texts,
        textposition="outside",
        cliponaxis=False,
        marker={"color": colour, "cornerradius": 2, "pattern": {"shape": "/" if side == "worse" else ""}},
        hovertext=[
            style.hover(
                heading.format(driver=row["label"], value=_value(row, side, currency)),
                _("Profit {profit} ({change})").format(
                    profit=formats.money(row[f"profit_{side}"], currency), change=text
                ),
            )
            for row, text in zip(found, texts, strict=True)
        ],
        hoverinfo="text",
    )


def _value(row: Row, side: str, currency: str) -> str:
    value = row[f"{side}_value"]
    if row["driver"] in SHARES:
        return formats.percent(value)
    return formats.compact(value) if row["driver"] in COUNTS else formats.money(value, currency)


def _write_beside(drawn: go.Figure, ends: Sequence[float], texts: Sequence[str], reach: tuple[float, float]) -> None:
    """Each bar's figure to its right, and room for it."""
    lowest, highest = min(0.0, reach[0]), max(0.0, reach[1])
    for place, (end, text) in enumerate(zip(ends, texts, strict=True)):
        drawn.add_annotation(x=end, y=place, text=text, showarrow=False, xanchor="left", xshift=4)
    span = highest - lowest or 1.0
    drawn.update_xaxes(range=[lowest - 0.02 * span, highest + 0.75 * span], visible=False)


def _change(row: Row) -> float:
    return float(row["profit_to"] - row["profit_from"])


def _is_whole(row: Row) -> bool:
    return row["step"] in ("now", "then")


def _bridge_colour(row: Row) -> str:
    if _is_whole(row):
        return palette.PLAIN
    return palette.RISE if _change(row) >= 0 else palette.FALL
