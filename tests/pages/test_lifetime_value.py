"""Lifetime value as a manager sees it: figures, what a control moves, nothing predicted behind a closed gate."""

import json
import re
from datetime import date, timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp
from tests.pages.conftest import texts as marked_texts
from tests.simulated_shop import LAST_DAY, shop_orders

PAGE = "lifetime-value"


@pytest.fixture
def demo_page(demo_workspace, open_app: OpenApp) -> AppTest:
    at = open_app(PAGE)
    assert not at.exception
    return at


def texts(at: AppTest) -> str:
    """What a reader sees: without the signs that keep amounts from being read as Markdown."""
    return marked_texts(at).replace("\\", "")


def slider(at: AppTest, path: str):
    return next(slider for slider in at.slider if slider.key.startswith(f"slider:{path}:"))


def choice(widgets, path: str):
    return next(widget for widget in widgets if widget.key.startswith(f"choice:{path}:"))


def open_picture(at: AppTest, title: str) -> AppTest:
    at.session_state["lifetime pictures"] = title
    return at.run()


def draft(at: AppTest) -> dict[str, object]:
    carried = at.query_params.get("draft", "{}")
    return json.loads(carried if isinstance(carried, str) else carried[0])


def metrics(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def listed(at: AppTest) -> pd.DataFrame:
    return at.dataframe[len(at.dataframe) - 1].value


def simulated(**made) -> list[tuple[str, str, float, str | None]]:
    return [(who, day.isoformat(), amount, None) for who, day, amount in shop_orders(400, **made)]


# ---------------------------------------------------------------------- an open gate


def test_the_expected_future_comes_first_with_the_check_against_what_came(demo_page: AppTest):
    found = metrics(demo_page)

    assert list(found) == [
        "Expected revenue",
        "Expected orders",
        "Alive",
        "The best 20 % bring",
        "Forecast check",
    ]
    assert found["Expected revenue"].startswith("CN¥")
    assert re.fullmatch(r"[+-]\d+\.\d%", found["Forecast check"])
    assert {metric.label: metric.delta for metric in demo_page.metric}["Expected revenue"] == "365 days"
    assert "in 365 days, as saved." in texts(demo_page)
    assert "MBG/NBD is used" in texts(demo_page)


def test_the_list_begins_with_who_is_to_bring_most(demo_page: AppTest):
    rows = listed(demo_page)

    assert list(rows["future_rank"][:3]) == ["1", "2", "3"]
    assert {"expected_value", "revenue_to_date", "past_rank", "probability_alive"} <= set(rows.columns)
    assert any(button.key == "lifetime:export" for button in demo_page.get("download_button"))


def test_a_shorter_horizon_is_worth_less_the_address_carries_it_and_it_reverts(demo_page: AppTest):
    before = metrics(demo_page)

    slider(demo_page, "lifetime.horizon_days").set_value(180).run()
    assert draft(demo_page) == {"lifetime.horizon_days": 180}
    assert metrics(demo_page)["Expected revenue"] != before["Expected revenue"]
    assert f"in 180 days; as saved: Expected revenue {before['Expected revenue']} in 365 days." in texts(demo_page)

    demo_page.button(key="revert lifetime").click().run()
    assert (metrics(demo_page), draft(demo_page)) == (before, {})


def test_moving_a_control_fits_no_model_again(demo_page: AppTest):
    from crm_core.lifetime import fitting

    fits = fitting._order_models.cache_info().misses
    slider(demo_page, "lifetime.horizon_days").set_value(200).run()
    slider(demo_page, "lifetime.annual_discount_rate").set_value(5).run()

    assert fitting._order_models.cache_info().misses == fits


def test_margin_is_labelled_as_margin(demo_page: AppTest):
    choice(demo_page.get("button_group"), "lifetime.measure").set_value("margin").run()

    assert not demo_page.exception
    assert next(iter(metrics(demo_page))) == "Expected margin"


@pytest.mark.parametrize(
    ("picture", "said", "charts"),
    [
        ("Value", "of customers are to bring", 2),
        ("Future and past", "who are to bring most are among", 1),
        ("P(alive)", "As likely gone as alive after a silence of", 1),
        ("Can it be believed?", "orders, ", 3),
        ("Retention economics", "Margin per customer matters most", 2),
    ],
)
def test_every_picture_says_its_finding(demo_page: AppTest, picture: str, said: str, charts: int):
    at = open_picture(demo_page, picture)

    assert not at.exception
    assert said in texts(at)
    assert len(at.get("plotly_chart")) == charts


def test_both_models_stand_beside_each_other_with_log_likelihood_and_parameters(demo_page: AppTest):
    models = open_picture(demo_page, "Can it be believed?").dataframe[0].value

    assert list(models["Model"]) == ["BG/NBD", "MBG/NBD"]
    assert list(models["In use"]) == ["no", "yes"]
    assert all(re.fullmatch(r"-[\d,]+\.\d", figure) for figure in models["Log-likelihood"])


def test_a_customer_picked_is_shown_day_by_day_and_let_go(demo_page: AppTest):
    customer = listed(demo_page)["customer_id"][0]
    demo_page.session_state["lifetime customer"] = customer
    demo_page.run()
    assert f"{customer} is alive with" in texts(demo_page)
    assert demo_page.button(key="open picked")

    demo_page.button(key="close picked").click().run()
    assert f"{customer} is alive with" not in texts(demo_page)


def test_a_customer_who_had_not_bought_by_that_day_is_said_so(demo_page: AppTest):
    demo_page.session_state["lifetime customer"] = "nobody"
    demo_page.run()

    assert "nobody has not bought anything by June 30, 2026." in texts(demo_page)


# ---------------------------------------------------------------------- retention economics


def test_less_churn_is_worth_more_and_the_sentence_says_how_many_won_it_equals(demo_page: AppTest):
    at = open_picture(demo_page, "Retention economics")
    at.session_state["lifetime controls"] = "What if"
    at.run()
    before = texts(at)
    assert "5.0 points less churn keep" in before

    slider(at, "economics.churn_reduction").set_value(10.0).run()
    assert draft(at) == {"economics.churn_reduction": 0.1}
    assert "10.0 points less churn keep" in texts(at)
    assert "As saved: " in texts(at)

    slider(at, "economics.churn_reduction").set_value(0.0).run()
    assert "Lower the churn to weigh keeping customers against winning new ones" in texts(at)


def test_what_keeping_and_winning_cost_enters_the_plan(demo_page: AppTest):
    at = open_picture(demo_page, "Retention economics")
    at.session_state["lifetime controls"] = "What if"
    at.run()

    cost = slider(at, "economics.retention_cost")
    cost.set_value(cost.step * 5).run()
    assert "is planned" in texts(at)

    winning = slider(at, "economics.acquisition_cost")
    winning.set_value(winning.max).run()
    assert not at.exception
    assert "winning customers does not earn back its cost" in texts(at)


def test_a_shop_of_less_than_two_years_has_lifetime_value_but_no_yearly_retention(shop, open_app: OpenApp):
    shop(simulated())
    at = open_picture(open_app(PAGE), "Retention economics")

    assert not at.exception
    assert "Expected revenue" in metrics(at)
    assert "Retention a year takes two years of orders, 730 days" in texts(at)


def test_without_a_column_of_costs_the_margin_is_said_to_be_assumed(shop, open_app: OpenApp):
    shop(simulated())
    at = open_app(PAGE, draft='{"lifetime.measure":"margin"}')

    assert not at.exception
    assert "The cost of 100.0% of revenue is unknown; a margin of 25% is assumed there." in texts(at)


# ---------------------------------------------------------------------- a closed gate

MONEY_OR_SHARE = re.compile(r"CN¥|%")


def assert_nothing_is_predicted(at: AppTest):
    assert not at.exception
    assert not at.metric
    assert not at.get("plotly_chart")
    assert not at.dataframe
    assert "Nothing is predicted here" in texts(at)


def test_few_repeat_buyers_close_the_gate_with_their_number(shop, open_app: OpenApp):
    shop([("ann", "2026-03-01", 30, "1"), ("ann", "2026-04-02", 30, "2"), ("bob", "2025-03-02", 10, "3")])
    at = open_app(PAGE)

    assert_nothing_is_predicted(at)
    assert "Only 1 customer bought on more than one day; the models need 100." in texts(at)
    assert not MONEY_OR_SHARE.search(texts(at))


def test_too_long_a_horizon_closes_the_gate_and_a_shorter_one_opens_it(shop, open_app: OpenApp):
    shop(simulated())
    at = open_app(PAGE)
    slider(at, "lifetime.horizon_days").set_value(1825).run()
    assert_nothing_is_predicted(at)
    assert "The orders reach back 545 days" in texts(at)

    slider(at, "lifetime.horizon_days").set_value(365).run()
    assert "Nothing is predicted here" not in texts(at)
    assert at.metric


def test_spend_that_drifts_closes_the_gate_and_says_by_how_much(shop, open_app: OpenApp):
    shop(simulated(growth=2.0))
    at = open_picture(open_app(PAGE), "Retention economics")

    assert_nothing_is_predicted(at)
    assert "the model of spend takes it to stay the same" in texts(at)


def test_a_picked_customer_shows_nothing_behind_a_closed_gate(shop, open_app: OpenApp):
    first_day = (LAST_DAY - timedelta(20)).isoformat()
    shop([("ann", first_day, 30, "1"), ("ann", date.isoformat(LAST_DAY), 30, "2")])
    at = open_app(PAGE)
    at.session_state["lifetime customer"] = "ann"
    at.run()

    assert_nothing_is_predicted(at)


# ---------------------------------------------------------------------- other states


def test_an_empty_workspace_says_what_to_load(workspace, open_app: OpenApp):
    assert "No data yet" in texts(open_app(PAGE))


def test_filtered_to_nobody_there_is_a_way_back(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, day="2023-07-01", industry=["Bakery 烘焙"], region=["Northwest 西北"])

    assert "Nobody in view" in texts(at)
    assert not at.get("plotly_chart")


def test_a_filter_shows_fewer_customers_and_fits_no_other_model(demo_workspace, open_app: OpenApp):
    everybody, filtered = open_app(PAGE), open_app(PAGE, region=["East 华东"])

    assert not filtered.exception
    assert metrics(filtered)["Expected revenue"] != metrics(everybody)["Expected revenue"]
    assert metrics(filtered)["Forecast check"] == metrics(everybody)["Forecast check"]


def test_the_page_speaks_chinese(demo_workspace, open_app: OpenApp):
    at = open_app(PAGE, lang="zh_Hans")

    assert not at.exception
    assert at.title[0].value == "生命周期价值"
    assert next(iter(metrics(at))) == "预期收入"
