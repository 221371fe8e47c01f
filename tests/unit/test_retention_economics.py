"""Retention economics by hand: who counts as kept and won, what the years ahead add up to, and what matters most."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from crm_core.errors import NotEnoughData
from crm_core.retention_economics import Drivers, retention_economics, year_balance
from crm_core.settings import EconomicsSettings
from tests.books import book_with

LAST_DAY = date(2026, 6, 30)
YEAR_START = LAST_DAY - timedelta(365)
EARLIER, LATER = LAST_DAY - timedelta(500), LAST_DAY - timedelta(100)
LONG_AGO = LAST_DAY - timedelta(800)

STAYED = [(f"stayed{place}", day, 100) for place in range(40) for day in (EARLIER, LATER)]
LEFT = [(f"left{place}", EARLIER, 100) for place in range(10)]
NEW = [(f"new{place}", LATER, 50) for place in range(5)]
RETURNED = [(f"returned{place}", day, 50) for place in range(3) for day in (LONG_AGO, LATER)]
SHOP = [*STAYED, *LEFT, *NEW, *RETURNED]


def book(orders=SHOP, **columns):
    return book_with(orders, as_of=LAST_DAY, **columns)


def economics(discount_rate: float = 0.0, orders=SHOP, **settings):
    nothing = {"churn_reduction": 0, "margin_rise": 0, "years": 1}
    return retention_economics(book(orders), EconomicsSettings(**nothing | settings), discount_rate)


# ---------------------------------------------------------------------- what happened


def test_kept_bought_in_both_years_new_and_returned_in_the_last_one_alone():
    balance = year_balance(book())

    assert (balance.customers_before, balance.kept) == (50, 40)
    assert (balance.new_customers, balance.returned, balance.won) == (5, 3, 8)
    assert balance.customers == balance.kept + balance.won
    assert balance.retention == 0.8


def test_margin_is_the_last_years_with_a_quarter_assumed_where_no_cost_is_known():
    balance = year_balance(book())

    assert (balance.kept_revenue, balance.kept_margin) == (4000, 1000)
    assert (balance.won_revenue, balance.won_margin) == (400, 100)
    assert year_balance(book(cost=40)).kept_margin == 40 * (100 - 40)


@pytest.mark.parametrize(("day", "kept"), [(YEAR_START, 40), (YEAR_START + timedelta(1), 41)])
def test_the_last_year_begins_on_the_day_after_its_start(day: date, kept: int):
    assert year_balance(book([*SHOP, ("edge", EARLIER, 100), ("edge", day, 100)])).kept == kept


@pytest.mark.parametrize(
    ("day", "before"), [(YEAR_START, 51), (YEAR_START - timedelta(364), 51), (YEAR_START - timedelta(365), 50)]
)
def test_the_year_before_has_365_days_and_ends_with_the_start_of_the_last(day: date, before: int):
    assert year_balance(book([*SHOP, ("edge", day, 100)])).customers_before == before


def test_what_is_returned_lowers_the_year_it_came_back_in_and_is_no_purchase():
    balance = year_balance(book([*SHOP, ("left0", LATER, -80)]))

    assert (balance.kept, balance.kept_revenue) == (40, 3920)


@pytest.mark.parametrize(("days", "enough"), [(730, True), (729, False)])
def test_two_whole_years_are_enough_and_a_day_less_is_not(days: int, enough: bool):
    first_day = LAST_DAY - timedelta(days - 1)
    orders = [*STAYED, ("oldest", first_day, 10)]

    if enough:
        assert year_balance(book(orders)).kept == 40
    else:
        with pytest.raises(NotEnoughData, match="729 days"):
            year_balance(book(orders))


@pytest.mark.parametrize(("kept", "enough"), [(30, True), (29, False)])
def test_thirty_kept_customers_are_enough_and_29_are_not(kept: int, enough: bool):
    orders = [*STAYED[: 2 * kept], ("oldest", LONG_AGO, 10)]

    if enough:
        assert year_balance(book(orders)).kept == 30
    else:
        with pytest.raises(NotEnoughData, match="29 customers"):
            year_balance(book(orders))


# ---------------------------------------------------------------------- the years ahead


def test_played_from_the_year_before_the_model_gives_the_last_years_margin():
    found = economics()

    assert found.now.profit(found.balance.customers_before, 1) == pytest.approx(found.balance.margin)


def test_a_year_ahead_by_hand():
    """48 customers, of whom 80 % stay and bring 25 each; 8 are won and bring 12.50 each."""
    assert economics().profit_now == pytest.approx(48 * 0.8 * 25 + 8 * 12.5)


def test_a_second_year_begins_with_those_kept_and_won_and_is_worth_less():
    drivers = Drivers(retention=0.5, won=10, kept_margin=20, won_margin=10, discount_rate=0.21)
    first, second = 50 * 20 + 10 * 10, 30 * 20 + 10 * 10

    assert drivers.profit(100, 2) == pytest.approx(first / 1.21**0.5 + second / 1.21**1.5)


def test_less_churn_keeps_so_many_points_more_and_never_more_than_all():
    assert economics(churn_reduction=0.05).then.retention == pytest.approx(0.85)
    assert economics(churn_reduction=0.5).then.retention == 1
    assert economics(churn_reduction=0.5).churn_reduction == pytest.approx(0.2)


def test_more_margin_is_a_share_of_revenue():
    assert economics(margin_rise=0.1).then.kept_margin == pytest.approx(25 + 10)
    assert economics(margin_rise=0.1).then.won_margin == pytest.approx(12.5 + 5)


def test_winning_costs_now_and_then_and_keeping_is_the_plans_alone():
    found = economics(acquisition_cost=2, retention_cost=3)

    assert found.profit_now == pytest.approx(48 * 0.8 * 25 + 8 * (12.5 - 2))
    assert found.profit_now - found.profit_then == pytest.approx(48 * 3)


def test_the_bridge_leads_from_profit_now_to_profit_then_without_a_gap():
    steps = economics(churn_reduction=0.1, margin_rise=0.02, retention_cost=1, years=4).bridge().to_pylist()

    assert [step["step"] for step in steps] == ["now", "churn", "margin", "cost", "then"]
    for before, after in pairwise(steps[:-1]):
        assert after["profit_from"] == before["profit_to"]
    assert steps[-1]["profit_to"] == steps[-2]["profit_to"]


def test_the_tornado_has_the_widest_swing_first_and_nothing_that_swings_nothing():
    found = economics(churn_reduction=0.05, years=3)
    swings = found.tornado().to_pylist()

    assert [row["driver"] for row in swings] == ["margin", "churn", "won"]
    assert [row["swing"] for row in swings] == sorted((row["swing"] for row in swings), reverse=True)
    assert all(row["profit_worse"] < found.profit_then < row["profit_better"] for row in swings)


def test_a_tenth_of_churn_is_a_tenth_of_those_who_leave():
    churn = next(row for row in economics().tornado().to_pylist() if row["driver"] == "churn")

    assert (churn["worse_value"], churn["better_value"]) == (pytest.approx(0.22), pytest.approx(0.18))


# ---------------------------------------------------------------------- keeping against winning


def test_what_keeping_may_cost_eats_exactly_what_it_brings():
    plan = {"churn_reduction": 0.05, "years": 3}
    bearable = economics(0.1, **plan).bearable_retention_cost

    paid = economics(0.1, **plan, retention_cost=bearable)
    assert paid.profit_then == pytest.approx(paid.profit_now)


def test_so_many_more_won_bring_as_much_as_the_lower_churn():
    found = economics(0.1, churn_reduction=0.05, years=3, acquisition_cost=1)
    assert found.as_many_won is not None
    more = Drivers(**{**vars(found.now), "won": found.now.won + found.as_many_won})

    assert more.profit(48, 3) - found.profit_now == pytest.approx(found.gain_of_keeping)


def test_where_winning_never_earns_its_cost_no_number_of_won_customers_is_said():
    assert economics(churn_reduction=0.05, acquisition_cost=1000).as_many_won is None


def test_a_shop_that_wins_nobody_still_has_figures():
    found = economics(orders=[*STAYED, *LEFT, ("oldest", LONG_AGO, 10)], churn_reduction=0.05)

    assert found.profit_now == pytest.approx(40 * 0.8 * 25)
    assert "won" not in found.tornado()["driver"].to_pylist()


def test_a_customer_out_of_view_counts_for_nothing():
    from crm_core.book import Filters

    archive = [{"customer_id": customer, "region": "North"} for customer, _day, _amount in STAYED[::2]]
    seen = book_with(SHOP, as_of=LAST_DAY, customers=archive, filters=Filters(regions=("North",)))

    assert (year_balance(seen).customers_before, year_balance(seen).won) == (40, 0)
