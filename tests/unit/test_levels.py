"""Each dimension from 0 to 1: by rank, by place between least and most, by logarithm."""

import math
from typing import get_args

import pytest

from crm_core.settings import Normalisation
from tests.books import book_with, levels

DAY = "2026-03-31"
EVERY_SCALE = get_args(Normalisation)


def book_of_revenues(**revenues: float):
    return book_with([(customer, DAY, revenue) for customer, revenue in revenues.items()], as_of=DAY)


def test_a_rank_is_the_share_of_the_others_who_have_less():
    book = book_of_revenues(ann=1, bob=10, cid=20, dan=500, eve=600)

    assert levels(book, "percentile", "revenue") == {"ann": 0, "bob": 0.25, "cid": 0.5, "dan": 0.75, "eve": 1}


def test_equals_share_a_rank():
    book = book_of_revenues(ann=1, bob=10, cid=10, dan=500, eve=600)

    assert levels(book, "percentile", "revenue") == {"ann": 0, "bob": 0.25, "cid": 0.25, "dan": 0.75, "eve": 1}


@pytest.mark.parametrize("scale", EVERY_SCALE)
def test_who_leads_stands_at_one_even_when_several_lead(scale):
    found = levels(book_of_revenues(ann=1, bob=10, cid=600, dan=600, eve=600), scale, "revenue")

    assert (found["ann"], found["cid"], found["dan"], found["eve"]) == (0, 1, 1, 1)


@pytest.mark.parametrize("scale", EVERY_SCALE)
def test_where_all_are_alike_all_lead(scale):
    assert levels(book_of_revenues(ann=5, bob=5), scale, "revenue") == {"ann": 1, "bob": 1}


@pytest.mark.parametrize("scale", EVERY_SCALE)
def test_one_customer_alone_leads(scale):
    assert levels(book_of_revenues(ann=5), scale, "revenue") == {"ann": 1}


@pytest.mark.parametrize("scale", EVERY_SCALE)
def test_who_lacks_a_dimension_has_no_level_and_does_not_push_others_down(scale):
    customers = [{"customer_id": "ann", "wallet": 100}, {"customer_id": "bob", "wallet": 1000}]
    book = book_with([("ann", DAY, 50), ("bob", DAY, 50), ("cid", DAY, 50)], as_of=DAY, customers=customers)

    assert levels(book, scale, "wallet_share") == {"ann": 1, "bob": 0, "cid": None}


@pytest.mark.parametrize("scale", EVERY_SCALE)
@pytest.mark.parametrize(
    ("dimension", "orders", "columns"),
    [
        ("freshness", [("good", DAY, 1), ("poor", "2026-01-01", 1)], {}),
        ("few_returns", [("good", DAY, 9), ("poor", DAY, 9), ("poor", DAY, -4)], {}),
        ("full_price", [("good", DAY, 9), ("poor", DAY, 9)], {"discount": [0, 5]}),
        ("breadth", [("good", DAY, 9), ("good", DAY, 9), ("poor", DAY, 9)], {"category": ["tea", "oil", "tea"]}),
        (
            "regularity",
            [("good", day, 1) for day in ("2026-01-01", "2026-01-11", "2026-01-21")]
            + [("poor", day, 1) for day in ("2026-01-01", "2026-01-02", "2026-01-21")],
            {},
        ),
        ("tenure", [("good", "2024-01-01", 1), ("poor", DAY, 1)], {}),
    ],
)
def test_better_is_higher(scale, dimension, orders, columns):
    found = levels(book_with(orders, as_of=DAY, **columns), scale, dimension)

    assert found == {"good": 1, "poor": 0}


@pytest.mark.parametrize("scale", EVERY_SCALE)
def test_who_pays_early_leads_in_punctuality(scale):
    payments = [
        {"customer_id": who, "invoice_id": who, "due_at": "2026-01-10", "amount": 1, "paid_at": paid}
        for who, paid in [("early", "2026-01-05"), ("on_time", "2026-01-10"), ("late", "2026-02-28")]
    ]
    book = book_with([(who, DAY, 1) for who in ("early", "on_time", "late")], as_of=DAY, payments=payments)
    found = levels(book, scale, "punctuality")

    assert found["early"] == 1 > found["on_time"] > found["late"] == 0


def test_min_max_is_the_place_between_least_and_most():
    book = book_of_revenues(ann=100, bob=200, cid=500)

    assert levels(book, "min_max", "revenue") == {"ann": 0, "bob": 0.25, "cid": 1}


def test_log_min_max_counts_money_in_hundredths_of_the_average_so_that_the_unit_does_not_matter():
    small = levels(book_of_revenues(ann=100, bob=200, cid=600), "log_min_max", "revenue")
    large = levels(book_of_revenues(ann=10000, bob=20000, cid=60000), "log_min_max", "revenue")
    place = math.log((1 + 200 / 3) / (1 + 100 / 3)) / math.log((1 + 200) / (1 + 100 / 3))

    assert small == pytest.approx({"ann": 0, "bob": place, "cid": 1})
    assert small == pytest.approx(large)


def test_log_min_max_keeps_the_order_of_losses():
    book = book_with([(who, DAY, 100) for who in ("loss", "none", "gain")], as_of=DAY, cost=[300, 100, 40])
    found = levels(book, "log_min_max", "margin")

    assert found["loss"] == 0 < found["none"] < found["gain"] == 1
