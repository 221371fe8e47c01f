"""One customer: the parts add up to the labels; search finds who is in view."""

import random
from datetime import date, timedelta

import pytest

from crm_core.customer import UnknownCustomer, customer_search
from tests.books import book_with, scenario

DAY = "2026-03-31"


def shop(**options):
    """Twelve customers with random orders; half with a wallet, some categories, discounts and costs."""
    draw = random.Random(3)
    orders = [
        (f"c{draw.randrange(12):02}", date(2026, 3, 31) - timedelta(draw.randrange(700)), draw.randrange(1, 500))
        for _ in range(160)
    ]
    customers = [
        {"customer_id": f"c{place:02}", "name": f"Shop {place}", "region": "East" if place % 3 else "West",
         "wallet": 4000 if place % 2 else None}
        for place in range(12)
    ]  # fmt: skip
    return book_with(
        orders,
        as_of=DAY,
        customers=customers,
        category=[draw.choice(["tea", "oil", None]) for _ in orders],
        discount=[draw.choice([0, 5, None]) for _ in orders],
        **options,
    )


@pytest.mark.parametrize("customer", ["c00", "c05", "c11"])
def test_the_parts_add_up_to_the_score_and_to_the_dependence(customer):
    view = shop().customer(customer)

    assert sum(view.score_parts["contribution"].to_pylist()) == pytest.approx(view.tier_row["score"], abs=0.0051)
    assert sum(view.score_parts["weight_share"].to_pylist()) == pytest.approx(1)
    assert sum(view.dependence_parts["contribution"].to_pylist()) == pytest.approx(
        100 * view.loyalty_row["dependence"], abs=1e-3
    )


@pytest.mark.parametrize("scale", ["min_max", "log_min_max"])
def test_the_parts_add_up_on_every_scale(scale):
    view = shop().customer("c05", scenario(value__normalisation=scale))

    assert sum(view.score_parts["contribution"].to_pylist()) == pytest.approx(view.tier_row["score"], abs=0.0051)


def test_reasons_add_up_to_the_risk():
    view = shop().customer("c05")

    assert sum(reason.risk_share for reason in view.reasons) == pytest.approx(view.churn_row["risk"], abs=1e-4)


def test_what_the_customer_lacks_takes_no_part():
    parts = {row["dimension"]: row for row in shop().customer("c00").score_parts.to_pylist()}

    assert (parts["wallet_share"]["rank"], parts["wallet_share"]["contribution"]) == (None, 0)


def test_the_timeline_is_every_order_up_to_the_day():
    book = book_with(
        [("ann", "2026-01-01", 10), ("ann", DAY, -4), ("bob", DAY, 1), ("ann", "2026-04-01", 9)], as_of=DAY
    )

    rows = book.customer("ann").orders.to_pylist()
    assert [(row["ordered_on"].isoformat(), int(row["revenue"])) for row in rows] == [("2026-01-01", 10), (DAY, -4)]


def test_the_next_order_is_expected_one_usual_gap_after_the_last():
    book = book_with([("ann", "2026-03-01", 10), ("ann", "2026-03-11", 10), ("bob", DAY, 1)], as_of=DAY)

    assert book.customer("ann").expected_next_on == date(2026, 3, 21)


def test_where_nobody_came_back_no_next_order_is_expected():
    assert book_with([("ann", DAY, 10)], as_of=DAY).customer("ann").expected_next_on is None


def test_a_customer_without_a_name_is_called_by_the_id():
    assert book_with([("007", DAY, 10)], as_of=DAY).customer("007").name == "007"


@pytest.mark.parametrize("customer", ["nobody", "later", "prospect"])
def test_who_is_not_in_view_is_told_and_not_shown(customer):
    book = book_with([("ann", DAY, 1), ("later", "2026-04-01", 1)], as_of=DAY, customers=[{"customer_id": "prospect"}])

    with pytest.raises(UnknownCustomer, match=customer):
        book.customer(customer)


def found(book, text, **options):
    return customer_search(book, text, **options)["customer_id"].to_pylist()


def test_search_finds_names_and_ids_in_any_case_and_ids_that_begin_so_come_first():
    customers = [{"customer_id": "x1", "name": "Lake ANN1 Tea"}, {"customer_id": "ann2"}, {"customer_id": "老王"}]
    book = book_with([("x1", DAY, 900), ("ann2", DAY, 1), ("老王", DAY, 5)], as_of=DAY, customers=customers)

    assert found(book, " Ann ") == ["ann2", "x1"]
    assert found(book, "老") == ["老王"]
    assert found(book, "nobody") == []
    assert found(book, "", limit=2) == ["x1", "老王"]


def test_search_takes_signs_as_they_are():
    customers = [{"customer_id": "a", "name": "50%_off"}, {"customer_id": "b", "name": "O'Hara"}]
    book = book_with([("a", DAY, 1), ("b", DAY, 1)], as_of=DAY, customers=customers)

    assert [found(book, text) for text in ("%", "_", "'", "' or 1=1 --")] == [["a"], ["a"], ["b"], []]
