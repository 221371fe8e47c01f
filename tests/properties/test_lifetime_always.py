"""What must hold of the models whatever their parameters, and of a book's lifetime value whatever is asked."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from crm_core.book import Filters
from crm_core.lifetime import Closed, LifetimeValue, customers_alive, hold_out, lifetime_value, order_models, simulation
from crm_core.lifetime.beta_geometric import BetaGeometric, Likelihood
from crm_core.lifetime.bg_nbd import BgNbd
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.gamma_gamma import Likelihood as SpendLikelihood
from crm_core.lifetime.mbg_nbd import MbgNbd
from crm_core.lifetime.purchases import Purchases, Spend
from crm_core.settings import LifetimeSettings
from tests.books import book_with
from tests.simulated_shop import LAST_DAY, shop_orders

models = st.builds(
    lambda kind, *values: kind(*values),
    st.sampled_from([BgNbd, MbgNbd]),
    st.floats(0.05, 8), st.floats(0.5, 200), st.floats(0.05, 6), st.floats(0.05, 30),
)  # fmt: skip


def simulated(seed: int = 1, customers: int = 400) -> Purchases:
    random = np.random.default_rng(seed)
    return simulation.purchases(MbgNbd(0.6, 40.0, 0.8, 3.0), np.floor(random.uniform(0, 500, customers)), random)


def histories(count: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    repeats = random.integers(0, 40, count).astype(float)
    tenure = random.uniform(0, 800, count)
    return repeats, np.where(repeats > 0, tenure * random.random(count), 0.0), tenure


# ---------------------------------------------------------------------- the likelihoods


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_slope_and_curvature_are_those_of_the_likelihood(kind: type[BetaGeometric]):
    likelihood = Likelihood(simulated(), kind.first_toss)

    agrees_with_differences(likelihood, np.log([0.5, 30.0, 0.7, 2.0]))


def test_slope_and_curvature_are_those_of_the_likelihood_of_spend():
    random = np.random.default_rng(5)
    found = simulation.spend(GammaGamma(6.0, 4.0, 15.0), 1.0 + random.poisson(2, 300), random)

    agrees_with_differences(SpendLikelihood(found), np.log([3.0, 2.0, 20.0]))


def agrees_with_differences(likelihood, place):
    steps = 1e-5 * np.eye(len(place))
    _value, slope, curvature = likelihood(place)
    slopes = [(likelihood(place + step)[0] - likelihood(place - step)[0]) / 2e-5 for step in steps]
    curves = [(likelihood(place + step)[1] - likelihood(place - step)[1]) / 2e-5 for step in steps]

    assert slope == pytest.approx(slopes, rel=1e-6, abs=1e-4)
    assert curvature == pytest.approx(np.array(curves), rel=1e-6, abs=1e-4)


@given(model=models, seed=st.integers(0, 50))
def test_grouping_and_row_order_change_no_likelihood(model: BetaGeometric, seed: int):
    found = simulated(seed, 80)
    one_each = np.repeat(np.arange(len(found.customers)), found.customers.astype(int))
    mixed = np.random.default_rng(seed).permutation(one_each)
    columns = [each[mixed] for each in (found.repeat_purchases, found.active_days, found.tenure_days)]
    singles = Purchases(*columns, np.ones(len(mixed)))

    assert model.log_likelihood(singles) == pytest.approx(model.log_likelihood(found), rel=1e-10)
    assert model.log_likelihood(Purchases.grouped(*columns)) == pytest.approx(model.log_likelihood(found), rel=1e-10)


# ---------------------------------------------------------------------- finding the parameters again


@pytest.mark.parametrize("model", [BgNbd(0.6, 60.0, 0.8, 3.0), MbgNbd(0.6, 60.0, 0.8, 3.0), MbgNbd(0.25, 30, 0.8, 2.4)])
def test_the_parameters_of_simulated_customers_are_found_within_two_standard_errors(model: BetaGeometric):
    random = np.random.default_rng(13)
    _found, fit = type(model).fit(simulation.purchases(model, random.uniform(30, 1000, 20_000), random))

    assert np.abs((fit.parameters - [model.r, model.alpha, model.a, model.b]) / fit.standard_errors).max() < 2


@pytest.mark.parametrize("model", [BgNbd(0.6, 60.0, 0.8, 3.0), MbgNbd(0.6, 60.0, 0.8, 3.0)])
def test_standard_errors_are_as_large_as_the_errors(model: BetaGeometric):
    """Over twenty companies about 19 in 20 estimates lie within two standard errors."""
    errors = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        _found, fit = type(model).fit(simulation.purchases(model, random.uniform(30, 1000, 4000), random))
        errors.append((fit.parameters - [model.r, model.alpha, model.a, model.b]) / fit.standard_errors)

    assert np.mean(np.abs(errors) < 2) > 0.88
    assert 0.7 < np.std(errors) < 1.3


def test_the_parameters_of_simulated_spend_are_found_within_two_standard_errors():
    random = np.random.default_rng(12)
    _found, fit = GammaGamma.fit(simulation.spend(GammaGamma(6.0, 4.0, 15.0), 1.0 + random.poisson(2, 8000), random))

    assert np.abs((fit.parameters - [6.0, 4.0, 15.0]) / fit.standard_errors).max() < 2


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_another_unit_of_time_changes_alpha_alone(kind: type[BetaGeometric]):
    days = simulated()
    weeks = Purchases(days.repeat_purchases, days.active_days / 7, days.tenure_days / 7, days.customers)
    by_day, by_week = kind.fit(days)[0], kind.fit(weeks)[0]

    assert [by_week.r, by_week.alpha * 7, by_week.a, by_week.b] == pytest.approx(
        [by_day.r, by_day.alpha, by_day.a, by_day.b], rel=1e-4
    )


@pytest.mark.parametrize("rate", [0.01, 7.8, 1e6])
def test_another_currency_changes_gamma_alone(rate: float):
    random = np.random.default_rng(2)
    found = simulation.spend(GammaGamma(6.0, 4.0, 15.0), 1.0 + random.poisson(2, 500), random)
    here = GammaGamma.fit(found)[0]
    there = GammaGamma.fit(Spend(found.repeat_purchases, found.mean_spend * rate))[0]

    assert [there.p, there.q, there.gamma / rate] == pytest.approx([here.p, here.q, here.gamma], rel=1e-4)


# ---------------------------------------------------------------------- the predictions


@given(model=models, horizon=st.floats(1, 2000))
def test_expected_orders_are_those_of_the_papers_formula(model: BetaGeometric, horizon: float):
    """Equation (10) of Fader, Hardie and Lee, where it can be computed: a away from 1."""
    if abs(model.a - 1) < 0.02:
        return
    repeats, active, tenure = histories()
    tosses = repeats + model.first_toss
    since = model.alpha + tenure
    pole = (model.a + model.b + tosses - 1) / (model.a - 1)
    series = hyp2f1(model.r + repeats, model.b + tosses, model.a + model.b + tosses - 1, horizon / (since + horizon))
    known = np.isfinite(series)
    shrunk = (since / (since + horizon)) ** (model.r + repeats) * np.where(known, series, 0)
    expected = pole * (1 - shrunk) * model.probability_alive(repeats, active, tenure)

    assert model.expected_orders(repeats, active, tenure, horizon)[known] == pytest.approx(
        expected[known], rel=1e-5, abs=1e-9
    )


def test_expected_orders_pass_smoothly_through_a_of_one():
    below, at, above = (
        float(BgNbd(0.5, 30.0, a, 3.0).expected_orders(5, 200, 300, 365)[0]) for a in (0.999, 1.0, 1.001)
    )

    assert below > at > above
    assert at == pytest.approx((below + above) / 2, rel=1e-5)


@given(model=models)
def test_longer_silence_never_makes_a_customer_more_alive(model: BetaGeometric):
    silent = np.linspace(0, 2000, 200)
    repeats = np.full(200, 4.0)
    alive = model.probability_alive(repeats, np.full(200, 100.0), 100.0 + silent)

    assert (np.diff(alive) <= 0).all()
    assert ((alive >= 0) & (alive <= 1)).all()


@given(tenure=st.floats(0, 3000), values=st.tuples(st.floats(0.05, 5), st.floats(1, 100), st.floats(0.1, 5)))
def test_bg_nbd_takes_one_time_buyers_for_alive_and_mbg_nbd_does_not(tenure: float, values):
    nobody = np.zeros(1)

    assert BgNbd(*values, 2.0).probability_alive(nobody, nobody, np.array([tenure]))[0] == 1
    assert MbgNbd(*values, 2.0).probability_alive(nobody, nobody, np.array([tenure]))[0] < 1


@given(model=models)
def test_the_chances_of_all_counts_add_up_to_one(model: BetaGeometric):
    chances = model.count_probabilities(np.array([0.0, 1.0, 20.0]), 3000)

    assert (chances >= 0).all()
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-3)


@given(model=models, days=st.floats(1, 1000))
def test_the_customers_orders_add_up_to_the_cumulative_curve(model: BetaGeometric, days: float):
    repeats, active, tenure = histories()
    curve = model.cumulative_orders(Purchases.grouped(repeats, active, tenure), np.array([0.0, days / 2, days]))

    assert curve[0] == pytest.approx(0, abs=1e-9)
    assert curve[2] == pytest.approx(model.expected_orders(repeats, active, tenure, days).sum(), rel=1e-4)
    assert curve[0] <= curve[1] <= curve[2]


@pytest.mark.parametrize("model", [BgNbd(0.8, 30.0, 0.6, 4.0), MbgNbd(0.8, 30.0, 0.6, 4.0)])
def test_customers_who_behave_as_the_model_says_are_predicted_within_two_percent(model: BetaGeometric):
    random = np.random.default_rng(1)
    tenure = random.uniform(0, 270, 20_000)
    who, moments = simulation.repeat_purchases(model, tenure + 270, random)
    known = moments <= tenure[who]
    repeats = np.bincount(who[known], minlength=len(tenure)).astype(float)
    active = np.zeros(len(tenure))
    np.maximum.at(active, who[known], moments[known])
    fitted, _fit = type(model).fit(Purchases.grouped(repeats, active, tenure))

    assert fitted.expected_orders(repeats, active, tenure, 270).sum() == pytest.approx((~known).sum(), rel=0.02)


@given(model=models, rate=st.floats(0, 0.01), horizon=st.floats(1, 1000))
def test_discounted_orders_lie_between_none_and_all(model: BetaGeometric, rate: float, horizon: float):
    repeats, _active, tenure = histories()
    plain, discounted = model.orders_if_alive(repeats, tenure, horizon, rate)

    assert (discounted <= plain * (1 + 1e-12)).all()
    assert (discounted >= plain * np.exp(-rate * horizon) * (1 - 1e-9)).all()


@given(spends=st.lists(st.floats(0, 1e6), min_size=2, max_size=2), repeats=st.integers(1, 200))
def test_expected_spend_lies_between_the_customers_own_and_everybodys(spends: list[float], repeats: int):
    model = GammaGamma(6.0, 4.0, 15.0)
    expected = model.expected_spend(np.full(2, float(repeats)), np.array(spends))
    low, high = np.minimum(spends, model.mean_spend), np.maximum(spends, model.mean_spend)

    assert (expected >= low * (1 - 1e-12)).all()
    assert (expected <= high * (1 + 1e-12)).all()


# ---------------------------------------------------------------------- a book


def shop(as_of: date = LAST_DAY, until: date = LAST_DAY, scale: float = 1, filters: Filters | None = None):
    lines = [(who, day, round(amount * scale, 2)) for who, day, amount in shop_orders() if day <= until]
    archive = [{"customer_id": f"c{who}", "region": "North" if who % 3 else "South"} for who in range(600)]
    return book_with(lines, as_of=as_of, customers=archive, filters=filters)


def opened(book, settings: LifetimeSettings | None = None) -> LifetimeValue:
    found = lifetime_value(book, settings)
    assert isinstance(found, LifetimeValue), found.sentences()
    return found


def listed(found: LifetimeValue) -> dict[str, dict]:
    return {row["customer_id"]: row for row in found.listing().everything().to_pylist()}


def test_the_list_says_what_the_models_say():
    found = opened(shop(), LifetimeSettings(horizon_days=200, annual_discount_rate=0))
    rows = list(listed(found).values())
    repeats, active, tenure = (
        np.array([float(row[name]) for row in rows]) for name in ("repeat_purchases", "active_days", "tenure_days")
    )
    model = found.used.model

    assert [row["probability_alive"] for row in rows] == pytest.approx(model.probability_alive(repeats, active, tenure))
    assert [row["expected_orders"] for row in rows] == pytest.approx(
        model.expected_orders(repeats, active, tenure, 200.0)
    )
    assert [float(row["expected_value"]) for row in rows] == pytest.approx(
        [row["expected_orders"] * float(row["expected_spend"]) for row in rows], abs=0.01
    )


def test_the_customers_add_up_to_the_totals_the_steps_and_the_curve():
    found = opened(shop())
    values = [row["expected_value"] for row in listed(found).values()]
    steps, curve = found.distribution().to_pylist(), found.concentration().to_pylist()

    assert found.totals["expected_value"] == sum(values)
    assert sum(row["expected_value"] for row in steps) == sum(values)
    assert sum(row["customers"] for row in steps) == found.totals["customers"] == len(values)
    assert curve[-1]["value_share"] == pytest.approx(1)
    assert all(one["value_share"] <= two["value_share"] for one, two in pairwise(curve))


def test_the_expected_counts_add_up_to_the_customers():
    counts = opened(shop()).repeat_counts()

    for model in ("customers", "bg_nbd", "mbg_nbd"):
        assert sum(counts[model].to_pylist()) == pytest.approx(600, rel=1e-9)


def test_a_filter_chooses_customers_and_changes_nobodys_figure():
    everybody, south = listed(opened(shop())), listed(opened(shop(filters=Filters(regions=("South",)))))

    assert 0 < len(south) < len(everybody)
    assert all(row["expected_value"] == everybody[who]["expected_value"] for who, row in south.items())


def test_later_orders_never_change_an_earlier_answer():
    day = date(2026, 3, 31)
    assert listed(opened(shop(as_of=day))) == listed(opened(shop(as_of=day, until=day)))


def test_money_in_another_unit_changes_values_alone():
    here, there = listed(opened(shop())), listed(opened(shop(scale=100)))

    assert [there[who]["probability_alive"] for who in here] == [row["probability_alive"] for row in here.values()]
    assert [float(there[who]["expected_value"]) / 100 for who in here] == pytest.approx(
        [float(row["expected_value"]) for row in here.values()], rel=1e-3, abs=0.05
    )


@pytest.mark.parametrize(
    ("more", "less"),
    [({"horizon_days": 365}, {"horizon_days": 180}), ({"annual_discount_rate": 0.0}, {"annual_discount_rate": 0.3})],
)
def test_a_longer_horizon_or_a_lower_discount_never_lowers_a_value(more: dict, less: dict):
    high, low = listed(opened(shop(), LifetimeSettings(**more))), listed(opened(shop(), LifetimeSettings(**less)))

    assert all(high[who]["expected_value"] >= row["expected_value"] for who, row in low.items())


def test_margin_is_the_assumed_share_of_revenue_where_no_cost_is_known():
    revenue, margin = (opened(shop(), LifetimeSettings(measure=each)) for each in ("revenue", "margin"))

    assert float(margin.totals["expected_value"]) == pytest.approx(
        0.25 * float(revenue.totals["expected_value"]), rel=1e-3
    )


def test_a_customers_last_day_over_time_is_the_list():
    found = opened(shop())
    row = found.listing().page(1).to_pylist()[0]
    days = found.alive_over_time(row["customer_id"]).to_pylist()

    assert days[-1]["day"] == LAST_DAY
    assert days[-1]["probability_alive"] == pytest.approx(row["probability_alive"])
    assert sum(day["is_purchase"] for day in days) == row["repeat_purchases"] + 1
    assert len(days) == row["tenure_days"] + 1


def test_a_purchase_counts_from_its_own_day_on():
    found = opened(shop())
    row = next(row for row in listed(found).values() if row["repeat_purchases"] == 3)
    days = found.alive_over_time(row["customer_id"]).to_pylist()
    second = [place for place, day in enumerate(days) if day["is_purchase"]][1]
    model = found.used.model

    assert days[0]["probability_alive"] == pytest.approx(float(model.probability_alive(*np.zeros((3, 1)))[0]))
    assert days[second]["probability_alive"] == pytest.approx(
        float(model.probability_alive(np.ones(1), np.full(1, float(second)), np.full(1, float(second)))[0])
    )


def test_the_hold_out_counts_the_customers_of_its_first_day_alone():
    found = hold_out(shop(), days=140)

    assert not isinstance(found, Closed)
    assert found.customers < 600
    assert found.orders == sum(found.by_count["orders"].to_pylist())
    assert found.expected_orders == pytest.approx(sum(found.by_count["expected_orders"].to_pylist()), rel=1e-6)


def test_the_hold_out_knows_nothing_of_what_came_after():
    """The same calibration day with other orders after it: the expectation stays, what happened differs."""
    whole = hold_out(shop(), days=140)
    cut = hold_out(shop(until=date(2026, 5, 1)), days=140)

    assert not isinstance(whole, Closed)
    assert not isinstance(cut, Closed)
    assert whole.weeks["expected_orders"] == cut.weeks["expected_orders"]
    assert whole.orders > cut.orders


def test_who_is_alive_is_told_without_a_model_of_spend():
    book = shop()
    alive = customers_alive(book)
    assert not isinstance(alive, Closed)
    told = {row["customer_id"]: row["probability_alive"] for row in book.engine.arrow(alive).to_pylist()}

    assert told == {who: row["probability_alive"] for who, row in listed(opened(book)).items()}


def test_equal_books_are_fitted_once():
    assert order_models(shop()) is order_models(shop(filters=Filters(regions=("South",))))
