"""Who changes loyalty type when a cut moves."""

from crm_core.loyalty import absent_components
from crm_core.settings import DependenceWeights
from tests.books import book_with, scenario, weights_of

ORDERS = [("ann", f"2026-0{month}-01", 10) for month in (1, 2, 3, 4)] + [("bob", "2026-01-01", 30)]
SAVED = {"loyalty__weights": weights_of(DependenceWeights, tenure=1), "loyalty__frequency_cut": 1.0}


def test_nobody_moves_while_the_draft_is_the_saved_scenario():
    assert book_with(ORDERS).loyalty_types(saved=scenario(**SAVED)).moves == []


def test_a_higher_cut_moves_those_who_are_frequent_no_more_with_their_revenue():
    book, saved = book_with(ORDERS), scenario(**SAVED)
    before = {row["customer_id"]: row for row in book.loyalty_types(saved=saved).listing().everything().to_pylist()}
    cut = before["ann"]["orders_per_month"] + 0.01
    types = book.loyalty_types(scenario(**SAVED | {"loyalty__frequency_cut": cut}).loyalty, saved)

    assert [(move["from_type"], move["customers"], move["revenue"]) for move in types.moves] == [
        (before["ann"]["loyalty_type"], 1, 40)
    ]
    assert (types.moved_customers, types.moved_revenue) == (1, 40)


def test_a_component_nobody_has_data_for_is_absent():
    assert "wallet_share" in absent_components(book_with(ORDERS))
