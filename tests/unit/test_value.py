"""Scores, cuts, rules that decide alone, types by behaviour: by hand."""

import pytest

from crm_core.errors import NotEnoughData, SettingsError
from crm_core.settings import DimensionWeights, OverrideRule, Scenario, Windows
from tests.books import book_with, scenario, tier_rows, tiers, weights_of

DAY = "2026-03-31"
TEN = [*[(f"c{place}", DAY, place) for place in range(10)][1:], ("c10", DAY, 10)]


def by_revenue(**changes):
    """Settings under which the score is the rank of revenue alone."""
    return scenario(value__weights=weights_of(DimensionWeights, revenue=1), **changes)


def revenues(**amounts):
    return book_with([(customer, DAY, amount) for customer, amount in amounts.items()], as_of=DAY)


# ---------------------------------------------------------------------- the score


def test_the_score_is_the_weighted_mean_of_the_levels():
    # ann leads in revenue and bob in freshness; weights 3 and 1
    book = book_with([("ann", "2026-03-01", 100), ("bob", DAY, 50)], as_of=DAY)
    weights = weights_of(DimensionWeights, revenue=3, freshness=1)
    found = tier_rows(book, scenario(value__weights=weights))

    assert (found["ann"]["score"], found["bob"]["score"]) == (75, 25)


def test_weights_are_relative():
    book = book_with([*TEN, ("c1", "2026-03-01", 3)], as_of=DAY)
    once = scenario(value__weights=weights_of(DimensionWeights, revenue=1, order_count=2))
    twice = scenario(value__weights=weights_of(DimensionWeights, revenue=2, order_count=4))

    assert tier_rows(book, once) == tier_rows(book, twice)


def test_a_dimension_a_customer_lacks_is_left_out_of_that_customers_mean():
    customers = [{"customer_id": "ann", "wallet": 400}, {"customer_id": "bob", "wallet": 100}]
    book = book_with([("ann", DAY, 100), ("bob", DAY, 50), ("cid", DAY, 75)], as_of=DAY, customers=customers)
    found = tier_rows(book, scenario(value__weights=weights_of(DimensionWeights, revenue=1, wallet_share=1)))

    assert {who: row["score"] for who, row in found.items()} == {"ann": 50, "bob": 50, "cid": 50}


def test_who_has_none_of_the_weighted_dimensions_is_not_scored_and_in_no_tier():
    customers = [{"customer_id": "ann", "wallet": 400}]
    book = book_with([("ann", DAY, 100), ("bob", DAY, 50)], as_of=DAY, customers=customers)
    settings = scenario(value__weights=weights_of(DimensionWeights, wallet_share=1))
    found = tier_rows(book, settings)
    summary = book.value_tiers(saved=settings).summary.to_pylist()

    assert found["bob"]["score"] is None
    assert found["bob"]["tier_number"] == 5
    assert summary[-1]["tier"] == "Not scored"
    assert summary[-1]["customers"] == 1
    assert sum(row["customers"] for row in summary) == 2


def test_weight_on_nothing_but_absent_data_is_told():
    with pytest.raises(NotEnoughData, match="None of the dimensions"):
        book_with(TEN, as_of=DAY).value_tiers(saved=scenario(value__weights=weights_of(DimensionWeights, reference=1)))


def test_all_weights_zero_is_told():
    with pytest.raises(SettingsError, match="Every weight is zero"):
        scenario(value__weights=weights_of(DimensionWeights))


def test_nobody_in_view_is_told():
    with pytest.raises(NotEnoughData, match="No customer is in view"):
        book_with(TEN, as_of="2026-03-30").value_tiers()


# ---------------------------------------------------------------------- quotas


def test_quotas_count_customers_from_the_best_down():
    found = tiers(book_with(TEN, as_of=DAY), by_revenue(value__quotas=[0.2, 0.3, 0.3]))

    assert found == {
        "c10": 1, "c9": 1, "c8": 2, "c7": 2, "c6": 2, "c5": 3, "c4": 3, "c3": 3, "c2": 4, "c1": 4,
    }  # fmt: skip


