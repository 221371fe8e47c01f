"""Flows between two days: the classes then on the left, the classes now on the right, ribbons between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from crm_core import formats
from crm_core.charts import palette, style

NODE_GAP = 0.035  # of the height, between one class and the next
MARGIN = 0.19  # of the width, for the names on either side: written on the ribbons, thin ones would strike them out
NAME_SHIFT = 12
TOP = 0.92  # of the height, below the two days


@dataclass(frozen=True)
class Flow:
    """Who was in class `before` and is in class `now`: how many, in words, and in which colour."""

    before: Any
    now: Any
    customers: int
    hover: str
    colour: str


@dataclass(frozen=True)
class Class:
    """One class on one side: its name and colour."""

    name: str
    colour: str


def ribbons(
    name: str, flows: Sequence[Flow], before: Mapping[Any, Class], now: Mapping[Any, Class], headings: tuple[str, str]
) -> go.Figure:
    """A Sankey diagram of `flows`; classes stand in the order given, those without customers are left out."""
    left = [key for key in before if any(flow.before == key for flow in flows)]
    right = [key for key in now if any(flow.now == key for flow in flows)]
    sizes_left = [sum(flow.customers for flow in flows if flow.before == key) for key in left]
    sizes_right = [sum(flow.customers for flow in flows if flow.now == key) for key in right]
    classes = [*(before[key] for key in left), *(now[key] for key in right)]
    sizes = [*sizes_left, *sizes_right]
    middles = [*_middles(sizes_left), *_middles(sizes_right)]
    drawn = style.figure(
        name,
        [
            go.Sankey(
                arrangement="fixed",
                domain={"x": [MARGIN, 1 - MARGIN], "y": [0, TOP]},
                node={
                    "color": [each.colour for each in classes],
                    "x": [0.001] * len(left) + [0.999] * len(right),
                    "y": middles,
                    "pad": 12,
                    "thickness": 16,
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                },
                link={
                    "source": [left.index(flow.before) for flow in flows],
                    "target": [len(left) + right.index(flow.now) for flow in flows],
                    "value": [flow.customers for flow in flows],
                    "color": [flow.colour for flow in flows],
                    "customdata": [flow.hover for flow in flows],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
            )
        ],
        height=max(320, 60 + 42 * max(len(left), len(right))),
    )
    names = [f"{style.bold(each.name)} {formats.number(size)}" for each, size in zip(classes, sizes, strict=True)]
    for place, (name_and_size, middle) in enumerate(zip(names, middles, strict=True)):
        _write(drawn, name_and_size, is_left=place < len(left), y=TOP * (1 - middle), yanchor="middle")
    for heading, is_left in zip(headings, (True, False), strict=True):
        _write(drawn, style.bold(heading), is_left=is_left, y=1, yanchor="top")
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False)
    return drawn


def _write(drawn: go.Figure, text: str, *, is_left: bool, y: float, yanchor: str) -> None:
    """Text beside the ribbons, towards them."""
    drawn.add_annotation(
        text=text,
        showarrow=False,
        x=MARGIN if is_left else 1 - MARGIN,
        xanchor="right" if is_left else "left",
        xshift=-NAME_SHIFT if is_left else NAME_SHIFT,
        y=y,
        yanchor=yanchor,
        xref="paper",
        yref="paper",
        font={"color": palette.TEXT, "size": 13},
    )


def _middles(sizes: Sequence[int]) -> list[float]:
    """Where on the height (0-1) the middle of each class stands, with gaps between the classes."""
    room = 1 - NODE_GAP * (len(sizes) - 1)
    total, top, middles = sum(sizes) or 1, 0.0, []
    for size in sizes:
        height = room * size / total
        middles.append(min(0.999, max(0.001, top + height / 2)))
        top += height + NODE_GAP
    return middles
