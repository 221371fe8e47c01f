"""Pictures of RFM: who is where by freshness and orders, what each segment brings, where the scores begin."""

from collections.abc import Collection
from itertools import groupby

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.squares import squares
from crm_core.charts.style import Chart, Row
from crm_core.language import _, ngettext

TREEMAP_HEIGHT = 330
LEAST_READABLE = 9  # points
ROOM_FOR_FIGURES = 0.04
MEASURE_LETTERS = {"days": "R", "orders": "F", "revenue": "M"}


def rfm_grid(
    grid: pa.Table,
    currency: str = "",
    coloured_by: str = "revenue",
    title: str | None = None,
) -> Chart:
    """Freshness up, orders across: how many customers have each pair of scores, and what they bring.

    `grid`, one row per pair, empty ones included: `x_level` (orders), `y_level` (freshness), `x_label`,
    `y_label`, `customers`, `revenue`, `segments` (names). `coloured_by` is "customers" or "revenue".
    Customdata: [x_level, y_level].
    """
    cells = style.rows(grid)
    if not any(cell["customers"] for cell in cells):
        return style.empty(title or _("Freshness and orders"))
    most = max(float(cell[coloured_by]) for cell in cells)
    drawn = squares(
        "rfm_grid",
        cells,
        [_cell_colour(cell, float(cell[coloured_by]) / most if most > 0 else 0) for cell in cells],
        texts=[
            f"<b>{formats.compact(cell['customers'])}</b><br>{formats.money(cell['revenue'], currency)}"
            if cell["customers"]
            else ""
            for cell in cells
        ],
        hovers=[
            style.hover(
                f"{cell['y_label']} · {cell['x_label']}",
                formats.customers(cell["customers"]),
                _("Revenue {revenue}").format(revenue=formats.money(cell["revenue"], currency)),
                formats.listed(cell["segments"]),
            )
            for cell in cells
        ],
        line_height=58,
    )
    drawn.update_xaxes(title=style.axis_title(_("Orders in the look-back window (F)")))
    drawn.update_yaxes(title=style.axis_title(_("Days since last order (R)")))
    finding = title or _grid_sentence(max(cells, key=lambda cell: cell["revenue"]), cells, currency)
    facts = [
        formats.labelled(formats.listed((cell["y_label"], cell["x_label"])), _figures(cell, currency))
        for cell in cells
        if cell["customers"]
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def rfm_treemap(
    segments: pa.Table,
    currency: str = "",
    sized_by: str = "revenue",
    chosen: Collection[int] = (),
    title: str | None = None,
) -> Chart:
    """The segments as areas: the larger, the more `sized_by`; the stronger the colour, the more revenue a customer.

    `segments` as of `rfm_segments`; those without customers, or with nothing of `sized_by`, have no area.
    `sized_by` is "customers" or "revenue". Where some are `chosen`, the others are faint.
    Ids: segment_number; customdata: [segment_number].
    """
    found = [row for row in style.rows(segments) if row["customers"] and row[sized_by] > 0]
    if not found:
        return style.empty(title or _("Segments"))
    worths = {row["segment_number"]: max(0.0, float(row["revenue"]) / row["customers"]) for row in found}
    most, whole = max(worths.values()) or 1.0, sum(row[sized_by] for row in found)
    finding = title or _segment_sentence(max(found, key=lambda row: row[sized_by]))
    drawn = style.figure(
        "rfm_treemap",
        [
            go.Treemap(
                ids=[str(row["segment_number"]) for row in found],
                parents=[""] * len(found),
                labels=[style.plain(row["segment"]) for row in found],
                values=[float(row[sized_by]) for row in found],
                customdata=[[row["segment_number"]] for row in found],
                text=[_area_text(row, float(row[sized_by] / whole), currency) for row in found],
                textinfo="text",
                hovertext=[_segment_hover(row, currency) for row in found],
                hoverinfo="text",
                textfont={"color": palette.TEXT},
                sort=True,
                pathbar={"visible": False},
                tiling={"pad": 3},
                root={"color": "rgba(0, 0, 0, 0)"},
                marker={
                    "colors": [
                        _area_colour(worths[row["segment_number"]] / most, row["segment_number"], chosen)
                        for row in found
                    ],
                    "cornerradius": 4,
                    "line": {"width": 0},
                    "pad": {"t": 0, "l": 0, "r": 0, "b": 0},
                    "pattern": {"shape": ["" if row["segment_number"] else "/" for row in found], "fgopacity": 0.5},
                },
            )
        ],
        height=TREEMAP_HEIGHT,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        uniformtext={"minsize": LEAST_READABLE, "mode": "hide"},
    )
    return Chart(drawn, finding, style.alt_text(finding, [_segment_sentence(row) for row in found]))


def _area_text(row: Row, share: float, currency: str) -> str:
    """What stands in the area of a segment that has such a share of the picture."""
    figures = (
        formats.customers(row["customers"]),
        formats.with_note(formats.money(row["revenue"], currency), formats.percent(row["revenue_share"])),
    )
    return "<br>".join((style.bold(row["segment"]), *(map(style.plain, figures) if share >= ROOM_FOR_FIGURES else ())))


def _area_colour(strength: float, number: int, chosen: Collection[int]) -> str:
    return palette.FAINT if chosen and number not in chosen else palette.veil(palette.PLAIN, strength)


def rfm_segments(segments: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """The segments: how many customers each holds and what they bring.

    `segments`, one row per segment, drawn in the order given: `segment_number` (0 is no segment), `segment`,
    `customers`, `customer_share`, `revenue`, `revenue_share`, `mean_days`, `mean_orders`.
    Customdata: [segment_number].
    """
    found = style.rows(segments)
    if not found:
        return style.empty(title or _("Segments"))
    rows = Rows(
        labels=[style.plain(row["segment"]) for row in found],
        keys=[row["segment_number"] for row in found],
        hovers=[_segment_hover(row, currency) for row in found],
        colours=[palette.PLAIN if row["segment_number"] else palette.UNSCORED for row in found],
        patterns=["" if row["segment_number"] else "/" for row in found],
    )
    panels = (
        Panel(
            _("Customers"),
            [row["customers"] for row in found],
            [f"{formats.compact(row['customers'])} · {formats.percent(row['customer_share'])}" for row in found],
        ),
        Panel(
            _("Revenue"),
            [float(row["revenue"]) for row in found],
            [f"{formats.money(row['revenue'], currency)} · {formats.percent(row['revenue_share'])}" for row in found],
        ),
    )
    finding = title or _segment_sentence(max(found, key=lambda row: row["revenue"]))
    return Chart(
        panelled_bars("rfm_segments", rows, panels, row_height=28),
        finding,
        style.alt_text(finding, [_segment_sentence(row) for row in found]),
    )


def rfm_scores(scores: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """Each measure's scores with the figures they stand for, and how many customers have them.

    `scores`, one row per measure and score, the best first: `measure` ("days", "orders", "revenue"), `title`,
    `score`, `label` (its figures), `customers`, `revenue`. Customdata: [measure and score].
    """
    found = style.rows(scores)
    if not found:
        return style.empty(title or _("Scores"))
    names = [f"{MEASURE_LETTERS[row['measure']]}{row['score']} · {row['label']}" for row in found]
    rows = Rows(
        labels=[style.plain(name) for name in names],
        keys=[f"{row['measure']}:{row['score']}" for row in found],
        hovers=[
            style.hover(row["title"], name, _figures(row, currency)) for row, name in zip(found, names, strict=True)
        ],
        colours=[palette.PLAIN for _row in found],
    )
    panels = (
        Panel(
            _("Customers"), [row["customers"] for row in found], [formats.compact(row["customers"]) for row in found]
        ),
        Panel(
            _("Revenue"),
            [float(row["revenue"]) for row in found],
            [formats.money(row["revenue"], currency) for row in found],
        ),
    )
    drawn = panelled_bars("rfm_scores", rows, panels, row_height=26)
    ends = [len(list(part)) for _measure, part in groupby(found, key=lambda row: row["measure"])]
    for end in (sum(ends[: place + 1]) for place in range(len(ends) - 1)):
        drawn.add_shape(type="line", xref="paper", x0=0, x1=1, y0=end - 0.5, y1=end - 0.5, line=style.guide(1, "dot"))
    finding = title or _scores_sentence(found)
    facts = [formats.labelled(name, _figures(row, currency)) for row, name in zip(found, names, strict=True)]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def _cell_colour(cell: Row, strength: float) -> str:
    return palette.veil(palette.PLAIN, strength) if cell["customers"] else palette.FAINT


def _figures(row: Row, currency: str) -> str:
    return formats.listed((formats.customers(row["customers"]), formats.money(row["revenue"], currency)))


def _grid_sentence(best: Row, cells: list[Row], currency: str) -> str:
    whole = sum(cell["revenue"] for cell in cells)
    return ngettext(
        "{y_label}, {x_label}: {customers} brings {share} of revenue",
        "{y_label}, {x_label}: {customers} bring {share} of revenue",
        best["customers"],
    ).format(
        y_label=best["y_label"],
        x_label=best["x_label"],
        customers=formats.customers(best["customers"]),
        share=formats.percent(best["revenue"] / whole if whole else None),
    )


def _segment_sentence(row: Row) -> str:
    return ngettext(
        "{segment}: {customers} ({customer_share}) brings {revenue_share} of revenue",
        "{segment}: {customers} ({customer_share}) bring {revenue_share} of revenue",
        row["customers"],
    ).format(
        segment=row["segment"],
        customers=formats.customers(row["customers"]),
        customer_share=formats.percent(row["customer_share"]),
        revenue_share=formats.percent(row["revenue_share"]),
    )


def _segment_hover(row: Row, currency: str) -> str:
    return style.hover(
        row["segment"],
        formats.with_note(formats.customers(row["customers"]), formats.percent(row["customer_share"])),
        _("Revenue {revenue}").format(revenue=formats.money(row["revenue"], currency)),
        _("Last order {days} ago on average").format(days=formats.days(row["mean_days"])),
        _("{count} orders on average").format(count=formats.number(row["mean_orders"], 1)),
    )


def _scores_sentence(found: list[Row]) -> str:
    """What it takes to have the best score in all three."""
    best = [next(part) for _measure, part in groupby(found, key=lambda row: row["measure"])]
    needs = formats.listed(f"{MEASURE_LETTERS[row['measure']]}{row['score']} {row['label']}" for row in best)
    return _("The best scores: {needs}").format(needs=needs)
