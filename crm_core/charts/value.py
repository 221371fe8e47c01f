"""Pictures of value: who is worth what, where the cuts lie, who moves."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.squares import squares
from crm_core.charts.style import Chart, Row
from crm_core.labels import behaviour_type_name
from crm_core.language import _, ngettext


def pyramid(
    summary: pa.Table,
    currency: str = "",
    title: str | None = None,
    tier_count: int | None = None,
    *,
    is_small: bool = False,
) -> Chart:
    """The value pyramid: tiers from the best down, customers as width, their share of revenue beside it.

    `summary`, one row per tier, in any order: `tier_number` (1 is best), `tier`, `customers`,
    `customer_share` and `revenue_share` (0-1), `revenue` and `margin` (money, null if unknown),
    `mean_risk` (0-1 or null), `lower_score` (0-100, null where scores do not decide).
    A row beyond `tier_count` holds customers without a score. `is_small` leaves the amounts to the hover
    text. Each part's customdata is [tier_number].
    """
    tiers = sorted(style.rows(summary), key=lambda tier: tier["tier_number"])
    if not tiers:
        return style.empty(title or _("Value tiers"))
    count = tier_count or tiers[-1]["tier_number"]
    rows = Rows(
        labels=[_pyramid_label(tier) for tier in tiers],
        keys=[tier["tier_number"] for tier in tiers],
        hovers=[_tier_hover(tier, currency) for tier in tiers],
        colours=[palette.tier_colour(tier["tier_number"], count) for tier in tiers],
        patterns=[palette.tier_pattern(tier["tier_number"], count) for tier in tiers],
    )
    panels = (
        Panel(_("Customers"), [tier["customers"] for tier in tiers], [""] * len(tiers), is_centred=True),
        Panel(
            _("Revenue"),
            [float(tier["revenue_share"] or 0) for tier in tiers],
            [_revenue_text(tier, currency, is_small) for tier in tiers],
        ),
    )
    finding = title or _tier_sentence(tiers[0])
    return Chart(
        panelled_bars("pyramid", rows, panels, row_height=48 if is_small else 58),
        finding,
        style.alt_text(finding, [_tier_sentence(tier) for tier in tiers]),
    )


def lorenz(curve: pa.Table, gini: float | None, marks: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """How concentrated revenue is: the share of it that the best customers bring together.

    `curve`, from the best customer down: `customer_share`, `revenue_share` (both 0-1, cumulative).
    `marks`, one row per cut between tiers: `customer_share`, `revenue_share`, `tier` (the lowest tier
    counted), and `tier_number` if there is one. `gini` 0-1, null where it has no meaning.
    """
    points = [row for row in style.rows(curve) if row["revenue_share"] is not None]
    marked = [row for row in style.rows(marks) if row["revenue_share"] is not None]
    if not points:
        return style.empty(title or _("Concentration of revenue"))
    top = marked[0] if marked else points[len(points) // 5]
    finding = title or _share_sentence(top)
    traces = [
        go.Scatter(
            x=[0.0, *(float(point["customer_share"]) for point in points)],
            y=[0.0, *(float(point["revenue_share"]) for point in points)],
            mode="lines",
            line={"color": palette.PLAIN, "width": 2.5},
            fill="tozeroy",
            fillcolor=palette.veil(palette.PLAIN, 0.12),
            hovertext=["", *(_share_sentence(point) for point in points)],
            hoverinfo="text",
        ),
        go.Scatter(
            x=[float(mark["customer_share"]) for mark in marked],
            y=[float(mark["revenue_share"]) for mark in marked],
            mode="markers+text",
            marker={"color": _mark_colours(marked), "size": 11, "line": {"color": palette.PAPER, "width": 1.5}},
            text=[f"{style.bold(mark['tier'])} {formats.percent(mark['revenue_share'], digits=0)}" for mark in marked],
            textposition="bottom right",
            hovertext=[style.hover(mark["tier"], _share_sentence(mark)) for mark in marked],
            hoverinfo="text",
        ),
    ]
    drawn = style.figure("lorenz", traces, height=330)
    drawn.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line=style.guide(dash="dot"), layer="below")
    drawn.update_xaxes(range=[0, 1], tickformat=".0%", nticks=6, title=style.axis_title(_("Customers, best first")))
    drawn.update_yaxes(
        range=[0, max(1.04, *(float(point["revenue_share"]) * 1.04 for point in points))],
        tickformat=".0%",
        nticks=6,
        title=style.axis_title(_("Share of revenue")),
        **style.grid(),
    )
    facts = [_share_sentence(mark) for mark in marked]
    if gini is not None:
        measured = _("Gini {gini}").format(gini=formats.number(gini, 2))
        facts.append(measured)
        drawn.add_annotation(text=measured, showarrow=False, x=0.98, y=0.06, xanchor="right", yanchor="bottom")
    return Chart(drawn, finding, style.alt_text(finding, facts))


def score_histogram(distribution: pa.Table, cuts: pa.Table, title: str | None = None) -> Chart:
    """How scores spread, with the cuts between tiers and the customers on each side.

    `distribution`, one row per bin and tier: `score` (0-100, the bin's lower bound), `customers`,
    `tier_number`, `tier`. `cuts`, one row per cut: `score` (the lower bound of `tier`; null draws no line), `tier`.
    Bars carry customdata [tier_number].
    """
    bins, lines = style.rows(distribution), _known_cuts(cuts)
    if not bins:
        return style.empty(title or _("Scores"))
    names = {row["tier_number"]: row["tier"] for row in bins}
    counts = {number: sum(row["customers"] for row in bins if row["tier_number"] == number) for number in sorted(names)}
    colours = dict(zip(counts, [palette.tier_colour(number, len(lines) + 1) for number in counts], strict=True))
    width = _bin_width([float(row["score"]) for row in bins])
    traces = [
        _score_bars([row for row in bins if row["tier_number"] == number], colours[number], width) for number in counts
    ]
    drawn = style.figure("score_histogram", traces, height=300, barmode="stack", bargap=0.06)
    drawn.update_layout(margin={"l": 4, "r": 22, "t": 46, "b": 4})
    edges = [100.0, *(float(line["score"]) for line in lines), 0.0]
    drawn.update_layout(
        annotations=[
            {
                "text": f"{style.bold(names[number])} {formats.compact(count)}",
                "showarrow": False,
                "x": (upper + lower) / 2,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "yshift": 22 if upper - lower < 12 and place % 2 else 4,
            }
            for place, ((number, count), (upper, lower)) in enumerate(
                zip(counts.items(), pairwise(edges), strict=False)
            )
        ],
        shapes=[style.upright(float(line["score"])) for line in lines],
    )
    drawn.update_xaxes(
        range=[0, 100],
        tickvals=[0, *(float(line["score"]) for line in lines), 100],
        ticktext=["0", *(formats.number(line["score"], 1) for line in lines), "100"],
        title=style.axis_title(_("Value score (0-100)")),
    )
    drawn.update_yaxes(title=style.axis_title(_("Customers")), nticks=5, **style.grid())
    facts = [formats.labelled(names[number], formats.customers(count)) for number, count in counts.items()]
    finding = title or _("{tier} starts at a score of {score}: {customers}").format(
        tier=names[min(names)],
        score=formats.number(lines[0]["score"], 1) if lines else formats.DASH,
        customers=formats.customers(counts[min(names)]),
    )
    return Chart(drawn, finding, style.alt_text(finding, facts))


def value_matrix(
    cells: pa.Table,
    x_name: str,
    y_name: str,
    currency: str = "",
    title: str | None = None,
    tier_count: int | None = None,
) -> Chart:
    """Two dimensions, each cut in a few levels: who stands where.

    `cells`, one row per cell: `x_level`, `y_level` (1 is lowest), `x_label`, `y_label`, `customers`,
    `revenue`, `tier_number` (null where the cell decides no tier). Customdata: [x_level, y_level].
    """
    filled = style.rows(cells)
    if not filled:
        return style.empty(title or _("Value matrix"))
    tiers = tier_count or max(cell["tier_number"] or 0 for cell in filled)
    most = max(cell["customers"] for cell in filled) or 1
    colours = [
        palette.veil(palette.tier_colour(cell["tier_number"], max(tiers, 2)), 1)
        if cell["tier_number"]
        else palette.veil(palette.PLAIN, cell["customers"] / most)
        for cell in filled
    ]
    drawn = squares(
        "value_matrix",
        filled,
        colours,
        texts=[
            f"<b>{formats.compact(cell['customers'])}</b><br>{formats.money(cell['revenue'], currency)}"
            for cell in filled
        ],
        hovers=[
            style.hover(
                " · ".join((formats.labelled(x_name, cell["x_label"]), formats.labelled(y_name, cell["y_label"]))),
                formats.customers(cell["customers"]),
                _("Revenue {revenue}").format(revenue=formats.money(cell["revenue"], currency)),
            )
            for cell in filled
        ],
    )
    drawn.update_xaxes(title=style.axis_title(x_name))
    drawn.update_yaxes(title=style.axis_title(y_name))
    largest = max(filled, key=lambda cell: cell["revenue"] or 0)
    finding = title or _("Most revenue: {x_name} {x_label}, {y_name} {y_label} ({customers}, {revenue})").format(
        x_name=x_name,
        x_label=largest["x_label"],
        y_name=y_name,
        y_label=largest["y_label"],
        customers=formats.customers(largest["customers"]),
        revenue=formats.money(largest["revenue"], currency),
    )
    facts = [
        formats.listed(
            (
                cell["x_label"],
                cell["y_label"],
                formats.customers(cell["customers"]),
                formats.money(cell["revenue"], currency),
            )
        )
        for cell in filled
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def moves_matrix(
    moves: pa.Table,
    currency: str = "",
    title: str | None = None,
    from_name: str | None = None,
    to_name: str | None = None,
) -> Chart:
    """Who moves from which tier to which; those who stay are muted.

    `moves`, one row per pair that occurs: `from_tier_number`, `from_tier`, `to_tier_number`,
    `to_tier`, `customers`, `revenue`. Customdata: [from_tier_number, to_tier_number].
    `from_name` and `to_name` say what is compared ("Saved", "Draft").
    """
    pairs = style.rows(moves)
    if not pairs:
        return style.empty(title or _("Moves between tiers"))
    moved = [pair for pair in pairs if pair["from_tier_number"] != pair["to_tier_number"]]
    moving = sum(pair["customers"] for pair in moved)
    most = max((pair["customers"] for pair in moved), default=1) or 1
    cells = [
        {
            **pair,
            "x_level": pair["to_tier_number"],
            "y_level": -pair["from_tier_number"],
            "x_label": pair["to_tier"],
            "y_label": pair["from_tier"],
        }
        for pair in pairs
    ]
    drawn = squares(
        "moves_matrix",
        cells,
        [_move_colour(pair, most) for pair in pairs],
        texts=[
            f"{_arrow(pair)}<b>{formats.compact(pair['customers'])}</b><br>{formats.money(pair['revenue'], currency)}"
            for pair in pairs
        ],
        hovers=[style.hover(_move_sentence(pair), formats.money(pair["revenue"], currency)) for pair in pairs],
        keys=[[pair["from_tier_number"], pair["to_tier_number"]] for pair in pairs],
    )
    drawn.update_xaxes(title=style.axis_title(to_name or _("After")), side="top")
    drawn.update_yaxes(title=style.axis_title(from_name or _("Before")))
    finding = title or (
        ngettext(
            "{customers} moves, with {revenue} of revenue",
            "{customers} move, with {revenue} of revenue",
            moving,
        ).format(
            customers=formats.customers(moving),
            revenue=formats.money(sum(pair["revenue"] or 0 for pair in moved), currency),
        )
        if moved
        else _("Nobody moves")
    )
    return Chart(drawn, finding, style.alt_text(finding, [_move_sentence(pair) for pair in moved]))


def behaviour_types(summary: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """The types by behaviour: customers and revenue of each.

    `summary`, one row per type, drawn in the order given: `type`, `customers`, `revenue`.
    Customdata: [type].
    """
    types = style.rows(summary)
    if not types:
        return style.empty(title or _("Types by behaviour"))
    names = [behaviour_type_name(row["type"]) for row in types]
    sentences = [
        formats.listed((formats.customers(row["customers"]), formats.money(row["revenue"], currency))) for row in types
    ]
    rows = Rows(
        labels=names,
        keys=[row["type"] for row in types],
        hovers=[style.hover(name, sentence) for name, sentence in zip(names, sentences, strict=True)],
        colours=[palette.PLAIN if row["type"] not in ("other", None) else palette.TIER_COLOURS[-1] for row in types],
    )
    panels = (
        Panel(
            _("Customers"), [row["customers"] for row in types], [formats.compact(row["customers"]) for row in types]
        ),
        Panel(
            _("Revenue"),
            [float(row["revenue"] or 0) for row in types],
            [formats.money(row["revenue"], currency) for row in types],
        ),
    )
    largest = max(range(len(types)), key=lambda place: types[place]["revenue"] or 0)
    finding = title or _("{type} brings the most revenue: {figures}").format(
        type=names[largest], figures=sentences[largest]
    )
    facts = [formats.labelled(name, sentence) for name, sentence in zip(names, sentences, strict=True)]
    return Chart(panelled_bars("behaviour_types", rows, panels, 40), finding, style.alt_text(finding, facts))


def stability_bars(by_tier: pa.Table, title: str | None = None) -> Chart:
    """How many customers of each tier keep it when the weights are drawn anew.

    `by_tier`, one row per tier: `tier_number`, `tier`, `customers`, `steady_share` (0-1, of its customers),
    `mean_kept` (0-1, in an average draw).
    """
    tiers = style.rows(by_tier)
    if not tiers:
        return style.empty(title or _("Stability"))
    count = max(2, min(len(palette.TIER_COLOURS), max(tier["tier_number"] for tier in tiers)))
    sentences = [
        _("{tier}: {share} of {customers} are steady, {kept} stay in an average draw").format(
            tier=tier["tier"],
            share=formats.percent(tier["steady_share"]),
            customers=formats.customers(tier["customers"]),
            kept=formats.percent(tier["mean_kept"]),
        )
        for tier in tiers
    ]
    rows = Rows(
        labels=[style.bold(tier["tier"]) for tier in tiers],
        keys=[tier["tier_number"] for tier in tiers],
        hovers=[
            style.hover(
                tier["tier"],
                formats.customers(tier["customers"]),
                f"{_('Steady customers')}: {formats.percent(tier['steady_share'])}",
                f"{_('Stay in an average draw')}: {formats.percent(tier['mean_kept'])}",
            )
            for tier in tiers
        ],
        colours=[palette.tier_colour(tier["tier_number"], count) for tier in tiers],
    )
    panels = (
        Panel(
            _("Steady customers"),
            [tier["steady_share"] for tier in tiers],
            [formats.percent(tier["steady_share"]) for tier in tiers],
            full=1.0,
        ),
        Panel(
            _("Stay in an average draw"),
            [tier["mean_kept"] for tier in tiers],
            [formats.percent(tier["mean_kept"]) for tier in tiers],
            full=1.0,
        ),
    )
    finding = title or sentences[0]
    return Chart(panelled_bars("stability_bars", rows, panels, 30), finding, style.alt_text(finding, sentences))


def _revenue_text(tier: Row, currency: str, is_small: bool) -> str:
    share = formats.percent(tier["revenue_share"])
    return share if is_small else f"{share} · {formats.money(tier['revenue'], currency)}"


def _pyramid_label(tier: Row) -> str:
    figures = f"{formats.compact(tier['customers'])} · {formats.percent(tier['customer_share'])}"
    return f"{style.bold(tier['tier'])}<br>{figures}"


def _tier_sentence(tier: Row) -> str:
    return ngettext(
        "{tier}: {customers} ({customer_share}) brings {revenue_share} of revenue",
        "{tier}: {customers} ({customer_share}) bring {revenue_share} of revenue",
        tier["customers"],
    ).format(
        tier=tier["tier"],
        customers=formats.customers(tier["customers"]),
        customer_share=formats.percent(tier["customer_share"]),
        revenue_share=formats.percent(tier["revenue_share"]),
    )


def _tier_hover(tier: Row, currency: str) -> str:
    revenue = formats.with_note(formats.money(tier["revenue"], currency), formats.percent(tier["revenue_share"]))
    return style.hover(
        tier["tier"],
        formats.with_note(formats.customers(tier["customers"]), formats.percent(tier["customer_share"])),
        _("Revenue {revenue}").format(revenue=revenue),
        _("Margin {margin}").format(margin=formats.money(tier["margin"], currency)),
        _("Mean risk {risk}").format(risk=formats.number(tier["mean_risk"], 2)),
        _("Score from {score}").format(score=formats.number(tier["lower_score"], 1)),
    )


def _share_sentence(point: Row) -> str:
    return _("{customer_share} of customers bring {revenue_share} of revenue").format(
        customer_share=formats.percent(point["customer_share"]),
        revenue_share=formats.percent(point["revenue_share"]),
    )


def _mark_colours(marks: Sequence[Row]) -> list[str]:
    colours = palette.tier_colours(min(len(marks) + 1, len(palette.TIER_COLOURS)))
    return [colours[min(place, len(colours) - 1)] for place in range(len(marks))]


def _known_cuts(cuts: pa.Table) -> list[Row]:
    """The cuts that are scores, the best tier's first."""
    return sorted((cut for cut in style.rows(cuts) if cut["score"] is not None), key=lambda cut: -cut["score"])


def _bin_width(scores: Sequence[float]) -> float:
    places = sorted(set(scores))
    return min((after - before for before, after in pairwise(places)), default=1.0)


def _score_bars(bins: Sequence[Row], colour: str, width: float) -> go.Bar:
    return go.Bar(
        x=[float(row["score"]) for row in bins],
        y=[row["customers"] for row in bins],
        width=width,
        offset=0,
        customdata=[[row["tier_number"]] for row in bins],
        hovertext=[
            style.hover(
                _("Score {low} to {high}").format(
                    low=formats.number(row["score"], 1), high=formats.number(float(row["score"]) + width, 1)
                ),
                formats.labelled(row["tier"], formats.customers(row["customers"])),
            )
            for row in bins
        ],
        hoverinfo="text",
        marker={"color": colour},
        unselected={"marker": {"opacity": 0.35}},
    )


def _move_colour(pair: Row, most: int) -> str:
    if pair["from_tier_number"] == pair["to_tier_number"]:
        return palette.FAINT
    rises = pair["to_tier_number"] < pair["from_tier_number"]
    return palette.veil(palette.RISE if rises else palette.FALL, 0.15 + 0.85 * pair["customers"] / most)


def _arrow(pair: Row) -> str:
    if pair["from_tier_number"] == pair["to_tier_number"]:
        return ""
    return "▲ " if pair["to_tier_number"] < pair["from_tier_number"] else "▼ "


def _move_sentence(pair: Row) -> str:
    return _("From {from_tier} to {to_tier}: {customers}").format(
        from_tier=pair["from_tier"], to_tier=pair["to_tier"], customers=formats.customers(pair["customers"])
    )
