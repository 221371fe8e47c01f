"""Exits counted another way: in pandas from the order lines, and of a sample beside all customers."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from crm_core.book import Book
from crm_core.exits import SIGNALS, Exits, exits
from crm_core.exits.warnings import looked_every, wilson_error
from tests.books import book_with, scenario
from tests.simulated_shop import LAST_DAY, shop_orders

HORIZON = 70
AHEAD = [f"{signal}_ahead" for signal in SIGNALS]


def rules(**changed):
    return scenario(churn__horizon_days=HORIZON, **changed)


@cache
def lines() -> pd.DataFrame:
    """The lines of 600 customers, every tenth returned in part after a week, half of them with a known cost."""
    random = np.random.default_rng(5)
    bought = pd.DataFrame(shop_orders(), columns=["customer", "day", "amount"])
    bought["category"] = random.choice(list("abcd"), len(bought))
    bought["cost"] = np.where(random.random(len(bought)) < 0.5, (bought.amount * 0.6).round(2), np.nan)
    returned = bought[random.random(len(bought)) < 0.1].assign(
        day=lambda rows: [min(day + timedelta(7), LAST_DAY) for day in rows.day],
        amount=lambda rows: -(rows.amount / 4).round(2),
        cost=np.nan,
    )
    return pd.concat([bought, returned], ignore_index=True)


@cache
def book() -> Book:
    rows = lines()
    return book_with(
        list(zip(rows.customer, rows.day, rows.amount, strict=True)),
        as_of=LAST_DAY,
        category=list(rows.category),
        cost=[None if np.isnan(cost) else cost for cost in rows.cost],
    )


def listed(found: Exits) -> pd.DataFrame:
    return found.listing().everything().to_pandas().set_index("customer_id").sort_index()


def of_one_in(monkeypatch: pytest.MonkeyPatch, every: int, **changed) -> Exits:
    """The exits with one customer in `every` looked at."""
    monkeypatch.setattr("crm_core.exits.warnings.MOST_LOOKED_AT", book().customer_count // every)
    assert looked_every(book()) == every
    return exits(book(), rules(**changed))


def test_who_left_and_what_went_with_them_is_what_pandas_finds():
    exact = lines().assign(
        amount=[Decimal(str(each)) for each in lines().amount],
        margin=[
            Decimal(str(amount)) - Decimal(str(cost)) if cost == cost else Decimal(str(amount)) / 4
            for amount, cost in zip(lines().amount, lines().cost, strict=True)
        ],
        bought_on=lambda rows: rows.day.where(rows.amount > 0),
    )
    exact["last_on"] = exact.groupby("customer").bought_on.transform("max")
    gone = exact[(LAST_DAY - exact.last_on).map(lambda gap: gap.days) >= HORIZON]
    year = gone[gone.day > gone.last_on.map(lambda day: day - timedelta(365))]
    expected = year.groupby("customer").agg(
        last_on=("last_on", "first"), revenue=("amount", "sum"), margin=("margin", "sum")
    )
    expected["exit_on"] = [day + timedelta(HORIZON) for day in expected.last_on]
    found = listed(exits(book(), rules(exits__period_days=1095)))

    assert len(found) > 100
    assert list(found.index) == list(expected.index)
    assert list(found.exit_on) == list(expected.exit_on)
    assert list(found.revenue_before) == list(expected.revenue)
    assert max(abs(found.margin_before - expected.margin)) < Decimal("0.0001")
    bought = year[year.amount > 0].groupby("customer").amount.sum().map(float)
    returned = -year[year.amount < 0].groupby("customer").amount.sum().map(float)
    assert list(found.returned_share) == pytest.approx(
        list((returned / bought).reindex(found.index).fillna(0)), abs=1e-6
    )
    assert list(found.order_count) == list(year[year.amount > 0].groupby("customer").day.nunique())


def test_a_month_sums_up_the_rows_of_its_list():
    found = exits(book(), rules())
    rows = listed(found).groupby("exit_month")

    assert found.months["month"].to_pylist() == sorted(rows.groups)
    assert found.months["customers"].to_pylist() == rows.size().to_list()
    assert found.months["revenue"].to_pylist() == rows.revenue_before.sum().to_list()
    assert (
        found.months["warned"].to_pylist() == rows.high_risk_ahead.agg(lambda days: (days >= HORIZON).sum()).to_list()
    )
    assert set(found.months["warned_error"].to_pylist()) == {0}


def test_who_is_in_no_sample_is_told_the_same_of_as_when_all_are_looked_at(monkeypatch: pytest.MonkeyPatch):
    whole = exits(book(), rules())
    everything, page = listed(whole), whole.listing().page(20, 30)
    sampled = of_one_in(monkeypatch, 6)

    assert sampled.warnings.is_sample
    assert everything[AHEAD].notna().any().sum() > 5
    pd.testing.assert_frame_equal(listed(sampled), everything)
    assert sampled.listing().page(20, 30).equals(page)
    assert (sampled.customers, sampled.revenue) == (whole.customers, whole.revenue)


def test_a_sample_tells_the_shares_of_the_customers_in_it(monkeypatch: pytest.MonkeyPatch):
    sampled = of_one_in(monkeypatch, 6)
    among = listed(sampled).query("customer_key % 6 == 0")
    lead = {row["signal"]: row for row in sampled.warnings.lead.to_pylist()}
    told = sampled.warnings

    assert told.looked_at == len(among) > 20
    assert told.buying_share == (among.high_risk_ahead >= HORIZON).mean()
    for signal in ("high_risk", "watch_risk", "overdue_order"):
        ahead = among[f"{signal}_ahead"]
        assert lead[signal]["shown_share"] == ahead.notna().mean()
        assert lead[signal]["while_buying_share"] == (ahead >= HORIZON).mean()
        assert lead[signal]["median_days"] == ahead.median()
    assert told.share_error == max(row["share_error"] for row in lead.values() if row["known"] == len(among))


@pytest.mark.parametrize(("warned", "customers"), [(0, 40), (3, 40), (20, 40), (900, 6523), (40, 40)])
def test_the_error_of_a_share_is_the_longer_side_of_wilsons_interval(warned: int, customers: int):
    low, high = binomtest(warned, customers).proportion_ci(method="wilson")
    share = warned / customers

    assert wilson_error(share, customers) == pytest.approx(max(high - share, share - low), rel=1e-6)


def test_of_all_the_share_lies_within_the_error_that_a_sample_states(monkeypatch: pytest.MonkeyPatch):
    missed = compared = 0
    for period in (120, 240, 365):
        whole = {
            row["signal"]: row for row in exits(book(), rules(exits__period_days=period)).warnings.lead.to_pylist()
        }
        with monkeypatch.context() as patch:
            for every in (2, 3, 5, 7):
                for row in of_one_in(patch, every, exits__period_days=period).warnings.lead.to_pylist():
                    if row["shown_share"] is not None:
                        compared += 1
                        missed += abs(row["shown_share"] - whole[row["signal"]]["shown_share"]) > row["share_error"]

    assert compared > 60
    assert missed <= compared / 20


def test_where_everybody_is_looked_at_nothing_is_off():
    found = exits(book(), rules())

    assert (found.warnings.every, found.warnings.share_error, found.warnings.stayers_error) == (1, 0, 0)
    assert {row["share_error"] for row in found.warnings.lead.to_pylist()} == {0}


def test_a_month_of_which_nobody_is_in_the_sample_tells_nothing_of_warnings(monkeypatch: pytest.MonkeyPatch):
    months = of_one_in(monkeypatch, 100).months.to_pylist()

    assert any(month["warned"] is None and month["warned_error"] is None for month in months)
    assert all(month["warned_error"] > 0 for month in months if month["warned"] is not None)
