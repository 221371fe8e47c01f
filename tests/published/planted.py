"""The demo company as the product sees it: one row per customer, what was planted beside every label."""

from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from crm_core.book import Book
from crm_core.schema import TABLES
from tests.books import book_of, data_set_of

DATA = Path(__file__).parent.parent.parent / "data"


@cache
def demo_book() -> Book:
    found = {path.stem: pq.read_table(path) for path in sorted(DATA.glob("*.parquet")) if path.stem in TABLES}
    return book_of(data_set_of(found))


@cache
def seen() -> pd.DataFrame:
    """One row per customer who ordered: plant, tier_number, loyalty_type, band, risk and the signals."""
    book = demo_book()
    tiers = book.value_tiers().listing().everything().to_pandas()
    loyalty = book.loyalty_types().listing().everything().to_pandas()
    risk = book.churn_signals().listing().everything().to_pandas()
    planted = pd.read_parquet(DATA / "planted.parquet")[["customer_id", "plant"]]
    labels = tiers[["customer_id", "tier_number", "score", "revenue"]]
    labels = labels.merge(loyalty[["customer_id", "loyalty_type", "dependence", "orders_per_month"]], on="customer_id")
    return labels.merge(risk.drop(columns=["tier_number", "revenue"]), on="customer_id").merge(
        planted, on="customer_id"
    )


def rate(plant: str, column: str, *values: object) -> float:
    """The share of a plant's customers whose label is one of `values`."""
    customers = seen()[seen()["plant"] == plant]
    return float(customers[column].isin(values).mean())


def separation(plant: str, column: str, others: pd.DataFrame) -> float:
    """ROC AUC: how often a customer of the plant stands above one of `others`; ties count half."""
    customers = seen()[seen()["plant"] == plant][column].fillna(0)
    ranks = pd.concat([customers, others[column].fillna(0)]).astype(float).rank()
    inside, outside = len(customers), len(others)
    return float((ranks.iloc[:inside].sum() - inside * (inside + 1) / 2) / (inside * outside))
