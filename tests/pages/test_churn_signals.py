"""Churn signals as a manager sees them: bands, reasons, what a slider moves, and every state without figures."""

import io
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_core.settings import Scenario
from pages.churn_signals import LIST_COLUMNS
from tests.books import book_with
from tests.pages.conftest import OpenApp, texts
from ui.exports import exported
from ui.tables import columns

MONTHLY = ["2026-01-01", "2026-01-31", "2026-03-02", "2026-04-01", "2026-05-01"]
PAGE = "churn-signals"


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def slider(at: AppTest, path: str):
    """The slider of a setting as it stands now; its key changes when something else overtakes it."""
    return next(slider for slider in at.slider if slider.key.startswith(f"slider:{path}:"))


def opened(at: AppTest, controls: str) -> AppTest:
    at.session_state["churn controls"] = controls
    return at.run()


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[0].value


def draft(at: AppTest) -> dict[str, float]:
    """The changes that the address carries."""
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def drawn(at: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["uirevision"] for chart in at.get("plotly_chart")]


def test_the_finding_comes_first_then_pictures_then_who_to_look_at(demo_page: AppTest):
    assert list(figures(demo_page)) == ["High risk", "Revenue at risk", "Watch", "Lost", "Lapsed after"]
    assert "365 days" in figures(demo_page)["Lapsed after"]
    assert drawn(demo_page) == ["risk_histogram", "revenue_at_risk"]
    assert "Nobody moves against the saved scenario." in texts(demo_page)
    assert "since 2026-03-31" in {metric.delta_description for metric in demo_page.metric}


def test_the_list_opens_on_those_at_risk_by_what_is_at_stake_with_reasons(demo_page: AppTest):
    rows = listed(demo_page)

    assert set(rows["band"]) == {"Watch", "High risk"}
    assert rows["reasons"].str.contains("No order for .* days; usually one every").any()
    assert (rows["reasons"] != "").all()


def test_a_threshold_moves_bands_counts_and_the_sentence_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "churn.high_from").set_value(0.5).run()
    assert int(figures(demo_page)["High risk"]) > int(before["High risk"])
    assert "Watch → High risk" in texts(demo_page)
    assert "against saved" in {metric.delta_description for metric in demo_page.metric}
    assert draft(demo_page) == {"churn.high_from": 0.5}

    demo_page.button(key="revert churn").click().run()
    assert figures(demo_page) == before
    assert slider(demo_page, "churn.high_from").value == 0.6


def test_a_link_with_a_draft_opens_the_same_view(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, draft='{"churn.weights.overdue_order":10.0,"churn.horizon_days":120}')

    assert not at.exception
    assert figures(at)["Lapsed after"] == "120 days"
    assert "move against the saved scenario" in texts(at)


def test_the_lapsed_rule_shows_why_and_may_be_set_and_taken_back(demo_page: AppTest):
    opened(demo_page, "Lapsed")
    demo_page.session_state["churn pictures"] = "Silence"
    demo_page.run()
    assert "95 % of" in texts(demo_page)
    assert drawn(demo_page) == ["gap_curve"]
    assert demo_page.button(key="take proposed horizon").disabled

    slider(demo_page, "churn.horizon_days").set_value(100).run()
    assert figures(demo_page)["Lapsed after"] == "100 days"
    assert "→ Lost" in texts(demo_page)

    demo_page.button(key="take proposed horizon").click().run()
    assert figures(demo_page)["Lapsed after"] == "365 days"
    assert draft(demo_page) == {}


def test_shares_are_set_in_percent_and_kept_as_shares(demo_page: AppTest):
    opened(demo_page, "Sensitivity")

    slider(demo_page, "churn.sensitivity.spend_falling").set_value(40).run()
    assert draft(demo_page) == {"churn.sensitivity.spend_falling": 0.4}
    assert (slider(demo_page, "churn.sensitivity.spend_falling").min, slider(demo_page, "windows.window_days").max) == (
        5,
        365,
    )


def test_another_signal_window_is_compared_with_the_saved_one(demo_page: AppTest):
    opened(demo_page, "Sensitivity")

    slider(demo_page, "windows.window_days").set_value(30).run()
    assert not demo_page.exception
    assert "move against the saved scenario" in texts(demo_page)


