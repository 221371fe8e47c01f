"""What every chart promises: a finding, words for the picture, small traces, nothing that a theme cannot change."""

import json
import re
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from crm_core import charts
from crm_core.charts import palette, style
from crm_core.charts.flows import TOP
from crm_core.language import speaking
from tests.charts import tables
from tests.charts.tables import CHARTS, table

EMPTY = {
    "pyramid": lambda: charts.pyramid(tables.summary().slice(0, 0)),
    "lorenz": lambda: charts.lorenz(tables.curve().slice(0, 0), None, tables.marks().slice(0, 0)),
    "score_histogram": lambda: charts.score_histogram(tables.distribution().slice(0, 0), tables.cuts().slice(0, 0)),
    "value_matrix": lambda: charts.value_matrix(tables.cells().slice(0, 0), "x", "y"),
    "moves_matrix": lambda: charts.moves_matrix(tables.moves().slice(0, 0)),
    "behaviour_types": lambda: charts.behaviour_types(tables.behaviours().slice(0, 0)),
    "loyalty_plane": lambda: charts.loyalty_plane(frequency_cut=1, dependence_cut=0.5),
    "loyalty_shares": lambda: charts.loyalty_shares(tables.loyalty().slice(0, 0)),
    "risk_histogram": lambda: charts.risk_histogram(tables.risks().slice(0, 0), 0.4, 0.7),
    "risk_by_tier": lambda: charts.risk_by_tier(tables.risk_tiers().slice(0, 0)),
    "revenue_at_risk": lambda: charts.revenue_at_risk(tables.risk_tiers().slice(0, 0)),
    "signal_bars": lambda: charts.signal_bars(tables.signals().slice(0, 0)),
    "gap_curve": lambda: charts.gap_curve(tables.gaps().slice(0, 0), 180),
    "cut_curve": lambda: charts.cut_curve(tables.cut_points().slice(0, 0), 0.6, {"flagged": 0}),
    "lift_bars": lambda: charts.lift_bars(tables.tenths().slice(0, 0), tables.tenths().slice(0, 0), None),
    "calibration_curve": lambda: charts.calibration_curve(tables.risk_bins().slice(0, 0)),
    "evidence_over_time": lambda: charts.evidence_over_time(tables.tested_days().slice(0, 0)),
    "order_timeline": lambda: charts.order_timeline(tables.orders().slice(0, 0), tables.AS_OF),
    "score_waterfall": lambda: charts.score_waterfall(tables.parts(), None),
    "rank_bars": lambda: charts.rank_bars(tables.parts().slice(0, 0)),
    "monthly_trend": lambda: charts.monthly_trend(tables.months().slice(0, 0)),
    "stage_bars": lambda: charts.stage_bars(tables.stages().slice(0, 0)),
    "stage_flows": lambda: charts.stage_flows(tables.stage_flows().slice(0, 0), tables.AS_OF, tables.AS_OF),
    "tier_flows": lambda: charts.tier_flows(tables.tier_flows().slice(0, 0), tables.AS_OF, tables.AS_OF, 4),
    "retention_triangle": lambda: charts.retention_triangle(tables.cohorts().slice(0, 0)),
    "survival_curves": lambda: charts.survival_curves({}),
    "second_order_curves": lambda: charts.second_order_curves({}),
    "newcomer_months": lambda: charts.newcomer_months(tables.newcomers().slice(0, 0)),
    "stability_bars": lambda: charts.stability_bars(tables.steadiness().slice(0, 0)),
    "rfm_grid": lambda: charts.rfm_grid(tables.rfm_grid().slice(0, 1)),
    "rfm_segments": lambda: charts.rfm_segments(tables.rfm_segments().slice(0, 0)),
    "rfm_treemap": lambda: charts.rfm_treemap(tables.rfm_segments().slice(1, 1)),
    "rfm_scores": lambda: charts.rfm_scores(tables.rfm_scores().slice(0, 0)),
    "expected_value_steps": lambda: charts.expected_value_steps(tables.value_steps().slice(0, 0)),
    "expected_concentration": lambda: charts.expected_concentration(tables.value_curve().slice(0, 0)),
    "future_and_past": lambda: charts.future_and_past(tables.best_customers().slice(0, 0), "value"),
    "alive_grid": lambda: charts.alive_grid(tables.chances().slice(0, 0)),
    "alive_over_time": lambda: charts.alive_over_time(tables.alive_days().slice(0, 0), "O1"),
    "repeat_counts": lambda: charts.repeat_counts(tables.repeats().slice(0, 0), tables.order_models()),
    "hold_out_weeks": lambda: charts.hold_out_weeks(tables.weeks().slice(0, 0), tables.AS_OF),
    "hold_out_by_count": lambda: charts.hold_out_by_count(tables.held_out().slice(0, 0)),
    "profit_bridge": lambda: charts.profit_bridge(tables.bridge().slice(0, 0)),
    "tornado": lambda: charts.tornado(tables.swings().slice(0, 0), 1.0),
    "exit_months": lambda: charts.exit_months(tables.exit_months().slice(0, 0)),
    "signals_before_exit": lambda: charts.signals_before_exit(tables.signal_lead().slice(0, 0)),
    "exit_reasons": lambda: charts.exit_reasons(tables.exit_reasons().slice(0, 0)),
    "return_chance": lambda: charts.return_chance(tables.return_curve().slice(0, 0), 365),
    "let_go": lambda: charts.let_go(tables.let_go().slice(0, 0)),
}


