"""The page of one customer."""

from pathlib import Path

from tests.pages.conftest import OpenApp, texts


def test_without_a_customer_the_page_asks_for_one(demo_workspace: Path, open_app: OpenApp):
    at = open_app("customer")

    assert not at.exception
    assert "Search by name or number" in texts(at)


def test_a_search_finds_customers_and_a_click_opens_one(demo_workspace: Path, open_app: OpenApp):
    at = open_app("customer")

    at.text_input(key="customer search").set_value("c01515").run()
    found = [button for button in at.button if str(button.key).startswith("found ")]
    found[0].click().run()

    assert not at.exception
    assert {"Revenue", "Margin", "Orders", "Last order", "Share of wallet"} <= {metric.label for metric in at.metric}
    assert "Risk" in texts(at)


def test_a_link_opens_its_customer(shop, open_app: OpenApp):
    shop([("ann", "2026-05-01", 10, None), ("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app("customer", customer="ann")

    assert not at.exception
    assert at.subheader[0].value == "ann"


def test_what_the_data_does_not_know_is_said_not_shown_as_zero(shop, open_app: OpenApp):
    shop([("ann", "2026-06-01", 10, None), ("bob", "2026-06-20", 20, None)])

    at = open_app("customer", customer="ann")

    assert "Share of wallet: not known" in texts(at)
    assert "Nothing is known besides the orders" in texts(at)


def test_an_unknown_customer_is_told_in_a_sentence(demo_workspace: Path, open_app: OpenApp):
    at = open_app("customer", customer="nobody")

    assert not at.exception
    assert "No customer nobody is in view" in texts(at)


def test_before_a_customer_is_chosen_those_with_the_most_revenue_at_risk_are_offered(
    demo_workspace: Path, open_app: OpenApp
):
    at = open_app("customer")

    offered = at.dataframe[0].value
    assert "Most revenue at risk" in texts(at)
    assert len(offered) == 12
    assert set(offered["band"]) <= {"Watch", "High risk"}


def test_where_nobody_is_at_risk_the_page_offers_the_search_alone(shop, open_app: OpenApp):
    shop([("ann", "2026-06-29", 10, None)])

    at = open_app("customer")

    assert not at.exception
    assert not at.dataframe
    assert "Search by name or number" in texts(at)