def test_thresholds_that_contradict_each_other_are_told_and_the_saved_figures_stay(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "churn.high_from").set_value(0.2).run()
    assert not demo_page.exception
    assert "Watch must begin below high." in texts(demo_page)
    assert figures(demo_page) == before
    assert not demo_page.button(key="revert churn").disabled


def test_without_any_weight_the_page_says_so(demo_page: AppTest):
    opened(demo_page, "Weights")
    names = [slider.key.split(":")[1] for slider in demo_page.slider]

    for name in names:
        slider(demo_page, name).set_value(0.0).run()
    assert not demo_page.exception
    assert "Every signal's weight is zero" in texts(demo_page)


def test_bands_and_tiers_narrow_the_list_and_start_over_widens_it(demo_page: AppTest):
    everybody = at_risk(demo_page)

    demo_page.button_group(key="churn tiers").set_value([1]).run()
    assert set(listed(demo_page)["tier_number"]) == {"A"}
    demo_page.button_group(key="churn bands").set_value(["lost"]).run()
    assert "No customer matches." in texts(demo_page)

    demo_page.button(key="show all").click().run()
    assert at_risk(demo_page) == everybody


def test_a_click_on_a_bar_of_a_tier_narrows_to_its_tier_and_band(demo_page: AppTest):
    click = {"points": [{"customdata": [2, "high"]}], "point_indices": [0], "box": [], "lasso": []}
    demo_page.session_state["churn tiers:0"] = {"selection": click}

    demo_page.run()
    assert set(listed(demo_page)["tier_number"]) == {"B"}
    assert set(listed(demo_page)["band"]) == {"High risk"}

    demo_page.button(key="show all").click().run()
    assert set(listed(demo_page)["band"]) == {"Watch", "High risk"}


def at_risk(at: AppTest) -> str:
    return next(caption.value for caption in at.caption if caption.value.endswith(" customers"))


def test_without_data_the_page_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)
    assert not at.metric


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)
    assert [button.label for button in at.button if button.label == "Clear the filters"]


def test_signals_whose_columns_are_absent_are_named_instead_of_weighed(shop, open_app: OpenApp):
    shop([("ann", day, 100, None) for day in MONTHLY] + [("bob", day, 40, None) for day in MONTHLY[:3]])
    at = opened(open_app(PAGE), "Weights")

    assert not at.exception
    assert "No data in this data set for: Below last year, Fewer categories, Leaning on discounts." in texts(at)
    assert not any("season_falling" in slider.key for slider in at.slider)


def test_where_nobody_came_back_the_horizon_is_an_assumption_and_nothing_breaks(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = opened(open_app(PAGE), "Lapsed")
    assert not at.exception
    assert figures(at)["Lapsed after"] == "180 days"
    assert "an assumption" in texts(at)
    at.session_state["churn pictures"] = "Silence"
    assert not at.run().exception


def test_with_weight_only_on_a_signal_without_data_the_page_says_why_all_risk_is_zero(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])
    only_season = {f"churn.weights.{name}": 0.0 for name in OTHERS}

    at = open_app(PAGE, draft=json.dumps(only_season))
    assert not at.exception
    assert "None of the signals with weight has data here" in texts(at)


OTHERS = (
    "overdue_order", "spend_falling", "orders_falling", "categories_falling", "discount_rising", "returns_rising",
)  # fmt: skip


def test_the_export_carries_all_customers_and_the_reasons_in_words():
    book = book_with([("ann", day, 100) for day in MONTHLY] + [("bob", "2026-04-01", 40)], as_of="2026-07-31")
    signals, value = book.churn_signals(), Scenario().value

    written = exported(signals.listing(), LIST_COLUMNS, columns("CNY", value), {"reasons": signals.why})
    rows = pd.read_csv(io.BytesIO(written), encoding="utf-8-sig", dtype=str)

    assert list(rows["Customer"]) == ["ann", "bob"]
    assert rows["Why"][0].startswith("No order for 91 days; usually one every 30 days")


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert "流失信号" in at.title[0].value
    assert list(figures(at)) == ["高风险", "风险收入", "关注", "已流失", "流失期限"]
    assert listed(at)["reasons"].str.contains("天").all()


def test_a_data_set_of_returns_alone_says_so(shop, open_app: OpenApp):
    shop([("ann", "2026-05-01", -90, "a"), ("bob", "2026-06-01", -10, "b")])

    at = open_app(PAGE)

    assert not at.exception
    assert "Nobody in this data set has bought anything" in texts(at)
