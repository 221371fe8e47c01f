"""Each feature on each side of its boundary, by hand.

With the usual windows and 2026-03-31 as the day: the look-back window is (2025-03-31, 2026-03-31],
the one before it (2024-03-31, 2025-03-31], the signal window (2025-12-31, 2026-03-31], the one
before it (2025-10-02, 2025-12-31], the same season last year (2025-01-01, 2025-04-01].
"""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_core.prepared import computed_features, feature_parameters
from crm_core.settings import Windows
from tests.books import book_of, book_with, customers_of, data_set, feature, features

DAY = "2026-03-31"
LOOKBACK_STARTS, EARLIER_LOOKBACK_STARTS = "2025-03-31", "2024-03-31"
WINDOW_STARTS, EARLIER_WINDOW_STARTS = "2025-12-31", "2025-10-02"
SEASON_STARTS, SEASON_ENDS = "2025-01-01", "2025-04-01"


def next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


# ---------------------------------------------------------------------- who is in the book


def test_an_order_on_the_as_of_day_counts_and_one_after_does_not():
    book = book_with([("ann", "2026-03-31", 10), ("bob", "2026-04-01", 10)], as_of="2026-03-31")

    assert customers_of(book) == ["ann"]
    assert feature(book, "ann", "days_since_last_order") == 0


def test_the_last_minute_of_the_as_of_day_still_counts():
    book = book_with([("ann", "2026-03-31 23:59:59", 10), ("bob", "2026-04-01 00:00:00", 10)], as_of=DAY)

    assert customers_of(book) == ["ann"]


def test_who_only_ever_returned_is_not_a_customer_who_bought():
    book = book_with([("ann", "2026-03-01", -10), ("bob", "2026-03-01", 10)], as_of=DAY)

    assert customers_of(book) == ["bob"]


def test_a_prospect_of_the_archive_is_not_in_the_book():
    book = book_with([("ann", DAY, 10)], as_of=DAY, customers=[{"customer_id": "ann"}, {"customer_id": "pia"}])

    assert customers_of(book) == ["ann"]


# ---------------------------------------------------------------------- windows: the start is out, the end is in


@pytest.mark.parametrize(
    ("name", "starts", "ends"),
    [
        ("revenue", LOOKBACK_STARTS, DAY),
        ("order_count", LOOKBACK_STARTS, DAY),
        ("revenue_year_before", EARLIER_LOOKBACK_STARTS, LOOKBACK_STARTS),
        ("order_count_year_before", EARLIER_LOOKBACK_STARTS, LOOKBACK_STARTS),
        ("revenue_window", WINDOW_STARTS, DAY),
        ("order_count_window", WINDOW_STARTS, DAY),
        ("revenue_earlier_window", EARLIER_WINDOW_STARTS, WINDOW_STARTS),
        ("order_count_earlier_window", EARLIER_WINDOW_STARTS, WINDOW_STARTS),
        ("revenue_season_window", SEASON_STARTS, SEASON_ENDS),
        ("category_count", LOOKBACK_STARTS, DAY),
        ("category_count_window", WINDOW_STARTS, DAY),
        ("category_count_earlier_window", EARLIER_WINDOW_STARTS, WINDOW_STARTS),
    ],
)
def test_a_window_leaves_its_first_day_out_and_takes_its_last_day_in(name: str, starts: str, ends: str):
    days = {"before": starts, "first": next_day(starts), "last": ends, "after": next_day(ends)}
    # the order of long ago puts everybody in the book
    orders = [(customer, day, 1) for customer in days for day in ("2020-01-01", days[customer])]
    book = book_with(orders, as_of=DAY, category="tea")

    assert [customer for customer in days if feature(book, customer, name)] == ["first", "last"]


