"""The stage of each customer on each side of every bound, flows, cohorts, lapses and second orders: by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_core.errors import NotEnoughData, SettingsError
from crm_core.labels import STAGES
from crm_core.lifecycle import last_whole_period, lifecycle, newcomers, retention, segment_columns, survival
from crm_core.settings import Scenario, Windows
from tests.books import book_with, scenario

DAY = date(2026, 6, 30)
HORIZON = 100  # so that dormant begins at 50 days


def ago(days: int) -> date:
    return DAY - timedelta(days)


def rules(**changes) -> Scenario:
    return scenario(churn__horizon_days=HORIZON, **changes)


def stages(orders, settings: Scenario | None = None, **more) -> dict[str, str]:
    found = lifecycle(book_with(orders, as_of=DAY, **more), settings or rules())
    return {row["customer_id"]: row["stage"] for row in found.listing().everything().to_pylist()}


def stage(*orders: tuple[int, float], settings: Scenario | None = None) -> str:
    """The stage of a customer who placed these orders (days ago, amount)."""
    return stages([("ann", ago(days), amount) for days, amount in orders], settings)["ann"]


STEADY = [(729, 50), (660, 50), (580, 50), (520, 50), (460, 50), (400, 50)]  # all of the window before the look-back


def lately(amount: float) -> list[tuple[int, float]]:
    """Six orders in the look-back window, never as far apart as the horizon."""
    return [(days, amount) for days in (340, 280, 220, 160, 100, 10)]


# ---------------------------------------------------------------------- stages


def test_silence_decides_first_and_its_bounds_belong_to_the_later_stage():
    found = [stage((days, 10)) for days in (0, 49, 50, 99, 100, 500)]

    assert found == ["new", "new", "dormant", "dormant", "lost", "lost"]


def test_dormant_begins_at_a_share_of_the_horizon():
    assert stage((30, 10), settings=rules(lifecycle__dormant_share=0.3)) == "dormant"
    assert stage((99, 10), settings=rules(lifecycle__dormant_share=1)) == "new"


def test_a_second_purchase_day_ends_being_new_and_a_second_order_on_the_first_day_does_not():
    assert stage((10, 5), (10, 7)) == "new"
    assert stage((11, 5), (10, 7)) == "growing"


def test_who_bought_on_the_day_the_horizon_ends_never_lapsed_and_a_day_later_is_won_back():
    assert stage((110, 5), (10, 5)) == "growing"
    assert stage((111, 5), (10, 5)) == "won_back"


def test_won_back_ends_after_its_days():
    settings = rules(lifecycle__won_back_days=30)

    assert stage((200, 5), (29, 5), settings=settings) == "won_back"
    assert stage((200, 5), (30, 5), settings=settings) == "growing"


def test_growing_and_declining_begin_at_a_fifth_more_or_less_than_the_window_before():
    found = [stage(*STEADY, *lately(amount)) for amount in (60, 59.9, 50, 40.1, 40)]

    assert found == ["growing", "mature", "mature", "mature", "declining"]


def test_who_has_no_window_before_to_fall_from_is_growing_whatever_the_revenue():
    falling = [(days, 1) for days in (0, 60, 120, 180, 240, 300, 365)]

    assert stage(*falling, (365 + 88, 900)) == "growing"
    assert stage(*falling, (365 + 89, 900)) == "declining"


def test_a_prospect_is_known_by_the_archive_and_has_bought_nothing_by_the_day():
    archive = [
        {"customer_id": "known", "created_at": ago(0)},
        {"customer_id": "later", "created_at": DAY + timedelta(1)},
        {"customer_id": "undated"},
        {"customer_id": "buyer", "created_at": ago(90)},
        {"customer_id": "returner", "created_at": ago(90)},
    ]
    orders = [("buyer", ago(1), 10), ("undated", DAY + timedelta(5), 10), ("returner", ago(2), -5)]

    assert stages(orders, customers=archive) == {"known": "prospect", "buyer": "new", "returner": "prospect"}


def test_every_customer_has_one_stage_and_the_stages_add_up():
    orders = [(f"c{gap}", ago(days), 10 + gap) for gap in (3, 30, 70, 130, 365) for days in range(gap, 1000, gap)]
    archive = [{"customer_id": "p", "created_at": ago(3)}]
    found = lifecycle(book_with(orders, as_of=DAY, customers=archive), rules(), compared_on=ago(91))

    assert sum(found.summary["customers"].to_pylist()) == found.customers == 6
    assert sum(found.summary["revenue"].to_pylist()) == found.revenue
    assert sum(found.flows["customers"].to_pylist()) == found.customers
    for row in found.summary.to_pylist():
        flows = [flow for flow in found.flows.to_pylist() if flow["to_stage"] == row["stage"]]
        assert sum(flow["customers"] for flow in flows) == row["customers"]
    assert set(found.summary["stage"].to_pylist()) == set(STAGES)


def test_a_later_order_changes_no_stage_of_an_earlier_day():
    orders = [("ann", ago(200), 10), ("ann", ago(10), 10), ("bob", ago(40), 10)]

    assert stages([*orders, ("bob", DAY + timedelta(1), 10), ("cid", DAY + timedelta(1), 10)]) == stages(orders)


def test_flows_go_from_the_stage_then_to_the_stage_now_with_revenue_of_both():
    orders = [("lost", ago(195), 70), ("back", ago(300), 20), ("back", ago(20), 30), ("new", ago(5), 9)]
    found = lifecycle(book_with(orders, as_of=DAY), rules(), compared_on=ago(100))
    flows = {(row["from_stage"], row["to_stage"]): row for row in found.flows.to_pylist()}

    assert {pair: row["customers"] for pair, row in flows.items()} == {
        ("dormant", "lost"): 1,
        ("lost", "won_back"): 1,
        ("unknown", "new"): 1,
    }
    assert (flows["lost", "won_back"]["earlier_revenue"], flows["lost", "won_back"]["revenue"]) == (20, 50)
    assert found.lapsed_since() == (1, Decimal(70))
    assert found.returned_since() == (1, Decimal(50))


def test_without_an_earlier_day_or_before_the_first_order_there_are_no_flows():
    book = book_with([("ann", ago(5), 9)], as_of=DAY)

    for day in (None, ago(30), DAY):
        found = lifecycle(book, rules(), compared_on=day)
        assert (found.compared_on, found.flows.num_rows) == (None, 0)
        assert found.summary["earlier_customers"].null_count == len(STAGES)


def test_other_thresholds_move_customers_against_the_saved_ones():
    book = book_with([("ann", ago(60), 40), ("bob", ago(10), 5)], as_of=DAY)
    found = lifecycle(book, rules(lifecycle__dormant_share=0.8), rules())

    assert (found.moved_customers, found.moved_revenue) == (1, 40)
    assert found.largest_moves() == [{"from_stage": "dormant", "to_stage": "new", "customers": 1}]


def test_a_change_of_nothing_is_no_growth():
    with pytest.raises(SettingsError):
        rules(lifecycle__growing_from=0)


# ---------------------------------------------------------------------- cohorts


def cells(book, months=1, figure="customers") -> dict[tuple[int, int], object]:
    """A figure by month of the cohort and age."""
    return {(row["cohort"].month, row["age"]): row[figure] for row in retention(book, months).cells.to_pylist()}


COHORTS = [
    ("ann", "2026-01-05", 100), ("ann", "2026-03-31", 50), ("bob", "2026-01-31", 100), ("bob", "2026-01-31", -20),
    ("cid", "2026-02-01", 10), ("cid", "2026-02-20", 10), ("cid", "2026-03-01", 5),
]  # fmt: skip


def test_a_cohort_keeps_its_customers_and_counts_each_once_a_month():
    book = book_with(COHORTS, as_of="2026-03-31")

    assert cells(book) == {
        (1, 0): 2, (1, 1): 0, (1, 2): 1,
        (2, 0): 1, (2, 1): 1, (2, 2): None,
    }  # fmt: skip
    assert cells(book, figure="revenue_share")[1, 2] == pytest.approx(50 / 180)


def test_a_month_nobody_came_in_is_zero_and_one_not_ended_is_empty_never_zero():
    found = cells(book_with(COHORTS, as_of="2026-03-30"), figure="customer_share")

    assert found == {(1, 0): 1, (1, 1): 0, (2, 0): 1, (2, 1): None}


def test_quarters_hold_three_months():
    found = cells(book_with([*COHORTS, ("dan", "2026-04-01", 1)], as_of="2026-06-30"), months=3)

    assert found == {(1, 0): 3, (1, 1): 0, (4, 0): 1, (4, 1): None}


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 3, 31), 1, date(2026, 3, 31)),
        (date(2026, 3, 30), 1, date(2026, 2, 28)),
        (date(2026, 3, 30), 3, date(2025, 12, 31)),
        (date(2026, 12, 31), 3, date(2026, 12, 31)),
    ],
)
def test_a_period_counts_from_its_last_day_on(day, months, last):
    assert last_whole_period(day, months) == last


def test_retention_needs_two_whole_periods():
    with pytest.raises(NotEnoughData, match="two whole months"):
        retention(book_with([("ann", "2026-01-05", 1), ("ann", "2026-02-05", 1)], as_of="2026-02-27"))
    with pytest.raises(NotEnoughData, match="quarter"):
        retention(book_with([("ann", "2026-01-05", 1)], as_of="2026-04-30"), 3)


def test_retention_over_all_cohorts_counts_only_those_seen_so_long():
    ages = {row["age"]: row for row in retention(book_with(COHORTS, as_of="2026-03-31")).by_age.to_pylist()}

    assert [(ages[age]["cohorts"], ages[age]["customer_share"]) for age in (0, 1, 2)] == [
        (2, 1), (2, pytest.approx(1 / 3)), (1, 0.5),
    ]  # fmt: skip


def test_the_youngest_cohorts_are_counted_without_those_before_them():
    found = retention(book_with(COHORTS, as_of="2026-03-31"))
    youngest = found.youngest(1)

    assert (found.cohort_count, youngest.cohort_count, found.youngest(5).cohort_count) == (2, 1, 2)
    assert [(row["age"], row["cohorts"], row["customer_share"]) for row in youngest.by_age.to_pylist()] == [
        (0, 1, 1), (1, 1, 1),
    ]  # fmt: skip


# ---------------------------------------------------------------------- survival


def lengths(*orders: tuple[int, float]) -> tuple[int, int]:
    """How many days the one customer with these orders was watched, and whether a lapse ended that."""
    table = survival(book_with([("ann", ago(days), 1) for days in orders], as_of=DAY), rules()).curves["all"].table
    return table["days"][0].as_py(), table["ended"][0].as_py()


def test_a_lapse_is_on_the_day_the_silence_reaches_the_horizon():
    assert lengths(300, 220) == (180, 1)
    assert lengths(100) == (100, 1)


def test_only_the_first_lapse_counts_even_if_the_customer_came_back():
    assert lengths(600, 500, 350, 10) == (200, 1)


def test_who_buys_on_the_day_the_horizon_ends_goes_on():
    assert lengths(200, 100, 1) == (199 + 1, 0)


def test_nobody_can_have_lapsed_before_the_horizon_has_passed():
    with pytest.raises(NotEnoughData, match="99 days"):
        survival(book_with([("ann", ago(99), 1)], as_of=DAY), rules())


def test_segments_are_the_largest_and_those_without_a_value_are_in_none():
    archive = [{"customer_id": f"c{place}", "region": region} for place, region in enumerate("aabbcdefg")]
    orders = [(f"c{place}", ago(300), 1) for place in range(10)]
    book = book_with(orders, as_of=DAY, customers=archive)
    found = survival(book, rules(), "region")

    assert segment_columns(book) == ["all", "region"]
    assert [(name, curve.customers) for name, curve in found.curves.items()] == [
        ("a", 2), ("b", 2), ("c", 1), ("d", 1), ("e", 1),
    ]  # fmt: skip
    assert found.left_out == 2


# ---------------------------------------------------------------------- second orders


def test_a_new_customer_is_confirmed_by_a_second_purchase_day():
    orders = [
        ("won", ago(60), 1), ("won", ago(40), 1), ("won", ago(5), 1),
        ("same day", ago(30), 1), ("same day", ago(30), 1),
        ("return", ago(30), 1), ("return", ago(20), -1),
        ("old", ago(800), 1), ("old", ago(3), 1),
    ]  # fmt: skip
    found = newcomers(book_with(orders, as_of=DAY, windows=Windows(lookback_days=365)))

    assert (found.customers, found.confirmed, found.median_days) == (3, 1, 20)
    assert found.before is None
    assert sum(found.months["customers"].to_pylist()) == 3
    assert found.confirmed_within(20) == pytest.approx(1 / 3)


def test_the_first_order_on_the_first_day_of_the_window_is_of_the_window_before():
    found = newcomers(book_with([("in", ago(364), 1), ("before", ago(365), 1), ("before", ago(360), 1)], as_of=DAY))

    assert (found.customers, found.before.customers, found.before.ended) == (1, 1, 1)


def test_without_new_customers_there_is_nothing_to_confirm():
    with pytest.raises(NotEnoughData, match="for the first time"):
        newcomers(book_with([("ann", ago(400), 1)], as_of=DAY))
