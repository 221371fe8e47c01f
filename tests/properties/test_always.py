"""What is always true, whatever the shop and the settings."""

from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import get_args

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from crm_core.book import Filters
from crm_core.labels import BEHAVIOUR_TYPES, LOYALTY_TYPES, RISK_BANDS
from crm_core.prepared import computed_features, feature_parameters
from crm_core.settings import BALANCED, DimensionWeights, Normalisation, Scenario
from tests.books import customers_of, features, levels, loyalty_rows, tier_rows
from tests.properties.shops import AS_OF, CUSTOMERS, WINDOWS, Shop, days, labels, order_lines, scenarios, shops

# Laying out a shop and asking it all takes a while: few examples, and none is made smaller when it fails.
FEW = settings(max_examples=6, phases=[Phase.explicit, Phase.generate])


def facts(book):
    """The features by customer, without the key: it counts the customers of the whole data set."""
    return {
        who: {name: value for name, value in row.items() if name != "customer_key"}
        for who, row in features(book).items()
    }


def rows_of(book, recipe):
    with book.engine.lease(recipe) as kept:
        return book.engine.database.rows(f"select * from {kept} order by customer_key")


@FEW
@given(shops(), st.integers(1, 2))
def test_features_made_some_customers_at_a_time_are_those_made_together(shop: Shop, at_a_time):
    book = shop.book()
    bound = feature_parameters(book.data, book.as_of, book.windows)
    apart = computed_features(book.data, bound, at_a_time)
    together = computed_features(book.data, bound, len(CUSTOMERS))

    assert len(apart.pieces) == ceil(book.data.row_counts["customers"] / at_a_time) or not apart.pieces
    assert rows_of(book, apart) == rows_of(book, together)


@FEW
@given(shops(), scenarios, st.sampled_from(["ann", "bob"]))
def test_equal_customers_get_equal_labels(shop: Shop, scenario, customer):
    found = labels(shop.with_twin(customer, "zoe").book(), scenario)
    assume(customer in found)

    assert found["zoe"] == found[customer]


@FEW
@given(shops(), order_lines(between=days(-200, -1), most=15), scenarios)
def test_later_orders_never_change_an_earlier_answer(shop: Shop, later, scenario):
    before, after = shop.book(), shop.with_orders(later).book()

    assert facts(after) == facts(before)
    assert labels(after, scenario) == labels(before, scenario)
    assert (
        after.overview(scenario, AS_OF - timedelta(30)).figures
        == before.overview(scenario, AS_OF - timedelta(30)).figures
    )
    for customer in customers_of(before)[:2]:
        now, then = after.customer(customer, scenario), before.customer(customer, scenario)
        assert now.score_parts == then.score_parts
        assert now.orders.drop_columns("order_id") == then.orders.drop_columns("order_id")


@FEW
@given(shops(), scenarios, st.data())
def test_the_order_of_rows_changes_no_label(shop: Shop, scenario, data):
    assert labels(shop.reordered(data.draw).book(), scenario) == labels(shop.book(), scenario)


@FEW
@given(shops(), scenarios)
def test_money_in_another_unit_changes_no_label(shop: Shop, scenario):
    def shown(found):
        # a score may differ in the last hundredth it shows where it lies between two
        return {who: (tier, loyalty, band) for who, (tier, _, loyalty, _, band, _) in found.items()}

    yuan, cents = labels(shop.book(), scenario), labels(shop.in_unit(100).book(), scenario)

    assert shown(cents) == shown(yuan)
    for who in yuan:
        assert abs((yuan[who][1] or 0) - (cents[who][1] or 0)) <= 0.0101


@FEW
@given(shops(), scenarios)
def test_tiers_types_and_bands_each_part_the_customers_and_add_up(shop: Shop, scenario):
    book = shop.book()
    everybody, revenue = set(customers_of(book)), sum((row["revenue"] for row in features(book).values()), Decimal(0))
    tiers, loyalty, churn = (
        book.value_tiers(saved=scenario), book.loyalty_types(saved=scenario), book.churn_signals(saved=scenario)
    )  # fmt: skip
    found = labels(book, scenario)

    assert set(found) == everybody
    assert {row[0] for row in found.values()} <= set(range(1, scenario.value.tier_count + 2))
    assert {row[2] for row in found.values()} <= {*LOYALTY_TYPES, None}
    assert {row[4] for row in found.values()} <= set(RISK_BANDS)
    for table in (tiers.summary, loyalty.summary, churn.bands, churn.by_tier, tiers.moves, tiers.behaviour()):
        assert sum(table["customers"].to_pylist()) == len(everybody)
        assert sum(table["revenue"].to_pylist()) == revenue
    assert set(tiers.behaviour()["type"].to_pylist()) <= set(BEHAVIOUR_TYPES)
    assert sum(tiers.summary["margin"].to_pylist()) == sum(row["margin"] for row in features(book).values())
    assert tiers.moved_customers == 0
    assert book.overview(scenario).figures.revenue == revenue


