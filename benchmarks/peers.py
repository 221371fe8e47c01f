"""What others would write for the same figures: the facts of `customer_features` that order lines allow.

As-of day is the last day of the generated lines; windows are the defaults (365 and 90 days).
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

AS_OF = date(2026, 6, 30)
LOOKBACK = AS_OF - timedelta(365)
EARLIER_LOOKBACK = AS_OF - timedelta(730)
WINDOW = AS_OF - timedelta(90)
EARLIER_WINDOW = AS_OF - timedelta(180)
COLUMNS = ["customer_id", "order_id", "ordered_at", "amount", "category", "discount", "cost"]


def polars_features(path: Path) -> pl.DataFrame:
    """One row per customer: order and revenue sums by window, gaps, categories, discounts, margin."""
    lines = pl.scan_parquet(path).select(COLUMNS)
    bought = pl.col("amount") > 0
    orders = lines.group_by("customer_id", "order_id").agg(
        pl.col("ordered_at").min(),
        pl.col("amount").sum().alias("revenue"),
        pl.col("amount").filter(bought).sum().alias("purchase_amount"),
        -pl.col("amount").filter(~bought).sum().alias("return_amount"),
        pl.col("discount").sum(),
        pl.col("cost").sum(),
        pl.col("amount").filter(pl.col("cost").is_not_null()).sum().alias("costed_amount"),
    )
    day, is_purchase = pl.col("ordered_at"), pl.col("purchase_amount") > 0
    gaps = (
        orders.filter(is_purchase)
        .select("customer_id", "ordered_at")
        .unique()
        .sort("customer_id", "ordered_at")
        .with_columns((day - day.shift().over("customer_id")).dt.total_days().alias("gap"))
        .group_by("customer_id")
        .agg(
            pl.col("gap").mean().alias("mean_gap_days"),
            pl.col("gap").std().alias("gap_deviation"),
            pl.col("gap").median().alias("median_gap_days"),
            pl.col("gap").max().alias("longest_gap_days"),
        )
    )
    year, before, now, earlier = (
        day > LOOKBACK,
        day.is_between(EARLIER_LOOKBACK, LOOKBACK, closed="right"),
        day > WINDOW,
        day.is_between(EARLIER_WINDOW, WINDOW, closed="right"),
    )
    sums = orders.group_by("customer_id").agg(
        day.filter(is_purchase).min().alias("first_order_on"),
        day.filter(is_purchase).max().alias("last_order_on"),
        is_purchase.sum().alias("lifetime_order_count"),
        pl.col("revenue").sum().alias("lifetime_revenue"),
        (is_purchase & year).sum().alias("order_count"),
        *[pl.col(name).filter(year).sum() for name in
          ("revenue", "purchase_amount", "return_amount", "discount", "cost", "costed_amount")],
        pl.col("revenue").filter(before).sum().alias("revenue_year_before"),
        *[pl.col(name).filter(now).sum().alias(f"{name}_window") for name in
          ("revenue", "purchase_amount", "return_amount", "discount")],
        *[pl.col(name).filter(earlier).sum().alias(f"{name}_earlier_window") for name in
          ("revenue", "purchase_amount", "return_amount", "discount")],
        (is_purchase & now).sum().alias("order_count_window"),
        (is_purchase & earlier).sum().alias("order_count_earlier_window"),
    )  # fmt: skip
    categories = lines.filter(bought & day.is_between(LOOKBACK, AS_OF, closed="right")).group_by("customer_id").agg(
        pl.col("category").n_unique().alias("category_count"),
        pl.col("category").filter(now).n_unique().alias("category_count_window"),
        pl.col("category").filter(earlier).n_unique().alias("category_count_earlier_window"),
    )  # fmt: skip
    bought_ever = sums.filter(pl.col("lifetime_order_count") > 0)
    return bought_ever.join(gaps, on="customer_id").join(categories, on="customer_id", how="left").collect()


def pandas_features(path: Path) -> pd.DataFrame:
    """The same in pandas, money as floats, which is kinder to it than decimals."""
    lines = pd.read_parquet(path, columns=COLUMNS)
    for name in ("amount", "discount", "cost"):
        lines[name] = lines[name].astype(float)
    lines["ordered_at"] = pd.to_datetime(lines["ordered_at"])
    lines["category"] = lines["category"].astype("category")
    lines["customer_id"] = lines["customer_id"].astype("category").cat.codes
    orders = _pandas_orders(lines)
    found = {"lifetime": _sums(orders), "year": _sums(orders[_within(orders, EARLIER_LOOKBACK + timedelta(365))])}
    for name, first, last in (
        ("before", EARLIER_LOOKBACK, LOOKBACK),
        ("window", WINDOW, AS_OF),
        ("earlier", EARLIER_WINDOW, WINDOW),
    ):
        found[name] = _sums(orders[_within(orders, first, last)])
        found[f"{name} categories"] = _categories(lines[_within(lines, first, last) & (lines["amount"] > 0)])
    return _gaps(orders).join([frame.add_prefix(f"{name} ") for name, frame in found.items()])


def _pandas_orders(lines: pd.DataFrame) -> pd.DataFrame:
    lines["purchase_amount"] = lines["amount"].clip(lower=0)
    lines["return_amount"] = (-lines["amount"]).clip(lower=0)
    lines["costed_amount"] = lines["amount"].where(lines["cost"].notna())
    money = ["amount", "purchase_amount", "return_amount", "discount", "cost", "costed_amount"]
    by_order = lines.groupby(["customer_id", "order_id"], sort=False)
    orders = by_order[money].sum()
    orders["ordered_at"] = by_order["ordered_at"].min()
    orders["is_purchase"] = orders["purchase_amount"] > 0
    orders["purchased_at"] = orders["ordered_at"].where(orders["is_purchase"])
    return orders.reset_index().drop(columns="order_id")


def _gaps(orders: pd.DataFrame) -> pd.DataFrame:
    """Days between a customer's purchase days, for each customer who ever bought."""
    days = orders.loc[orders["is_purchase"], ["customer_id", "ordered_at"]].drop_duplicates()
    days = days.sort_values(["customer_id", "ordered_at"])
    days["gap"] = days.groupby("customer_id")["ordered_at"].diff().dt.days
    return days.groupby("customer_id")["gap"].agg(["mean", "std", "median", "max"])


