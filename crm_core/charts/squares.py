"""Cells in rows and columns, with figures in them, that may be clicked."""

from collections.abc import Sequence

import plotly.graph_objects as go

from crm_core.charts import style
from crm_core.charts.style import Row


def squares(
    name: str,
    cells: Sequence[Row],
    colours: Sequence[str],
    texts: Sequence[str],
    hovers: Sequence[str],
    keys: Sequence[Sequence[int]] = (),
    line_height: int = 66,
) -> go.Figure:
    """A matrix of selectable cells: bars one unit wide and high, with a text in each.

    `cells` have `x_level`, `y_level`, `x_label` and `y_label`; a cell's customdata is its two levels, or its key.
    """
    columns = {cell["x_level"]: cell["x_label"] for cell in cells}
    lines = {cell["y_level"]: cell["y_label"] for cell in cells}
    drawn = style.figure(
        name,
        [
            go.Bar(
                x=[cell["x_level"] for cell in cells],
                y=[0.94] * len(cells),
                base=[cell["y_level"] - 0.47 for cell in cells],
                width=0.96,
                customdata=list(keys) or [[cell["x_level"], cell["y_level"]] for cell in cells],
                hovertext=list(hovers),
                hoverinfo="text",
                marker={"color": list(colours), "cornerradius": 4},
                unselected={"marker": {"opacity": 0.35}},
            )
        ],
        height=70 + line_height * len(lines),
        barmode="overlay",
        bargap=0,
    )
    drawn.update_layout(
        annotations=[
            {"x": cell["x_level"], "y": cell["y_level"], "text": text, "showarrow": False}
            for cell, text in zip(cells, texts, strict=True)
        ]
    )
    drawn.update_xaxes(tickvals=sorted(columns), ticktext=[style.plain(columns[level]) for level in sorted(columns)])
    drawn.update_yaxes(
        tickvals=sorted(lines),
        ticktext=[style.plain(lines[level]) for level in sorted(lines)],
        range=[min(lines) - 0.52, max(lines) + 0.52],
    )
    return drawn
