"""The back-test by hand: who is in it, who left, what was known, and what it says."""

from datetime import date, timedelta

import numpy as np
import pytest

from crm_core.book import Filters
from crm_core.churn import horizon
from crm_core.errors import NotEnoughData
from crm_core.evidence import back_test, evidence
from crm_core.evidence.back_test import origins, stand_on
from crm_core.settings import SignalWeights
from tests.books import book_with, scenario, weights_of

AS_OF = date(2026, 6, 30)
HORIZON = 60
ORIGIN = AS_OF - timedelta(HORIZON)
SETTINGS = scenario(churn__weights=weights_of(SignalWeights, overdue_order=1), churn__horizon_days=HORIZON).churn


def orders(customer, *days_from_origin):
    """Orders of one customer so many days before (negative) or after the day the test stands on."""
    return [(customer, ORIGIN + timedelta(days), 10) for days in days_from_origin]


def the_test(lines, settings=SETTINGS, **book):
    """The test on the horizon before the book's day; however few left."""
    found = book_with(lines, as_of=AS_OF, **book)
    return stand_on(found, settings, horizon(found, settings), ORIGIN)


def outcomes(test):
    return {row["customer_id"]: row["outcome"] for row in test.listing().everything().to_pylist()}


FIRST_DAY = orders("old", -200)


def test_who_orders_within_the_horizon_stayed_its_last_day_included():
    lines = [*FIRST_DAY, *orders("day1", -5, 1), *orders("last", -5, 60), *orders("never", -5), *orders("same", -5, 0)]

    assert outcomes(the_test(lines)) == {"day1": "quiet", "last": "quiet", "never": "missed", "same": "missed"}


def test_a_bare_return_does_not_keep_a_customer():
    lines = [*FIRST_DAY, *orders("ann", -5), ("ann", ORIGIN + timedelta(9), -4)]

    assert outcomes(the_test(lines)) == {"ann": "missed"}


def test_who_had_lapsed_or_not_yet_bought_is_not_asked_about():
    lines = [*FIRST_DAY, *orders("lapsed", -60, 3), *orders("nearly", -59, 3), *orders("later", 3)]

    assert set(outcomes(the_test(lines))) == {"nearly"}


def rhythm(customer, silent, *later):
    """Every ten days, then silent for so many days before the day of the test."""
    return orders(customer, *(-silent - 10 * step for step in range(5)), *later)


def test_flagged_are_those_from_the_high_cut_on():
    # three usual gaps of ten days are full strength: 22 days of silence are risk 0.6, the high cut
    lines = [*FIRST_DAY, *rhythm("caught", 22), *rhythm("wrong", 22, 5), *rhythm("missed", 21), *rhythm("quiet", 0, 5)]
    test = the_test(lines)

    assert outcomes(test) == {"caught": "caught", "wrong": "false_alarm", "missed": "missed", "quiet": "quiet"}
    assert (test.flagged.recall, test.flagged.precision) == (0.5, 0.5)
    assert (test.flagged.customers, test.flagged.left, test.flagged.flagged, test.flagged.caught) == (4, 2, 2, 1)
    assert "Catches 50% of those who left within 60 days" in test.sentence()
    assert "5 in 10 flagged stay" in test.sentence()


def test_silence_alone_flags_as_many():
    lines = [
        *FIRST_DAY,
        *rhythm("caught", 22),
        *rhythm("wrong", 23, 5),
        *rhythm("missed", 21),
        *orders("rare", -158, -108, -58),
    ]
    test = the_test(lines)

    assert test.flagged.flagged == 2
    assert test.flagged_by_silence.caught == 1  # rare has been silent for longest and left; then comes wrong
    assert "catches 33%" in test.against_silence()


def test_with_nobody_flagged_the_sentence_says_so():
    test = the_test([*FIRST_DAY, *rhythm("ann", 0)])

    assert test.sentence().startswith("Flags nobody: of 1 customer who left")
    assert test.against_silence() == ""


def test_what_happened_after_the_day_changes_the_outcome_and_no_risk():
    before = [*FIRST_DAY, *rhythm("ann", 22), *rhythm("bob", 21), *rhythm("cid", 0)]
    quiet = the_test([*before, *orders("cid", 60)])
    busy = the_test([*before, *orders("ann", 1, 2, 3), *orders("bob", 20), *orders("cid", 7, 9), *orders("new", 4, 60)])
    sales = the_test([*before, ("cid", ORIGIN + timedelta(2), -999), ("ann", AS_OF, 10_000)])

    for later in (busy, sales):
        assert risks(later) == risks(quiet)
        assert later.rules.customers == quiet.rules.customers
    assert (quiet.rules.left_count, busy.rules.left_count) == (2, 0)


def risks(test):
    return {row["customer_id"]: (row["risk"], row["revenue"]) for row in test.listing().everything().to_pylist()}


ALL_SIGNALS = scenario(churn__horizon_days=HORIZON).churn


def a_busy_shop(later: bool, shift: int = 0):
    """Orders of every kind on 700 days up to the day of the test, and with `later` as many after it.

    The later ones come `shift` days later still; their categories, discounts and returns are such that each signal
    would hear of them.
    """
    random = np.random.default_rng(5)
    lines, columns = [], {"category": [], "discount": []}
    for place in range(30):
        for day in range(-700, HORIZON + 1):
            if random.random() > 1 / (4 + place):
                continue
            amount, category, discount = random.choice([-4, 9, 25]), random.choice(list("abc")), random.random()
            if day <= 0 or later:
                after = shift if day > 0 else 0
                lines.append((f"c{place}", ORIGIN + timedelta(day + after), float(amount * (10 if day > 0 else 1))))
                columns["category"].append(str(category))
                columns["discount"].append(round(float(discount), 2))
    return lines, columns


