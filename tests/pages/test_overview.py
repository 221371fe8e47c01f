"""The overview as an executive sees it."""

from pathlib import Path

from tests.pages.conftest import OpenApp, texts
from ui import start


def test_five_figures_and_four_indicators_open_the_page(demo_workspace: Path, open_app: OpenApp):
    at = open_app()

    assert not at.exception
    assert [metric.label for metric in at.metric] == [
        "Customers", "Active", "Revenue", "Revenue at risk", "From the top 20 %",
        "Satisfaction", "Loyalty", "Retention", "Contribution",
    ]  # fmt: skip
    assert all(metric.delta for metric in at.metric)


def test_without_any_data_the_page_says_what_to_load(workspace: Path, open_app: OpenApp):
    at = open_app()

    assert not at.exception
    assert "No data yet" in texts(at)
    assert not at.metric


def test_with_a_short_history_there_is_no_change_and_no_retention(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app()

    assert not at.exception
    assert "does not reach back" in texts(at)
    assert "Retention: too early (None)" in texts(at) or "Retention: too early ()" in texts(at)
    assert "Satisfaction: no surveys" in texts(at)


def test_filters_that_let_nobody_through_offer_a_way_back(demo_workspace: Path, open_app: OpenApp):
    at = open_app(day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert not at.exception
    assert "Nobody in view" in texts(at) or at.metric


def test_a_day_before_anybody_bought_is_moved_to_the_first_day(demo_workspace: Path, open_app: OpenApp):
    at = open_app(day="1999-01-01")

    assert not at.exception
    assert at.metric


def test_the_page_speaks_chinese(demo_workspace: Path, open_app: OpenApp):
    at = open_app(lang="zh_Hans")

    assert not at.exception
    assert "总览" in at.title[0].value


def test_where_orders_are_many_the_page_says_what_it_reads_and_the_server_does_not_wait_for_it(
    demo_workspace, open_app: OpenApp, steps_said: list[str]
):
    start.warm_up()
    at = open_app()

    assert not at.exception
    assert steps_said[0] == "Reading every customer's orders ..."
    assert "Reading the orders up to March 31, 2026 ..." in steps_said
