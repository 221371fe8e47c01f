"""What the page of churn signals reads beside the risk: who changes band, and why in one line."""

from crm_core.churn import absent_signals
from crm_core.settings import SignalWeights, Windows
from tests.books import book_with, scenario, weights_of

MONTHLY = ["2026-01-01", "2026-01-31", "2026-03-02", "2026-04-01"]
ORDERS = [("ann", day, 100) for day in [*MONTHLY, "2026-05-01"]] + [("bob", day, 40) for day in MONTHLY]
AS_OF = "2026-06-30"
OVERDUE_ALONE = weights_of(SignalWeights, overdue_order=1)


def signals_with(**changes):
    """ann, every 30 days, is silent for 60 days and bob for 90: half way to 3 usual gaps, and all the way."""
    saved = scenario(churn__weights=OVERDUE_ALONE, churn__horizon_days=365)
    draft = saved.with_changes({f"churn.{name}": value for name, value in changes.items()})
    return book_with(ORDERS, as_of=AS_OF).churn_signals(draft.churn, saved)


def test_a_band_under_the_saved_settings_is_counted_beside_the_one_in_force():
    signals = signals_with(watch_from=0.55)

    assert (signals.customers_in("watch"), signals.saved_customers_in("watch")) == (0, 1)
    assert (signals.revenue_in("watch"), signals.saved_revenue_in("watch")) == (0, 500)
    assert signals.saved_customers_in("high") == signals.customers_in("high") == 1


def test_moves_name_where_from_and_where_to_most_revenue_first():
    signals = signals_with(watch_from=0.1, high_from=0.5, horizon_days=90)

    assert [(move["from_band"], move["to_band"], move["revenue"]) for move in signals.largest_moves()] == [
        ("watch", "high", 500),
        ("high", "lost", 160),
    ]
    assert len(signals.largest_moves(limit=1)) == 1


def test_unchanged_settings_move_nobody():
    assert signals_with().largest_moves() == []


def test_another_signal_window_moves_customers_against_the_saved_one():
    spend_alone = scenario(churn__weights=weights_of(SignalWeights, spend_falling=1))
    book = book_with(ORDERS, as_of=AS_OF)

    assert book.churn_signals(saved=spend_alone).moved_customers == 0
    assert book.through(Windows(window_days=30)).churn_signals(saved=spend_alone).moved_customers > 0


def test_why_tells_at_most_three_reasons_and_leaves_out_what_hardly_counts():
    everything = dict.fromkeys(SignalWeights.model_fields, 1.0)
    signals = signals_with(weights=everything)
    slight = signals_with(weights=everything | {"overdue_order": 10.0, "spend_falling": 0.1, "orders_falling": 0.1})
    [_ann, bob] = sorted(signals.listing().everything().to_pylist(), key=lambda row: row["customer_id"])

    assert signals.why(bob).split(" · ") == [
        "No order for 90 days; usually one every 30 days",
        "Revenue CN¥0 in 90 days, CN¥120 in the 90 days before",
        "0 orders in 90 days, 3 in the 90 days before",
    ]
    assert slight.why(bob) == "No order for 90 days; usually one every 30 days"


def test_a_customer_without_a_signal_has_no_reason():
    signals = signals_with()
    silent_no_longer = dict.fromkeys(SignalWeights.model_fields, 0.0)

    assert signals.why(silent_no_longer) == ""


def test_one_order_is_one_order():
    orders = [("cid", day, 10) for day in ("2026-01-01", "2026-01-11", "2026-01-21", "2026-01-30", "2026-04-15")]
    saved = scenario(churn__weights=weights_of(SignalWeights, orders_falling=1))
    signals = book_with(orders, as_of="2026-04-30").churn_signals(saved=saved)

    assert signals.why(signals.listing().page().to_pylist()[0]) == "1 order in 90 days, 4 in the 90 days before"


def test_a_signal_whose_data_is_absent_is_named_and_needs_no_column_of_its_own():
    assert absent_signals(book_with(ORDERS, as_of=AS_OF)) == [
        "season_falling",
        "categories_falling",
        "discount_rising",
    ]


def test_where_nobody_ever_came_back_nobody_is_overdue_and_no_rhythm_is_known():
    rhythm_alone = scenario(churn__weights=OVERDUE_ALONE)

    assert not book_with([("ann", "2026-01-01", 5)]).churn_signals(saved=rhythm_alone).is_known
    assert signals_with().is_known


def test_the_distribution_of_risk_counts_everybody_once_and_full_risk_is_in_the_last_bin():
    signals = signals_with()

    assert [(row["risk"], row["band"], row["customers"]) for row in signals.distribution().to_pylist()] == [
        (0.5, "watch", 1),
        (0.98, "high", 1),
    ]
    assert sum(signals.distribution()["revenue"].to_pylist()) == signals.revenue
