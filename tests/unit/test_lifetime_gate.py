"""The gate in front of lifetime value: each reason on each side of its line, and nothing behind it."""

import re
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import spearmanr

from crm_core.errors import NotEnoughData
from crm_core.language import LANGUAGES, speaking
from crm_core.lifetime import (
    Closed,
    LifetimeValue,
    beta_geometric,
    customers_alive,
    gamma_gamma,
    gate,
    hold_out,
    lifetime_value,
)
from crm_core.lifetime.maximum_likelihood import Fit
from crm_core.lifetime.mbg_nbd import MbgNbd
from crm_core.lifetime.purchases import Purchases, Spend
from crm_core.settings import LifetimeSettings
from tests.books import book_with
from tests.simulated_shop import LAST_DAY, shop_orders


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


def fit(**changes) -> Fit:
    facts = {
        "parameters": np.array([0.5, 30.0, 0.8, 2.0]), "standard_errors": np.full(4, 0.1), "log_likelihood": -100.0,
        "gain_left": 0.0, "condition": 100.0, "at_bound": (), "loosest": 3,
    }  # fmt: skip
    return Fit(**(facts | changes))


def shop(customers: int = 400, as_of: date = LAST_DAY, **made):
    return book_with(shop_orders(customers, **made), as_of=as_of)


def why(book, **settings) -> list[str]:
    found = lifetime_value(book, LifetimeSettings(**settings))
    return codes(found.reasons) if isinstance(found, Closed) else []


# ---------------------------------------------------------------------- each line


def test_a_hundred_repeat_buyers_are_enough_and_99_are_not():
    assert codes(gate.too_few_repeat_buyers(100)) == []
    assert codes(gate.too_few_repeat_buyers(99)) == ["too_few_repeat_buyers"]


@pytest.mark.parametrize(
    ("history", "horizon", "closed"), [(90, 30, False), (89, 30, True), (183, 366, False), (182, 366, True)]
)
def test_a_history_is_at_least_90_days_and_half_the_horizon(history: int, horizon: int, closed: bool):
    assert bool(gate.too_short_a_history(history, horizon)) is closed


def test_silence_of_30_days_passes_and_31_do_not():
    assert codes(gate.no_order_lately(30)) == []
    assert codes(gate.no_order_lately(31)) == ["no_order_lately"]


def test_a_sound_fit_passes():
    assert gate.doubtful_fit("bg_nbd", ("r", "alpha", "a", "b"), fit()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"at_bound": (2,)}, "at_bound"),
        ({"condition": 1.1e7}, "not_identified"),
        ({"condition": np.inf}, "not_identified"),
        ({"gain_left": 0.002}, "no_convergence"),
        ({"gain_left": np.nan}, "no_convergence"),
    ],
)
def test_a_fit_at_a_limit_on_a_ridge_or_unfinished_is_doubted(changes: dict, code: str):
    assert codes(gate.doubtful_fit("bg_nbd", ("r", "alpha", "a", "b"), fit(**changes))) == [code]


def test_spend_without_a_mean_is_refused():
    assert codes(gate.infinite_mean(1.01)) == []
    assert codes(gate.infinite_mean(1.0)) == ["infinite_mean"]


def test_one_repeat_buyer_in_ten_may_have_brought_nothing():
    assert codes(gate.worthless_purchases(200, 180)) == []
    assert codes(gate.worthless_purchases(200, 179)) == ["worthless_purchases"]


def test_spend_that_goes_with_frequency_is_refused_whichever_way():
    repeats = np.arange(1.0, 101)

    assert codes(gate.spend_follows_frequency(Spend(repeats, repeats * 3))) == ["spend_follows_frequency"]
    assert codes(gate.spend_follows_frequency(Spend(repeats, 1 / repeats))) == ["spend_follows_frequency"]
    assert codes(gate.spend_follows_frequency(Spend(repeats, np.tile([1.0, 9.0, 4.0, 6.0], 25)))) == []


def test_one_huge_order_makes_no_correlation():
    repeats, spend = np.arange(1.0, 101), np.tile([1.0, 9.0, 4.0, 6.0], 25)
    spend[-1] = 1e9

    assert codes(gate.spend_follows_frequency(Spend(repeats, spend))) == []


def test_the_correlation_is_spearmans_with_ties_sharing_the_mean_of_their_ranks():
    draw = np.random.default_rng(5)
    repeats = draw.integers(1, 6, 200).astype(float)
    spend = (repeats + draw.integers(0, 9, 200)).astype(float)

    assert gate.rank_correlation(Spend(repeats, spend)) == pytest.approx(spearmanr(repeats, spend).statistic, abs=1e-12)


