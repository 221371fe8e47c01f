"""The figures of a back-test: by hand where ties decide, and as scikit-learn and scipy have them on random data."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_fscore_support,
    roc_auc_score,
)

from crm_core.evidence import Ranking


def drawn(seed, levels, customers=500):
    """Scores of so many levels (few make many ties) and outcomes that follow them."""
    random = np.random.default_rng(seed)
    score = random.integers(0, levels, customers) / levels
    return score, random.random(customers) < 0.1 + 0.6 * score**2


def ranked(score, left) -> Ranking:
    """One entry a customer, in any order: the ranking brings equal scores together."""
    return Ranking.of(score, left, 1 - np.asarray(left, dtype=float))


@pytest.mark.parametrize("levels", [2, 7, 100, 10_000])
@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_scikit_learn_ties_or_not(seed, levels):
    score, left = drawn(seed, levels)
    ranking = ranked(score, left)
    flagged = ranking.from_score(0.5)
    precision, recall, f1, _ = precision_recall_fscore_support(left, score >= 0.5, average="binary")

    assert ranking.roc_auc == pytest.approx(roc_auc_score(left, score))
    assert ranking.average_precision == pytest.approx(average_precision_score(left, score))
    assert ranking.brier == pytest.approx(brier_score_loss(left, score))
    assert (flagged.precision, flagged.recall, flagged.f1) == pytest.approx((precision, recall, f1))


def test_the_order_of_rows_and_what_is_counted_together_change_nothing():
    score, left = drawn(0, 7)
    shuffled = np.random.default_rng(1).permutation(len(score))
    counted = ranked(score, left)

    for other in (ranked(score[shuffled], left[shuffled]), Ranking.of(counted.score, counted.left, counted.stayed)):
        assert other.roc_auc == counted.roc_auc
        assert other.lift().equals(counted.lift())


def test_equal_scores_count_half_and_are_flagged_together():
    ranking = ranked([1, 1, 0], [1, 0, 0])

    assert ranking.roc_auc == 0.75
    assert ranking.average_precision == 0.5
    assert ranking.from_score(1).flagged == 2


def test_a_cut_belongs_to_those_flagged():
    ranking = ranked([0.6, 0.5999], [1, 1])

    assert ranking.from_score(0.6).flagged == 1


def test_where_a_tenth_ends_among_equals_those_who_left_are_shared_out():
    ranking = ranked([1] * 4 + [0] * 6, [1, 1, 0, 0] + [0] * 6)
    lift = ranking.lift(parts=5).to_pylist()

    assert [row["left"] for row in lift] == [1, 1, 0, 0, 0]
    assert [row["lift"] for row in lift] == [2.5, 2.5, 0, 0, 0]
    assert [row["caught_share"] for row in lift] == [0.5, 1, 1, 1, 1]
    assert ranking.first(1).precision == 0.5


def test_the_tenths_add_up_to_all():
    lift = ranked(*drawn(3, 7, customers=503)).lift()

    assert sum(lift["left"].to_pylist()) == pytest.approx(drawn(3, 7, customers=503)[1].sum())
    assert sum(lift["customers"].to_pylist()) == pytest.approx(503)


def test_a_bins_lower_bound_belongs_to_it_and_the_last_bin_holds_one():
    bins = ranked([0, 0.1, 0.3, 0.7, 1.0], [0, 0, 1, 1, 1]).calibration().to_pylist()

    assert [(row["score_from"], row["customers"]) for row in bins] == [
        (0, 1), (0.1, 1), (0.3, 1), (0.7, 1), (0.9, 1),
    ]  # fmt: skip


def test_the_interval_of_a_share_is_wilsons():
    row = ranked([0.5] * 40, [1] * 7 + [0] * 33).calibration().to_pylist()[0]
    expected = binomtest(7, 40).proportion_ci(method="wilson")

    assert (row["left_share_low"], row["left_share_high"]) == pytest.approx((expected.low, expected.high))


def test_the_curve_of_cuts_flags_fewer_and_fewer():
    curve = ranked(*drawn(2, 100)).cuts().to_pylist()

    assert [row["cut"] for row in curve][:3] == [0, 0.02, 0.04]
    assert curve[0]["recall"] == 1
    assert [row["flagged"] for row in curve] == sorted((row["flagged"] for row in curve), reverse=True)
    assert curve[-1]["precision"] is None


def test_what_cannot_be_known_is_none_and_no_table_breaks():
    nobody, all_stayed = Ranking.of([], [], []), ranked([0.2, 0.4], [0, 0])

    assert (nobody.roc_auc, nobody.average_precision, nobody.brier, nobody.left_share) == (None, None, None, None)
    assert (all_stayed.roc_auc, all_stayed.average_precision) == (None, None)
    assert all_stayed.from_score(1).precision is None
    assert all_stayed.from_score(0).recall is None
    assert [len(each) for each in (nobody.lift(), nobody.calibration(), all_stayed.lift())] == [0, 0, 0]