@pytest.mark.parametrize(
    ("name", "starts", "ends"),
    [
        ("return_share", LOOKBACK_STARTS, DAY),
        ("return_share_window", WINDOW_STARTS, DAY),
        ("return_share_earlier_window", EARLIER_WINDOW_STARTS, WINDOW_STARTS),
        ("discount_share_window", WINDOW_STARTS, DAY),
        ("discount_share_earlier_window", EARLIER_WINDOW_STARTS, WINDOW_STARTS),
        ("full_price_share", LOOKBACK_STARTS, DAY),
    ],
)
def test_a_share_is_known_only_from_orders_inside_its_window(name: str, starts: str, ends: str):
    days = {"before": starts, "first": next_day(starts), "last": ends, "after": next_day(ends)}
    orders = [(customer, day, 1) for customer in days for day in ("2020-01-01", days[customer])]
    book = book_with(orders, as_of=DAY, discount=1)

    assert [customer for customer in days if feature(book, customer, name) is not None] == ["first", "last"]


def test_windows_are_as_long_as_they_are_set():
    windows = Windows(lookback_days=30, window_days=7)
    book = book_with([("ann", "2026-03-01", 1), ("ann", "2026-03-02", 2), ("ann", "2026-03-24", 4),
                      ("ann", "2026-03-25", 8)], as_of=DAY, windows=windows)  # fmt: skip

    assert feature(book, "ann", "revenue") == 14
    assert feature(book, "ann", "revenue_window") == 8
    assert feature(book, "ann", "revenue_earlier_window") == 4


def test_the_past_day_gives_the_answer_of_that_day():
    book = book_with([("ann", "2026-01-10", 10), ("ann", "2026-03-31", 5)], as_of=DAY)

    assert feature(book, "ann", "revenue") == 15
    assert feature(book.at(date(2026, 3, 30)), "ann", "revenue") == 10
    assert feature(book.at(date(2026, 3, 30)), "ann", "days_since_last_order") == 79


# ---------------------------------------------------------------------- rhythm


def gaps(*days: str) -> dict[str, object]:
    return features(book_with([("ann", day, 10) for day in days], as_of=DAY))["ann"]


def test_gaps_between_purchase_days():
    ann = gaps("2026-01-01", "2026-01-11", "2026-01-31")  # 10 and 20 days: mean 15, deviation 7.0711

    assert (ann["gap_count"], ann["mean_gap_days"], ann["median_gap_days"], ann["longest_gap_days"]) == (2, 15, 15, 20)
    assert ann["gap_variation"] == pytest.approx(0.471404521)


def test_one_order_has_no_gap_and_two_have_no_variation():
    assert gaps("2026-01-01")["median_gap_days"] is None
    assert gaps("2026-01-01")["gap_count"] == 0
    assert gaps("2026-01-01", "2026-01-11")["median_gap_days"] == 10
    assert gaps("2026-01-01", "2026-01-11")["gap_variation"] is None


def test_even_gaps_vary_not_at_all():
    assert gaps("2026-01-01", "2026-01-11", "2026-01-21", "2026-01-31")["gap_variation"] == 0


def test_the_median_of_four_gaps_lies_between_the_middle_two():
    ann = gaps("2026-01-01", "2026-01-02", "2026-01-05", "2026-01-12", "2026-02-11")  # 1, 3, 7, 30

    assert ann["median_gap_days"] == 5


def test_several_orders_of_one_day_are_several_orders_and_one_step_of_the_rhythm():
    days = ["2026-01-01", "2026-01-01", "2026-01-11", "2026-01-11"]
    book = book_with([("ann", day, 10) for day in days], as_of=DAY, order_id=["1", "2", "3", "4"])

    assert feature(book, "ann", "order_count") == 4
    assert feature(book, "ann", "gap_count") == 1
    assert feature(book, "ann", "median_gap_days") == 10


def test_lines_of_one_day_without_order_number_are_one_order():
    book = book_with([("ann", "2026-01-01", 10), ("ann", "2026-01-01", 5)], as_of=DAY)

    assert feature(book, "ann", "order_count") == 1
    assert feature(book, "ann", "average_order_value") == 15


def test_a_return_is_no_order_and_no_step_of_the_rhythm():
    book = book_with([("ann", "2026-01-01", 100), ("ann", "2026-01-06", -30), ("ann", "2026-01-11", 50)], as_of=DAY)
    ann = features(book)["ann"]

    assert (ann["order_count"], ann["lifetime_order_count"]) == (2, 2)
    assert (ann["gap_count"], ann["median_gap_days"]) == (1, 10)
    assert ann["days_since_last_order"] == 79
    assert ann["revenue"] == Decimal(120)
    assert ann["return_share"] == pytest.approx(0.2)
    assert ann["average_order_value"] == 75


