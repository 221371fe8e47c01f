"""What the page of value tiers reads beside the tiers: marks on the curve, moves, other numbers of tiers."""

import pytest

from crm_core.settings import PRESETS, DimensionWeights, Scenario, ValueSettings
from crm_core.value import (
    absent_dimensions,
    preset_of,
    resized_falling,
    resized_rising,
    resized_shares,
)
from tests.books import book_with, scenario, weights_of

BY_REVENUE = weights_of(DimensionWeights, revenue=1)
BY_ORDERS = weights_of(DimensionWeights, order_count=1)
ORDERS = [
    ("ann", "2026-03-01", 600),
    ("bob", "2026-03-01", 150),
    ("bob", "2026-03-02", 150),
    ("cid", "2026-03-01", 100),
]


def by_revenue(**changes):
    return scenario(**{"value__weights": BY_REVENUE, "value__quotas": (0.33, 0.33), **changes})


def test_marks_add_up_tiers_from_the_best_down_and_leave_out_the_last():
    tiers = book_with(ORDERS).value_tiers(saved=by_revenue())

    assert tiers.marks().to_pylist() == [
        {"customer_share": pytest.approx(1 / 3), "revenue_share": 0.6, "tier": "A", "tier_number": 1},
        {"customer_share": pytest.approx(2 / 3), "revenue_share": 0.9, "tier": "B", "tier_number": 2},
    ]


def test_cut_scores_name_the_tier_that_begins_there_and_the_matrix_has_none():
    book = book_with(ORDERS)

    assert book.value_tiers(saved=by_revenue()).cut_scores().to_pylist() == [
        {"score": 100.0, "tier": "A"},
        {"score": 50.0, "tier": "B"},
    ]
    assert book.value_tiers(saved=by_revenue(value__method="matrix")).cut_scores().num_rows == 0


def test_risen_and_fallen_revenue_add_up_to_what_moved():
    tiers = book_with(ORDERS).value_tiers(by_revenue(value__weights=BY_ORDERS).value, by_revenue())

    assert (tiers.risen_revenue, tiers.fallen_revenue, tiers.moved_revenue) == (400, 600, 1000)
    assert [(move["from_tier"], move["to_tier"], move["customers"]) for move in tiers.largest_moves()] == [
        ("A", "B", 1),
        ("B", "A", 1),
        ("C", "B", 1),
    ]


def test_nobody_moves_while_the_draft_is_the_saved_scenario():
    assert book_with(ORDERS).value_tiers(saved=by_revenue()).largest_moves() == []


def test_each_customer_has_one_type_by_behaviour_in_the_list():
    book = book_with(ORDERS)
    tiers = book.value_tiers(saved=by_revenue())
    counted = {row["type"]: row["customers"] for row in tiers.behaviour().to_pylist()}
    listed = tiers.listing_by_behaviour().everything()["behaviour"].to_pylist()

    assert {name: listed.count(name) for name in set(listed)} == counted


@pytest.mark.parametrize("method", ["quotas", "matrix"])
def test_the_list_of_a_cell_holds_the_customers_the_matrix_counts_in_it(method):
    tiers = book_with(ORDERS).value_tiers(saved=by_revenue(value__method=method))

    for cell in tiers.matrix().to_pylist():
        listing = tiers.listing_by_cell().only("x_level", [cell["x_level"]]).only("y_level", [cell["y_level"]])
        assert listing.count() == cell["customers"]


def test_a_dimension_nobody_has_data_for_is_absent():
    absent = absent_dimensions(book_with(ORDERS))

    assert "wallet_share" in absent
    assert "revenue" not in absent


def test_the_best_fifth_by_revenue_bring_their_share():
    lines = [("ann", "2026-03-01", 80), *((name, "2026-03-01", 5) for name in ("bob", "cid", "dan", "eve"))]

    assert book_with(lines).value_tiers(saved=by_revenue()).top_share(0.2) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("resized", "cuts", "more", "less"),
    [
        (resized_shares, (0.2, 0.3, 0.3), (0.2, 0.3, 0.3, 0.1), (0.2, 0.3)),
        (resized_falling, (75, 50, 25), (75, 50, 25, 12.5), (75, 50)),
        (resized_rising, (0.5, 0.8, 0.9), (0.5, 0.8, 0.9, 0.95), (0.5, 0.8)),
    ],
)
def test_one_tier_more_parts_the_rest_and_one_less_gives_it_back(resized, cuts, more, less):
    assert resized(cuts, 5) == more
    assert resized(cuts, 3) == less
    assert resized(more, 4) == cuts


@pytest.mark.parametrize("count", range(2, 7))
def test_every_number_of_tiers_makes_settings_that_fit_together(count):
    settings = ValueSettings(
        quotas=resized_shares((0.2, 0.3, 0.3), count),
        thresholds=resized_falling((75, 50, 25), count),
        value_shares=resized_shares((0.8, 0.15), count),
    )

    assert len(settings.thresholds) + 1 == count


def test_a_preset_is_recognised_by_its_weights_and_weights_of_ones_own_are_none():
    assert [preset_of(weights.model_dump()) for _title, weights in PRESETS.values()] == list(PRESETS)
    assert preset_of(Scenario().with_changes({"value.weights.revenue": 0.5}).value.weights.model_dump()) is None