def test_equals_stay_together_in_the_better_tier():
    found = tiers(revenues(ann=9, bob=9, cid=9, dan=1), by_revenue(value__quotas=[0.25, 0.25]))

    assert found == {"ann": 1, "bob": 1, "cid": 1, "dan": 3}


def test_a_quota_of_nothing_is_an_empty_tier():
    found = tiers(book_with(TEN, as_of=DAY), by_revenue(value__quotas=[0, 0.5]))

    assert sorted(found.values()) == [2] * 5 + [3] * 5


def test_quotas_that_take_everybody_leave_the_last_tier_empty():
    settings = by_revenue(value__quotas=[0.5, 0.5])
    summary = book_with(TEN, as_of=DAY).value_tiers(saved=settings).summary.to_pylist()

    assert [row["customers"] for row in summary] == [5, 5, 0]


@pytest.mark.parametrize("method", ["quotas", "thresholds", "value_share", "matrix"])
def test_one_customer_alone_is_in_the_best_tier(method):
    assert tiers(revenues(ann=5), by_revenue(value__method=method, value__matrix__y_dimension="freshness")) == {
        "ann": 1
    }


@pytest.mark.parametrize("method", ["quotas", "thresholds", "value_share", "matrix"])
def test_where_all_are_alike_all_are_in_one_tier(method):
    assert len(set(tiers(revenues(ann=5, bob=5, cid=5), scenario(value__method=method)).values())) == 1


# ---------------------------------------------------------------------- thresholds


def test_a_threshold_belongs_to_the_better_tier():
    scores = {"c1": 0, "c2": 11.11, "c3": 22.22, "c4": 33.33, "c10": 100}
    settings = by_revenue(value__method="thresholds", value__thresholds=[100, 33.33, 22.23])
    found = tier_rows(book_with(TEN, as_of=DAY), settings)

    assert {who: found[who]["score"] for who in scores} == scores
    assert [found[who]["tier_number"] for who in ("c10", "c9", "c4", "c3")] == [1, 2, 2, 4]


def test_thresholds_above_everybody_leave_all_in_the_last_tier():
    settings = scenario(
        value__method="thresholds",
        value__thresholds=[100, 99.99],
        value__weights=weights_of(DimensionWeights, revenue=1, freshness=1),
    )
    book = book_with([("ann", "2026-03-01", 100), ("bob", DAY, 50)], as_of=DAY)

    assert tiers(book, settings) == {"ann": 3, "bob": 3}


# ---------------------------------------------------------------------- shares of value


def test_a_tier_holds_the_best_who_together_bring_the_share():
    book = revenues(ann=60, bob=20, cid=15, dan=4, eve=1)

    assert tiers(book, by_revenue(value__method="value_share", value__value_shares=[0.8, 0.15])) == {
        "ann": 1, "bob": 1, "cid": 2, "dan": 3, "eve": 3,
    }  # fmt: skip
    assert tiers(book, by_revenue(value__method="value_share", value__value_shares=[0.81, 0.14])) == {
        "ann": 1, "bob": 1, "cid": 1, "dan": 3, "eve": 3,
    }  # fmt: skip


def test_the_share_may_be_of_margin():
    book = book_with([("ann", DAY, 100), ("bob", DAY, 90)], as_of=DAY, cost=[95, 0])
    settings = scenario(
        value__method="value_share",
        value__value_shares=[0.5],
        value__value_measure="margin",
        value__weights=weights_of(DimensionWeights, margin=1),
    )

    assert tiers(book, settings) == {"ann": 2, "bob": 1}


def test_who_took_back_more_than_they_bought_takes_nothing_from_the_share():
    book = book_with([("ann", DAY, 60), ("bob", DAY, 40), ("cid", DAY, 10), ("cid", DAY, -500)], as_of=DAY)

    assert tiers(book, by_revenue(value__method="value_share", value__value_shares=[0.6, 0.4])) == {
        "ann": 1, "bob": 2, "cid": 3,
    }  # fmt: skip


