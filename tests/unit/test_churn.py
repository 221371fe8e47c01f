"""The horizon, each signal on each side of its threshold, the risk and its bands: by hand."""

from datetime import date, timedelta

import pytest

from crm_core.errors import SettingsError
from crm_core.settings import SignalWeights
from tests.books import book_with, risk_rows, scenario, weights_of

DAY = "2026-03-31"
LATELY, BEFORE, LAST_YEAR = "2026-02-01", "2025-11-01", "2025-02-01"  # in each of the three signal windows


def only(signal: str, **changes):
    return scenario(churn__weights=weights_of(SignalWeights, **{signal: 1}), **changes)


def signal(name: str, orders, **columns):
    """One signal of ann, who placed these orders."""
    lines = [("ann", day, amount) for day, amount in orders]
    return risk_rows(book_with(lines, as_of=DAY, order_id=[str(n) for n in range(len(lines))], **columns))["ann"][name]


# ---------------------------------------------------------------------- the horizon


def returning(customers: int, gap: int = 10):
    """Customers who came back once, after `gap` days; with the last of them after a year."""
    gaps = [gap] * (customers - 1) + [365]
    return [
        (f"c{place}", date(2026, 3, 31) - timedelta(days), 10) for place, each in enumerate(gaps) for days in (0, each)
    ]


def test_too_few_returning_customers_propose_no_horizon():
    found = book_with(returning(19), as_of=DAY).churn_signals().horizon

    assert (found.days, found.source, found.returning_customers) == (180, "fallback", 19)


def test_the_proposed_horizon_is_the_gap_that_95_percent_stay_under():
    found = book_with(returning(40, gap=30), as_of=DAY).churn_signals().horizon

    assert (found.days, found.source, found.returning_customers) == (30, "proposed", 40)
    assert "95 %" in found.explained()


def test_a_horizon_set_by_the_manager_holds():
    found = book_with(returning(40), as_of=DAY).churn_signals(saved=scenario(churn__horizon_days=77)).horizon

    assert (found.days, found.source) == (77, "set")


def test_a_proposed_horizon_is_never_shorter_than_a_week():
    assert book_with(returning(40, gap=1), as_of=DAY).churn_signals().horizon.days == 7


def test_who_was_silent_for_the_horizon_is_lost_whatever_the_risk():
    book = book_with([("ann", "2026-03-01", 10), ("bob", "2026-03-02", 10)], as_of=DAY)
    found = risk_rows(book, scenario(churn__horizon_days=30))

    assert {who: row["band"] for who, row in found.items()} == {"ann": "lost", "bob": "low"}


# ---------------------------------------------------------------------- signals


def test_an_order_is_overdue_from_one_usual_gap_on_and_fully_at_three():
    # two gaps of 20 days lean on a company whose gap is 20 too
    def silent(days):
        first = date(2026, 3, 31) - timedelta(40 + days)
        return signal("overdue_order", [(first + timedelta(gap), 10) for gap in (0, 20, 40)])

    assert [silent(days) for days in (0, 20, 30, 40, 60, 100)] == [0, 0, 0.25, 0.5, 1, 1]


def test_few_orders_lean_on_the_companys_rhythm():
    steady = [("bob", date(2026, 3, 31) - timedelta(days), 10) for days in range(0, 101, 10)]
    book = book_with([*steady, ("ann", "2026-01-30", 10), ("ann", DAY, 10)], as_of=DAY)
    usual = {who: row["usual_gap_days"] for who, row in risk_rows(book).items()}

    # the company's gap is the median of 60 and 10, counted twice; ann has one gap of 60 and bob ten of 10
    assert usual == {"ann": pytest.approx((60 + 2 * 35) / 3), "bob": pytest.approx((10 * 10 + 2 * 35) / 12)}


def test_where_nobody_came_back_no_order_is_overdue():
    assert signal("overdue_order", [(BEFORE, 10)]) is None


