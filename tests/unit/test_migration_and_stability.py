"""Tiers on two days, and tiers under weights that are a little different."""

from datetime import date

import numpy as np
import pytest

from crm_core.errors import NotEnoughData
from crm_core.migration import migration
from crm_core.settings import DimensionWeights, OverrideRule
from crm_core.stability import near_cuts, stability
from tests.books import book_with, scenario, tiers, weights_of

BY_REVENUE = scenario(value__weights=weights_of(DimensionWeights, revenue=1), value__quotas=(0.5,))
MANY = [
    (f"c{place:02}", date(2026, 1 + (place * 7 + count) % 6, 1 + (place * 5) % 28), 10 + (place * 37) % 101 + count)
    for place in range(40)
    for count in range(1 + place % 5)
]


def test_migration_pairs_the_tier_then_with_the_tier_now_and_revenue_of_both():
    orders = [
        ("ann", "2026-01-01", 100),
        ("bob", "2026-01-01", 50),
        ("bob", "2026-03-01", 90),
        ("new", "2026-03-01", 1),
    ]
    book = book_with(orders, as_of="2026-03-31")
    found = migration(book, BY_REVENUE.with_changes({"value.quotas": (0.3, 0.3)}), date(2026, 1, 31))

    # a third of three and half of two are in the best tier: the share is reached with the first customer
    assert [
        (row["from_tier"], row["to_tier"], row["customers"], row["earlier_revenue"], row["revenue"])
        for row in found.flows.to_pylist()
    ] == [("A", "B", 1, 100, 100), ("B", "A", 1, 50, 140), ("Not yet a customer", "C", 1, 0, 1)]
    assert found.risen() == (1, 90)
    assert found.fallen() == (1, 0)
    assert (found.stayed, found.customers_then) == (0, 2)


def test_migration_needs_customers_on_the_earlier_day():
    with pytest.raises(NotEnoughData):
        migration(book_with(MANY), BY_REVENUE, date(2020, 1, 1))


@pytest.mark.parametrize("method", ["quotas", "thresholds", "value_share"])
@pytest.mark.parametrize("rules", [(), (OverrideRule(feature="revenue", comparison="below", value=60, tier_number=3),)])
def test_without_jitter_the_tiers_are_those_of_the_database(method: str, rules):
    settings = scenario(value__method=method, value__overrides=rules)
    book = book_with(MANY)
    found = stability(book, settings.value, draws=3, jitter=0.0)
    counts = {
        int(number): int(count) for number, count in zip(*np.unique(found.tiers, return_counts=True), strict=True)
    }
    expected = list(tiers(book, settings).values())

    assert counts == {number: expected.count(number) for number in set(expected)}
    assert found.steady_share == found.mean_kept == 1


def test_with_one_dimension_no_weight_can_move_anybody():
    assert stability(book_with(MANY), BY_REVENUE.value).mean_kept == 1


def test_the_same_seed_gives_the_same_answer_and_jitter_moves_somebody():
    book = book_with(MANY)
    one, other = stability(book, scenario().value, draws=50), stability.__wrapped__(book, scenario().value, draws=50)

    assert one.mean_kept == other.mean_kept
    assert 0.5 < one.mean_kept < 1
    assert one.steady_share <= sum(one.kept >= 0.95) / 40 + 1e-12


def test_stability_by_tier_adds_up_to_all():
    found = stability(book_with(MANY), scenario().value)
    rows = found.by_tier.to_pylist()

    assert sum(row["customers"] for row in rows) == found.customers == 40
    assert sum(row["customers"] * row["mean_kept"] for row in rows) / 40 == pytest.approx(found.mean_kept)


def test_of_too_many_customers_an_even_sample_is_looked_at(monkeypatch):
    monkeypatch.setattr("crm_core.stability.MOST_CUSTOMERS", 15)
    found = stability.__wrapped__(book_with(MANY), scenario().value)

    assert (found.step, found.customers) == (3, 13)
    assert found.kept_of(3) is not None
    assert found.kept_of(4) is None


def test_the_matrix_has_no_weights_to_sway_it():
    with pytest.raises(NotEnoughData, match="no weights"):
        stability(book_with(MANY), scenario(value__method="matrix").value)


def test_nearest_a_cut_is_who_stands_on_it_and_the_next_tier_is_beyond_it():
    orders = [
        ("ann", "2026-03-01", 400),
        ("bob", "2026-03-01", 300),
        ("cid", "2026-03-01", 200),
        ("dan", "2026-03-01", 1),
    ]
    found = near_cuts(book_with(orders).value_tiers(saved=BY_REVENUE)).everything().to_pylist()

    # scores are 100, 66.67, 33.33 and 0; the cut is bob's score
    shown = [(row["customer_id"], row["cut_distance"], row["tier_number"], row["other_tier_number"]) for row in found]

    assert shown == [
        ("bob", 0, 1, 2), ("ann", 33.33, 1, 2), ("cid", 33.34, 2, 1), ("dan", 66.67, 2, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["quotas", "thresholds"])
def test_the_nearest_of_several_cuts_is_the_better_tiers_where_two_are_as_near(method):
    settings = scenario(value__method=method)
    tiers = book_with(MANY).value_tiers(saved=settings)
    cuts = [round(100 * score) for score in tiers.how.cuts]

    for row in near_cuts(tiers).everything().to_pylist():
        points = round(100 * row["score"])
        distance, upper = min((abs(points - cut), place) for place, cut in enumerate(cuts, 1) if 0 <= cut <= 10000)
        assert round(100 * row["cut_distance"]) == distance
        assert row["other_tier_number"] == (upper + 1 if points >= cuts[upper - 1] else upper)


def test_whom_a_rule_places_is_not_near_a_cut():
    ruled = BY_REVENUE.with_changes(
        {"value.overrides": (OverrideRule(feature="revenue", comparison="at_least", value=100, tier_number=1),)}
    )
    book = book_with([("ann", "2026-03-01", 400), ("bob", "2026-03-01", 3)])

    assert [row["customer_id"] for row in near_cuts(book.value_tiers(saved=ruled)).everything().to_pylist()] == ["bob"]
