"""What every chart has in common: how it looks, and what it hands to the page.

A chart takes a finished table and draws it. The page writes the title above the figure, so that a
sentence may wrap, and gives the alt text to whoever cannot see the picture. Fonts and text colours are
left to the theme; what has to be drawn in a colour of its own can be read on light and on dark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette
from crm_core.language import _

Row = dict[str, Any]

LEGEND = {
    "orientation": "h",
    "x": 0,
    "y": 1.02,
    "yanchor": "bottom",
    "title": {"text": ""},
    "traceorder": "normal",
}
MARGIN = {"l": 4, "r": 22, "t": 8, "b": 4}


@dataclass(frozen=True)
class Chart:
    """A picture, the sentence that says what it shows, and the same in words.

    `figure`: without a title inside; its height is set, its width follows the page.
    `title`: the finding, one sentence. `alt`: the figures a reader would take from the picture.
    """

    figure: go.Figure
    title: str
    alt: str


def rows(table: pa.Table) -> list[Row]:
    """The rows of a table small enough to draw, one dictionary each."""
    return list(table.to_pylist())


def figure(name: str, traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """The traces in the house layout. `name` keeps zoom and selection from one redraw to the next."""
    house = {
        "template": go.layout.Template(),
        "font": {"color": palette.TEXT},
        "height": height,
        "margin": MARGIN,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "uirevision": name,
        "hovermode": "closest",
        "hoverlabel": {"font": {"color": palette.TEXT}, "align": "left"},
        "dragmode": False,
        "showlegend": False,
        "bargap": 0.18,
        "legend": LEGEND,
    }
    axes = {"xaxis": {**axis(), **layout.pop("xaxis", {})}, "yaxis": {**axis(), **layout.pop("yaxis", {})}}
    return go.Figure(data=list(traces), layout={**house, **axes, **layout})


def empty(title: str) -> Chart:
    """The chart of no rows: a sentence where the picture would be."""
    drawn = figure("empty", [], 160)
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False)
    sentence = _("Nothing to show")
    drawn.add_annotation(text=sentence, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper")
    return Chart(drawn, title, formats.sentences(title, sentence))


def alt_text(title: str, facts: Sequence[str]) -> str:
    """The title and the facts as sentences, for a reader who cannot see the picture."""
    return formats.sentences(*dict.fromkeys((title, *facts)))


def hover(*lines: str) -> str:
    """The text of a hover box: the first line is what it is about, the others are its figures."""
    return "<br>".join((bold(lines[0]), *map(plain, lines[1:])))


def bold(text: str) -> str:
    """`text` in bold, as Plotly writes it; what looks like a tag in it stays text."""
    return f"<b>{plain(text)}</b>"


def plain(text: str) -> str:
    """`text` as it is: names from a file may hold what Plotly would take for tags."""
    return escape(text, quote=False)


def guide(width: float = 1.5, dash: str = "dash") -> dict[str, Any]:
    """The line of a threshold or a reference."""
    return {"color": palette.GUIDE, "width": width, "dash": dash}


def upright(x: float) -> dict[str, Any]:
    """A threshold across the whole height of the picture, at `x`."""
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": guide()}


def axis() -> dict[str, Any]:
    """What every axis has in common; wheel and drag belong to the page, not to the chart."""
    text = {"color": palette.TEXT}
    return {
        "fixedrange": True,
        "automargin": True,
        "zeroline": False,
        "showgrid": False,
        "tickfont": text,
        "title": {"font": {**text, "size": 12}},
    }


def grid() -> dict[str, Any]:
    """The grid of an axis that is read for its numbers."""
    return {"showgrid": True, "gridcolor": "rgba(128, 136, 150, 0.22)"}


def axis_title(text: str) -> dict[str, Any]:
    """What an axis measures, with its unit, close to its ticks."""
    return {"text": text, "standoff": 14}


def nice_ticks(lowest: float, highest: float, about: int = 5) -> list[float]:
    """Round numbers from `lowest` to `highest`, 1, 2 or 5 times a power of ten apart."""
    span = highest - lowest
    if span <= 0:
        return [lowest]
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next(power * times for times in (1, 2, 5, 10, 20) if power * times >= span / about)
    first = int(lowest // step)
    ticks = [round(place * step, 12) for place in range(first, int(highest // step) + 1)]
    return [tick for tick in ticks if tick >= lowest]


def count_ticks(highest: float) -> dict[str, Any]:
    """Whole numbers from 0 to `highest`, a count, written in the reader's language: "12.5k", "1.25万"."""
    ticks = [tick for tick in nice_ticks(0, highest) if tick == int(tick)]
    return {"tickvals": ticks, "ticktext": [formats.compact(tick) for tick in ticks]}


def month_ticks(first: date, last: date) -> dict[str, Any]:
    """About six month beginnings, written in the reader's language."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((step for step in (1, 2, 3, 6) if months / step <= 6), 12)
    places = [first.year * 12 + first.month - 1 + place for place in range(0, months, step)]
    ticks = [date(place // 12, place % 12 + 1, 1) for place in places]
    return {"tickvals": ticks, "ticktext": [formats.month(tick) for tick in ticks], "tickangle": 0}
