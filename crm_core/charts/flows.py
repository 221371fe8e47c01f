"""Flows between two days: the classes then on the left, the classes now on the right, ribbons between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from crm_core import formats
from crm_core.charts import palette, style

NODE_GAP = 0.035  # of the height, between one class and the next


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
    drawn = style.figure(
        name,
        [
            go.Sankey(
                arrangement="fixed",
                domain={"y": [0, 0.92]},
                textfont={"color": palette.TEXT, "shadow": "none", "size": 13},
                node={
                    "label": [
                        f"{style.bold(each.name)} {formats.number(size)}"
                        for each, size in zip(classes, sizes, strict=True)
                    ],
                    "color": [each.colour for each in classes],
                    "x": [0.001] * len(left) + [0.999] * len(right),
                    "y": [*_middles(sizes_left), *_middles(sizes_right)],
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
    for text, place, anchor in ((headings[0], 0, "left"), (headings[1], 1, "right")):
        drawn.add_annotation(
            text=style.bold(text),
            showarrow=False,
            x=place,
            xanchor=anchor,
            y=1,
            yanchor="top",
            xref="paper",
            yref="paper",
        )
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False)
    return drawn


def _middles(sizes: Sequence[int]) -> list[float]:
    """Where on the height (0-1) the middle of each class stands, with gaps between the classes."""
    room = 1 - NODE_GAP * (len(sizes) - 1)
    total, top, middles = sum(sizes) or 1, 0.0, []
    for size in sizes:
        height = room * size / total
        middles.append(min(0.999, max(0.001, top + height / 2)))
        top += height + NODE_GAP
    return middles
