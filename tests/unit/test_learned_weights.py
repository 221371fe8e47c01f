"""Learned weights: known ones are found again, none falls below zero, and nobody judges what they learned from."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from crm_core.evidence import evidence, learned, learned_weights
from crm_core.evidence.learned import Rows, fitted, held_out_risk
from crm_core.settings import SignalWeights
from tests.unit.test_back_test import SETTINGS, company

SIGNALS = ("overdue_order", "spend_falling", "orders_falling")


def drawn(weights, seed=0, customers=20_000, missing=0.3, level=-3.0, steepness=6.0) -> Rows:
    """Customers with random signals, some missing, who leave as the model with these weights says."""
    random = np.random.default_rng(seed)
    shape = (customers, len(SIGNALS))
    known = (random.random(shape) > missing).astype(float)
    strength = random.random(shape) * known
    rows = Rows(SIGNALS, strength, known, np.zeros(customers), random.integers(0, 5, customers),
                random.integers(0, 3, customers))  # fmt: skip
    chance = 1 / (1 + np.exp(-level - steepness * rows.risk(np.asarray(weights, dtype=float))))
    return Rows(SIGNALS, strength, known, (random.random(customers) < chance).astype(float), rows.fold, rows.day)


@pytest.mark.parametrize("weights", [(10, 5, 2.5), (2, 10, 10), (10, 0, 4)])
def test_weights_that_made_the_customers_leave_are_found_again(weights):
    assert fitted(drawn(weights)) == pytest.approx(np.array(weights), abs=1)


def test_a_signal_that_speaks_for_staying_gets_no_weight_instead_of_a_negative_one():
    rows = drawn((10, 0, 0), missing=0)
    turned = Rows(SIGNALS, np.stack([rows.strength[:, 0], 1 - rows.strength[:, 0], rows.strength[:, 2]], axis=1),
                  rows.known, rows.left, rows.fold, rows.day)  # fmt: skip

    assert list(fitted(turned)) == [10, 0, 0]


def test_where_no_signal_rises_with_leaving_there_are_no_weights():
    rows = drawn((1, 1, 1), missing=0, steepness=-6, level=3)

    assert fitted(rows) is None
    assert fitted(rows.only(rows.left == 1)) is None


def test_a_missing_signal_is_left_out_of_the_mean_as_in_the_product():
    rows = Rows(SIGNALS, np.array([[0.8, 0, 0.2], [0, 0, 0]]), np.array([[1.0, 0, 1], [0, 0, 0]]), np.zeros(2),
                np.zeros(2, dtype=int), np.zeros(2, dtype=int))  # fmt: skip

    assert list(rows.risk(np.array([3.0, 10, 1]))) == [0.65, 0]


def test_the_slope_is_that_of_the_likelihood():
    rows, place = drawn((10, 5, 2), customers=300), np.array([-1.0, 2, 0.3, 0.5, 0.7])

    def loss(parameters):
        return learned._loss(parameters, rows)[0]

    assert check_grad(loss, lambda parameters: learned._loss(parameters, rows)[1], place) < 1e-6


def test_who_is_judged_was_not_learned_from():
    rows = drawn((10, 5, 2), customers=2000)
    scored = held_out_risk(rows)
    here = (rows.day == 1) & (rows.fold == 2)
    turned = Rows(SIGNALS, rows.strength, rows.known, np.where(here, 1 - rows.left, rows.left), rows.fold, rows.day)

    # turning what became of one fold on one day changes no weight that it is judged by
    assert np.array_equal(held_out_risk(turned)[here], scored[here])
    same_customers_or_day = (rows.day == 1) | (rows.fold == 2)
    all_turned = np.where(same_customers_or_day, 1 - rows.left, rows.left)
    turned = Rows(SIGNALS, rows.strength, rows.known, all_turned, rows.fold, rows.day)
    assert np.array_equal(held_out_risk(turned)[here], scored[here])


def test_a_book_offers_weights_for_the_signals_it_has_data_for_and_keeps_the_others():
    found = learned_weights(evidence(company(customers=20), SETTINGS))

    assert "season_falling" not in found.weights
    assert max(found.weights.values()) == 10
    assert {row["rule"] for row in found.scores} == {"learned", "own", "silence"}
    kept = found.applied_to(SignalWeights(season_falling=7))
    assert (kept.season_falling, kept.overdue_order) == (7, found.weights["overdue_order"])


def test_the_managers_own_weights_are_judged_on_the_same_customers():
    tests = evidence(company(customers=20), SETTINGS)
    found = learned_weights(tests)

    assert found.values("own") == pytest.approx(tests.values("rules", "average_precision"))
    assert found.values("silence") == pytest.approx(tests.values("silence", "average_precision"))
