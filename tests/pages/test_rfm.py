"""RFM as a manager sees it: scores, segments, the table that is edited and checked, and every state without figures."""

import io
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_core.segment_table import eleven_segments
from crm_core.settings import RfmSegment, Scenario
from pages.rfm import LIST_COLUMNS
from tests.books import book_with
from tests.pages.conftest import OpenApp, texts
from ui.exports import exported
from ui.rfm_controls import edited_lines
from ui.tables import columns

PAGE = "rfm"
FIGURES = ["Best in all three", "Most revenue: Champions", "Big and silent", "Big and silent: revenue"]


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def drawn(at: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["uirevision"] for chart in at.get("plotly_chart")]


def draft(at: AppTest) -> dict:
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[-1].value


def opened(at: AppTest, *, controls: str = "Cuts", picture: str = "Freshness × orders") -> AppTest:
    at.session_state["rfm controls"], at.session_state["rfm pictures"] = controls, picture
    at.run()
    assert not at.exception
    return at


def choice(at: AppTest, path: str):
    """The choice of a setting as it stands now."""
    found = [*at.selectbox, *at.button_group]
    return next(each for each in found if each.key.startswith(f"choice:{path}:"))


def test_the_finding_comes_first_then_the_grid_then_customers_with_segment_and_code(demo_page: AppTest):
    assert list(figures(demo_page)) == FIGURES
    assert drawn(demo_page) == ["rfm_grid"]
    assert "Nobody moves against the saved scenario." in texts(demo_page)
    assert list(listed(demo_page)["segment"][:3]) == ["Champions"] * 3
    assert set(listed(demo_page)["rfm_code"].str.len()) == {3}


def test_segments_as_areas_or_bars_and_scores_as_bars(demo_page: AppTest):
    assert drawn(opened(demo_page, picture="Segments")) == ["rfm_treemap"]
    demo_page.button_group(key="rfm segments drawn as").set_value("bars").run()
    assert drawn(demo_page) == ["rfm_segments"]
    assert drawn(opened(demo_page, picture="Scores")) == ["rfm_scores"]
    assert "R5 0–5 days" in texts(demo_page)


def test_another_cut_moves_customers_the_sentence_and_the_link_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    choice(demo_page, "rfm.orders.cut_by").set_value("mean").run()
    assert not demo_page.exception
    assert "move against the saved scenario" in texts(demo_page)
    assert draft(demo_page) == {"rfm.orders.cut_by": "mean"}

    demo_page.button(key="revert rfm").click().run()
    assert figures(demo_page) == before
    assert draft(demo_page) == {}


def test_own_break_points_begin_where_the_cuts_in_force_are(demo_page: AppTest):
    choice(demo_page, "rfm.days.cut_by").set_value("own").run()

    assert not demo_page.exception
    assert draft(demo_page)["rfm.days.cut_by"] == "own"
    assert len(draft(demo_page)["rfm.days.points"]) == 4
    assert "Nobody moves against the saved scenario." in texts(demo_page)


def test_break_points_that_do_not_rise_are_told_and_the_saved_figures_stay(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE)
    before = figures(at)
    choice(at, "rfm.days.cut_by").set_value("own").run()
    next(box for box in at.number_input if box.key.startswith("point:rfm.days:0:")).set_value(9999.0).run()

    assert not at.exception
    assert "must lie above the one before" in texts(at)
    assert figures(at) == before


def test_eight_types_come_with_the_mean_and_eleven_segments_with_equal_parts(demo_page: AppTest):
    opened(demo_page, controls="Segments")
    choice(demo_page, "rfm.table").set_value("eight").run()

    assert not demo_page.exception
    assert draft(demo_page) == {"rfm.table": "eight"} | {
        f"rfm.{each}.cut_by": "mean" for each in ("days", "orders", "revenue")
    }
    assert "Each of the 8 combinations of scores belongs to exactly one segment." in texts(demo_page)
    assert "Important, valuable" in set(listed(demo_page)["segment"])

    choice(demo_page, "rfm.table").set_value("eleven").run()
    assert draft(demo_page) == {}


def test_a_table_that_leaves_customers_out_says_which_and_how_many(demo_workspace, open_app: OpenApp):
    lines = [
        {"name": "Best", "freshness": [4, 5], "orders": [4, 5], "revenue": [4, 5]},
        {"name": "Top", "freshness": [5, 5], "orders": [5, 5], "revenue": [5, 5]},
        {"name": "Late", "freshness": [1, 3], "orders": [1, 5], "revenue": [1, 5]},
        {"name": "Slow", "freshness": [2, 4], "orders": [1, 1], "revenue": [1, 5]},
    ]
    at = open_app(PAGE, draft=json.dumps({"rfm.table": "own", "rfm.segments": lines}))
    opened(at, controls="Segments")

    assert "37 of 125 combinations belong to no segment" in texts(at)
    assert "11 combinations belong to several segments" in texts(at)
    assert "211 (Late / Slow)" in texts(at)
    assert "Can never occur:] Top" in texts(at)
    assert int(figures(at)["No segment"]) > 0


