"""Each plant shows in the plain figures, before any of the product's own models look at it."""

import warnings
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from crm_core.demo.plants import BACKGROUND, FIRST_DAY, INFLATION_A_YEAR, LAST_DAY

END = pd.Timestamp(LAST_DAY)
QUARTER = pd.Timedelta(days=90)


@pytest.fixture(scope="module")
def customers(tables):
    """One row per customer who ordered: plain features on the last day."""
    lines = tables["orders"].to_pandas()
    lines["day"] = lines["ordered_at"].dt.normalize()
    for column in ("amount", "discount"):
        lines[column] = lines[column].astype(float)
    bought = lines[lines["amount"] > 0]
    now, before = (lines["day"] > END - QUARTER), (lines["day"] <= END - QUARTER) & (lines["day"] > END - 2 * QUARTER)
    by = bought.groupby("customer_id")
    features = pd.DataFrame(
        {
            "orders": by["order_id"].nunique(),
            "first": by["day"].min(),
            "days_since_last_order": (END - by["day"].max()).dt.days,
            "active_days": (by["day"].max() - by["day"].min()).dt.days,
            "tenure_days": (END - by["day"].min()).dt.days,
            "categories": by["category"].nunique(),
        }
    )
    for name, when in (("now", now), ("before", before)):
        window, purchases = lines[when], bought[when.loc[bought.index]]
        grouped = purchases.groupby("customer_id")
        gross = grouped["amount"].sum()
        features[f"revenue_{name}"] = window.groupby("customer_id")["amount"].sum()
        features[f"categories_{name}"] = grouped["category"].nunique()
        features[f"orders_{name}"] = grouped["order_id"].nunique()
        features[f"discount_{name}"] = grouped["discount"].sum() / (gross + grouped["discount"].sum())
        features[f"returns_{name}"] = 1 - features[f"revenue_{name}"] / gross
    last_year = lines[lines["day"] > END - pd.Timedelta(days=365)].groupby("customer_id")["amount"].sum()
    archive = tables["customers"].to_pandas().set_index("customer_id")
    features["share_of_wallet"] = last_year / archive["wallet"].astype(float)
    features["orders_per_month"] = features["orders"] / (features["tenure_days"] + 1) * 30.44
    return features.join(tables["planted"].to_pandas().set_index("customer_id")[["plant"]])


def of(customers, plant):
    return customers[customers["plant"] == plant]


def test_frequent_plants_order_at_least_every_month_and_rare_ones_do_not(customers):
    for plant in ("high_loyalty", "inertia", "whale"):
        assert (of(customers, plant)["orders_per_month"] > 0.9).mean() > 0.95, plant
    for plant in ("latent", "zero"):
        assert (of(customers, plant)["orders_per_month"] < 0.9).mean() > 0.95, plant


def test_dependent_plants_give_us_most_of_their_wallet_and_the_others_a_fraction(customers):
    for plant in ("high_loyalty", "latent"):
        assert of(customers, plant)["share_of_wallet"].dropna().between(0.64, 0.96).all(), plant
    for plant in ("inertia", "zero"):
        assert (of(customers, plant)["share_of_wallet"].dropna() < 0.21).all(), plant


def test_dependent_plants_buy_from_more_categories(customers):
    median = customers.groupby("plant")["categories"].median()

    assert min(median["high_loyalty"], median["latent"]) >= 6
    assert max(median["inertia"], median["zero"]) <= 4


def test_those_about_to_lapse_have_stopped_or_slowed(customers):
    leaving = of(customers, "about_to_lapse")
    usual_gap = leaving["active_days"] / (leaving["orders"] - 1)

    assert (leaving["orders_now"].fillna(0) < 0.5 * leaving["orders_before"].fillna(0)).mean() > 0.6
    assert (leaving["days_since_last_order"] > 3 * usual_gap).mean() > 0.7
    assert (leaving["days_since_last_order"] <= 155).all()


def test_falling_spend_falls_by_half_while_the_rhythm_stays(customers):
    falling = of(customers, "falling_spend").sum(numeric_only=True)

    assert 0.35 < falling["revenue_now"] / falling["revenue_before"] < 0.6
    assert 0.9 < falling["orders_now"] / falling["orders_before"] < 1.2


def test_discount_chasers_buy_at_a_growing_discount(customers):
    chasers = of(customers, "discount_chaser")

    assert (chasers["discount_now"] > 2 * chasers["discount_before"]).mean() > 0.85


def test_return_risers_send_back_more_and_more(customers):
    risers = of(customers, "return_riser")

    assert risers["returns_now"].mean() > 0.1
    assert risers["returns_now"].mean() > 5 * risers["returns_before"].mean()


