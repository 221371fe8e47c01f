"""The figures an executive sees, and what changed since an earlier day: by hand."""

from datetime import date

import pytest

from crm_core import overview as overview_module
from crm_core.engine import Database, Engine
from crm_core.errors import NotEnoughData
from crm_core.overview import month_ends_before, same_day_months_before
from crm_core.settings import OverrideRule
from tests.books import book_of, book_with, scenario

DAY = "2026-03-31"
# old bought in the window before and in this one, gone only before, new only in this one
THREE = [("old", "2024-03-01", 40), ("old", "2024-06-01", 40), ("old", "2026-01-01", 60),
         ("gone", "2024-07-01", 10), ("new", "2026-02-01", 20)]  # fmt: skip


def test_the_figures():
    found = book_with(THREE, as_of=DAY, cost=[0, 0, 30, 0, 15]).overview().figures

    assert (found.customers, found.active_customers, found.new_customers) == (3, 2, 1)
    assert (found.revenue, found.margin) == (80, 35)
    assert found.margin_assumed_share == 0
    assert found.top_share == pytest.approx(60 / 80)
    assert found.retention == 0.5


def test_retention_is_unknown_where_the_data_does_not_reach_back_two_windows():
    recent = [("ann", "2024-05-02", 10), ("ann", DAY, 10)]

    assert book_with(recent, as_of=DAY).overview().figures.retention is None
    assert book_with([("bob", "2024-05-01", 10), *recent], as_of=DAY).overview().figures.retention == 0.5


def test_the_best_fifth_is_rounded_up_to_whole_customers():
    orders = [(f"c{place}", DAY, 10) for place in range(5)] + [("rich", DAY, 50)]

    assert book_with(orders, as_of=DAY).overview().figures.top_share == pytest.approx(60 / 100)  # 2 of 6


def test_where_nobody_bought_in_the_window_shares_are_unknown_and_not_zero():
    found = book_with([("ann", "2020-01-01", 10), ("bob", "2020-01-01", 10)], as_of=DAY).overview().figures

    assert (found.customers, found.active_customers, found.revenue) == (2, 0, 0)
    assert found.top_share is None
    assert found.margin_assumed_share is None


def test_revenue_at_risk_is_that_of_the_high_band():
    orders = [("ann", "2025-11-01", 50), ("ann", "2025-11-02", 50), ("bob", DAY, 70)]
    settings = scenario(churn__horizon_days=365, churn__high_from=0.4)
    found = book_with(orders, as_of=DAY).overview(settings).figures

    assert (found.customers_at_risk, found.revenue_at_risk) == (1, 100)


def test_nobody_in_view_is_told():
    with pytest.raises(NotEnoughData):
        book_with(THREE, as_of="2024-02-29").overview()


def test_an_earlier_day_before_the_data_is_not_compared():
    book = book_with(THREE, as_of=DAY)

    assert book.overview(compared_on=date(2024, 2, 29)).earlier is None
    assert book.overview(compared_on=date(2024, 2, 29)).changes == []
    assert book.overview(compared_on=date(2024, 3, 1)).earlier.customers == 1
    assert book.overview(compared_on=date(2026, 3, 31)).earlier is None


def test_the_comparison_sees_the_earlier_day_as_it_was():
    found = book_with(THREE, as_of=DAY).overview(compared_on=date(2025, 3, 31))

    assert (found.earlier.customers, found.earlier.revenue) == (2, 50)
    assert (found.figures.customers, found.figures.revenue) == (3, 80)


def sentences(orders, compared_on, **changes):
    found = book_with(orders, as_of=DAY).overview(scenario(**changes), compared_on)
    return [change.sentence for change in found.changes]


def test_who_lapsed_since_is_said_with_what_they_had_brought():
    orders = [("ann", "2025-06-01", 300), ("bob", "2025-06-01", 100), ("bob", DAY, 100)]
    found = sentences(orders, date(2025, 6, 30), churn__horizon_days=90)

    assert any("1 customer lapsed" in sentence and "300" in sentence for sentence in found)


def test_who_came_back_is_said():
    orders = [("ann", "2025-06-01", 300), ("bob", "2025-06-01", 100), ("bob", "2025-12-31", 100), ("ann", DAY, 50)]
    found = sentences(orders, date(2025, 12, 31), churn__horizon_days=90)

    assert any("1 customer came back" in sentence for sentence in found)


def test_who_rose_into_the_best_tier_and_who_fell_out_is_said():
    rule = OverrideRule(feature="revenue", comparison="at_least", value=100, tier_number=1).model_dump()
    low = OverrideRule(feature="revenue", comparison="below", value=100, tier_number=4).model_dump()
    orders = [("ann", "2024-06-01", 300), ("bob", "2024-06-01", 50), ("bob", DAY, 200), ("ann", DAY, 20)]
    found = sentences(orders, date(2024, 6, 30), value__overrides=[rule, low], churn__horizon_days=1000)

    assert any("1 customer rose into tier A" in sentence and "150" in sentence for sentence in found)
    assert any("1 customer fell out of tier A" in sentence and "280" in sentence for sentence in found)


def test_a_month_of_the_trend_adds_up_what_was_ordered_in_it():
    rows = book_with(THREE, as_of=DAY).overview().monthly_trend(24).to_pylist()

    assert [(row["month"].isoformat()[:7], int(row["revenue"]), row["active_customers"]) for row in rows] == [
        ("2024-06", 40, 1), ("2024-07", 10, 1), ("2026-01", 60, 1), ("2026-02", 20, 1),
    ]  # fmt: skip


def test_the_sparkline_ends_on_the_day_itself():
    found = book_with(THREE, as_of=DAY).overview()

    assert found.trend[-1] == (date(2026, 3, 31), found.figures)
    assert [day.isoformat() for day, _ in found.trend][:2] == ["2025-04-30", "2025-05-31"]
    assert found.trend_of("revenue")[-1] == 80


def test_the_trend_of_a_large_company_leaves_the_tables_of_the_day_itself_where_they_are(monkeypatch):
    monkeypatch.setattr(overview_module, "LARGE_CUSTOMER_COUNT", 2)
    database = Database(memory_limit="300MB", threads=1)
    engine = Engine(database)
    seen = book_of(book_with(THREE).data, DAY, engine_of_book=engine).overview()
    kept = engine.kept()
    engine.budget_bytes = sum(kept.values())
    days = [day.isoformat() for day, _figures in seen.trend]
    database.close()

    assert days == ["2025-12-31", "2026-01-31", "2026-02-28", DAY]
    assert set(engine.kept()) == set(kept)


def test_month_ends():
    assert month_ends_before(date(2026, 3, 15), 2) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends_before(date(2026, 3, 31), 1) == [date(2026, 2, 28)]
    assert month_ends_before(date(2026, 1, 1), 0) == []


def test_the_same_day_months_before():
    assert same_day_months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert same_day_months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert same_day_months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