# ---------------------------------------------------------------------- the editor


LINES = (
    RfmSegment(name="Champions", freshness=(4, 5), orders=(4, 5), revenue=(1, 5)),
    RfmSegment(name="Lost", freshness=(1, 3), orders=(1, 5), revenue=(1, 5)),
)


def edits(changed=None, added=(), deleted=()):
    return {"edited_rows": changed or {}, "added_rows": list(added), "deleted_rows": list(deleted)}


def test_lines_are_changed_added_and_taken_away():
    row = {"name": " New  ", "freshness": "5", "orders": "1–2", "revenue": "5-1"}
    became = edited_lines(LINES, edits({0: {"orders": "3-5"}}, [row], [1]))

    assert became == (
        RfmSegment(name="Champions", freshness=(4, 5), orders=(3, 5), revenue=(1, 5)),
        RfmSegment(name="New", freshness=(5, 5), orders=(1, 2), revenue=(1, 5)),
    )


@pytest.mark.parametrize("row", [{}, {"name": "New"}, {"name": "New", "freshness": "6", "orders": "1", "revenue": "1"}])
def test_a_line_that_is_not_complete_does_not_count_yet(row):
    assert edited_lines(LINES, edits(added=[row])) == LINES


def test_an_editor_nobody_touched_holds_the_table_in_force():
    assert edited_lines(eleven_segments().lines, edits()) == eleven_segments().lines


# ---------------------------------------------------------------------- the list


def test_a_click_on_a_bar_an_area_or_a_cell_narrows_the_list_and_start_over_widens_it(demo_page: AppTest):
    click = {"point_indices": [0], "box": [], "lasso": []}
    demo_page.session_state["rfm segments:0"] = {"selection": click | {"points": [{"customdata": [11]}]}}
    demo_page.run()
    assert set(listed(demo_page)["segment"]) == {"Lost"}

    demo_page.session_state["rfm areas revenue:0"] = {"selection": click | {"points": [{"id": "1"}]}}
    demo_page.session_state["rfm segments:0"] = {"selection": click | {"points": []}}
    demo_page.run()
    assert set(listed(demo_page)["segment"]) == {"Champions"}

    demo_page.session_state["rfm grid:0"] = {"selection": click | {"points": [{"customdata": [2, 5]}]}}
    demo_page.run()
    assert set(listed(demo_page)["rfm_code"].str[:2]) == {"52"}

    demo_page.button(key="show all").click().run()
    assert "3,552 customers" in texts(demo_page)


def test_the_export_has_segments_in_words_and_figures_in_full():
    found = book_with([("ann", "2026-03-01", 10.25), ("bob", "2026-03-31", 20)]).rfm()
    names = {"segment": lambda row: found.segment(row["segment_number"])}

    written = exported(found.listing(), LIST_COLUMNS, columns("CNY", Scenario().value), names)
    rows = pd.read_csv(io.BytesIO(written), encoding="utf-8-sig", dtype=str)

    assert list(rows["Segment"]) == ["Need attention", "Lost"]
    assert list(rows["RFM"]) == ["313", "111"]
    assert list(rows["Revenue"]) == ["20.0000", "10.2500"]


def test_where_orders_are_many_a_window_that_moves_says_what_is_read(demo_page: AppTest, steps_said: list[str]):
    for days in (301, 302):
        steps_said.clear()
        slider = next(each for each in demo_page.slider if each.key.startswith("slider:windows.lookback_days:"))
        slider.set_value(days).run()

        assert not demo_page.exception
        assert "Reading every customer's orders ..." in steps_said
        assert "Reading the orders up to March 31, 2026 ..." in steps_said


# ---------------------------------------------------------------------- without figures


def test_without_data_the_page_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)


def test_where_nobody_ordered_in_the_window_the_page_says_so_and_the_window_can_be_widened(shop, open_app: OpenApp):
    shop([("ann", "2024-06-01", 10, None), ("bob", "2024-06-20", 20, None), ("cy", "2026-06-30", -1, None)])

    at = open_app(PAGE)
    assert not at.exception
    assert "Nobody in view ordered in the last 365 days" in texts(at)

    next(slider for slider in at.slider if slider.key.startswith("slider:windows.lookback_days:")).set_value(1000).run()
    assert not at.exception
    assert drawn(at) == ["rfm_grid"]
    assert "2 customers move against the saved scenario" in texts(at)


def test_a_history_of_one_order_shows_one_customer_and_no_more(shop, open_app: OpenApp):
    shop([("ann", "2026-06-30", 10, None)])

    at = open_app(PAGE)
    assert not at.exception
    assert list(listed(at)["rfm_code"]) == ["111"]
    assert "nobody can have the scores R2, R3, R4, R5" in texts(opened(at, picture="Scores"))


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans", draft='{"rfm.table":"eight"}')

    assert not at.exception
    assert "重要价值客户" in set(listed(at)["segment"])
