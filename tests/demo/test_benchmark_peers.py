"""What others are timed at is the same question: polars and pandas give the facts that our features give."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.generate import generate_order_lines
from benchmarks.peers import AS_OF, pandas_features, pandas_tiers, polars_features
from crm_core.book import Book
from crm_core.settings import Scenario
from crm_core.store import CanonicalTable
from crm_core.store.publishing import Publication, publish_version
from tests.books import book_of, workspace

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
def book(lines: Path) -> Book:
    told = Publication("shop", "", datetime(2026, 7, 1, tzinfo=UTC))
    table = CanonicalTable("orders", (lines,))
    return book_of(publish_version(lines.parent / "shop", [table], told, workspace().database), AS_OF)


@pytest.fixture(scope="module")
def ours(book: Book) -> pd.DataFrame:
    with book.engine.lease(book.features) as kept:
        features = book.engine.database.arrow(f"select * from {kept}").to_pandas()
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


def test_the_tiers_of_pandas_are_ours_but_for_scores_that_tie(book: Book):
    saved, growth = Scenario(), 2.5
    with book.engine.lease(book.features) as kept, book.engine.lease(book.levels()) as levels:
        query = f"select * from {kept} inner join {levels} using (customer_key)"
        frame = book.engine.database.arrow(query).to_pandas()
    frame["revenue"] = frame["revenue"].astype(float)
    weights = {f"{name}_level": weight for name, weight in saved.value.weights.model_dump().items() if weight}

    tiers = book.value_tiers(saved.with_changes({"value.weights.growth": growth}).value, saved)
    before = pandas_tiers(frame, weights)[0]
    _tiers, summary, moves = pandas_tiers(frame, weights | {"growth_level": growth}, before)

    mine = tiers.summary.to_pandas().set_index("tier")
    assert summary["customers"].to_list() == pytest.approx(mine["customers"].to_list(), abs=5)
    assert summary["revenue"].to_list() == pytest.approx(mine["revenue"].astype(float).to_list(), rel=0.02, abs=50)
    assert moves.to_numpy().sum() == sum(tiers.moves.to_pandas()["customers"]) == len(frame)
