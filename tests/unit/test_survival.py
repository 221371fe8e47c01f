"""Kaplan-Meier and Greenwood against published figures, against scipy, and by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from crm_core.survival import kaplan_meier, standard_errors

# Weeks in remission of 21 patients on 6-MP (Freireich et al. 1963); relapses, and those last seen without one.
RELAPSES = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
LAST_SEEN = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
# Week, S, standard error, 95 % band on the log(-log) scale, as printed by textbooks and packages.
PRINTED = [
    (6, 0.8571, 0.0764, 0.6197, 0.9516),
    (7, 0.8067, 0.0869, 0.5631, 0.9228),
    (10, 0.7529, 0.0963, 0.5032, 0.8894),
    (13, 0.6902, 0.1068, 0.4316, 0.8491),
    (16, 0.6275, 0.1141, 0.3675, 0.8049),
    (22, 0.5378, 0.1282, 0.2678, 0.7468),
    (23, 0.4482, 0.1346, 0.1881, 0.6801),
]


def remission():
    weeks = sorted({*RELAPSES, *LAST_SEEN})
    return kaplan_meier(weeks, [RELAPSES.get(week, 0) for week in weeks], [LAST_SEEN.get(week, 0) for week in weeks])


def test_the_remission_data_give_the_printed_estimate_error_and_band():
    curve = remission()
    found = [
        (row["days"], row["survival"], error, row["lower"], row["upper"])
        for row, error in zip(curve.table.to_pylist(), standard_errors(curve), strict=True)
        if row["ended"]
    ]

    assert [tuple(round(figure, 4) for figure in row) for row in found] == PRINTED


counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)


@given(counts.filter(lambda rows: sum(ended for ended, _open in rows) > 0))
def test_estimate_and_band_are_those_of_scipy(rows: list[tuple[int, int]]):
    days = [place + 1 for place, row in enumerate(rows) if sum(row)]
    ended, still_open = zip(*[row for row in rows if sum(row)], strict=True)
    lengths = CensoredData(uncensored=np.repeat(days, ended), right=np.repeat(days, still_open))
    theirs = ecdf(lengths).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it says that nobody left has no band, and neither has ours
        band = theirs.confidence_interval(method="log-log")
    ours = kaplan_meier(days, ended, still_open).table.to_pylist()

    assert [row["survival"] for row in ours] == pytest.approx(list(theirs.evaluate(days)))
    for row in ours:
        if 0 < row["survival"] < 1:
            sides = [float(side.evaluate(row["days"])) for side in (band.low, band.high)]
            assert [row["lower"], row["upper"]] == pytest.approx(sides)


def test_the_median_is_the_first_day_on_which_half_have_ended():
    assert remission().median_days == 23
    assert kaplan_meier([5, 9], [1, 0], [0, 3]).median_days is None
    assert kaplan_meier([5, 9], [1, 0], [0, 1]).median_days == 5


def test_who_is_last_seen_on_the_day_of_an_end_was_still_at_risk():
    assert kaplan_meier([10], [1], [1]).after(10) == 0.5


def test_before_the_first_end_everybody_is_there_and_beyond_the_last_day_nothing_is_known():
    curve = kaplan_meier([10, 20], [1, 0], [0, 1])

    assert [curve.after(days) for days in (0, 9, 10, 20, 21)] == [1, 1, 0.5, 0.5, None]


def test_once_nobody_is_left_there_is_no_band():
    last = kaplan_meier([1, 2], [1, 1], [0, 0]).table.to_pylist()[-1]

    assert (last["survival"], last["lower"], last["upper"]) == (0, None, None)