def test_a_fall_in_spend_is_full_strength_from_four_fifths_on():
    def falls_to(amount):
        return signal("spend_falling", [(BEFORE, 50), (BEFORE, 50), (LATELY, amount)])

    assert [falls_to(amount) for amount in (120, 100, 60, 20, 10)] == [0, 0, 0.5, 1, 1]


def test_a_fall_needs_two_orders_in_the_window_before():
    assert signal("spend_falling", [(BEFORE, 50), (LATELY, 5)]) is None
    assert signal("orders_falling", [(BEFORE, 50), (LATELY, 5)]) is None
    assert signal("spend_falling", [(BEFORE, 50), (BEFORE, 50)]) == 1


def test_fewer_orders():
    found = [signal("orders_falling", [(BEFORE, 1)] * 5 + [(LATELY, 9)] * lately) for lately in (6, 5, 3, 1, 0)]

    assert found == [0, 0, 0.5, 1, 1]


def test_the_same_season_last_year_is_compared_once_a_whole_season_is_known():
    assert signal("season_falling", [("2025-01-01", 1), (LAST_YEAR, 100), (LATELY, 60)]) == 0.5
    assert signal("season_falling", [("2024-12-31", 1), (LAST_YEAR, 100), (LATELY, 100)]) == 0
    assert signal("season_falling", [("2025-01-02", 100), (LATELY, 60)]) is None  # not there when the season began
    assert signal("season_falling", [("2024-06-01", 100), (LATELY, 60)]) is None  # bought nothing in it


def test_fewer_categories():
    before = [(BEFORE, 1)] * 5
    found = [
        signal("categories_falling", before + [(LATELY, 1)] * count, category=[*"abcde", *"abcde"[:count]])
        for count in (5, 3, 1, 0)
    ]

    assert found == [0, 0.5, 1, 1]
    assert signal("categories_falling", [*before, (LATELY, 1)], category="a") is None  # one category cannot fall


def test_leaning_on_discounts_is_a_rise_of_the_discounted_share():
    def rises_to(discount):
        return signal("discount_rising", [(BEFORE, 90), (LATELY, 100 - discount)], discount=[10, discount])

    assert [rises_to(discount) for discount in (0, 10, 20, 30, 60)] == [0, 0, 0.5, 1, 1]
    assert signal("discount_rising", [(LATELY, 90)], discount=10) is None
    assert signal("discount_rising", [(BEFORE, 90), (LATELY, 90)]) is None


def test_more_returns_are_a_rise_of_the_returned_share():
    def rises_to(returned):
        return signal("returns_rising", [(BEFORE, 100), (BEFORE, -10), (LATELY, 100), (LATELY, -returned)])

    assert [rises_to(returned) for returned in (10, 20, 30, 90)] == [0, 0.5, 1, 1]
    assert signal("returns_rising", [(LATELY, 100), (LATELY, -10)]) == 0.5  # nothing came back before
    assert signal("returns_rising", [(BEFORE, 100), (BEFORE, -10)]) is None  # nothing was bought since


def test_a_smaller_sensitivity_reacts_sooner():
    orders = [("ann", BEFORE, 50), ("ann", BEFORE, 50), ("ann", LATELY, 80)]
    book = book_with(orders, as_of=DAY, order_id=["1", "2", "3"])
    settings = scenario(churn__sensitivity__spend_falling=0.2)

    assert risk_rows(book)["ann"]["spend_falling"] == 0.25
    assert risk_rows(book, settings)["ann"]["spend_falling"] == 1


# ---------------------------------------------------------------------- risk and bands

HALF = [("ann", BEFORE, 50), ("ann", BEFORE, 50), ("ann", LATELY, 60)]  # spend falls by 40 %: strength 0.5


