"""Scores on each side of a bound, ties, means, own break points, segments and moves: by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_core.engine import Engine
from crm_core.errors import NotEnoughData, SettingsError
from crm_core.settings import Windows
from tests.books import book_with, engine, scenario

DAY = "2026-03-31"
LAST = date(2026, 3, 31)


def ago(days: int) -> date:
    return LAST - timedelta(days)


def shop(*customers: tuple[int, int, int]):
    """A book of customers c0, c1 ... by days since the last order, orders, and revenue altogether."""
    lines, numbers = [], []
    for place, (days, orders, revenue) in enumerate(customers):
        for number in range(orders):
            lines.append((f"c{place}", ago(days), revenue - 0.01 * (orders - 1) if number == 0 else 0.01))
            numbers.append(f"{place}-{number}")
    return book_with(lines, as_of=DAY, order_id=numbers)


def listed(found) -> dict[str, dict]:
    return {
        row["customer_id"]: row
        for row in found.listing().ordered("customer_id", descending=False).everything().to_pylist()
    }


def scores(book, measure: str, **changes) -> list[int]:
    """The scores of c0, c1 ... in one measure."""
    found = book.rfm(scenario(**changes).rfm)
    return [row[measure] for _who, row in sorted(listed(found).items())]


def own(measure: str, *points: float) -> dict:
    return {f"rfm__{measure}__cut_by": "own", f"rfm__{measure}__points": points}


# ---------------------------------------------------------------------- scores


def test_equal_parts_put_as_many_customers_in_each_score():
    book = shop(*((days, 1, 10 * days + 10) for days in range(5)))

    assert scores(book, "freshness_score") == [5, 4, 3, 2, 1]
    assert scores(book, "revenue_score") == [1, 2, 3, 4, 5]


def test_equal_figures_share_the_lower_score_and_leave_those_above_to_nobody():
    book = shop(*((0, orders, 10) for orders in (1, 1, 1, 2, 3)))
    found = book.rfm()

    assert scores(book, "order_score") == [1, 1, 1, 4, 5]
    assert scores(book, "freshness_score") == [1, 1, 1, 1, 1]
    assert found.empty_scores("orders") == [2, 3]
    assert [found.scores["orders"].label(score) for score in (1, 3, 4, 5)] == ["0–1", "nobody", "2", "3 or more"]


def test_fewer_parts():
    book = shop(*((days, 1, 10) for days in range(6)))

    assert scores(book, "freshness_score", rfm__days__parts=3) == [3, 3, 2, 2, 1, 1]
    assert scores(book, "freshness_score", rfm__days__parts=2) == [2, 2, 2, 1, 1, 1]


def test_a_break_point_belongs_to_the_part_above_it():
    book = shop((29, 1, 99), (30, 2, 100), (31, 3, 101))

    assert scores(book, "freshness_score", **own("days", 30)) == [2, 1, 1]
    assert scores(book, "order_score", **own("orders", 2, 3)) == [1, 2, 3]
    assert scores(book, "revenue_score", **own("revenue", 100)) == [1, 2, 2]


def test_the_label_of_a_score_says_the_figures_that_have_it():
    found = shop((29, 1, 99)).rfm(
        scenario(**own("days", 30, 90), **own("orders", 2, 5), **own("revenue", 100, 1000)).rfm
    )

    assert [found.scores["days"].label(score) for score in (3, 2, 1)] == ["0–29 days", "30–89 days", "90 days or more"]
    assert [found.scores["orders"].label(score) for score in (3, 2, 1)] == ["5 or more", "2–4", "0–1"]
    assert [found.scores["revenue"].label(score) for score in (3, 2, 1)] == [
        "1,000 or more",
        "100 to under 1,000",
        "under 100",
    ]


def test_who_has_the_mean_is_high_in_orders_and_revenue_and_low_in_freshness():
    book = shop((10, 1, 100), (20, 2, 200), (30, 3, 300))
    by_mean = {f"rfm__{measure}__cut_by": "mean" for measure in ("days", "orders", "revenue")}
    found = book.rfm(scenario(**by_mean).rfm)

    assert scores(book, "freshness_score", **by_mean) == [2, 1, 1]
    assert scores(book, "order_score", **by_mean) == [1, 2, 2]
    assert found.scores["days"].bounds == (20,)


def test_a_mean_that_is_no_whole_number_is_told_as_it_is():
    found = shop((10, 1, 100), (21, 2, 200)).rfm(scenario(rfm__days__cut_by="mean").rfm)

    assert found.scores["days"].explained() == "Days since last order: **2** under 15.50 days, **1** 15.50 days or more"
    assert found.scores["days"].label(1) == "16 days or more"


def test_who_did_not_order_in_the_window_has_the_lowest_scores_and_moves_no_bound():
    active = [(days, days + 1, 10 * days + 10) for days in range(5)]
    among_themselves, with_silent = shop(*active), shop(*active, *[(400, 1, 999)] * 20)

    assert with_silent.rfm().scores == among_themselves.rfm().scores
    assert listed(with_silent.rfm())["c7"]["rfm_code"] == "111"


def test_where_nobody_ordered_in_the_window_there_is_nothing_to_score():
    with pytest.raises(NotEnoughData, match="ordered in the last 365 days"):
        shop((400, 2, 10)).rfm()


def test_break_points_rise():
    with pytest.raises(SettingsError, match="must lie above the one before: 90, 30"):
        scenario(**own("days", 90, 30))


# ---------------------------------------------------------------------- segments


def test_a_customer_is_in_the_segment_that_holds_the_three_scores():
    book = shop(*((4 - place, place + 1, 10 * place + 10) for place in range(5)))
    found = book.rfm()
    names = {who: found.segment(row["segment_number"]) for who, row in listed(found).items()}

    assert [row["rfm_code"] for row in listed(found).values()] == ["111", "222", "333", "444", "555"]
    assert names == {
        "c0": "Lost", "c1": "Hibernating", "c2": "Need attention", "c3": "Champions", "c4": "Champions",
    }  # fmt: skip


def test_segments_cells_and_scores_each_add_up_to_everybody():
    found = shop(*((7 * place % 40, 1 + place % 4, 10 + 13 * place % 50) for place in range(20))).rfm()

    for made in (found.segments, found.grid(), found.score_rows().slice(0, 5)):
        assert sum(made["customers"].to_pylist()) == found.customers == 20
        assert sum(made["revenue"].to_pylist()) == found.revenue
    assert found.segments.num_rows == 11
    assert found.grid().num_rows == 25


def test_who_is_in_no_segment_is_counted_and_listed_apart():
    book = shop((0, 1, 10), (9, 1, 20))
    partly = scenario(rfm__table="own", rfm__segments=[{"name": "Lately", "freshness": [2, 5]}], **own("days", 5))
    found = book.rfm(partly.rfm)

    assert [(row["segment"], row["customers"]) for row in found.segments.to_pylist()] == [
        ("Lately", 1),
        ("No segment", 1),
    ]
    assert found.without_segment.customers == 1
    assert found.listing().only("segment_number", [0]).everything()["customer_id"].to_pylist() == ["c1"]


def test_the_best_have_the_highest_score_in_all_three_and_the_big_and_silent_are_named():
    book = shop((0, 5, 100), (1, 4, 20), (2, 3, 30), (3, 2, 40), (4, 1, 500))
    found = book.rfm()

    assert (found.best.customers, found.silent_and_big.customers) == (0, 1)
    assert found.silent_and_big.revenue == Decimal(500)
    assert found.silent_and_big.revenue_share == pytest.approx(500 / float(found.revenue))


# ---------------------------------------------------------------------- against saved


def test_nobody_moves_while_the_draft_is_the_saved_scenario():
    assert shop((0, 1, 10)).rfm().moves == []


def test_a_segment_of_the_same_name_in_another_table_is_no_move():
    book = shop((0, 1, 10), (9, 1, 20))
    found = book.rfm(scenario(rfm__table="own", rfm__segments=[{"name": "Lost"}]).rfm)

    assert found.moves == [
        {"from_segment": "About to sleep", "to_segment": "Lost", "customers": 1, "revenue": Decimal(10)}
    ]


def test_moves_say_from_where_to_where_with_how_much_revenue():
    book = shop(*((4 - place, place + 1, 10 * place + 10) for place in range(5)))
    found = book.rfm(scenario(**own("days", 2, 3, 4, 9)).rfm)

    assert {(move["from_segment"], move["to_segment"], move["revenue"]) for move in found.moves} == {
        ("Lost", "Hibernating", 10),
        ("Hibernating", "About to sleep", 20),
        ("Need attention", "Potential loyalists", 30),
    }
    assert (found.moved_customers, found.moved_revenue) == (3, 60)


def test_another_look_back_window_is_compared_with_the_saved_one():
    saved = scenario(**own("days", 30), **own("orders", 2), **own("revenue", 5))
    book = shop((0, 2, 10), (50, 1, 20), (60, 1, 30)).through(Windows(lookback_days=55))
    moves = book.rfm(saved=saved).moves

    assert [(move["from_segment"], move["to_segment"]) for move in moves] == [("At risk", "Lost")]


def test_pictures_wait_for_no_ranks_of_everybody_and_the_list_does():
    own_engine = Engine(engine().database)
    found = replace(shop((3, 2, 50), (40, 1, 20)), engine=own_engine).rfm()
    assert found.segments.num_rows == 11
    assert not any(name.startswith("customer_ranks") for name in own_engine.kept())

    assert found.listing().page(2)["tier_number"].null_count == 0
    assert any(name.startswith("customer_ranks") for name in own_engine.kept())
