"""The headline figures of a day are what the pages that explain them say, though no tier is computed for them."""

from crm_core.churn import churn_signals
from crm_core.loyalty import loyalty_types
from crm_core.overview import figures
from tests.books import book_with, scenario

ORDERS = [
    (f"c{customer}", f"2025-{month:02d}-{1 + customer:02d}", 10 * customer + month)
    for customer in range(12)
    for month in range(1, 13)
    if (customer + month) % (1 + customer % 4) == 0
]


def test_headlines_are_what_the_loyalty_and_churn_pages_say():
    book = book_with(ORDERS, as_of="2025-12-31", category=[f"g{place % 3}" for place in range(len(ORDERS))])
    for day in ("2025-12-31", "2025-08-31", "2025-02-28"):
        seen = book.at(type(book.as_of).fromisoformat(day))
        set_by_hand = scenario(loyalty__dependence_cut=0.4, churn__horizon_days=400, churn__high_from=0.5)

        found = figures(seen, set_by_hand)

        assert found is not None
        assert found.high_loyalty_share == loyalty_types(seen, saved=set_by_hand).share_of("high")
        churn = churn_signals(seen, saved=set_by_hand)
        assert found.revenue_at_risk == churn.revenue_in("high")
        assert found.customers_at_risk == churn.customers_in("high")


def test_no_table_that_only_tuning_needs_is_kept_for_a_day_of_the_past():
    book = book_with(ORDERS, as_of="2025-10-31")
    before = set(book.engine.kept())

    figures(book, scenario())

    made = {key.rpartition("_")[0] for key in set(book.engine.kept()) - before}
    assert made <= {"customer_features", "customer_changes"}
