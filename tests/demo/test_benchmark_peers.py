"""What others are timed at is the same question: polars and pandas give the facts that our features give."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.generate import generate_order_lines
from benchmarks.peers import AS_OF, pandas_features, polars_features
from crm_core.engine import Database
from crm_core.prepared import LocalFeatures, prepare_features
from crm_core.settings import Windows
from crm_core.store import CanonicalTable
from crm_core.store.publishing import Publication, publish_version

GAPS = ["mean_gap_days", "median_gap_days", "longest_gap_days"]
SHARED = [
    "first_order_on", "last_order_on", "lifetime_order_count", "lifetime_revenue", "order_count", "revenue",
    "revenue_year_before", "revenue_window", "revenue_earlier_window", "order_count_window",
    "order_count_earlier_window", "category_count", "category_count_window", "category_count_earlier_window", *GAPS,
]  # fmt: skip
# What pandas calls the facts it has: the table it sums, and its column.
IN_PANDAS = {
    "mean": "mean_gap_days", "median": "median_gap_days", "max": "longest_gap_days",
    "lifetime min": "first_order_on", "lifetime max": "last_order_on",
    "lifetime is_purchase": "lifetime_order_count", "lifetime amount": "lifetime_revenue",
    "year is_purchase": "order_count", "year amount": "revenue", "before amount": "revenue_year_before",
    "window amount": "revenue_window", "window is_purchase": "order_count_window",
    "window categories category": "category_count_window",
    "earlier amount": "revenue_earlier_window", "earlier is_purchase": "order_count_earlier_window",
    "earlier categories category": "category_count_earlier_window",
}  # fmt: skip


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So few lines a customer that some only ever returned something and some bought twice a day."""
    path = tmp_path_factory.mktemp("lines") / "lines.parquet"
    generate_order_lines(9_000, 2_000, seed=1, path=path)
    return path


@pytest.fixture(scope="module")
def ours(lines: Path) -> pd.DataFrame:
    database = Database(memory_limit="500MB", threads=1)
    told = Publication("shop", "", datetime(2026, 7, 1, tzinfo=UTC))
    data = publish_version(lines.parent / "shop", [CanonicalTable("orders", (lines,))], told, database)
    features = pd.read_parquet(prepare_features(data, AS_OF, Windows(), LocalFeatures(database)))
    database.close()
    return comparable(features.set_index("customer_id").sort_index())


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as days since 1970 and numbers as floats; where nothing was bought in a window there is nothing to sum."""
    days = ["first_order_on", "last_order_on"]
    counted = {day: (pd.to_datetime(frame[day]) - pd.Timestamp(0)).dt.days for day in days}
    numbers = frame.reindex(columns=SHARED).assign(**counted)
    return numbers.astype(float).fillna(dict.fromkeys((name for name in SHARED if name not in GAPS), 0.0))


def by_polars(lines: Path) -> pd.DataFrame:
    return polars_features(lines).to_pandas().set_index("customer_id")


def by_pandas(lines: Path) -> pd.DataFrame:
    return pandas_features(lines).rename(columns=IN_PANDAS)


@pytest.mark.parametrize("peer", [by_polars, by_pandas])
def test_a_peer_that_is_timed_gives_our_facts(peer: Callable[[Path], pd.DataFrame], lines: Path, ours: pd.DataFrame):
    theirs = peer(lines)
    shared = [name for name in SHARED if name in theirs]

    assert 1_500 < len(ours) < 2_000
    assert len(shared) >= len(SHARED) - 1
    pd.testing.assert_frame_equal(
        comparable(theirs.sort_index())[shared].reset_index(drop=True), ours[shared].reset_index(drop=True), atol=1e-6
    )