def keys_of(chart):
    return [tuple(key) for trace in chart.figure.data if trace.customdata is not None for key in trace.customdata]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_says_its_finding_and_describes_itself(name):
    chart = CHARTS[name]()

    assert any(character.isdigit() for character in chart.title)
    assert chart.alt.startswith(chart.title)
    assert len(chart.alt) > len(chart.title) or name in ("gap_curve", "hold_out_weeks", "alive_over_time")


FROM_THE_TABLES = (
    r"Revenue|Growth|Margin|Regularity|Share of wallet|Overdue for an order|Spend falling|Categories falling"
    r"|Returns rising|M?BG/NBD|low|middle|high|web|CN¥|</?b>|<br>|[OR]\d+"
)


def shown(value):
    """Every text of a figure that a reader may see."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("text", "hovertext", "ticktext", "name") and not isinstance(part, dict):
                yield from part if isinstance(part, list) else [part]
            else:
                yield from shown(part)
    elif isinstance(value, list):
        for part in value:
            yield from shown(part)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_in_chinese_has_no_english_word_of_its_own(name):
    with speaking("zh_Hans"):
        chart = CHARTS[name]()
    texts = [chart.title, chart.alt, *shown(json.loads(chart.figure.to_json()))]
    words = [re.sub(FROM_THE_TABLES, "", text) for text in texts if isinstance(text, str)]

    assert [text for text in words if re.search(r"[A-Za-z]{2,}", text)] == []


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_leaves_fonts_and_backgrounds_to_the_theme(name):
    text = CHARTS[name]().figure.to_json()

    assert '"family"' not in text
    assert json.loads(text)["layout"]["paper_bgcolor"] == "rgba(0, 0, 0, 0)"
    assert json.loads(text)["layout"]["uirevision"] == name.split()[0]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_in_few_small_svg_traces(name):
    chart = CHARTS[name]()

    assert len(chart.figure.data) <= 6
    assert not any(trace.type.endswith("gl") for trace in chart.figure.data)
    assert len(chart.figure.to_json()) < 200_000


@pytest.mark.parametrize("name", CHARTS)
def test_what_is_not_known_never_shows_as_a_number_that_is_not_one(name):
    text = CHARTS[name]().figure.to_json()

    assert "nan" not in text.lower().replace("finance", "")
    assert ">None<" not in text


@pytest.mark.parametrize("name", EMPTY)
def test_no_rows_draw_a_sentence_instead_of_a_picture(name):
    chart = EMPTY[name]()

    assert chart.figure.layout.annotations[0].text == "Nothing to show"
    assert "Nothing to show" in chart.alt


def test_a_title_given_wins_over_the_finding_of_the_table():
    assert charts.pyramid(tables.summary(), title="Tiers hold").title == "Tiers hold"


def test_the_pyramid_has_the_best_tier_on_top_whatever_the_order_of_rows():
    shuffled = charts.pyramid(tables.summary().take([2, 0, 3, 1]))

    assert [label[:8] for label in shuffled.figure.layout.yaxis.ticktext] == [
        "<b>A</b>",
        "<b>B</b>",
        "<b>C</b>",
        "<b>D</b>",
    ]
    assert keys_of(shuffled)[:4] == [(1,), (2,), (3,), (4,)]
    assert shuffled.figure.layout.yaxis.range == (3.5, -0.5)


def test_a_tier_with_no_known_revenue_is_drawn_and_said_as_a_dash():
    one = table(
        "tier_number tier customers customer_share revenue revenue_share margin mean_risk lower_score",
        (1, "A", 1, 1.0, None, None, None, None, None),
    )

    assert charts.pyramid(one).title == "A: 1 customer (100.0%) brings – of revenue"


def test_a_bin_on_both_sides_of_a_cut_counts_for_both_tiers():
    bins = table("score customers tier_number tier", (70.0, 3, 1, "A"), (70.0, 4, 2, "B"), (60.0, 5, 2, "B"))

    chart = charts.score_histogram(bins, table("score tier", (70.5, "A")))

    assert "A: 3 customers. B: 9 customers." in chart.alt


def test_those_who_stay_are_muted_and_not_counted_as_moved():
    chart = charts.moves_matrix(
        table(
            "from_tier_number from_tier to_tier_number to_tier customers revenue",
            (1, "A", 1, "A", 90, Decimal(9)),
            (1, "A", 2, "B", 2, Decimal(7)),
        )
    )

    assert chart.title == "2 customers move, with 7 of revenue"
    assert chart.figure.data[0].marker.color[0].startswith("rgba(128")
    assert keys_of(chart) == [(1, 1), (1, 2)]


def test_nobody_moving_is_a_finding_of_its_own():
    stay = table("from_tier_number from_tier to_tier_number to_tier customers revenue", (1, "A", 1, "A", 9, Decimal(9)))

    assert charts.moves_matrix(stay).title == "Nobody moves"


def test_the_plane_shows_points_up_to_the_limit_and_density_above_it():
    def kinds(count):
        chart = charts.loyalty_plane(tables.points(count), tables.density(), frequency_cut=1, dependence_cut=0.5)
        return {trace.type for trace in chart.figure.data}

    assert kinds(charts.MOST_POINTS) == {"scatter"}
    assert kinds(charts.MOST_POINTS + 1) == {"heatmap"}


def test_customers_without_a_type_have_no_place_on_the_plane():
    known_and_not = table(
        "customer_id name orders_per_month dependence loyalty_type revenue",
        ("1", None, 0.5, 0.4, "zero", None),
        ("2", "Bo", 0.5, None, None, None),
    )

    chart = charts.loyalty_plane(known_and_not, frequency_cut=1, dependence_cut=0.5)

    assert keys_of(chart) == [("1",)]


def test_a_name_that_looks_like_a_tag_stays_text():
    customer = table(
        "customer_id name orders_per_month dependence loyalty_type revenue",
        ("1", "<a href='x'>A&B", 0.5, 0.4, "zero", 1.0),
    )

    chart = charts.loyalty_plane(customer, frequency_cut=1, dependence_cut=0.5)

    assert any("&lt;a href='x'&gt;A&amp;B" in text for trace in chart.figure.data for text in trace.hovertext or ())


def test_the_gap_curve_reads_its_share_at_the_horizon_itself():
    curve = table("gap_days customer_share", (29, 0.5), (30, 0.6), (31, 0.9))

    assert charts.gap_curve(curve, 30).title == "60.0% of returning customers never stayed away longer than 30 days"


def test_the_parts_of_a_score_start_where_the_one_before_ends():
    chart = charts.score_waterfall(tables.parts(), 71.4)

    assert list(chart.figure.data[0].base) == pytest.approx([0, 36.4, 52.4, 59.4, 71.4, 0])


def test_a_return_points_down_and_is_said_in_full():
    chart = charts.order_timeline(tables.orders(), date(2026, 6, 30), currency="GBP")

    assert chart.figure.data[1].marker.symbol[-1] == "triangle-down"
    assert "-£450.00" in chart.figure.data[1].hovertext[-1]


@pytest.mark.parametrize(
    ("lowest", "highest", "ticks"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (0, 0.9, [0, 0.2, 0.4, 0.6, 0.8]), (-450, 2200, [0, 1000, 2000]), (7, 7, [7])],
)
def test_ticks_are_round_numbers_within_the_range(lowest, highest, ticks):
    assert style.nice_ticks(lowest, highest) == ticks


def test_a_tier_keeps_its_colour_when_customers_without_a_score_stand_below_it():
    unscored = {"tier_number": 5, "tier": "Not scored", "customers": 3, "customer_share": 0.0, "revenue": Decimal(0)}
    summary = pa.Table.from_pylist([*tables.summary().to_pylist(), unscored])

    colours = charts.pyramid(summary, tier_count=4).figure.data[0].marker.color

    assert colours[:4] == charts.pyramid(tables.summary()).figure.data[0].marker.color
    assert colours[4] == palette.UNSCORED


def test_an_empty_last_tier_changes_no_colour():
    without_the_last = tables.distribution().filter(pc.field("tier_number") < 4)

    fewer = charts.score_histogram(without_the_last, tables.cuts()).figure.data
    whole = charts.score_histogram(tables.distribution(), tables.cuts()).figure.data

    assert [trace.marker.color for trace in fewer] == [trace.marker.color for trace in whole][:3]


def test_a_tier_without_a_lowest_score_draws_no_line():
    lowest = table("score tier", (71.0, "A"), (53.0, "B"), (None, "C"))

    assert len(charts.score_histogram(tables.distribution(), lowest).figure.layout.shapes) == 2


def test_a_long_curve_is_thinned_and_keeps_its_end():
    days = table("gap_days customer_share", *((day, day / 1500) for day in range(1, 1501)))

    drawn = charts.gap_curve(days, 180).figure.data[0].x

    assert len(drawn) <= 401
    assert drawn[-1] == 1500


def test_cells_that_touch_share_their_edge_in_spite_of_rounding():
    cells = table(
        "orders_per_month_from orders_per_month_to dependence_from dependence_to customers",
        (0.1, 0.2, 0.0, 0.1 + 0.2, 5),
        (0.1, 0.2, 0.3, 0.4, 7),
    )

    chart = charts.loyalty_plane(None, cells, frequency_cut=1, dependence_cut=0.5)

    assert list(chart.figure.data[0].y) == [0.0, 0.3, 0.4]


def test_a_bar_that_would_press_all_others_flat_is_cut_and_says_its_count():
    even = table("risk customers band", *((place / 50, 10 + place % 3, "low") for place in range(20)))
    towering = pa.concat_tables([even, table("risk customers band", (0.98, 900, "high"))])

    cut = charts.risk_histogram(towering, 0.5, 0.7).figure.layout

    assert charts.risk_histogram(even, 0.5, 0.7).figure.layout.yaxis.range is None
    assert cut.yaxis.range[1] < 20
    assert [note.text for note in cut.annotations] == ["↑ 900"]


def test_revenue_at_risk_leaves_out_who_is_safe_and_who_is_lost():
    chart = charts.revenue_at_risk(tables.risk_tiers(), "CNY")

    assert {band for _tier, band in keys_of(chart)} == {"watch", "high"}


def test_the_lost_are_not_in_the_histogram_of_risk():
    bins = table("risk customers band", (0.9, 3, "high"), (0.98, 900, "lost"))

    assert keys_of(charts.risk_histogram(bins, 0.5, 0.7)) == [("high",)]
    assert charts.risk_histogram(bins.slice(1), 0.5, 0.7).figure.layout.annotations[0].text == "Nothing to show"


def test_a_cut_above_every_risk_flags_nobody_and_says_so():
    nobody = {"flagged": 0.0, "precision": None, "recall": 0.0}

    assert charts.cut_curve(tables.cut_points(), 0.99, nobody).title == "From risk 0.99 up nobody is flagged"


def test_a_single_day_is_called_one():
    one = tables.tested_days().slice(0, 2)

    assert charts.evidence_over_time(one).title == "Average precision 0.41 on the one day that can be tested"


def test_a_period_not_yet_ended_is_an_empty_cell_and_one_without_customers_a_zero():
    cells = table(
        "cohort age customers customer_share revenue revenue_share",
        (date(2026, 1, 1), 0, 2, 1.0, Decimal(10), 1.0),
        (date(2026, 1, 1), 1, 0, 0.0, Decimal(0), 0.0),
        (date(2026, 2, 1), 0, 1, 1.0, Decimal(10), 1.0),
        (date(2026, 2, 1), 1, None, None, None, None),
    )

    drawn = charts.retention_triangle(cells).figure.data[0]

    assert [list(line) for line in drawn.z] == [[0.0], [None]]
    assert [list(line) for line in drawn.text] == [["0%"], [""]]


def test_ribbons_of_those_who_stay_are_muted():
    drawn = charts.stage_flows(tables.stage_flows(), date(2026, 3, 31), tables.AS_OF).figure.data[0]

    assert drawn.link.color[0] == palette.FAINT
    assert palette.FAINT not in drawn.link.color[1:]


def test_classes_of_a_flow_stand_in_their_order_whatever_the_order_of_rows():
    shuffled = tables.tier_flows().take([3, 2, 1, 0])

    figure = charts.tier_flows(shuffled, date(2026, 3, 31), tables.AS_OF, 4).figure
    places = list(figure.data[0].node.y)
    *names, _then, _now = figure.layout.annotations

    assert [name.text[:8] for name in names] == ["<b>A</b>", "<b>B</b>", "<b>-</b>", "<b>A</b>", "<b>B</b>"]
    assert places[:3] == sorted(places[:3])
    assert [name.y for name in names] == [pytest.approx(TOP * (1 - place)) for place in places]


def test_names_of_classes_stand_beside_the_ribbons_and_not_on_them():
    figure = charts.stage_flows(tables.stage_flows(), date(2026, 3, 31), tables.AS_OF).figure
    low, high = figure.data[0].domain.x

    assert {(each.x, each.xanchor) for each in figure.layout.annotations} == {(low, "right"), (high, "left")}


def test_who_came_again_is_who_is_no_longer_waiting():
    chart = charts.second_order_curves({"1": tables.survival()})

    assert chart.figure.data[-1].y[0] == 0
    assert chart.figure.data[-1].y[-1] == 1


def test_a_cell_of_rfm_without_customers_is_faint_and_has_no_figures():
    drawn = charts.rfm_grid(tables.rfm_grid(), "CNY").figure

    assert [drawn.layout.annotations[place].text for place in (0, 3)] == ["", ""]
    assert {drawn.data[0].marker.color[place] for place in (0, 3)} == {palette.FAINT}
    assert keys_of(charts.rfm_grid(tables.rfm_grid()))[:2] == [(1, 1), (1, 2)]


def test_customers_without_a_segment_are_hatched_and_keep_the_number_nought():
    chart = charts.rfm_segments(tables.rfm_segments())

    assert chart.figure.data[0].marker.color[-1] == palette.UNSCORED
    assert keys_of(chart)[:3] == [(1,), (2,), (0,)]


def test_a_segment_without_customers_has_no_area_and_what_a_customer_brings_strengthens_its_colour():
    chart = charts.rfm_treemap(tables.rfm_segments(), sized_by="customers")
    areas = chart.figure.data[0]

    assert list(zip(areas.ids, areas.values, strict=True)) == [("1", 40), ("0", 60)]
    assert areas.marker.colors == (palette.veil(palette.PLAIN, 1), palette.veil(palette.PLAIN, 10_000 / 60 / 2250))
    assert areas.marker.pattern.shape == ("", "/")
    assert "middle: 60 customers" in chart.title


def test_what_is_not_chosen_is_faint():
    areas = charts.rfm_treemap(tables.rfm_segments(), chosen=[0]).figure.data[0]

    assert areas.marker.colors[0] == palette.FAINT
    assert areas.marker.colors[1] != palette.FAINT


def test_who_is_among_the_best_on_one_side_only_stands_out():
    bars = charts.future_and_past(tables.best_customers(), "Revenue").figure.data[0]

    assert bars.marker.color[0] != bars.marker.color[1]
    assert (bars.marker.pattern.shape[0], bars.marker.pattern.shape[1]) == ("", "/")


def test_a_change_of_profit_stands_on_the_one_before_and_is_signed():
    chart = charts.profit_bridge(tables.bridge(), "CNY")
    bars = chart.figure.data[0]

    assert list(bars.base) == [0.0, 91_100_000.0, 100_700_000.0, 0.0]
    assert "Growth: +CN¥9.6M" in chart.title
    assert "Margin: -CN¥2.7M" in chart.title


def test_an_axis_of_counts_has_whole_numbers_in_the_readers_language():
    assert charts.style.count_ticks(2) == {"tickvals": [0, 1, 2], "ticktext": ["0", "1", "2"]}
    with speaking("zh_Hans"):
        assert charts.style.count_ticks(21_000)["ticktext"] == ["0", "5,000", "1万", "1.5万", "2万"]


def test_what_a_sample_tells_of_exits_comes_with_its_error_and_what_all_tell_without():
    exact = charts.exit_months(tables.exit_months(), "CNY").figure.data[0].hovertext[0]
    rows = tables.exit_months().to_pylist()
    sampled = pa.Table.from_pylist([{**rows[0], "warned_error": 4}, {**rows[1], "warned": None}])
    told = charts.exit_months(sampled, "CNY").figure.data[0].hovertext
    lead = [{**row, "share_error": 0.012, "stayers_error": 0.03} for row in tables.signal_lead().to_pylist()]
    signals = charts.signals_before_exit(pa.Table.from_pylist(lead)).figure.data[0].hovertext[0]

    assert "30 had been at high risk" in exact
    assert "about 30 (± 4) had been at high risk" in told[0]
    assert "high risk" not in told[1]
    assert "± 1.2 percentage points of who left, ± 3 of who stayed" in signals or "± 3.0 of who stayed" in signals