def test_no_signal_hears_of_what_came_after_the_day():
    tests = []
    for later, shift in ((False, 0), (True, 0), (True, 7), (True, 45)):
        lines, columns = a_busy_shop(later, shift)
        tests.append(the_test(lines, ALL_SIGNALS, **columns))
    known, *others = tests
    learned = known.learning_rows(1, 5).drop_columns(["has_left"])

    assert {name for name in learned.column_names if learned[name].null_count < learned.num_rows} >= {
        "overdue_order", "spend_falling", "season_falling", "orders_falling", "categories_falling", "discount_rising",
        "returns_rising",
    }  # fmt: skip
    assert len({risk for risk, _revenue in risks(known).values()}) > 10
    for other in others:
        assert risks(other) == risks(known)
        assert other.learning_rows(1, 5).drop_columns(["has_left"]) == learned
    assert len({test.rules.left_count for test in tests}) > 2


def test_what_comes_after_the_books_own_day_is_not_known_either():
    lines = [*FIRST_DAY, *rhythm("ann", 22), *rhythm("cid", 0, 30)]
    known, later = the_test(lines), the_test([*lines, ("ann", AS_OF + timedelta(1), 10)])

    assert outcomes(later) == outcomes(known) == {"ann": "caught", "cid": "quiet"}


def test_only_customers_in_view_are_tested():
    lines = [*FIRST_DAY, *rhythm("ann", 22), *rhythm("bob", 21)]
    archive = [{"customer_id": "ann", "region": "North"}, {"customer_id": "bob", "region": "South"}]

    assert set(outcomes(the_test(lines, customers=archive, filters=Filters(regions=("North",))))) == {"ann"}


# ---------------------------------------------------------------------- which days


def days_of(history, horizon_days):
    """How many days before the book's day the tests stand on, for a history of so many days; a window of 90."""
    book = book_with([("ann", AS_OF - timedelta(history), 10), ("ann", AS_OF, 10)], as_of=AS_OF)
    return [(AS_OF - day).days for day in origins(book, horizon_days)]


def test_days_go_back_from_the_horizon_in_even_steps_and_leave_a_window_of_history():
    assert days_of(149 + 1, 60) == [60]
    assert days_of(179 + 1, 60) == [60, 90]
    assert days_of(150 + 5 * 60, 60) == [60, 120, 180, 240, 300, 360]
    assert days_of(1000, 60) == [60, 120, 180, 240, 300, 360]  # a step is never longer than the horizon
    assert days_of(200, 10) == [10, 20, 30, 40, 50, 60]


def test_a_history_too_short_is_said_with_what_it_takes():
    with pytest.raises(NotEnoughData, match=r"reach back 149 days\. A back-test takes 150 days: 90 days to score on"):
        days_of(149, 60)


# ---------------------------------------------------------------------- several days


def company(leaving_silent=25, staying_silent=5, customers=15, offset=0):
    """So many customers who leave after this silence and as many who stay, on the newest day."""
    lines = [("old", AS_OF - timedelta(300), 10)]
    for place in range(customers):
        lines += rhythm(f"left{place}", leaving_silent + offset)
        lines += rhythm(f"stay{place}", staying_silent, 30, 55)
    return book_with(lines, as_of=AS_OF)


def test_with_fewer_than_ten_who_left_no_figure_is_given():
    assert back_test(company(customers=10), SETTINGS).rules.roc_auc == 1
    with pytest.raises(NotEnoughData, match=r"9 left within 60 days and 9 stayed; a figure takes at least 10"):
        back_test(company(customers=9), SETTINGS)


def test_days_that_tell_too_little_are_left_out_and_a_draw_is_no_win():
    found = evidence(company(), SETTINGS)

    assert [test.day for test in found.tests] == [ORIGIN]
    assert (found.values("rules", "roc_auc"), found.values("silence", "roc_auc")) == ([1.0], [1.0])
    assert (found.wins, found.beats_silence) == (0, False)
    assert "do not beat days since last order alone" in found.verdict()


def test_rules_that_know_a_customers_rhythm_beat_silence():
    lines = [("old", AS_OF - timedelta(300), 10)]
    for place in range(12):
        lines += orders(f"rare{place}", -130, -80, -30, 20, 50)  # silent for 30 of 50 days: nothing unusual
        lines += rhythm(f"often{place}", 25)
    found = evidence(book_with(lines, as_of=AS_OF), SETTINGS)

    assert (found.values("rules", "average_precision"), found.wins) == ([1.0], 1)
    assert "find those who leave better than days since last order alone" in found.verdict()


def test_every_figure_stands_beside_the_baseline_that_flags_as_many():
    rows = {row["rule"]: row for row in evidence(company(), SETTINGS).figures.to_pylist()}

    assert set(rows) == {"rules", "silence"}  # 31 customers are too few for a model of orders
    assert rows["rules"]["flagged"] == rows["silence"]["flagged"] == 15
    assert rows["silence"]["brier"] is None
    assert "models need 100" in evidence(company(), SETTINGS).newest.no_belief_because[0]