def test_risk_is_the_weighted_mean_of_the_signals_present():
    book = book_with(HALF, as_of=DAY, order_id=["1", "2", "3"])
    row = risk_rows(book, scenario(churn__weights=weights_of(SignalWeights, spend_falling=3, orders_falling=1)))["ann"]

    assert (row["spend_falling"], row["orders_falling"]) == (0.5, 0.625)
    assert row["risk"] == pytest.approx((3 * 0.5 + 0.625) / 4, abs=0.5e-4)


def test_an_absent_signal_is_left_out_and_not_counted_as_silent():
    book = book_with(HALF, as_of=DAY, order_id=["1", "2", "3"])
    settings = scenario(churn__weights=weights_of(SignalWeights, spend_falling=1, discount_rising=10))

    assert risk_rows(book, settings)["ann"]["risk"] == 0.5


def test_who_shows_no_signal_at_all_is_at_low_risk():
    row = risk_rows(book_with([("ann", DAY, 10)], as_of=DAY))["ann"]

    assert (row["risk"], row["band"]) == (0, "low")


@pytest.mark.parametrize(
    ("watch", "high", "band"), [(0.5001, 0.6, "low"), (0.5, 0.6, "watch"), (0.4, 0.5001, "watch"), (0.4, 0.5, "high")]
)
def test_the_lower_bound_of_a_band_belongs_to_it(watch, high, band):
    book = book_with(HALF, as_of=DAY, order_id=["1", "2", "3"])
    settings = only("spend_falling", churn__watch_from=watch, churn__high_from=high)

    assert risk_rows(book, settings)["ann"]["band"] == band


def test_watch_begins_below_high():
    with pytest.raises(SettingsError, match="Watch must begin below high"):
        scenario(churn__watch_from=0.6, churn__high_from=0.6)


def test_expected_loss_is_revenue_times_risk_and_sorts_the_watch_list():
    bob = [("bob", BEFORE, 500), ("bob", BEFORE, 500), ("bob", LATELY, 900)]
    book = book_with(HALF + bob, as_of=DAY, order_id=list("123456"))
    rows = book.churn_signals(saved=only("spend_falling")).listing().page().to_pylist()

    assert [(row["customer_id"], float(row["expected_loss"])) for row in rows] == [("bob", 237.5), ("ann", 80)]


def test_bands_and_signals_add_up():
    found = book_with([*HALF, ("bob", DAY, 10)], as_of=DAY, order_id=list("1234")).churn_signals()

    assert sum(found.bands["customers"].to_pylist()) == found.customers == 2
    assert sum(found.bands["revenue"].to_pylist()) == found.revenue == 170
    assert sum(found.by_tier["customers"].to_pylist()) == 2
    assert {row["signal"]: row["known"] for row in found.signals().to_pylist()}["spend_falling"] == 1


# ---------------------------------------------------------------------- reasons


def test_reasons_come_heaviest_first_and_their_parts_add_up_to_the_risk():
    book = book_with(HALF, as_of=DAY, order_id=["1", "2", "3"])
    signals = book.churn_signals()
    row = signals.listing().page().to_pylist()[0]
    found = signals.reasons(row)

    assert [reason.risk_share for reason in found] == sorted((reason.risk_share for reason in found), reverse=True)
    assert sum(reason.risk_share for reason in found) == pytest.approx(row["risk"], abs=1e-4)
    assert "60" in next(reason.sentence for reason in found if reason.signal == "spend_falling")


def test_the_curve_of_gaps_is_the_share_of_returning_customers_who_stayed_within():
    orders = [("ann", "2026-01-01", 1), ("ann", "2026-01-11", 1), ("bob", "2026-01-01", 1), ("bob", "2026-02-10", 1)]
    curve = book_with([*orders, ("cid", DAY, 1)], as_of=DAY).churn_signals().gap_curve().to_pylist()

    assert curve == [{"gap_days": 10, "customer_share": 0.5}, {"gap_days": 40, "customer_share": 1.0}]