@pytest.mark.parametrize(
    ("earlier", "later", "closed"),
    [(100, 130, False), (100, 131, True), (100, 70, False), (100, 69, True), (None, 50, False), (100, None, False)],
)
def test_spend_may_drift_by_30_percent(earlier: float | None, later: float | None, closed: bool):
    assert bool(gate.spend_drifts(earlier, later, "GBP")) is closed


# ---------------------------------------------------------------------- through a book


def test_a_sound_shop_is_open():
    assert isinstance(lifetime_value(shop()), LifetimeValue)


def test_a_small_shop_is_closed_before_anything_is_fitted():
    assert why(shop(60)) == ["too_few_repeat_buyers"]


def test_a_young_shop_is_closed_for_a_long_horizon_and_open_for_a_short_one():
    book = shop(history=150)

    assert "too_short_a_history" in why(book, horizon_days=365)
    assert "too_short_a_history" not in why(book, horizon_days=90)


def test_a_day_long_after_the_last_order_is_closed():
    assert "no_order_lately" in why(shop(as_of=LAST_DAY + timedelta(60)))


def test_spend_that_doubled_is_closed():
    assert "spend_drifts" in why(shop(growth=2.5))


def test_who_is_alive_is_told_where_spend_cannot_be():
    assert not isinstance(customers_alive(shop(growth=2.5)), Closed)
    assert isinstance(customers_alive(shop(60)), Closed)


def test_all_reasons_are_said_at_once():
    assert {"too_few_repeat_buyers", "no_order_lately"} <= set(why(shop(60, as_of=LAST_DAY + timedelta(60))))


def test_nobody_in_view_is_an_error_in_words():
    with pytest.raises(NotEnoughData):
        lifetime_value(book_with([("ann", "2026-06-01", 10)], as_of="2026-01-01"))


def test_the_hold_out_is_closed_where_the_earlier_day_is():
    found = hold_out(shop(), days=480)

    assert isinstance(found, Closed)


def test_behind_a_closed_gate_there_is_no_number():
    assert [each.name for each in fields(Closed)] == ["reasons"]


# ---------------------------------------------------------------------- in words


EVERY_REASON = [
    *gate.too_few_repeat_buyers(12),
    *gate.too_short_a_history(45, 365),
    *gate.no_order_lately(77),
    *gate.doubtful_fit("bg_nbd", ("r", "alpha", "a", "b"), fit(at_bound=(0,))),
    *gate.doubtful_fit("mbg_nbd", ("r", "alpha", "a", "b"), fit(condition=np.inf)),
    *gate.doubtful_fit("gamma_gamma", ("p", "q", "gamma"), fit(gain_left=3.25)),
    *gate.infinite_mean(0.87),
    *gate.worthless_purchases(200, 150),
    *gate.spend_follows_frequency(Spend(np.arange(1.0, 101), np.arange(1.0, 101))),
    *gate.spend_drifts(35.25, 61.0, "GBP"),
]


@pytest.mark.parametrize(
    ("reason", "figure"),
    list(zip(EVERY_REASON, ["12", "45", "77", "0.5", "2", "3.25", "0.87", "50", "1.00", "61"], strict=True)),
    ids=lambda value: getattr(value, "code", ""),
)
def test_each_reason_is_a_sentence_with_its_figure(reason, figure: str):
    with speaking("en"):
        sentence = reason.sentence()

    assert figure in sentence
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_every_reason_is_tried_above():
    assert set(codes(EVERY_REASON)) == set(gate.SENTENCES)


@pytest.mark.parametrize(
    ("model", "names"),
    [("bg_nbd", beta_geometric.PARAMETER_NAMES), ("gamma_gamma", gamma_gamma.PARAMETER_NAMES)],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parameter_at_either_limit_is_said_in_words_and_a_figure_one_can_read(model: str, names, language: str):
    values = np.array([1e-6, 1000.0, 1.18e6, 1e-4])
    for place in range(len(names)):
        for at_upper in ((), (place,)):
            found = fit(at_bound=(place,), at_upper_bound=at_upper, parameters=values)
            with speaking(language):
                (sentence,) = (reason.sentence() for reason in gate.doubtful_fit(model, names, found))

            assert not re.search(r"\de[+-]?\d", sentence)
            assert re.search(r"\d", sentence)


def test_customers_of_whom_nobody_ever_left_close_the_gate_in_those_words():
    random = np.random.default_rng(1)
    repeats = random.poisson(6, 3_000).astype(float)
    last = np.array([random.uniform(0, 364, int(count)).max(initial=0) for count in repeats])
    _model, found = MbgNbd.fit(Purchases.grouped(repeats, np.round(last), np.full(3_000, 364.0)))

    (reason,) = gate.doubtful_fit("mbg_nbd", beta_geometric.PARAMETER_NAMES, found)
    assert "it would only if nobody ever left (b runs off to 10k)" in reason.sentence()
