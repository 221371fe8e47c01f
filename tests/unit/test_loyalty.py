"""The four quadrants, cuts included, and what dependence is made of: by hand."""

import pytest

from crm_core.errors import NotEnoughData, SettingsError
from crm_core.settings import DependenceWeights
from tests.books import book_with, loyalty_rows, scenario, weights_of

DAY = "2026-03-31"


def orders_of(customer: str, count: int, first: str = "2024-01-01"):
    """A customer of long standing with `count` orders in the look-back window (365 days)."""
    return [(customer, first, 1), *((customer, f"2026-03-{day:02}", 1) for day in range(1, count + 1))]


# ann buys often and lately, bob often and of old, cid seldom and lately, dan seldom and of old
FOUR = [
    *orders_of("ann", 12, first="2024-06-01"), *orders_of("bob", 12, first="2020-01-01"),
    *orders_of("cid", 1, first="2024-05-01"), *orders_of("dan", 1, first="2021-01-01"),
]  # fmt: skip
BY_TENURE = weights_of(DependenceWeights, tenure=1)


def types(**changes):
    found = loyalty_rows(book_with(FOUR, as_of=DAY), scenario(loyalty__weights=BY_TENURE, **changes))
    return {who: row["loyalty_type"] for who, row in found.items()}


def test_the_four_types():
    assert types(loyalty__frequency_cut=0.5) == {"ann": "inertia", "bob": "high", "cid": "zero", "dan": "latent"}


def test_a_cut_of_dependence_belongs_to_the_dependent_side():
    assert types(loyalty__frequency_cut=0.5, loyalty__dependence_cut=1)["bob"] == "high"
    assert types(loyalty__frequency_cut=0.5, loyalty__dependence_cut=0)["ann"] == "high"


def test_a_cut_of_frequency_belongs_to_the_frequent_side():
    twelve_a_year = round(12 / (365 / 30.4375), 6)

    assert types(loyalty__frequency_cut=twelve_a_year)["bob"] == "high"
    assert types(loyalty__frequency_cut=twelve_a_year + 1e-6)["bob"] == "latent"


def test_without_a_cut_of_frequency_the_median_is_proposed():
    found = book_with(FOUR, as_of=DAY).loyalty_types(saved=scenario(loyalty__weights=BY_TENURE))

    assert found.frequency_cut == found.proposed_frequency_cut == pytest.approx((1.000685 + 0.083390) / 2, abs=0.005)


def test_where_all_buy_equally_often_the_proposed_cut_leaves_all_on_one_side():
    book = book_with([*orders_of("ann", 5), *orders_of("bob", 5, first="2023-01-01")], as_of=DAY)
    found = {row["loyalty_type"] for row in loyalty_rows(book).values()}

    assert found <= {"high", "inertia"}


def test_dependence_is_the_weighted_mean_of_what_is_known():
    customers = [{"customer_id": "ann", "wallet": 24}, {"customer_id": "bob", "wallet": 1000}]
    settings = scenario(loyalty__weights=weights_of(DependenceWeights, tenure=1, wallet_share=3))
    found = loyalty_rows(book_with(FOUR, as_of=DAY, customers=customers), settings)

    assert found["ann"]["dependence"] == 0.75  # first by wallet, last by tenure
    assert found["bob"]["dependence"] == 0.25
    assert found["dan"]["dependence"] == pytest.approx(2 / 3, abs=1e-6)  # no wallet known: tenure alone


def test_who_has_no_known_component_has_no_type_and_is_counted_apart():
    customers = [{"customer_id": "ann", "wallet": 24}, {"customer_id": "bob", "wallet": 1000}]
    settings = scenario(loyalty__weights=weights_of(DependenceWeights, wallet_share=1))
    found = book_with(FOUR, as_of=DAY, customers=customers).loyalty_types(saved=settings)
    summary = found.summary.to_pylist()

    assert [row["loyalty_type"] for row in summary] == ["high", "inertia", "latent", "zero", None]
    assert [row["customers"] for row in summary] == [1, 1, 0, 0, 2]
    assert found.customers == 4


def test_components_without_data_are_told():
    wallet_alone = scenario(loyalty__weights=weights_of(DependenceWeights, wallet_share=1))

    with pytest.raises(NotEnoughData, match="No component of dependence"):
        book_with(FOUR, as_of=DAY).loyalty_types(saved=wallet_alone)


def test_all_weights_zero_is_told():
    with pytest.raises(SettingsError, match="Every weight of dependence is zero"):
        scenario(loyalty__weights=weights_of(DependenceWeights))


def test_who_has_two_purchase_days_has_no_regularity_to_rank():
    orders = [("ann", "2026-03-01", 1), ("ann", DAY, 1)] + [("bob", f"2026-03-{day}", 1) for day in ("01", "04", "20")]
    settings = scenario(loyalty__weights=weights_of(DependenceWeights, regularity=1))
    found = loyalty_rows(book_with(orders, as_of=DAY), settings)

    assert found["ann"]["dependence"] is None
    assert found["bob"]["dependence"] == 1


def test_types_points_and_density_count_everybody_once():
    found = book_with(FOUR, as_of=DAY).loyalty_types()

    assert sum(found.summary["customers"].to_pylist()) == found.points().num_rows == 4
    assert sum(found.density()["customers"].to_pylist()) == 4
    assert sum(found.summary["revenue"].to_pylist()) == found.revenue == 26


def test_a_customer_on_the_edge_of_the_plane_is_inside_its_cell():
    for cell in book_with(FOUR, as_of=DAY).loyalty_types().density().to_pylist():
        assert cell["dependence_from"] < cell["dependence_to"] <= 1
        assert cell["orders_per_month_from"] < cell["orders_per_month_to"]
