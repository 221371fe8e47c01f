"""Bars side by side: the same classes in each row, one measure a panel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from crm_core.charts import style


@dataclass(frozen=True)
class Panel:
    """One measure: its heading, a value and a text for each row.

    `is_centred` stands the bars around the middle. `full` is the value of a bar as long as can be, 0 for the largest.
    """

    heading: str
    values: Sequence[float]
    texts: Sequence[str]
    is_centred: bool = False
    full: float = 0.0


@dataclass(frozen=True)
class Rows:
    """What the rows of all panels are: labels from the top down, keys handed back on selection, hover texts."""

    labels: Sequence[str]
    keys: Sequence[Any]
    hovers: Sequence[str]
    colours: Sequence[str]
    patterns: Sequence[str] = field(default=())


def panelled_bars(name: str, rows: Rows, panels: Sequence[Panel], row_height: int = 46) -> go.Figure:
    """Horizontal bars in panels that share their rows; each bar's customdata is its row's key."""
    places = list(range(len(rows.labels)))
    drawn = style.figure(
        name,
        [_bars(panel, rows, places, number) for number, panel in enumerate(panels, start=1)],
        height=44 + row_height * len(places),
        bargap=0.3,
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
        yaxis={
            "tickvals": places,
            "ticktext": list(rows.labels),
            "range": [len(places) - 0.5, -0.5],
            "ticks": "",
            "ticklabelstandoff": 6,
        },
    )
    width = 1 / len(panels)
    for number, panel in enumerate(panels, start=1):
        start = width * (number - 1)
        axis = "xaxis" if number == 1 else f"xaxis{number}"
        drawn.update_layout(
            {
                axis: {
                    "domain": [start, start + width - (0.02 if number < len(panels) else 0)],
                    "anchor": "y",
                    "range": _room(panel),
                    "visible": False,
                    "fixedrange": True,
                }
            }
        )
        drawn.add_annotation(
            text=style.bold(panel.heading),
            showarrow=False,
            x=start + width * 0.5 if panel.is_centred else start,
            xref="paper",
            xanchor="center" if panel.is_centred else "left",
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=4,
        )
    return drawn


def _bars(panel: Panel, rows: Rows, places: Sequence[int], number: int) -> go.Bar:
    return go.Bar(
        orientation="h",
        y=list(places),
        x=list(panel.values),
        base=[-value / 2 for value in panel.values] if panel.is_centred else None,
        xaxis="x" if number == 1 else f"x{number}",
        yaxis="y",
        text=list(panel.texts),
        textposition="outside",
        cliponaxis=False,
        customdata=[[key] for key in rows.keys],
        hovertext=list(rows.hovers),
        hoverinfo="text",
        marker={
            "color": list(rows.colours),
            "cornerradius": 3,
            "pattern": {
                "shape": list(rows.patterns),
                "fillmode": "overlay",
                "fgopacity": 0.5,
                "size": 6,
                "solidity": 0.25,
            },
        },
        unselected={"marker": {"opacity": 0.35}},
    )


def _room(panel: Panel) -> list[float]:
    """The range of a panel with room for the texts beside its bars."""
    largest = panel.full or max((abs(value) for value in panel.values), default=0) or 1.0
    if panel.is_centred:
        return [-largest / 2, largest / 2]
    lowest = min((*panel.values, 0.0))
    longest = max((len(text) for text in panel.texts), default=0)
    return [lowest * 1.5, largest * (1.1 + 0.075 * longest)]
