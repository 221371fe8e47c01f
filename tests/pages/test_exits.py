"""The page of exits: normal, empty, filtered, short of history, tuned, recorded by two people, in Chinese."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_core.engine import Database
from crm_core.store import Workspace
from tests.pages.conftest import FIRST_OF_JULY, OpenApp, texts

PAGE = "exit-and-win-back"
FAR_BACK = [("old", "2025-01-01", 5.0, None)]


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


def opened(at: AppTest, picture: str) -> AppTest:
    at.session_state["exit pictures"] = picture
    at.run()
    assert not at.exception
    return at


def tuned(at: AppTest, group: str) -> AppTest:
    at.session_state["exit controls"] = group
    at.run()
    return at


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[-1].value


def chosen(at: AppTest, customer_id: str) -> AppTest:
    """The form of one customer, as a click on the row opens it."""
    at.session_state["exits: customer of the form"] = customer_id
    return opened(at, "Reasons")


def test_the_finding_comes_first_then_when_they_left_and_who(demo_page: AppTest):
    assert list(figures(demo_page)) == [
        "Left in 365 days", "Revenue gone a year", "Warned while buying", "Came back in the period",
        "Win-back potential",
    ]  # fmt: skip
    assert drawn(demo_page) == ["exit_months"]
    assert "Most revenue went in" in texts(demo_page)
    assert "Nothing differs from the saved scenario." in texts(demo_page)
    assert {"exit_on", "revenue_before", "warned", "signals", "reason"} <= set(listed(demo_page))


@pytest.mark.parametrize(
    ("picture", "chart", "words"),
    [
        ("Signals before", "signals_before_exit", "Tells best"),
        ("Reasons", "exit_reasons", "No reason is recorded yet"),
        ("Win back", "return_chance", "of those just gone return within 365 days"),
        ("Let go", "let_go", "better let go"),
    ],
)
def test_each_picture_says_its_finding(demo_page: AppTest, picture, chart, words):
    opened(demo_page, picture)

    assert drawn(demo_page) == [chart]
    assert words in texts(demo_page)


def test_signals_while_still_buying_are_another_look(demo_page: AppTest):
    opened(demo_page, "Signals before")
    demo_page.button_group(key="exit signals when").set_value("buying").run()

    assert not demo_page.exception
    assert "On the day of the last order or before, that is 365 days or more ahead of the exit." in texts(demo_page)


def test_the_warning_that_counts_came_while_the_customer_bought_and_stands_beside_those_who_stayed(demo_page: AppTest):
    warned = next(metric for metric in demo_page.metric if metric.label == "Warned while buying")

    assert 0 < float(warned.value.rstrip("%")) < 50
    assert 0 < float(warned.delta.rstrip("%")) < 50
    assert "silence alone brings everybody there" in warned.help


def test_where_a_sample_is_looked_at_the_page_says_so_and_how_far_its_shares_may_be_off(
    demo_workspace, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
):
    everybody = open_app(PAGE)
    monkeypatch.setattr("crm_core.exits.warnings.MOST_LOOKED_AT", 1000)
    at = open_app(PAGE)

    assert not at.exception
    warned = next(metric for metric in at.metric if metric.label == "Warned while buying")
    assert "±" in warned.value
    assert "±" in warned.delta
    assert "One customer in 3 was looked at" in warned.help
    assert "the list below is exact" in texts(opened(at, "Signals before"))
    assert "±" not in figures(everybody)["Warned while buying"]
    assert {name: value for name, value in figures(at).items() if name != "Warned while buying"} == {
        name: value for name, value in figures(everybody).items() if name != "Warned while buying"
    }
    pd.testing.assert_frame_equal(listed(at), listed(everybody))


def test_a_shorter_silence_makes_more_who_left_and_goes_back(demo_page: AppTest):
    before = figures(demo_page)

    slider(demo_page, "churn.horizon_days").set_value(180).run()
    assert not demo_page.exception
    assert int(figures(demo_page)["Left in 365 days"].replace(",", "")) > int(before["Left in 365 days"])
    assert f"{before['Left in 365 days']} as saved" in texts(demo_page)
    assert draft(demo_page) == {"churn.horizon_days": 180}

    demo_page.button(key="revert exits").click().run()
    assert figures(demo_page) == before


def test_the_cost_of_an_attempt_moves_customers_from_win_back_to_let_go(demo_page: AppTest):
    opened(tuned(demo_page, "Win back"), "Win back")
    free = figures(demo_page)["Win-back potential"]

    slider(demo_page, "exits.attempt_cost").set_value(slider(demo_page, "exits.attempt_cost").max).run()
    assert not demo_page.exception
    assert figures(demo_page)["Win-back potential"] != free
    opened(demo_page, "Let go")
    assert "An attempt costs more than it brings" in set(listed(demo_page)["let_go"])
    assert any("less than the" in why for why in listed(demo_page)["why"])


def test_a_click_on_a_month_narrows_the_list_and_show_all_widens_it(demo_page: AppTest):
    click = {"points": [{"customdata": ["2025-11-01"]}], "point_indices": [4], "box": [], "lasso": []}
    demo_page.session_state["exits months:0"] = {"selection": click}
    demo_page.run()

    assert {day[:7] for day in listed(demo_page)["exit_on"]} == {"2025-11"}
    demo_page.button(key="show all").click().run()
    assert len({day[:7] for day in listed(demo_page)["exit_on"]}) > 1


def test_a_recorded_reason_shows_at_once_on_the_list_and_on_the_customers_page_and_may_be_taken_back(
    demo_page: AppTest, open_app: OpenApp
):
    customer = listed(demo_page)["customer_id"].iloc[0]
    chosen(demo_page, customer)
    next(box for box in demo_page.selectbox if box.label == "Reason").set_value("price")
    next(box for box in demo_page.text_input if box.label == "Competitor").set_value("Rival & Sons")
    button(demo_page, "Record").click().run()

    assert not demo_page.exception
    assert "Most often named by revenue: Price (1 customer" in plain(demo_page)
    assert "Went to: Rival & Sons" in plain(demo_page)
    row = listed(demo_page).iloc[0]
    assert (row["customer_id"], row["reason"], row["competitor"]) == (customer, "Price", "Rival & Sons")
    assert "Left: Price · Competitor: Rival & Sons" in plain(open_app("customer", customer=customer))

    button(demo_page, "Take back").click().run()
    assert "No reason is recorded yet" in texts(demo_page)


def test_a_form_without_a_reason_asks_for_one_and_records_nothing(demo_page: AppTest):
    customer = listed(demo_page)["customer_id"].iloc[0]
    button(chosen(demo_page, customer), "Record").click().run()

    assert "Choose a reason first." in texts(demo_page)
    assert "No reason is recorded yet" in texts(demo_page)


def test_what_another_session_records_is_there_on_the_next_look(demo_page: AppTest, demo_workspace):
    customer = listed(demo_page)["customer_id"].iloc[1]
    database = Database(memory_limit="200MB")
    other = Workspace(demo_workspace, database)
    ledger = other.exit_reasons(other.open(other.data_sets()[0].slug))
    ledger.record(customer, "service", recorded_at=FIRST_OF_JULY, recorded_by="Mira")
    database.close()

    chosen(demo_page, customer)
    assert listed(demo_page).iloc[1]["reason"] == "Service"
    assert "recorded by Mira on 2026-07-01" in texts(demo_page)


def plain(at: AppTest) -> str:
    """The texts without the signs that keep Markdown from reading names as its own."""
    return texts(at).replace("\\", "")


def button(at: AppTest, label: str):
    return next(each for each in at.button if each.label == label)


def test_without_data_the_page_says_what_to_load(workspace, open_app: OpenApp):
    at = open_app(PAGE)

    assert not at.exception
    assert "No data yet" in texts(at)


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at)


def test_a_filter_chooses_who_is_shown_and_changes_nobodys_chance(demo_workspace, open_app: OpenApp):
    everybody = listed(opened(open_app(PAGE), "Win back")).set_index("customer_id")
    at = opened(open_app(PAGE, region=["South 华南"]), "Win back")
    south = listed(at).set_index("customer_id")
    both = [customer for customer in south.index if customer in everybody.index]

    assert both
    assert south.loc[both, "regain_profit"].equals(everybody.loc[both, "regain_profit"])
    assert int(figures(at)["Left in 365 days"]) < 562


def test_a_history_shorter_than_the_silence_says_so_and_the_controls_stay(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])
    at = open_app(PAGE)

    assert not at.exception
    assert "Orders reach back 19 days, and a customer lapses only after 180 days without one." in texts(at)
    slider(at, "churn.horizon_days").set_value(10).run()
    assert not at.exception
    assert figures(at)["Left in 365 days"] == "1"


def test_where_nobody_left_every_picture_says_so(shop, open_app: OpenApp):
    shop([*FAR_BACK, ("ann", "2026-06-20", 10, None)])
    at = open_app(PAGE, draft='{"churn.horizon_days":90,"exits.period_days":30}')

    assert not at.exception
    assert "Nobody left in the last 30 days" in texts(at)
    for picture in ("Signals before", "Reasons", "Win back", "Let go"):
        assert not opened(at, picture).exception
    assert "Nobody is better let go" in texts(at)


def test_orders_without_cost_names_or_categories_count_in_revenue_and_say_so(shop, open_app: OpenApp):
    shop(
        [
            *FAR_BACK,
            *[("ann", f"2025-{month:02}-05", 10.0, None) for month in range(1, 7)],
            ("bob", "2026-06-20", 1, None),
        ]
    )
    at = open_app(PAGE, draft='{"churn.horizon_days":90}')

    assert not at.exception
    opened(tuned(at, "Win back"), "Win back")
    assert "Counted in revenue: the orders tell no cost." in texts(at)
    assert "0 ended in a return; the chance of another takes at least 20" in texts(at)
    assert figures(at)["Win-back potential"] == "–"
    assert "chance" not in listed(at)
    assert list(listed(at)["value_before"]) == ["CN¥60", "CN¥5"]
    assert "Fewer categories" not in texts(opened(at, "Signals before"))


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "退出与赢回"
    assert "365 天内离开" in figures(at)
    assert set(listed(at)["reason"]) == {"未记录"}