@FEW
@given(shops(), scenarios)
def test_scores_risks_and_shares_stay_in_their_ranges(shop: Shop, scenario):
    for _tier, score, _type, dependence, _band, risk in labels(shop.book(), scenario).values():
        assert score is None or 0 <= score <= 100
        assert dependence is None or 0 <= dependence <= 1
        assert 0 <= risk <= 1


@FEW
@given(shops(), st.sampled_from(["East", "West"]))
def test_filters_only_remove(shop: Shop, region):
    everybody = features(shop.book())
    filtered = features(shop.book(filters=Filters(regions=(region,))))

    assert filtered == {who: everybody[who] for who in filtered}
    assert set(filtered) == {
        row["customer_id"] for row in shop.customers if row["region"] == region
    } & set(everybody)  # fmt: skip


@FEW
@given(shops())
def test_somebody_leads_on_every_dimension_that_is_known_of_anybody(shop: Shop):
    book = shop.book()
    extremes = ", ".join(f"[min({name}_level), max({name}_level)]" for name in DimensionWeights.model_fields)
    for scale in get_args(Normalisation):
        made = book.levels(scale)
        recipe = book.recipe("extremes", f"select unnest([{extremes}]) as extremes from {made.name}", parts=(made,))

        for least, most in book.engine.arrow(recipe)["extremes"].to_pylist():
            assert most in (1, None)
            assert least is None or 0 <= least <= 1


@FEW
@given(
    shops(),
    st.sampled_from(list(DimensionWeights.model_fields)),
    st.sampled_from(["percentile", "min_max", "log_min_max"]),
    st.sampled_from([0.5, 3, 10]),
)
def test_more_weight_on_a_dimension_never_lowers_who_leads_in_it(shop: Shop, dimension, scale, more):
    book = shop.book()
    leaders = [who for who, level in levels(book, scale, dimension).items() if level == 1]
    assume(leaders)
    less, heavier = (
        scenarios_of(scale, {dimension: weight}) for weight in (0, more)
    )  # fmt: skip
    before, after = tier_rows(book, less), tier_rows(book, heavier)

    for leader in leaders:
        assert (after[leader]["score"] or 0) >= (before[leader]["score"] or 0)
        assert after[leader]["tier_number"] <= before[leader]["tier_number"]


def scenarios_of(scale, weights):
    return Scenario(windows=WINDOWS).with_changes(
        {"value.normalisation": scale, "value.method": "thresholds", "value.weights": BALANCED.model_dump() | weights}
    )


@FEW
@given(
    order_lines(least=6), st.sampled_from(["revenue", "order_count", "freshness", "tenure"]), st.sampled_from([1, 5])
)
def test_more_weight_never_lets_anybody_behind_the_leader_overtake(orders, dimension, more):
    """By quotas a tier is a place among others: where everybody has every weighted dimension, nobody passes."""
    known = {"revenue": 5, "order_count": 3, "freshness": 3, "tenure": 1}
    book = Shop([*orders, {"customer_id": "ann", "ordered_at": AS_OF, "amount": Decimal(10)}], [], []).book()
    settings_with = [
        Scenario(windows=WINDOWS).with_changes(
            {"value.weights": dict.fromkeys(DimensionWeights.model_fields, 0) | known | {dimension: weight}}
        )
        for weight in (known[dimension], known[dimension] + more)
    ]
    leaders = [who for who, level in levels(book, "percentile", dimension).items() if level == 1]
    before, after = (tier_rows(book, each) for each in settings_with)

    for leader in leaders:
        for other in before:
            if before[other]["score"] < before[leader]["score"]:
                assert after[other]["score"] <= after[leader]["score"]


@FEW
@given(shops(), scenarios)
def test_a_past_day_is_answered_as_it_was_then(shop: Shop, scenario):
    """The book on an earlier day is the book of what was known by that day."""
    day = AS_OF - timedelta(45)
    known = [row for row in shop.orders if row["ordered_at"] <= day]
    assume(any(row["amount"] > 0 for row in known))

    then = Shop(known, shop.customers, shop.payments).book(day)
    assert facts(shop.book(day)) == facts(then)


@FEW
@given(shops())
def test_the_curve_of_concentration_rises_to_one_and_gini_is_a_share(shop: Shop):
    curve = shop.book().value_tiers().concentration().to_pylist()
    shares = [row["revenue_share"] for row in curve]
    assume(shares[-1] is not None)

    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert -1e-9 <= curve[0]["gini"] <= 1
    assert all(row["revenue_share"] >= row["customer_share"] - 1e-9 for row in curve)


@FEW
@given(shops(), scenarios)
def test_dependence_does_not_depend_on_the_tiers(shop: Shop, scenario):
    book = shop.book()
    plain = scenario.with_changes({"value.method": "quotas", "value.normalisation": "percentile"})

    assert {who: row["dependence"] for who, row in loyalty_rows(book, scenario).items()} == {
        who: row["dependence"] for who, row in loyalty_rows(book, plain).items()
    }
