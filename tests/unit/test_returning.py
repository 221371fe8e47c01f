"""The chance of a return: by hand, against another implementation, and found again where it was put in."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from crm_core.exits import ReturnCurve, pooled_decreasing
from crm_core.exits.returning import return_months

Lengths = list[tuple[int, int, int]]


def curve(lengths: Lengths, horizon_days: int) -> ReturnCurve:
    """The curve of these counts (days gone, returned, still away)."""
    months = return_months(
        [{"days_gone": days, "returned": returned, "still_away": away} for days, returned, away in lengths]
    )
    rates = pooled_decreasing(
        [month.returned / month.days_at_risk for month in months], [month.days_at_risk for month in months]
    )
    return ReturnCurve(tuple(months), tuple(rates), horizon_days)


def test_a_rate_is_returns_by_days_at_risk():
    found = curve([(10, 20, 0), (30, 0, 20)], horizon_days=40)

    assert found.rates == (20 / (20 * 10 + 20 * 30),)
    assert found.chance(0) == pytest.approx(1 - math.exp(-40 * 0.025))
    assert found.chance(500) == found.chance(0)


def test_each_month_has_its_rate_and_a_horizon_crosses_them():
    found = curve([(30, 60, 0), (60, 10, 30)], horizon_days=30)

    assert found.rates == (60 / 3000, 10 / 1200)
    assert found.chance(0) == pytest.approx(1 - math.exp(-0.6))
    assert found.chance(20) == pytest.approx(1 - math.exp(-(10 * 0.02 + 20 / 120)))
    assert found.by_day()[20] == pytest.approx(found.chance(20), abs=1e-9)
    assert len(found.by_day()) == 31


def test_a_rate_that_rises_is_pooled_with_the_month_before():
    found = curve([(30, 10, 0), (60, 30, 60)], horizon_days=30)

    assert found.rates == pytest.approx((40 / 5700, 40 / 5700))


def test_months_with_fewer_than_five_returns_left_are_one():
    found = curve([(10, 20, 0), (40, 5, 0), (70, 4, 0), (300, 0, 50)], horizon_days=30)

    assert [(month.begins, month.returned) for month in found.months] == [(0, 20), (30, 9)]
    assert found.table["returned"].to_pylist() == [20, 9]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 10)), min_size=1, max_size=12))
def test_pooling_agrees_with_isotonic_regression(points):
    rates, weights = zip(*points, strict=True)
    ours = pooled_decreasing(rates, weights)

    theirs = isotonic_regression(rates, weights=weights, increasing=False).x
    assert ours == pytest.approx(theirs.tolist(), abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=30))
def test_the_chance_is_a_chance_and_never_rises_with_the_days_gone(lengths):
    found = curve(lengths, horizon_days=90) if any(returned + away for _days, returned, away in lengths) else None

    if found:
        chances = [found.chance(day) for day in range(0, 1000, 25)]
        assert all(0 <= chance <= 1 for chance in chances)
        assert all(later <= earlier + 1e-12 for earlier, later in pairwise(chances))


def test_a_planted_rate_is_found_again_within_two_standard_errors():
    random = np.random.default_rng(3)
    returns_after, watched = random.exponential(400, 5000), random.integers(1, 700, 5000)
    lengths = [(math.ceil(days), 1, 0) for days in returns_after[returns_after < watched]]
    lengths += [(int(days), 0, 1) for days in watched[returns_after >= watched]]
    found = curve(lengths, horizon_days=180)

    expected = 1 - math.exp(-180 / 400)
    assert found.chance(300) == pytest.approx(expected, abs=2 * expected / math.sqrt(len(returns_after) / 5))