def test_a_return_after_the_last_order_does_not_make_the_customer_fresh():
    book = book_with([("ann", "2026-01-01", 100), ("ann", "2026-03-31", -100)], as_of=DAY)

    assert feature(book, "ann", "days_since_last_order") == 89
    assert feature(book, "ann", "revenue") == 0


def test_orders_per_month_of_who_is_new_are_over_the_months_since_the_first_order():
    tenure_91 = [("ann", day, 10) for day in ("2025-12-30", "2026-01-30", "2026-02-28")]  # 3 orders in 2.99 months
    book = book_with([*tenure_91, ("bob", "2026-03-30", 10), ("cid", "2019-01-01", 10), ("cid", DAY, 10)], as_of=DAY)

    assert feature(book, "ann", "orders_per_month") == pytest.approx(3 / (91 / 30.4375))
    assert feature(book, "bob", "orders_per_month") == 1  # never over less than a month
    assert feature(book, "cid", "orders_per_month") == pytest.approx(1 / (365 / 30.4375))


# ---------------------------------------------------------------------- categories


def test_categories_of_a_window_are_a_distinct_count_whatever_comes_after():
    draw = random.Random(7)
    first, last = date(2025, 1, 1), date(2026, 6, 30)
    lines = [
        (draw.choice(["ann", "bob", "cid"]), first + timedelta(draw.randrange(540)), draw.choice([-1, 0, 1, 2, 3]))
        for _ in range(150)
    ]
    categories = [draw.choice(["tea", "rice", "oil", "salt", "soy", None]) for _ in lines]
    windows = Windows(lookback_days=60, window_days=20)
    data = book_with(lines, as_of=last, category=categories).data

    for days in range(0, 400, 37):
        as_of = last - timedelta(days)
        found = features(book_of(data, as_of, windows=windows))
        for name, starts, ends in [
            ("category_count", 60, 0),
            ("category_count_window", 20, 0),
            ("category_count_earlier_window", 40, 20),
        ]:
            for customer in found:
                expected = {
                    category
                    for (who, day, amount), category in zip(lines, categories, strict=True)
                    if who == customer and amount > 0 and category
                    and as_of - timedelta(starts) < day <= as_of - timedelta(ends)
                }  # fmt: skip
                assert (found[customer][name] or 0) == len(expected), (as_of, customer, name)


def test_who_never_bought_in_a_known_category_has_none_known():
    book = book_with([("ann", DAY, 10), ("bob", DAY, 10)], as_of=DAY, category=["tea", None])

    assert feature(book, "ann", "category_count") == 1
    assert feature(book, "bob", "category_count") is None


# ---------------------------------------------------------------------- money


def test_growth_compares_the_window_with_the_one_before():
    book = book_with([("ann", "2024-04-01", 100), ("ann", "2025-04-01", 150)], as_of=DAY)

    assert feature(book, "ann", "growth") == pytest.approx(0.5)


def test_growth_counts_only_the_days_of_the_window_before_on_which_somebody_was_a_customer():
    steady = [("ann", "2024-10-01", 182), ("ann", "2025-04-01", 365)]

    assert feature(book_with(steady, as_of=DAY), "ann", "growth") == pytest.approx(0)


def test_growth_is_unknown_until_the_window_before_was_lived_through_for_a_signal_window():
    known = book_with([("ann", "2025-01-01", 90), ("ann", "2025-04-01", 365)], as_of=DAY)
    unknown = book_with([("ann", "2025-01-02", 90), ("ann", "2025-04-01", 365)], as_of=DAY)

    assert feature(known, "ann", "growth") == pytest.approx(0)
    assert feature(unknown, "ann", "growth") is None


def test_growth_is_unknown_without_a_window_of_history_or_with_nothing_to_grow_from():
    orders = [("new", "2025-04-01", 100), ("returned", "2024-05-01", 100), ("returned", "2024-05-02", -100),
              ("silent", "2023-05-01", 100), ("shrunk", "2024-05-01", 100)]  # fmt: skip
    book = book_with(orders, as_of=DAY)

    assert feature(book, "new", "growth") is None
    assert feature(book, "returned", "growth") is None
    assert feature(book, "silent", "growth") is None
    assert feature(book, "shrunk", "growth") == -1