@pytest.mark.parametrize("measure", ["revenue", "margin"])
def test_where_nobody_brings_anything_nobody_is_in_the_best_tier(measure):
    book = book_with([("ann", "2020-01-01", 60), ("bob", "2020-02-01", 40)], as_of=DAY)
    settings = scenario(value__method="value_share", value__value_measure=measure)

    assert tiers(book, settings) == {"ann": 3, "bob": 3}


def test_customers_without_an_order_in_the_window_are_still_in_a_tier():
    book = book_with([("ann", "2020-01-01", 60), ("bob", "2020-02-01", 40)], as_of=DAY)

    assert set(tiers(book).values()) <= {1, 2, 3, 4}


# ---------------------------------------------------------------------- the matrix


def matrix(**changes):
    cells = {"x_dimension": "revenue", "y_dimension": "tenure", "x_cuts": [0.5], "y_cuts": [0.5]}
    return scenario(value__method="matrix", value__matrix=cells | changes)


def test_the_matrix_puts_its_corners_first_and_last_and_a_cut_in_the_upper_cell():
    orders = [("both", "2025-01-01", 1), ("both", DAY, 99), ("rich", DAY, 50), ("old", "2025-01-01", 1),
              ("none", DAY, 2), ("none", DAY, 0)]  # fmt: skip
    book = book_with(orders, as_of=DAY)
    found = tiers(book, matrix())
    cells = book.value_tiers(saved=matrix()).matrix().to_pylist()

    assert found == {"both": 1, "rich": 2, "old": 2, "none": 3}
    assert sum(cell["customers"] for cell in cells) == 4


def test_who_lacks_one_dimension_of_the_matrix_is_placed_by_the_other():
    customers = [{"customer_id": "ann", "wallet": 100}, {"customer_id": "bob", "wallet": 1000}]
    book = book_with([("ann", DAY, 90), ("bob", DAY, 50), ("cid", DAY, 100)], as_of=DAY, customers=customers)

    assert tiers(book, matrix(y_dimension="wallet_share"))["cid"] == 1


def test_a_matrix_of_sixteen_cells_makes_six_tiers():
    settings = matrix(x_cuts=[0.25, 0.5, 0.75], y_cuts=[0.25, 0.5, 0.75])

    assert settings.value.tier_count == 6
    assert set(tiers(book_with(TEN, as_of=DAY), settings).values()) <= set(range(1, 7))


# ---------------------------------------------------------------------- rules that decide alone


def rule(feature, comparison, value, tier):
    return OverrideRule(feature=feature, comparison=comparison, value=value, tier_number=tier).model_dump()


def test_the_first_rule_that_fits_decides_alone():
    rules = [rule("revenue", "at_least", 9, 4), rule("revenue", "at_least", 8, 1), rule("revenue", "below", 2, 2)]
    plain, ruled = (
        tiers(book_with(TEN, as_of=DAY), by_revenue(value__overrides=overrides)) for overrides in ([], rules)
    )

    assert (ruled["c10"], ruled["c9"], ruled["c8"], ruled["c1"]) == (4, 4, 1, 2)
    assert {who: plain[who] for who in ("c2", "c5", "c7")} == {who: ruled[who] for who in ("c2", "c5", "c7")}


def test_at_least_includes_its_value_and_below_does_not():
    rules = [rule("revenue", "at_least", 5, 1), rule("revenue", "below", 4, 4)]
    found = tiers(book_with(TEN, as_of=DAY), by_revenue(value__overrides=rules))

    assert [found[who] for who in ("c5", "c3")] == [1, 4]
    assert found["c4"] == tiers(book_with(TEN, as_of=DAY), by_revenue())["c4"]


def test_a_rule_about_what_is_unknown_decides_nothing():
    rules = [rule("wallet_share", "below", 1, 1), rule("wallet_share", "at_least", 0, 1)]
    book = book_with(TEN, as_of=DAY)

    assert tiers(book, by_revenue(value__overrides=rules)) == tiers(book, by_revenue())


