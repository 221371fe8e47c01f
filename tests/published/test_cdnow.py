"""CDNOW, the sample of 2,357 customers every paper uses: concentration as published, features as pandas has them."""

import math
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crm_core.book import Book
from crm_core.settings import Windows
from tests.books import ARROW_TYPES, book_of, data_set_of

LAST_DAY = date(1998, 6, 30)
WHOLE = Windows(lookback_days=1095)
YEAR = Windows(lookback_days=180, window_days=60)


@cache
def purchases() -> pd.DataFrame:
    """One row per line of the file: customer_id, ordered_at, amount; read from where the lifetimes package lies."""
    package = find_spec("lifetimes").submodule_search_locations[0]
    file = Path(package) / "datasets" / "CDNOW_sample.txt"
    columns = ["master_id", "customer_id", "day", "discs", "amount"]
    frame = pd.read_csv(file, sep=r"\s+", header=None, names=columns, dtype={"customer_id": str}, skipinitialspace=True)
    frame["ordered_at"] = pd.to_datetime(frame["day"].astype(str), format="%Y%m%d")
    return frame[["customer_id", "ordered_at", "amount"]]


@cache
def book(windows: Windows, as_of: date = LAST_DAY) -> Book:
    return book_of(data_set(), as_of, windows=windows)


@cache
def data_set():
    frame = purchases()
    return data_set_of(
        {
            "orders": pa.table(
                {
                    "customer_id": pa.array(frame["customer_id"], pa.string()),
                    "ordered_at": pa.array(frame["ordered_at"].dt.to_pydatetime().tolist(), ARROW_TYPES["TIMESTAMP"]),
                    "amount": pa.array(frame["amount"].map("{:.2f}".format).tolist()).cast(
                        ARROW_TYPES["DECIMAL(18,4)"]
                    ),
                }
            )
        }
    )


def features(windows: Windows, as_of: date = LAST_DAY) -> pd.DataFrame:
    made = book(windows, as_of)
    table = made.engine.arrow(made.recipe("seen", "select * from customers_in_view"))
    return table.to_pandas().set_index("customer_id").sort_index()


def test_the_sample_is_the_published_one():
    assert len(purchases()) == 6919
    assert purchases()["customer_id"].nunique() == 2357


ALL_CUSTOMERS = 2357  # those who only ever got discs for nothing among them: they bought nothing, so no book has them


@pytest.mark.parametrize(("customer_share", "percent"), [(0.01, 14.55), (0.05, 36.07), (0.1, 50.81), (0.2, 67.46)])
def test_the_best_customers_hold_the_published_share_of_spend(customer_share, percent):
    revenue = features(WHOLE)["revenue"].astype(float).sort_values(ascending=False)
    best = math.ceil(customer_share * ALL_CUSTOMERS)

    assert round(100 * revenue.iloc[:best].sum() / revenue.sum(), 2) == percent


def test_gini_is_the_published_one():
    buyers = len(features(WHOLE))
    among_buyers = book(WHOLE).value_tiers().concentration().to_pylist()[0]["gini"]
    among_all = 1 - buyers / ALL_CUSTOMERS * (1 - among_buyers)  # who brings nothing only lengthens the curve

    assert round(among_all, 4) == 0.6309


@pytest.mark.parametrize(("customer_share", "percent"), [(0.01, 14.55), (0.05, 36.07), (0.1, 50.81), (0.2, 67.46)])
def test_the_curve_passes_through_the_published_points(customer_share, percent):
    """The curve has a point at every 200th of the buyers: between two it is a line."""
    curve = book(WHOLE).value_tiers().concentration().to_pandas()
    share = np.interp(
        customer_share * ALL_CUSTOMERS / len(features(WHOLE)), curve["customer_share"], curve["revenue_share"]
    )

    assert abs(100 * share - percent) < 0.35


def test_the_overviews_top_share_is_the_published_one():
    assert round(100 * book(WHOLE).overview().figures.top_share, 1) == 67.3  # a fifth of the buyers alone


def pandas_features(windows: Windows, as_of: date) -> pd.DataFrame:
    """The same facts computed another way; one customer's lines of one day are one order."""
    lines = purchases()
    lines = lines[lines["ordered_at"] <= pd.Timestamp(as_of)]
    orders = lines.groupby(["customer_id", "ordered_at"], as_index=False).agg(
        amount=("amount", "sum"), bought=("amount", lambda amounts: (amounts > 0).any())
    )
    bought = orders[orders["bought"]]
    by_customer = bought.groupby("customer_id")["ordered_at"]
    found = pd.DataFrame(
        {
            "days_since_last_order": (pd.Timestamp(as_of) - by_customer.max()).dt.days,
            "tenure_days": (pd.Timestamp(as_of) - by_customer.min()).dt.days,
            "lifetime_order_count": by_customer.size(),
        }
    )
    gaps = bought.sort_values("ordered_at").groupby("customer_id")["ordered_at"].diff().dt.days
    gaps = gaps.dropna().groupby(bought["customer_id"])
    found["gap_count"] = gaps.size()
    found["median_gap_days"], found["longest_gap_days"] = gaps.median(), gaps.max()
    found["gap_variation"] = gaps.std(ddof=1) / gaps.mean()
    found["gap_count"] = found["gap_count"].fillna(0)
    for name, since, until in [
        ("", windows.lookback_days, 0),
        ("_year_before", 2 * windows.lookback_days, windows.lookback_days),
        ("_window", windows.window_days, 0),
        ("_earlier_window", 2 * windows.window_days, windows.window_days),
    ]:
        first, last = pd.Timestamp(as_of - timedelta(since)), pd.Timestamp(as_of - timedelta(until))
        inside = orders[(orders["ordered_at"] > first) & (orders["ordered_at"] <= last)]
        found[f"revenue{name}"] = inside.groupby("customer_id")["amount"].sum()
        found[f"order_count{name}"] = inside[inside["bought"]].groupby("customer_id").size()
        found[[f"revenue{name}", f"order_count{name}"]] = found[[f"revenue{name}", f"order_count{name}"]].fillna(0)
    return found.sort_index()


@pytest.mark.parametrize("as_of", [LAST_DAY, date(1997, 9, 30)])
def test_features_are_what_pandas_finds(as_of):
    ours, theirs = features(YEAR, as_of), pandas_features(YEAR, as_of)

    assert ours.index.tolist() == theirs.index.tolist()
    for name in theirs.columns:
        pd.testing.assert_series_equal(
            ours[name].astype(float), theirs[name].astype(float), check_names=False, check_index_type=False, atol=1e-6,
            obj=name,
        )  # fmt: skip


def test_ranks_are_what_pandas_finds():
    ours = book(YEAR)
    levels = ours.levels()
    text = f"select customer_id, revenue_level from {levels.name} join customers using (customer_key)"
    found = (
        ours.engine.arrow(ours.recipe("seen", text, parts=(levels,))).to_pandas().set_index("customer_id").sort_index()
    )
    revenue = features(YEAR)["revenue"].astype(float)
    ranks = revenue.rank(method="min") - 1

    np.testing.assert_allclose(found["revenue_level"], ranks / ranks.max())


def test_repeat_buyers_of_the_calibration_period_are_the_published_946():
    found = features(WHOLE, date(1997, 9, 30))

    assert int((found["gap_count"] > 0).sum()) == 946
    assert int(found["gap_count"].sum()) == 2457
