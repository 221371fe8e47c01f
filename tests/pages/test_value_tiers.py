"""Value tiers as a manager sees them: tiers, what sliders, stages and rules move, and the states without figures."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp, texts

PAGE = "value-tiers"
PICTURES = {
    "Concentration": "lorenz",
    "Scores": "score_histogram",
    "Matrix": "value_matrix",
    "Behaviour": "behaviour_types",
    "Moves": "moves_matrix",
}


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def slider(at: AppTest, path: str):
    return next(slider for slider in at.slider if slider.key.startswith(f"slider:{path}:"))


def chosen(elements, key: str):
    return next(element for element in elements if element.key.startswith(key))


def draft(at: AppTest) -> dict[str, object]:
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def drawn(at: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["uirevision"] for chart in at.get("plotly_chart")]


def tier_table(at: AppTest) -> pd.DataFrame:
    return at.dataframe[0].value


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[len(at.dataframe) - 1].value


def test_the_finding_comes_first_then_the_pyramid_and_the_table(demo_page: AppTest):
    assert list(figures(demo_page)) == [
        "Customers in tier A",
        "Their share of revenue",
        "Revenue",
        "The best 20 % bring",
        "Moved against saved",
    ]
    assert drawn(demo_page) == ["pyramid"]
    assert list(tier_table(demo_page)["tier"]) == ["A", "B", "C", "D"]
    assert "Nobody moves against the saved scenario." in texts(demo_page)


@pytest.mark.parametrize("tab", PICTURES)
def test_each_tab_shows_its_picture_below_the_pyramid(demo_page: AppTest, tab: str):
    demo_page.session_state["value pictures"] = tab
    demo_page.run()

    assert not demo_page.exception
    assert drawn(demo_page) == ["pyramid", PICTURES[tab]]


def test_a_weight_moves_figures_and_the_sentence_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "value.weights.revenue").set_value(0.0).run()
    assert draft(demo_page) == {"value.weights.revenue": 0.0}
    assert figures(demo_page)["Their share of revenue"] != before["Their share of revenue"]
    assert "move against the saved scenario" in texts(demo_page)
    assert "▲" in texts(demo_page)

    demo_page.button(key="revert value").click().run()
    assert (figures(demo_page), draft(demo_page)) == (before, {})


def test_a_stage_sets_all_weights_at_once(demo_page: AppTest):
    chosen(demo_page.selectbox, "value preset:").set_value("controlling").run()

    assert slider(demo_page, "value.weights.margin").value == 8
    assert chosen(demo_page.selectbox, "value preset:").value == "controlling"
    assert "move against the saved scenario" in texts(demo_page)


def test_weights_of_ones_own_are_no_stage(demo_page: AppTest):
    slider(demo_page, "value.weights.revenue").set_value(1.0).run()

    assert chosen(demo_page.selectbox, "value preset:").value is None


@pytest.mark.parametrize("count", [2, 6])
def test_another_number_of_tiers_makes_room_and_the_table_follows(demo_page: AppTest, count: int):
    chosen(demo_page.get("button_group"), "count:value.quotas").set_value(count).run()

    assert not demo_page.exception
    assert list(tier_table(demo_page)["tier"]) == list("ABCDEF")[:count]


@pytest.mark.parametrize("method", ["thresholds", "value_share", "matrix"])
def test_every_method_makes_tiers(demo_workspace, open_app: OpenApp, method: str):
    at = open_app(PAGE, draft=json.dumps({"value.method": method}))

    assert not at.exception
    assert tier_table(at)["tier"].iloc[0] == "A"
    assert "move against the saved scenario" in texts(at)


def test_a_rule_that_decides_alone_is_added_changed_and_removed(demo_page: AppTest):
    chosen(demo_page.button, "add rule:").click().run()
    assert draft(demo_page)["value.overrides"] == [
        {"feature": "margin", "comparison": "below", "value": 0.0, "tier_number": 4}
    ]

    next(box for box in demo_page.number_input if box.key.endswith(":value")).set_value(1e9).run()
    assert list(tier_table(demo_page)["customers"])[:3] == ["0", "0", "0"]

    next(button for button in demo_page.button if button.key.endswith(":remove")).click().run()
    assert draft(demo_page) == {}


def test_changes_that_do_not_fit_together_are_said_and_the_saved_figures_stay(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "value.quotas:0").set_value(90).run()

    assert "The quotas add up to more than 100 %." in texts(demo_page)
    assert figures(demo_page) == before
    assert slider(demo_page, "value.quotas:0").value == 90


def test_a_click_on_a_tier_narrows_the_list_and_show_all_widens_it(demo_page: AppTest):
    demo_page.session_state["value pyramid:0"] = {
        "selection": {"points": [{"customdata": [2]}], "point_indices": [1], "box": [], "lasso": []}
    }
    demo_page.run()
    assert set(listed(demo_page)["tier_number"]) == {"B"}

    demo_page.button(key="show all").click().run()
    assert set(listed(demo_page)["tier_number"]) == {"A"}


def test_an_empty_workspace_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)
    assert drawn(at) == []


def test_filtered_to_nobody_offers_to_clear_the_filters(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)
    assert any(button.label == "Clear the filters" for button in at.button)
    assert not figures(at)


def test_a_shop_of_few_orders_shows_tiers_and_says_which_dimensions_lack_data(shop, open_app: OpenApp):
    shop([("ann", "2026-03-01", 30, "1"), ("bob", "2026-03-02", 10, "2"), ("cid", "2026-03-05", 20, "3")])
    at = open_app(PAGE)

    assert not at.exception
    assert "Share of wallet" in next(caption.value for caption in at.caption if "No data" in caption.value)
    assert not any(slider.key.startswith("slider:value.weights.wallet_share") for slider in at.slider)


def test_weight_on_what_has_no_data_says_so_and_the_sliders_stay(shop, open_app: OpenApp):
    shop([("ann", "2026-03-01", 30, "1"), ("bob", "2026-03-02", 10, "2")])
    zeros = {slider.key.split(":")[1]: 0 for slider in open_app(PAGE).slider if ".weights." in slider.key}
    at = open_app(PAGE, draft=json.dumps(zeros))

    assert not at.exception
    assert "None of the dimensions with weight has data here." in texts(at)
    assert any(".weights.revenue" in slider.key for slider in at.slider)


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "价值等级"
    assert "亿" in " ".join(figures(at).values()) or "万" in " ".join(figures(at).values())
