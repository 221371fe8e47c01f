"""Where the cost of an order is unknown its margin is assumed: exact in decimals wherever it is added up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_core.exits import exits
from crm_core.lifetime.fitting import customer_purchases
from crm_core.settings import Windows
from tests.books import book_with, scenario

LAST_DAY = date(2026, 6, 30)
WINDOWS = Windows(default_margin_rate=0.125)
ROUNDED = Decimal("0.0713")  # an eighth of 0.57 is 0.07125; as a product of two doubles it lies below and goes down
YEARS = {"year_start": LAST_DAY - timedelta(365), "earlier_year_start": LAST_DAY - timedelta(730)}


def book_of(*days_ago: int, **columns):
    """Ann, the first of the customers, spends 0.57 on each of these days; another keeps the shop open."""
    placed = [("ann", LAST_DAY - timedelta(days), "0.57") for days in days_ago]
    return book_with([("old", LAST_DAY - timedelta(900), 1), *placed], as_of=LAST_DAY, windows=WINDOWS, **columns)


def of_ann(book, column: str, table: str, parts=(), **parameters) -> list[Decimal]:
    text = f"select {column} from {table} where customer_key = (select min(customer_key) from customers)"
    return book.engine.arrow(book.recipe("seen", text, parts=parts, parameters=parameters))[column].to_pylist()


def test_half_a_ten_thousandth_goes_up_in_features_years_and_exits_alike():
    book = book_of(120)
    left = exits(book, scenario(churn__horizon_days=100, windows=WINDOWS)).listing().everything().to_pylist()

    assert of_ann(book, "margin", "customer_features") == [ROUNDED]
    assert of_ann(book, "margin", "customer_years", **YEARS) == [ROUNDED]
    assert {row["customer_id"]: row["margin_before"] for row in left}["ann"] == ROUNDED


def test_a_year_is_rounded_once_however_many_orders_it_has():
    book = book_of(10, 20, 30)

    assert of_ann(book, "margin", "customer_years", **YEARS) == [Decimal("0.2138")]
    assert of_ann(book, "margin", "customer_features") == [Decimal("0.2138")]


@pytest.mark.parametrize("measure", ["margin", "revenue"])
def test_repeat_purchases_are_worth_decimals_in_either_measure(measure: str):
    book = book_of(50, 20)
    worth = {"margin": ROUNDED, "revenue": Decimal("0.57")}[measure]

    assert of_ann(book, "repeat_value", "customer_purchases", parts=(customer_purchases(book, measure),)) == [worth]


def test_known_costs_and_assumed_margins_add_up():
    book = book_of(30, 20, cost=[None, None, "0.5"])

    assert of_ann(book, "margin", "customer_years", **YEARS) == [ROUNDED + Decimal("0.07")]


def test_a_year_before_a_return_is_a_decimal_too():
    book = book_of(500, 200)
    second = {
        "horizon_days": 100, "second_days": 90, "second_seen_until": LAST_DAY - timedelta(89), "discount_rate": 0.1,
    }  # fmt: skip

    assert of_ann(book, "margin_before", "second_lives", **second) == [ROUNDED]
