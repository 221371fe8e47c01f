"""The generator for measuring makes lines as uneven as a company's, in no order."""

import pyarrow.parquet as pq
import pytest

from benchmarks.generate import generate_order_lines


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    path = tmp_path_factory.mktemp("lines") / "lines.parquet"
    generate_order_lines(60_000, 5_000, seed=1, path=path)
    return pq.read_table(path).to_pandas()


def test_there_are_as_many_lines_and_customers_as_asked_for(lines):
    assert len(lines) == 60_000
    assert lines["customer_id"].nunique() == 5_000


def test_an_order_has_one_customer_and_one_day_and_about_three_lines(lines):
    orders = lines.groupby("order_id")[["customer_id", "ordered_at"]].nunique()

    assert (orders == 1).all().all()
    assert len(lines) / len(orders) == pytest.approx(3, abs=0.01)


def test_the_lines_lie_in_no_order(lines):
    for column in ("customer_id", "ordered_at", "order_id"):
        assert not lines[column].is_monotonic_increasing


def test_few_customers_bring_most_of_the_revenue(lines):
    revenue = lines.groupby("customer_id")["amount"].sum().astype(float).sort_values(ascending=False)

    assert 0.5 < revenue.head(1_000).sum() / revenue.sum() < 0.75


def test_the_same_seed_makes_the_same_lines(lines, tmp_path):
    generate_order_lines(60_000, 5_000, seed=1, path=tmp_path / "again.parquet")

    assert pq.read_table(tmp_path / "again.parquet").to_pandas().equals(lines)
