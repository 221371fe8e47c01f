"""Loyalty types as a manager sees them: four types, what a cut moves, and every state without figures."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp, texts

PAGE = "loyalty-types"


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def slider(at: AppTest, path: str):
    return next(slider for slider in at.slider if slider.key.startswith(f"slider:{path}:"))


def draft(at: AppTest) -> dict[str, object]:
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def traces(at: AppTest) -> list[str]:
    return [trace["type"] for trace in json.loads(at.get("plotly_chart")[0].proto.spec)["data"]]


def cut_lines(at: AppTest) -> set[float]:
    shapes = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]["shapes"]
    return {shape["x0"] for shape in shapes} | {shape["y0"] for shape in shapes}


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[len(at.dataframe) - 1].value


def test_four_types_with_treatment_come_first_and_many_customers_are_drawn_as_density(demo_page: AppTest):
    said = texts(demo_page)

    assert all(name in said for name in ("High loyalty", "Inertia loyalty", "Latent loyalty", "Zero loyalty"))
    assert "Most retention work goes here" in said
    assert traces(demo_page) == ["heatmap"]
    assert "Nobody moves against the saved scenario." in said


def test_a_cut_moves_its_line_and_the_sentence_and_the_median_takes_it_back(demo_page: AppTest):
    before = texts(demo_page)

    slider(demo_page, "loyalty.frequency_cut").set_value(2.0).run()
    assert draft(demo_page) == {"loyalty.frequency_cut": 2.0}
    assert 2.0 in cut_lines(demo_page)
    assert "move against the saved scenario" in texts(demo_page)
    assert "High loyalty → Latent loyalty" in texts(demo_page)

    next(button for button in demo_page.button if button.label.startswith("Use the median")).click().run()
    assert (texts(demo_page), draft(demo_page)) == (before, {})


def test_a_component_of_dependence_moves_customers_and_reverts(demo_page: AppTest):
    slider(demo_page, "loyalty.weights.tenure").set_value(10.0).run()
    assert "move against the saved scenario" in texts(demo_page)

    demo_page.button(key="revert loyalty").click().run()
    assert "Nobody moves against the saved scenario." in texts(demo_page)


def test_a_click_on_a_type_narrows_the_list_and_another_widens_it(demo_page: AppTest):
    demo_page.button(key="loyalty type:latent").click().run()
    assert set(listed(demo_page)["loyalty_type"]) == {"Latent loyalty"}

    demo_page.button(key="loyalty type:latent").click().run()
    assert set(listed(demo_page)["loyalty_type"]) != {"Latent loyalty"}


def test_every_weight_zero_is_said_and_the_saved_types_stay(demo_page: AppTest):
    zeros = {slider.key.split(":")[1]: 0 for slider in demo_page.slider if ".weights." in slider.key}
    for path in zeros:
        slider(demo_page, path).set_value(0.0).run()

    assert "Every weight of dependence is zero." in texts(demo_page)
    assert traces(demo_page) == ["heatmap"]


def test_few_customers_are_points(shop, open_app: OpenApp):
    shop([("ann", "2026-03-01", 30, "1"), ("ann", "2026-04-02", 30, "2"), ("bob", "2026-03-02", 10, "3")])
    at = open_app(PAGE)

    assert not at.exception
    assert set(traces(at)) == {"scatter"}
    assert "Share of wallet" in next(caption.value for caption in at.caption if "No data" in caption.value)


def test_an_empty_workspace_says_what_to_load(workspace, open_app: OpenApp):
    assert "No data yet" in texts(open_app(PAGE))


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert "Nobody in view" in texts(at)
    assert not at.get("plotly_chart")


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "忠诚类型"