def test_narrowing_customers_lose_half_their_categories(customers):
    narrowing = of(customers, "narrowing")

    assert narrowing["categories_now"].mean() < 0.55 * narrowing["categories_before"].mean()


def test_lapsed_customers_have_been_gone_for_over_a_year(customers):
    assert (of(customers, "lapsed")["days_since_last_order"] > 365).all()


def test_one_timers_ordered_once(customers):
    assert (of(customers, "one_timer")["orders"] == 1).all()


def test_prospects_never_ordered(customers):
    assert of(customers, "prospect").empty


def test_won_back_customers_came_back_after_most_of_a_year(tables, customers):
    lines = tables["orders"].select(["customer_id", "ordered_at"]).to_pandas()
    won = lines[lines["customer_id"].isin(of(customers, "won_back").index)].sort_values("ordered_at")
    longest = won.groupby("customer_id")["ordered_at"].apply(lambda times: times.diff().max())

    assert (longest > pd.Timedelta(days=180)).all()
    assert (of(customers, "won_back")["days_since_last_order"] < 60).mean() > 0.95


def test_fast_growing_customers_grow_and_nobody_else_doubles(customers):
    totals = customers.groupby("plant")[["revenue_now", "revenue_before"]].sum()
    growth = totals["revenue_now"] / totals["revenue_before"].replace(0, np.nan)

    assert growth["fast_growing"] > 1.3
    assert (growth.drop(["fast_growing", "won_back"]).dropna() < 1.25).all()


def test_late_payers_pay_weeks_late_and_did_not_two_years_ago(tables, customers):
    invoices = tables["payments"].to_pandas()
    invoices = invoices[invoices["customer_id"].isin(of(customers, "late_payer").index)]
    late = (pd.to_datetime(invoices["paid_at"]) - pd.to_datetime(invoices["due_at"])).dt.days
    invoiced = pd.to_datetime(invoices["invoiced_at"])

    assert late[invoiced > END - pd.Timedelta(days=180)].mean() > 30
    assert late[invoiced < END - pd.Timedelta(days=500)].mean() < 6


def test_a_dozen_whales_bring_a_tenth_of_revenue(customers):
    share = of(customers, "whale")["revenue_now"].sum() / customers["revenue_now"].sum()

    assert 0.08 < share < 0.16


@pytest.fixture(scope="module")
def background_days(tables, customers):
    """One row per background customer and day of purchase, with the spend at first-day prices."""
    lines = tables["orders"].select(["customer_id", "ordered_at", "amount"]).to_pandas()
    lines["amount"] = lines["amount"].astype(float)
    lines = lines[lines["customer_id"].isin(of(customers, "background").index) & (lines["amount"] > 0)]
    lines["day"] = lines["ordered_at"].dt.normalize()
    days = lines.groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    years = (days["day"] - pd.Timestamp(FIRST_DAY)).dt.days / 365.25
    days["spend"] = days["amount"] / (1 + INFLATION_A_YEAR) ** years
    return days


def test_a_bg_nbd_fit_finds_the_background_again(background_days):
    from lifetimes import BetaGeoFitter

    by = background_days.groupby("customer_id")["day"]
    repeat, active, tenure = by.count() - 1, (by.max() - by.min()).dt.days, (END - by.min()).dt.days
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the fitter's search, not of the data
        found = BetaGeoFitter().fit(repeat, active, tenure).params_

    assert found["r"] == pytest.approx(BACKGROUND.r, rel=0.1)
    assert found["alpha"] == pytest.approx(BACKGROUND.alpha, rel=0.12)
    leaving = BACKGROUND.a / (BACKGROUND.a + BACKGROUND.b)
    assert found["a"] / (found["a"] + found["b"]) == pytest.approx(leaving, rel=0.12)


def test_the_background_spends_what_gamma_gamma_says(background_days):
    spend = background_days.groupby("customer_id")["spend"].mean()

    assert spend.mean() == pytest.approx(BACKGROUND.p * BACKGROUND.gamma / (BACKGROUND.q - 1), rel=0.08)


def test_the_background_is_alive_only_if_it_is_said_to_be(tables):
    planted = tables["planted"].to_pandas().query("plant == 'background'")
    alive = planted["is_alive"].astype(bool)

    assert 0.3 < alive.mean() < 0.7
    recent = tables["orders"].select(["customer_id", "ordered_at"]).to_pandas()
    recent = set(recent[recent["ordered_at"] > END - timedelta(days=60)]["customer_id"])
    assert planted[alive]["customer_id"].isin(recent).mean() > 2 * planted[~alive]["customer_id"].isin(recent).mean()