def _within(frame: pd.DataFrame, first: date, last: date = AS_OF) -> Any:
    return (frame["ordered_at"] > pd.Timestamp(first)) & (frame["ordered_at"] <= pd.Timestamp(last))


def _sums(orders: pd.DataFrame) -> pd.DataFrame:
    by_customer = orders.groupby("customer_id")
    sums = by_customer[["amount", "purchase_amount", "return_amount", "discount", "cost", "costed_amount"]].sum()
    bought = by_customer["purchased_at"].agg(["min", "max"]).join(by_customer["is_purchase"].sum())
    return sums.join(bought)


def _categories(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.groupby("customer_id")[["category"]].nunique()


def pandas_tiers(
    frame: pd.DataFrame, weights: dict[str, float], saved: pd.Series | None = None
) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """A weighted score over levels that are there, tiers by quota, their summary and the moves from saved tiers."""
    known = [name for name in weights if frame[name].notna().any()]
    total = sum(frame[name].notna() * weights[name] for name in known)
    score = sum(frame[name].fillna(0) * weights[name] for name in known) / total
    rank = score.rank(pct=True, ascending=False)
    tier = pd.cut(rank, [0, 0.2, 0.5, 0.8, 1], labels=["A", "B", "C", "D"])
    summary = frame.groupby(tier, observed=True).agg(customers=("customer_key", "count"), revenue=("revenue", "sum"))
    return tier, summary, pd.crosstab(tier if saved is None else saved, tier)


def lifetimes_summary(path: Path) -> pd.DataFrame:
    """What the `lifetimes` package makes of order lines: repeat purchase days, their last, tenure, mean spend."""
    from lifetimes.utils import summary_data_from_transaction_data

    lines = pd.read_parquet(path, columns=["customer_id", "ordered_at", "amount"]).astype({"amount": float})
    return summary_data_from_transaction_data(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=AS_OF, freq="D"
    )
