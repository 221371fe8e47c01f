"""The figures that papers and peers print for CDNOW, to the digits printed. Times in weeks, as they have them."""

import numpy as np
import pytest

from crm_core.lifetime import Closed, LifetimeValue, hold_out, lifetime_value, order_models
from crm_core.lifetime.beta_geometric import BetaGeometric
from crm_core.lifetime.bg_nbd import BgNbd
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.mbg_nbd import MbgNbd
from crm_core.settings import LifetimeSettings
from tests import cdnow
from tests.books import book_with


def one(value: float) -> np.ndarray:
    return np.array([value])


def history(customer: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = cdnow.histories()
    place = found["customer"] == customer
    return found["x"][place], found["t_x"][place], found["T"][place]


# ---------------------------------------------------------------------- preparation


def test_the_sample_has_2357_customers_2457_repeat_purchases_and_1882_in_the_hold_out():
    found = cdnow.purchases()

    assert (found.customer_count, found.repeat_purchase_count) == (2357, 2457)
    assert found.repeat_buyer_count == 946
    assert cdnow.histories()["later"].sum() == 1882


def cdnow_book(as_of):
    """CDNOW as a book. Eight paid nothing for their only order, which is no purchase here: they get a cent."""
    return book_with([(who, day, amount or 0.01) for who, day, amount in cdnow.order_lines()], as_of=as_of)


def test_a_book_prepares_the_same_histories_in_days():
    models = order_models(cdnow_book(cdnow.CALIBRATED_ON))

    assert (models.purchases.customer_count, models.purchases.repeat_purchase_count) == (2357, 2457)
    assert sorted(models.purchases.active_days / 7) == pytest.approx(sorted(cdnow.purchases().active_days))
    assert (models.history_days, models.silence_days) == (272, 0)


# ---------------------------------------------------------------------- BG/NBD


def test_bg_nbd_has_the_published_parameters_and_log_likelihood():
    model, fit = BgNbd.fit(cdnow.purchases())

    assert [round(value, 3) for value in (model.r, model.alpha, model.a, model.b)] == [0.243, 4.414, 0.793, 2.426]
    assert round(fit.log_likelihood, 1) == -9582.4
    assert round(fit.log_likelihood, 3) == -9582.429
    assert fit.has_converged
    assert fit.is_identified
    assert fit.at_bound == ()


def test_bg_nbd_expects_the_published_orders_of_customers():
    model, _fit = BgNbd.fit(cdnow.purchases())

    assert round(float(model.expected_orders(one(2), one(30.43), one(38.86), 39)[0]), 3) == 1.226
    assert round(float(model.probability_alive(*history("0001"))[0]), 4) == 0.7266
    assert round(float(model.expected_orders(one(2), one(30.43), one(38.86), 39)[0]), 4) == 1.2259
    assert round(float(model.probability_alive(*history("1516"))[0]), 5) == 0.96885


def test_customer_1516_expects_25_76_orders_in_a_year():
    """The printed 25.76 is for 52 weeks; 39 weeks hold 20.75 of them."""
    model, _fit = BgNbd.fit(cdnow.purchases())

    assert round(float(model.expected_orders(*history("1516"), 52)[0]), 2) == 25.76
    assert round(float(model.expected_orders(*history("1516"), 39)[0]), 2) == 20.75


def test_bg_nbd_expects_1653_of_the_1882_orders_of_the_hold_out():
    model, _fit = BgNbd.fit(cdnow.purchases())
    found = cdnow.histories()

    assert round(float(model.expected_orders(found["x"], found["t_x"], found["T"], 39).sum())) == 1653


# ---------------------------------------------------------------------- MBG/NBD


def test_mbg_nbd_has_the_published_parameters_and_log_likelihood():
    model, fit = MbgNbd.fit(cdnow.purchases())

    assert [round(value, 3) for value in (model.r, model.alpha, model.a, model.b)] == [0.525, 6.183, 0.891, 1.614]
    assert round(fit.log_likelihood, 1) == -9582.1
    assert round(fit.log_likelihood, 3) == -9582.136


# ---------------------------------------------------------------------- Gamma-Gamma


def test_gamma_gamma_has_the_published_parameters_and_log_likelihood():
    model, fit = GammaGamma.fit(cdnow.spend())

    assert [round(value, 2) for value in (model.p, model.q, model.gamma)] == [6.25, 3.74, 15.45]
    assert round(fit.log_likelihood, 2) == -4055.92


def test_unrounded_spend_gives_the_published_gamma_of_15_44():
    found = cdnow.histories()
    came_back = found["x"] > 0
    model, fit = GammaGamma.fit(type(cdnow.spend())(found["x"][came_back], found["mean_spend"][came_back]))

    assert round(float(np.nanmean(found["mean_spend"])), 4) == 35.0778
    assert [round(value, 2) for value in (model.p, model.q, model.gamma)] == [6.25, 3.74, 15.44]
    assert round(fit.log_likelihood, 2) == -4055.92


def test_gamma_gamma_expects_the_published_spend_of_customer_1():
    model, _fit = GammaGamma.fit(cdnow.spend())

    assert round(float(model.expected_spend(one(2), one(22.35))[0]), 4) == 24.6586


# ---------------------------------------------------------------------- through a book, in days


def test_a_book_tells_the_published_figures_of_customers():
    settings = LifetimeSettings(horizon_days=39 * 7, model="bg_nbd")
    found = lifetime_value(cdnow_book(cdnow.CALIBRATED_ON), settings)

    assert isinstance(found, LifetimeValue)
    rows = {row["customer_id"]: row for row in found.listing().everything().to_pylist()}
    assert round(rows["0001"]["probability_alive"], 4) == 0.7266
    assert round(rows["0001"]["expected_orders"], 3) == 1.226
    assert round(rows["1516"]["probability_alive"], 4) == 0.9689
    assert round(rows["1516"]["expected_orders"], 2) == 20.75
    assert round(float(rows["0001"]["expected_spend"]), 2) == 24.65
    assert round(float(found.totals["expected_orders"])) == 1653


def test_a_book_holds_out_1882_orders_and_expects_1653():
    found = hold_out(cdnow_book(cdnow.ENDS_ON), "bg_nbd", days=39 * 7)

    assert not isinstance(found, Closed)
    assert (found.calibrated_on, found.customers, found.orders) == (cdnow.CALIBRATED_ON, 2357, 1882)
    assert round(found.expected_orders) == 1653
    assert found.weeks.num_rows == 39
    assert sum(found.by_count["orders"].to_pylist()) == 1882
    assert sum(found.by_count["expected_orders"].to_pylist()) == pytest.approx(found.expected_orders, rel=1e-6)


def test_the_fit_expects_as_many_one_time_buyers_as_the_paper():
    """Figure 1 of Fader, Hardie and Lee: 1,411 customers made no repeat purchase, the model expects 1,408."""
    model, _fit = BgNbd.fit(cdnow.purchases())
    found = cdnow.purchases()
    expected = found.customers @ model.count_probabilities(found.tenure_days, 0)

    assert found.customers[found.repeat_purchases == 0].sum() == 1411
    assert round(float(expected[0])) == 1408


# ---------------------------------------------------------------------- beside lifetimes


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("ours", "theirs"), [(BgNbd, "BetaGeoFitter"), (MbgNbd, "ModifiedBetaGeoFitter")])
def test_lifetimes_says_the_same_at_our_parameters(ours: type[BetaGeometric], theirs: str):
    import lifetimes
    import pandas as pd

    model, _fit = ours.fit(cdnow.purchases())
    peer = getattr(lifetimes, theirs)()
    peer.params_ = pd.Series({"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b})
    found = cdnow.histories()
    facts = (found["x"], found["t_x"], found["T"])

    assert model.expected_orders(*facts, 39) == pytest.approx(
        peer.conditional_expected_number_of_purchases_up_to_time(39, *facts), rel=1e-9
    )
    assert model.probability_alive(*facts) == pytest.approx(np.ravel(peer.conditional_probability_alive(*facts)))
