"""The page of evidence as a manager sees it, in each of its states, and the line it lends to churn signals."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp, texts
from tests.pages.test_churn_signals import draft, drawn, figures, listed, opened, slider

PAGE = "evidence"
PICTURES = "evidence pictures"


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def picture(at: AppTest, title: str) -> AppTest:
    at.session_state[PICTURES] = title
    at.run()
    assert not at.exception
    return at


def test_the_finding_comes_first_and_says_plainly_whether_silence_alone_would_do(demo_page: AppTest):
    told = texts(demo_page)

    assert list(figures(demo_page)) == ["Caught", "Left, of those flagged", "Average precision", "ROC area", "Left"]
    assert "days since last order alone" in told
    assert "of those who left within 365 days after June 30, 2025" in told
    assert "in 10 flagged stay" in told
    assert "against silence" in {metric.delta_description for metric in demo_page.metric}


def test_each_picture_is_drawn_and_only_the_one_that_is_open(demo_page: AppTest):
    assert drawn(demo_page) == ["cut_curve"]
    assert drawn(picture(demo_page, "Tenths")) == ["lift_bars"]
    assert drawn(picture(demo_page, "Days")) == ["evidence_over_time"]
    assert drawn(picture(demo_page, "Calibration")) == ["calibration_curve"]
    assert "Brier score" in texts(demo_page)


def test_a_cut_moves_the_evidence_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "churn.high_from").set_value(0.9).run()
    assert share(figures(demo_page)["Caught"]) < share(before["Caught"])
    assert share(figures(demo_page)["Left, of those flagged"]) > share(before["Left, of those flagged"])
    assert figures(demo_page)["Average precision"] == before["Average precision"]  # no cut in it
    assert "against saved" in {metric.delta_description for metric in demo_page.metric}

    demo_page.button(key="revert churn").click().run()
    assert figures(demo_page) == before


def share(text: str) -> float:
    return float(text.rstrip("%"))


def test_a_weight_moves_the_order_and_the_average_precision(demo_page: AppTest):
    before = figures(demo_page)["Average precision"]
    opened(demo_page, "Weights")

    slider(demo_page, "churn.weights.returns_rising").set_value(10.0).run()
    assert not demo_page.exception
    assert figures(demo_page)["Average precision"] != before


def test_learned_weights_are_shown_beside_the_managers_and_applied_by_a_click_alone(demo_page: AppTest):
    picture(demo_page, "Learned weights")
    weights, scores = demo_page.dataframe[0].value, demo_page.dataframe[1].value

    assert list(weights.columns) == ["Signal", "Yours", "Learned"]
    assert list(scores["Sorted by"]) == ["Learned weights", "Your weights", "Silence alone"]
    assert draft(demo_page) == {}

    demo_page.button(key="try learned weights").click().run()
    assert not demo_page.exception
    changed = draft(demo_page)
    assert changed
    assert all(path.startswith("churn.weights.") and 0 <= weight <= 10 for path, weight in changed.items())
    assert demo_page.button(key="try learned weights").disabled
    yours = demo_page.dataframe[0].value
    assert list(yours["Yours"]) == list(yours["Learned"])


def test_the_list_opens_on_who_left_unseen_and_can_show_the_others(demo_page: AppTest):
    assert set(listed(demo_page)["outcome"]) == {"Left, not flagged"}

    demo_page.button_group(key="evidence outcomes").set_value(["false_alarm"]).run()
    assert set(listed(demo_page)["outcome"]) == {"Stayed, flagged"}


def test_settings_that_contradict_each_other_are_told_and_the_saved_figures_stay(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "churn.high_from").set_value(0.2).run()
    assert not demo_page.exception
    assert "Watch must begin below high." in texts(demo_page)
    assert figures(demo_page) == before


def test_without_data_the_page_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)


def test_a_history_too_short_is_said_and_a_shorter_horizon_may_be_tried(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app(PAGE)
    assert not at.exception
    assert "The orders reach back 19 days. A back-test takes 270 days" in texts(at)
    assert not at.metric
    assert opened(at, "Lapsed").button(key="take proposed horizon")


def test_too_few_who_left_are_said_instead_of_a_figure(shop, open_app: OpenApp):
    shop([("ann", f"2026-0{month}-01", 10, None) for month in range(1, 8)])

    at = open_app(PAGE, draft='{"churn.horizon_days":30}')
    assert not at.exception
    assert "0 left within 30 days and 1 stayed; a figure takes at least 10 of each" in texts(at)


def test_signals_whose_columns_are_absent_are_not_learned(shop, open_app: OpenApp):
    lines = [(f"stay{place}", f"2026-0{month}-0{day}", 10, None) for place in range(15)
             for month in range(1, 8) for day in (1, 9)]  # fmt: skip
    lines += [(f"left{place}", f"2026-0{month}-0{day}", 10, None) for place in range(15)
              for month in range(1, 5) for day in (1, 9)]  # fmt: skip
    shop(lines)

    at = picture(open_app(PAGE, draft='{"churn.horizon_days":60}'), "Learned weights")
    assert "Leaning on discounts" not in set(at.dataframe[0].value["Signal"])
    assert "models need 100" in texts(picture(at, "Days"))


def test_where_orders_are_many_each_day_looked_back_at_is_said(
    demo_workspace, open_app: OpenApp, steps_said: list[str]
):
    at = open_app(PAGE, day="2026-05-13")

    assert not at.exception
    assert [text for text in steps_said if "Looking back" in text] == [
        f"Looking back: day {place} of 6 ..." for place in range(1, 7)
    ]


def test_all_figures_stand_behind_an_expander_that_fits_the_models_when_opened(demo_page: AppTest):
    assert not any("Brier" in table.value.columns for table in demo_page.dataframe)

    demo_page.session_state["all figures"] = True
    demo_page.run()
    assert not demo_page.exception
    table = demo_page.dataframe[-1].value
    assert set(table["Sorted by"]) == {"These settings", "Days since last order alone", "1 − P(alive)"}
    assert next(iter(table["Day"])) == "2025-06-30"


def test_a_link_with_a_draft_opens_the_same_evidence(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, draft=json.dumps({"churn.horizon_days": 120}))

    assert not at.exception
    assert "left within 120 days after March 2, 2026" in texts(at)


def test_churn_signals_says_beside_its_sliders_what_the_cut_would_have_caught(demo_workspace, open_app: OpenApp):
    at = open_app("churn-signals")
    before = texts(at)
    assert "Catches 78% of those who left within 365 days" in before

    slider(at, "churn.high_from").set_value(0.95).run()
    assert not at.exception
    assert "Catches 78%" not in texts(at)
    assert "Flagging as many by days since last order alone catches" in texts(at)


def test_churn_signals_with_a_short_history_says_what_evidence_would_take(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app("churn-signals")
    assert not at.exception
    assert "A back-test takes 270 days" in texts(at)


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert "证据" in at.title[0].value
    assert list(figures(at)) == ["找出的比例", "被标记者中流失", "平均精确率", "ROC 曲线下面积", "流失"]
    assert "只看距上次下单天数" in texts(at)