def test_a_rule_for_a_tier_there_is_not_means_the_last():
    rules = [rule("revenue", "at_least", 10, 6)]

    assert tiers(book_with(TEN, as_of=DAY), by_revenue(value__overrides=rules))["c10"] == 4


@pytest.mark.parametrize("method", ["quotas", "thresholds", "value_share", "matrix"])
def test_a_rule_decides_under_every_method(method):
    rules = [rule("revenue", "at_least", 10, 2)]

    assert tiers(book_with(TEN, as_of=DAY), by_revenue(value__method=method, value__overrides=rules))["c10"] == 2


# ---------------------------------------------------------------------- against the saved scenario


def test_moves_compare_with_the_saved_scenario():
    saved = by_revenue(value__quotas=[0.2])
    draft = by_revenue(value__quotas=[0.5]).value
    found = book_with(TEN, as_of=DAY).value_tiers(draft, saved)

    assert (found.moved_customers, found.risen_customers, found.fallen_customers) == (3, 3, 0)
    assert found.moved_revenue == 8 + 7 + 6
    assert [(row["from_tier_number"], row["to_tier_number"], row["customers"]) for row in found.moves.to_pylist()] == [
        (1, 1, 2), (2, 1, 3), (2, 2, 5),
    ]  # fmt: skip


def test_without_a_change_nobody_moves():
    assert book_with(TEN, as_of=DAY).value_tiers(Scenario().value, Scenario()).moved_customers == 0


# ---------------------------------------------------------------------- types by behaviour


def behaviour(orders, **options):
    return {
        row["type"]: row["customers"]
        for row in book_with(orders, as_of=DAY, **options).value_tiers().behaviour().to_pylist()
    }


def test_who_buys_in_both_signal_windows_and_more_than_most_is_loyal():
    loyal = [("ann", day, 10) for day in ("2025-11-01", "2025-12-15", "2026-01-01", DAY)]

    assert behaviour([*loyal, ("bob", DAY, 1), ("cid", DAY, 1)]) == {"loyal": 1, "other": 2}


def test_who_came_more_than_once_but_not_lately_sleeps():
    sleeper = [("ann", "2025-01-01", 10), ("ann", "2025-10-02", 10)]

    assert behaviour([*sleeper, ("bob", DAY, 10)])["sleeping"] == 1
    assert "sleeping" not in behaviour([*sleeper[:1], ("ann", "2025-10-03", 10), ("bob", DAY, 10)])


def test_who_leaves_most_of_the_wallet_to_others_is_worth_cultivating():
    found = behaviour(
        [("ann", DAY, 49), ("bob", DAY, 50), ("cid", DAY, 51)],
        customers=[{"customer_id": who, "wallet": 100} for who in ("ann", "bob")],
        windows=Windows(),
    )

    assert found["worth_cultivating"] == 2  # ann by her wallet, cid by more spent in an order than most


# ---------------------------------------------------------------------- concentration


def test_the_curve_of_concentration_is_cumulated_revenue_from_the_best():
    curve = revenues(ann=70, bob=20, cid=10, dan=0.0001).value_tiers().concentration().to_pylist()

    assert [(row["customer_share"], round(row["revenue_share"], 4)) for row in curve] == [
        (0.25, 0.7), (0.5, 0.9), (0.75, 1), (1, 1),
    ]  # fmt: skip
    assert curve[0]["gini"] == pytest.approx(0.55, abs=1e-5)


def test_gini_is_zero_where_all_bring_the_same():
    assert revenues(ann=5, bob=5).value_tiers().concentration().to_pylist()[0]["gini"] == 0


def test_the_distribution_of_scores_counts_every_customer_once():
    rows = book_with(TEN, as_of=DAY).value_tiers().distribution().to_pylist()

    assert sum(row["customers"] for row in rows) == 10