def test_margin_takes_the_assumed_rate_only_where_cost_is_unknown():
    book = book_with([("ann", DAY, 100), ("ann", DAY, 40), ("bob", DAY, 100)], as_of=DAY, cost=[70, None, None])

    assert feature(book, "ann", "margin") == 100 - 70 + 0.25 * 40
    assert feature(book, "ann", "margin_rate") == pytest.approx(40 / 140)
    assert feature(book, "ann", "margin_assumed_share") == pytest.approx(40 / 140, abs=1e-6)
    assert feature(book, "bob", "margin") == 25
    assert feature(book, "bob", "margin_assumed_share") == 1


def test_the_assumed_margin_is_the_managers():
    book = book_with([("ann", DAY, 100)], as_of=DAY, windows=Windows(default_margin_rate=0.1))

    assert feature(book, "ann", "margin") == 10


def test_cost_above_amount_is_a_negative_margin():
    book = book_with([("ann", DAY, 100)], as_of=DAY, cost=130)

    assert feature(book, "ann", "margin") == -30


def test_the_assumed_share_is_a_share_whatever_came_back():
    book = book_with([("ann", "2026-03-01", 100), ("ann", DAY, -90)], as_of=DAY, cost=[60, None])

    assert 0 <= feature(book, "ann", "margin_assumed_share") <= 1


def test_discount_is_a_share_of_the_list_price_of_lines_whose_discount_is_known():
    book = book_with([("ann", DAY, 80), ("ann", DAY, 100), ("ann", DAY, 900)], as_of=DAY, discount=[20, 0, None])

    assert feature(book, "ann", "discount_share_window") == pytest.approx(20 / 200)
    assert feature(book, "ann", "full_price_share") == pytest.approx(180 / 200)


def test_share_of_wallet_is_of_a_year_whatever_the_window():
    customers = [{"customer_id": "ann", "wallet": 3650}]
    month = Windows(lookback_days=30)
    orders = [("ann", DAY, 150), ("bob", DAY, 5)]

    assert feature(book_with(orders, as_of=DAY, customers=customers), "ann", "wallet_share") == pytest.approx(
        150 / 3650
    )
    book = book_with(orders, as_of=DAY, customers=customers, windows=month)
    assert feature(book, "ann", "wallet_share") == pytest.approx(0.5)
    assert feature(book, "bob", "wallet_share") is None


def test_on_time_is_a_share_of_the_orders_promised_and_delivered():
    book = book_with(
        [("ann", "2026-01-01", 1), ("ann", "2026-01-02", 1), ("ann", "2026-01-03", 1)],
        as_of=DAY,
        promised_at=["2026-01-05", "2026-01-05", "2026-01-05"],
        delivered_at=["2026-01-05 23:00", "2026-01-06", None],
    )

    assert feature(book, "ann", "on_time_share") == 0.5


def test_a_region_with_little_revenue_is_a_new_market():
    customers = [{"customer_id": "ann", "region": "East"}, {"customer_id": "bob", "region": "West"}]
    book = book_with([("ann", DAY, 90), ("bob", DAY, 10), ("cid", DAY, 900)], as_of=DAY, customers=customers)

    assert [feature(book, who, "market_newness") for who in ("ann", "bob", "cid")] == [0.1, 0.9, None]


def test_a_region_is_counted_whole_where_features_are_made_a_customer_at_a_time():
    customers = [{"customer_id": "ann", "region": "East"}, {"customer_id": "bob", "region": "West"}]
    book = book_with([("ann", DAY, 90), ("bob", DAY, 10)], as_of=DAY, customers=customers)
    apart = computed_features(book.data, feature_parameters(book.data, book.as_of, book.windows), 1)
    with book.engine.lease(apart) as kept:
        found = book.engine.database.rows(f"select customer_id, market_newness from {kept} order by customer_id")

    assert len(apart.pieces) == 2
    assert found == [("ann", 0.1), ("bob", 0.9)]


# ---------------------------------------------------------------------- payments


