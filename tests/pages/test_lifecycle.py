"""The page of the lifecycle: normal, empty, filtered, short of history, tuned, in Chinese; and tabs of value tiers."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp, texts

PAGE = "lifecycle"
STAGES = ["Prospect", "New", "Growing", "Mature", "Declining", "Dormant", "Lost", "Won back"]


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def slider(at: AppTest, path: str):
    return next(slider for slider in at.slider if slider.key.startswith(f"slider:{path}:"))


def draft(at: AppTest) -> dict[str, float]:
    """The changes that the address carries."""
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def drawn(at: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["uirevision"] for chart in at.get("plotly_chart")]


def opened(at: AppTest, picture: str, tabs: str = "lifecycle pictures") -> AppTest:
    at.session_state[tabs] = picture
    at.run()
    assert not at.exception
    return at


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[-1].value


def test_the_finding_comes_first_then_the_stages_and_their_customers(demo_page: AppTest):
    assert list(figures(demo_page)) == ["New", "Growing", "Declining", "Dormant", "Lost"]
    assert "since 2026-03-31" in {metric.delta_description for metric in demo_page.metric}
    assert drawn(demo_page) == ["stage_bars"]
    assert "Nobody moves against the saved scenario." in texts(demo_page)
    assert set(listed(demo_page)["stage"]) <= set(STAGES)


@pytest.mark.parametrize(
    ("picture", "charts", "words"),
    [
        ("Flows", ["stage_flows"], "are in another stage than on March 31, 2026"),
        ("Cohorts", ["retention_triangle"], "buy 3 months after their first order"),
        ("Survival", ["survival_curves"], "have not lapsed 730 days after the first order"),
        ("New customers", ["newcomer_months", "second_order_curves"], "come again within 90 days"),
    ],
)
def test_each_picture_says_its_finding(demo_page: AppTest, picture, charts, words):
    opened(demo_page, picture)

    assert drawn(demo_page) == charts
    assert words in texts(demo_page)


def test_cohorts_by_quarter_and_by_revenue(demo_page: AppTest):
    opened(demo_page, "Cohorts")
    assert "(mean of 21 cohorts)" in texts(demo_page)
    assert "The youngest 24 of 36 cohorts are shown and counted." in texts(demo_page)

    demo_page.button_group(key="cohort period").set_value(3).run()
    assert "The first cohorts also hold customers from before the data begins." in texts(demo_page)
    assert "buy in the quarter after their first order's" in texts(demo_page)

    demo_page.button_group(key="cohort measure").set_value("revenue").run()
    assert not demo_page.exception
    assert "Revenue of each cohort as a share" in texts(demo_page)


def test_survival_by_region_compares_the_segments(demo_page: AppTest):
    opened(demo_page, "Survival")
    demo_page.selectbox(key="survival by").set_value("region").run()

    assert not demo_page.exception
    assert "after the first order" in texts(demo_page)
    assert len(demo_page.dataframe[0].value) == 5


def test_a_threshold_moves_stages_and_the_sentence_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "lifecycle.dormant_share").set_value(30).run()
    assert figures(demo_page)["Dormant"] != before["Dormant"]
    assert "→ Dormant" in texts(demo_page)
    assert draft(demo_page) == {"lifecycle.dormant_share": 0.3}

    demo_page.button(key="revert lifecycle").click().run()
    assert figures(demo_page) == before


def test_stages_narrow_the_list_and_show_all_widens_it(demo_page: AppTest):
    demo_page.button_group(key="lifecycle stages").set_value(["won_back"]).run()
    assert set(listed(demo_page)["stage"]) == {"Won back"}

    demo_page.button(key="show all").click().run()
    assert len(set(listed(demo_page)["stage"])) > 1


def test_a_click_on_a_bar_narrows_the_list_to_its_stage(demo_page: AppTest):
    click = {"points": [{"customdata": ["dormant"]}], "point_indices": [0], "box": [], "lasso": []}
    demo_page.session_state["lifecycle bars:0"] = {"selection": click}

    demo_page.run()
    assert set(listed(demo_page)["stage"]) == {"Dormant"}


def test_without_data_the_page_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)


def test_a_short_history_without_an_archive_says_what_is_missing_in_each_picture(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app(PAGE)
    assert not at.exception
    assert "No prospects: the archive does not say" in texts(at)
    assert "earlier_stage" not in listed(at)
    for picture, words in {
        "Flows": "Choose a day to compare with in the sidebar",
        "Cohorts": "Retention needs two whole months",
        "Survival": "Orders reach back 19 days",
        "New customers": "0 of 2 customers came again",
    }.items():
        assert words in texts(opened(at, picture))


def test_where_all_customers_are_old_nobody_is_new(shop, open_app: OpenApp):
    shop([("ann", "2024-06-01", 10, None), ("ann", "2026-06-20", 20, None)])

    assert "Nobody bought for the first time in the last 365 days." in texts(opened(open_app(PAGE), "New customers"))


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "生命周期"
    assert list(figures(at)) == ["新客", "成长", "衰退", "休眠", "已流失"]
    assert "成熟" in set(listed(at)["stage"])


# ---------------------------------------------------------------------- on value tiers


def test_value_tiers_show_who_changed_tier_between_two_days(demo_workspace, open_app: OpenApp):
    at = opened(open_app("value-tiers"), "Migration", "value pictures")

    assert "tier_flows" in drawn(at)
    assert "fell since March 31, 2026" in texts(at)
    assert "By the saved scenario on both days." in texts(at)


def test_value_tiers_show_whose_tier_hangs_on_the_exact_weights(demo_workspace, open_app: OpenApp):
    at = opened(open_app("value-tiers"), "Stability", "value pictures")

    assert "stability_bars" in drawn(at)
    assert "keep their tier when the weights are a little different" in texts(at)
    assert at.dataframe[0].value["cut_distance"].iloc[0] == "0.00"


def test_migration_without_customers_then_and_stability_of_a_matrix_say_so(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])
    at = open_app("value-tiers", draft='{"value.method":"matrix"}')

    assert "Nobody in view had bought anything" in texts(opened(at, "Migration", "value pictures"))
    assert "no weights" in texts(opened(at, "Stability", "value pictures"))
