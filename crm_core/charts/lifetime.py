"""Pictures of what customers are expected to bring, of who is believed alive, and of how the models did."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go
import pyarrow as pa

from crm_core import formats
from crm_core.charts import palette, style
from crm_core.charts.bars import Panel, Rows, panelled_bars
from crm_core.charts.style import Chart, Row
from crm_core.language import _

MODEL_COLOUR = palette.LOYALTY_COLOURS["inertia"]
MOST_LINE_POINTS = 1500
LABELLED_STEPS = 5
LONGEST_NAME = 18


# ---------------------------------------------------------------------- value


def expected_value_steps(steps: pa.Table, currency: str = "", title: str | None = None) -> Chart:
    """How expected value spreads over the customers, on a scale even in factors.

    `steps`, one row per step that holds customers, ascending: `value_from`, `value_below`, `customers`,
    `expected_value`. All steps are equally wide in the logarithm.
    """
    found = style.rows(steps)
    if not found:
        return style.empty(title or _("Expected value"))
    total = sum(row["expected_value"] for row in found)
    hovers = [_step_hover(row, total, currency) for row in found]
    drawn = style.figure(
        "expected_value_steps",
        [
            go.Bar(
                x=list(range(len(found))),
                y=[row["customers"] for row in found],
                marker={"color": palette.PLAIN, "cornerradius": 2},
                hovertext=hovers,
                hoverinfo="text",
            )
        ],
        height=270,
        bargap=0.06,
    )
    most = max(found, key=lambda row: row["customers"])
    every = max(1, -(-len(found) // LABELLED_STEPS))
    labelled = range(0, len(found), every)
    drawn.update_xaxes(
        tickvals=[place - 0.5 for place in labelled],
        ticktext=[formats.money(found[place]["value_from"], currency, digits=2) for place in labelled],
        tickangle=0,
        title=style.axis_title(_("Expected value of a customer (each bar the same factor)")),
    )
    drawn.update_yaxes(title=style.axis_title(_("Customers")), **style.count_ticks(most["customers"]), **style.grid())
    finding = title or _step_sentence(most, currency)
    return Chart(drawn, finding, style.alt_text(finding, [_step_sentence(row, currency) for row in found]))


def expected_concentration(curve: pa.Table, title: str | None = None) -> Chart:
    """How few customers bring how much of the expected value.

    `curve`, from the best customer down: `customer_share`, `value_share` (0-1, cumulative), `gini` on every row.
    """
    points = [row for row in style.rows(curve) if row["value_share"] is not None]
    if not points:
        return style.empty(title or _("Concentration of expected value"))
    fifth = min(points, key=lambda row: abs(row["customer_share"] - 0.2))
    finding = title or _concentration_sentence(fifth)
    drawn = style.figure(
        "expected_concentration",
        [
            go.Scatter(
                x=[0.0, *(row["customer_share"] for row in points)],
                y=[0.0, *(row["value_share"] for row in points)],
                mode="lines",
                line={"color": palette.PLAIN, "width": 2.5},
                fill="tozeroy",
                fillcolor=palette.veil(palette.PLAIN, 0.12),
                hovertext=["", *(_concentration_sentence(row) for row in points)],
                hoverinfo="text",
            ),
            go.Scatter(
                x=[fifth["customer_share"]],
                y=[fifth["value_share"]],
                mode="markers+text",
                marker={"color": palette.PLAIN, "size": 11, "line": {"color": palette.PAPER, "width": 1.5}},
                text=[formats.percent(fifth["value_share"], digits=0)],
                textposition="bottom right",
                hoverinfo="skip",
            ),
        ],
        height=270,
    )
    drawn.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line=style.guide(dash="dot"), layer="below")
    drawn.update_xaxes(range=[0, 1], tickformat=".0%", nticks=6, title=style.axis_title(_("Customers, best first")))
    drawn.update_yaxes(
        range=[0, 1.04],
        tickformat=".0%",
        nticks=6,
        title=style.axis_title(_("Share of expected value")),
        **style.grid(),
    )
    measured = _("Gini {gini}").format(gini=formats.number(points[0]["gini"], 2))
    drawn.add_annotation(text=measured, showarrow=False, x=0.98, y=0.06, xanchor="right", yanchor="bottom")
    return Chart(drawn, finding, style.alt_text(finding, [measured]))


def future_and_past(
    customers: pa.Table, value_name: str, currency: str = "", title: str | None = None, *, by_future: bool = True
) -> Chart:
    """The customers who are to bring most beside what they have brought, or the other way round.

    `customers`, best first by the one or the other: `customer_id`, `name` (or null), `expected_value`, `future_rank`,
    `revenue_to_date`, `past_rank`, `probability_alive`. `value_name` is what is expected: revenue or margin.
    Customdata: [customer_id]. Those who are not among the best by the other one stand out.
    """
    found = style.rows(customers)
    if not found:
        return style.empty(title or _("Future and past"))
    other_rank = "past_rank" if by_future else "future_rank"
    is_in_both = [row[other_rank] <= len(found) for row in found]
    rows = Rows(
        labels=[style.plain(_short_name(row)) for row in found],
        keys=[row["customer_id"] for row in found],
        hovers=[style.hover(_named(row), _future_sentence(row, value_name, currency)) for row in found],
        colours=[palette.PLAIN if each else MODEL_COLOUR for each in is_in_both],
        patterns=["" if each else "/" for each in is_in_both],
    )
    panels = (
        Panel(
            value_name,
            [float(row["expected_value"]) for row in found],
            [_placed(row["expected_value"], row["future_rank"], currency) for row in found],
        ),
        Panel(
            _("Revenue to date"),
            [float(row["revenue_to_date"]) for row in found],
            [_placed(row["revenue_to_date"], row["past_rank"], currency) for row in found],
        ),
        Panel(
            _("P(alive)"),
            [row["probability_alive"] for row in found],
            [formats.percent(row["probability_alive"]) for row in found],
            full=1.0,
        ),
    )
    sentence = (
        _("{known} of the {count} who are to bring most are among the {count} who brought most")
        if by_future
        else _("{known} of the {count} who brought most are among the {count} who are to bring most")
    )
    finding = title or sentence.format(known=formats.number(sum(is_in_both)), count=formats.number(len(found)))
    facts = [formats.labelled(_named(row), _future_sentence(row, value_name, currency)) for row in found]
    return Chart(panelled_bars("future_and_past", rows, panels, row_height=24), finding, style.alt_text(finding, facts))


# ---------------------------------------------------------------------- P(alive)


def alive_grid(grid: pa.Table, even_odds: Sequence[tuple[int, int]] = (), title: str | None = None) -> Chart:
    """How likely a customer is alive, by how often they bought again and how long they have been silent.

    `grid`, one row per cell: `repeat_purchases`, `days_since_last_order`, `probability_alive` (0-1). A line marks
    even odds. `even_odds`: repeat purchases, and the days of silence after which the odds are even.
    """
    cells = style.rows(grid)
    if not cells:
        return style.empty(title or _("P(alive)"))
    across = sorted({row["days_since_last_order"] for row in cells})
    up = sorted({row["repeat_purchases"] for row in cells})
    at = {(row["repeat_purchases"], row["days_since_last_order"]): row["probability_alive"] for row in cells}
    chances = [[at.get((repeats, days)) for days in across] for repeats in up]
    texts = [
        [
            style.hover(
                _("P(alive) {share}").format(share=formats.percent(at.get((repeats, days)))),
                _("{count} repeat orders, silent for {days}").format(
                    count=formats.number(repeats), days=formats.days(days)
                ),
            )
            for days in across
        ]
        for repeats in up
    ]
    drawn = style.figure(
        "alive_grid",
        [
            go.Heatmap(
                x=across,
                y=up,
                z=chances,
                text=texts,
                hoverinfo="text",
                colorscale=[[0, "rgba(43, 121, 185, 0.06)"], [1, "rgba(43, 121, 185, 1)"]],
                zmin=0,
                zmax=1,
                colorbar={
                    "title": {"text": _("P(alive)"), "side": "top"},
                    "thickness": 10,
                    "outlinewidth": 0,
                    "tickformat": ".0%",
                },
            ),
            go.Contour(
                x=across,
                y=up[1:],
                z=chances[1:],
                contours={"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"},
                line={"color": MODEL_COLOUR, "width": 2.5},
                showscale=False,
                hoverinfo="skip",
            ),
        ],
        height=340,
    )
    drawn.update_xaxes(title=style.axis_title(_("Days since the last order")), nticks=10)
    drawn.update_yaxes(title=style.axis_title(_("Repeat orders")), nticks=8)
    turns = [
        _("{days} with {count} repeat orders").format(days=formats.days(days), count=formats.number(repeats))
        for repeats, days in even_odds
    ]
    finding = title or (
        _("As likely gone as alive after a silence of {turns}").format(turns=formats.listed(turns))
        if turns
        else _("Silence of {days} leaves more alive than gone").format(days=formats.days(across[-1]))
    )
    facts = [
        _("{count} repeat orders, silent for {days}: {share}").format(
            count=formats.number(repeats), days=formats.days(days), share=formats.percent(at.get((repeats, days)))
        )
        for repeats in (up[0], up[len(up) // 2], up[-1])
        for days in (across[len(across) // 10], across[len(across) // 2])
    ]
    return Chart(drawn, finding, style.alt_text(finding, facts))


def alive_over_time(days: pa.Table, customer: str, title: str | None = None) -> Chart:
    """How likely one customer was alive, day by day, as the model of today sees it; orders are marks at the top.

    `days`, one row per day from the first order on: `day`, `is_purchase`, `probability_alive` (0-1).
    """
    found = style.rows(days)
    if not found:
        return style.empty(title or customer)
    bought = [row["day"] for row in found if row["is_purchase"]]
    step = len(found) // MOST_LINE_POINTS + 1
    kept = [row for place, row in enumerate(found) if place % step == 0 or row["is_purchase"] or row is found[-1]]
    last = found[-1]
    drawn = style.figure(
        "alive_over_time",
        [
            go.Scatter(
                x=[row["day"] for row in kept],
                y=[row["probability_alive"] for row in kept],
                mode="lines",
                line={"color": palette.PLAIN, "width": 2},
                fill="tozeroy",
                fillcolor=palette.veil(palette.PLAIN, 0.12),
                hovertext=[
                    style.hover(formats.day(row["day"]), formats.percent(row["probability_alive"])) for row in kept
                ],
                hoverinfo="text",
            ),
            go.Scatter(
                x=bought,
                y=[1.06] * len(bought),
                mode="markers",
                marker={"symbol": "line-ns-open", "size": 9, "color": MODEL_COLOUR, "line": {"width": 1.5}},
                hovertext=[style.hover(_("Order"), formats.day(day)) for day in bought],
                hoverinfo="text",
            ),
        ],
        height=230,
    )
    drawn.update_xaxes(**_day_ticks(found[0]["day"], last["day"]))
    drawn.update_yaxes(
        range=[0, 1.12], tickvals=[0, 0.5, 1], tickformat=".0%", title=style.axis_title(_("P(alive)")), **style.grid()
    )
    finding = title or _(
        "{customer} is alive with {share}: silent for {days}, {count} days with an order so far"
    ).format(
        customer=customer,
        share=formats.percent(last["probability_alive"]),
        days=formats.days((last["day"] - bought[-1]).days if bought else None),
        count=formats.number(len(bought)),
    )
    return Chart(drawn, finding, style.alt_text(finding, []))


# ---------------------------------------------------------------------- how the models did


def repeat_counts(counts: pa.Table, models: pa.Table, title: str | None = None) -> Chart:
    """How many customers bought again so many times, beside how many each model expects to.

    `counts`, one row per number: `repeat_purchases` (the last stands for so many and more), `customers`, and a
    column for each model. `models`: `model` (the column), `label`, `is_used`.
    """
    found, known = style.rows(counts), sorted(style.rows(models), key=lambda row: not row["is_used"])
    if not found or not known:
        return style.empty(title or _("Repeat orders"))
    labels = _count_labels(found)
    sentences = [_counted_sentence(label, row, known) for label, row in zip(labels, found, strict=True)]
    hovers = [style.hover(label, sentence) for label, sentence in zip(labels, sentences, strict=True)]
    traces: list[go.Bar | go.Scatter] = [
        go.Bar(
            name=_("Customers"),
            x=labels,
            y=[row["customers"] for row in found],
            marker={"color": palette.PLAIN, "cornerradius": 2},
            hovertext=hovers,
            hoverinfo="text",
        )
    ]
    for each in known:
        mark = {"color": MODEL_COLOUR, "size": 11} if each["is_used"] else {"color": palette.GUIDE, "size": 9}
        traces.append(
            go.Scatter(
                name=each["label"],
                x=labels,
                y=[row[each["model"]] for row in found],
                mode="markers",
                marker={**mark, "symbol": "diamond" if each["is_used"] else "circle", "line": {"width": 1}},
                hovertext=hovers,
                hoverinfo="text",
            )
        )
    drawn = style.figure(
        "repeat_counts",
        traces,
        height=270,
        showlegend=True,
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
    )
    drawn.update_xaxes(type="category", title=style.axis_title(_("Repeat orders of a customer")))
    highest = max(row[name] for row in found for name in ("customers", *(each["model"] for each in known)))
    drawn.update_yaxes(
        title=style.axis_title(_("Customers")), rangemode="tozero", **style.count_ticks(highest), **style.grid()
    )
    finding = title or _("Never came back: {customers}; {model} expects {expected}").format(
        customers=formats.number(found[0]["customers"]),
        model=known[0]["label"],
        expected=formats.number(found[0][known[0]["model"]]),
    )
    return Chart(drawn, finding, style.alt_text(finding, sentences))


def hold_out_weeks(weeks: pa.Table, calibrated_on: date, title: str | None = None) -> Chart:
    """The orders of the hold-out as they came, beside those the model expected, both counted up week by week.

    `weeks`, ascending: `week`, `ends_on`, `orders`, `expected_orders` (cumulative).
    """
    found = style.rows(weeks)
    if not found:
        return style.empty(title or _("Hold-out"))
    last = found[-1]
    hovers = [
        style.hover(
            _("Week {week}, to {day}").format(week=row["week"], day=formats.day(row["ends_on"])),
            _("{orders} orders came, {expected} were expected").format(
                orders=formats.number(row["orders"]), expected=formats.number(row["expected_orders"])
            ),
        )
        for row in found
    ]
    drawn = style.figure(
        "hold_out_weeks",
        [
            _weekly(_("Came"), found, "orders", {"color": palette.PLAIN, "width": 2.5}, hovers),
            _weekly(
                _("Expected"), found, "expected_orders", {"color": MODEL_COLOUR, "width": 2, "dash": "dash"}, hovers
            ),
        ],
        height=270,
        showlegend=True,
        margin={"l": 4, "r": 12, "t": 30, "b": 4},
    )
    drawn.update_xaxes(title=style.axis_title(_("Weeks after {day}").format(day=formats.day(calibrated_on))), nticks=7)
    ticks = style.nice_ticks(0, max(last["orders"], last["expected_orders"]))
    drawn.update_yaxes(
        title=style.axis_title(_("Orders so far")),
        rangemode="tozero",
        tickvals=ticks,
        ticktext=[formats.compact(tick) for tick in ticks],
        **style.grid(),
    )
    finding = title or _("Expected {expected} orders, {orders} came").format(
        expected=formats.number(last["expected_orders"]), orders=formats.number(last["orders"])
    )
    return Chart(drawn, finding, style.alt_text(finding, []))


def hold_out_by_count(counts: pa.Table, title: str | None = None) -> Chart:
    """The orders of the hold-out as they came, beside those expected, by how often a customer had bought before.

    `counts`, one row per number: `repeat_purchases` (the last stands for so many and more), `customers`, `orders`,
    `expected_orders`.
    """
    found = style.rows(counts)
    if not found:
        return style.empty(title or _("Hold-out"))
    labels = _count_labels(found)
    sentences = [
        _("{customers}: {orders} orders came, {expected} were expected").format(
            customers=formats.customers(row["customers"]),
            orders=formats.number(row["orders"]),
            expected=formats.number(row["expected_orders"]),
        )
        for row in found
    ]
    rows = Rows(
        labels=labels,
        keys=[row["repeat_purchases"] for row in found],
        hovers=[
            style.hover(_("{count} repeat orders before").format(count=label), sentence)
            for label, sentence in zip(labels, sentences, strict=True)
        ],
        colours=[palette.PLAIN] * len(found),
    )
    came = [row["orders"] / row["customers"] if row["customers"] else 0.0 for row in found]
    expected = [row["expected_orders"] / row["customers"] if row["customers"] else 0.0 for row in found]
    longest = max((*came, *expected), default=1.0)
    panels = (
        Panel(_("Came, a customer"), came, [formats.number(each, 2) for each in came], full=longest),
        Panel(_("Expected, a customer"), expected, [formats.number(each, 2) for each in expected], full=longest),
        Panel(
            _("Customers"),
            [row["customers"] for row in found],
            [formats.compact(row["customers"]) for row in found],
        ),
    )
    finding = title or _("No repeat order before: {expected} orders were expected, {orders} came").format(
        expected=formats.number(found[0]["expected_orders"]), orders=formats.number(found[0]["orders"])
    )
    facts = [formats.labelled(label, sentence) for label, sentence in zip(labels, sentences, strict=True)]
    return Chart(
        panelled_bars("hold_out_by_count", rows, panels, row_height=25), finding, style.alt_text(finding, facts)
    )


# ---------------------------------------------------------------------- inside


def _weekly(name: str, found: Sequence[Row], column: str, line: dict[str, object], hovers: Sequence[str]) -> go.Scatter:
    return go.Scatter(
        name=name,
        x=[row["week"] for row in found],
        y=[row[column] for row in found],
        mode="lines",
        line=line,
        hovertext=list(hovers),
        hoverinfo="text",
    )


def _count_labels(found: Sequence[Row]) -> list[str]:
    counts = [formats.number(row["repeat_purchases"]) for row in found]
    return [*counts[:-1], f"{counts[-1]}+"]


def _counted_sentence(label: str, row: Row, models: Sequence[Row]) -> str:
    expected = [
        _("{model} expects {count}").format(model=each["label"], count=formats.number(row[each["model"]]))
        for each in models
    ]
    found = _("{count} repeat orders: {customers}").format(count=label, customers=formats.customers(row["customers"]))
    return formats.listed((found, *expected))


def _step_sentence(row: Row, currency: str) -> str:
    return _("{low} to {high}: {customers}").format(
        low=formats.money(row["value_from"], currency),
        high=formats.money(row["value_below"], currency),
        customers=formats.customers(row["customers"]),
    )


def _step_hover(row: Row, total: object, currency: str) -> str:
    share = row["expected_value"] / total if total else None
    return style.hover(
        _step_sentence(row, currency),
        _("Expected together {value}, {share} of all").format(
            value=formats.money(row["expected_value"], currency), share=formats.percent(share)
        ),
    )


def _concentration_sentence(row: Row) -> str:
    return _("The best {customers} of customers are to bring {value} of expected value").format(
        customers=formats.percent(row["customer_share"], digits=0), value=formats.percent(row["value_share"])
    )


def _short_name(row: Row) -> str:
    name = _named(row)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _future_sentence(row: Row, value_name: str, currency: str) -> str:
    return _("{name} {value}, revenue to date {revenue}, P(alive) {share}").format(
        name=value_name,
        value=_placed(row["expected_value"], row["future_rank"], currency),
        revenue=_placed(row["revenue_to_date"], row["past_rank"], currency),
        share=formats.percent(row["probability_alive"]),
    )


def _placed(amount: Decimal, place: int, currency: str) -> str:
    return _("{amount} · no. {place}").format(amount=formats.money(amount, currency), place=formats.number(place))


def _named(row: Row) -> str:
    return str(row["name"] or row["customer_id"])


def _day_ticks(first: date, last: date) -> dict[str, object]:
    """Month beginnings for a line long enough to have some."""
    return style.month_ticks(first, last) if (last - first).days > 62 else {"nticks": 6, "tickformat": "%Y-%m-%d"}