def invoice(customer: str, due: str, paid: str | None, amount: int = 100, **more: str) -> dict[str, object]:
    return {"customer_id": customer, "invoice_id": f"{customer}{due}", "due_at": due, "paid_at": paid,
            "amount": amount, **more}  # fmt: skip


def test_what_was_paid_after_the_day_was_open_on_that_day():
    orders = [("ann", "2026-01-01", 10)]
    payments = [invoice("ann", "2026-03-01", "2026-04-01")]
    book = book_with(orders, as_of=DAY, payments=payments)

    assert feature(book, "ann", "overdue_balance") == 100
    assert feature(book, "ann", "median_days_late") is None
    assert feature(book.at(date(2026, 4, 1)), "ann", "overdue_balance") == 0
    assert feature(book.at(date(2026, 4, 1)), "ann", "median_days_late") == 31


def test_an_invoice_is_overdue_from_the_day_after_it_is_due():
    book = book_with([("ann", "2026-01-01", 10)], as_of=DAY, payments=[invoice("ann", DAY, None)])

    assert feature(book, "ann", "overdue_balance") == 0
    assert feature(book.at(date(2026, 4, 1)), "ann", "overdue_balance") == 100


def test_an_invoice_not_yet_written_is_not_known():
    payments = [invoice("ann", "2026-03-01", "2026-03-02", invoiced_at="2026-04-01")]
    book = book_with([("ann", "2026-01-01", 10)], as_of=DAY, payments=payments)

    assert feature(book, "ann", "median_days_late") is None


def test_days_late_are_negative_when_early_and_the_median_of_all_paid():
    payments = [invoice("ann", "2026-01-10", "2026-01-05"), invoice("ann", "2026-02-10", "2026-02-13"),
                invoice("ann", "2026-03-10", "2026-03-30")]  # fmt: skip
    book = book_with([("ann", "2026-01-01", 10)], as_of=DAY, payments=payments)

    assert feature(book, "ann", "median_days_late") == 3
    assert feature(book.at(date(2026, 1, 31)), "ann", "median_days_late") == -5


# ---------------------------------------------------------------------- the archive, and what is absent


def test_the_archive_counts_licence_phone_and_address_double():
    customers = [{"customer_id": "ann", "name": "Ann", "phone": "1"}, {"customer_id": "bob"}]
    book = book_with([("ann", DAY, 1), ("bob", DAY, 1)], as_of=DAY, customers=customers)

    assert feature(book, "ann", "archive_completeness") == pytest.approx(3 / 12)
    assert feature(book, "bob", "archive_completeness") == 0


def test_reference_value_is_the_mean_of_the_parts_that_are_known():
    customers = [{"customer_id": "ann", "influence_industry": 80, "influence_fame": 40}, {"customer_id": "bob"}]
    book = book_with([("ann", DAY, 1), ("bob", DAY, 1)], as_of=DAY, customers=customers)

    assert feature(book, "ann", "reference_value") == pytest.approx(0.6)
    assert feature(book, "bob", "reference_value") is None


def test_what_an_order_file_alone_cannot_say_is_null_and_never_zero():
    ann = features(book_with([("ann", DAY, 10)], as_of=DAY))["ann"]
    unknown = {
        "mean_gap_days", "median_gap_days", "longest_gap_days", "gap_variation", "growth", "category_count",
        "category_count_window", "category_count_earlier_window", "full_price_share", "discount_share_window",
        "discount_share_earlier_window", "return_share_earlier_window", "revenue_season_window", "wallet_share",
        "on_time_share", "median_days_late", "overdue_balance", "archive_completeness", "reference_value",
        "market_newness",
    }  # fmt: skip

    assert {name for name, value in ann.items() if value is None} == unknown


def test_cents_add_up_exactly():
    book = book_with([("ann", DAY, "0.1")] * 3 + [("bob", DAY, "0.3")], as_of=DAY)

    assert features(book)["ann"]["revenue"] == features(book)["bob"]["revenue"] == Decimal("0.3")


def test_a_data_set_reads_the_same_from_its_folder():
    rows = [{"customer_id": "ann", "ordered_at": DAY, "amount": 10}]

    assert customers_of(book_of(data_set({"orders": rows}))) == ["ann"]
