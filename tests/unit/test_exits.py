"""Who left and when, what went with them, what had shown before, who came back, whom to return to: by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from crm_core.book import Filters
from crm_core.churn import changes
from crm_core.errors import NotEnoughData
from crm_core.exits import Exits, exits
from crm_core.settings import Scenario, Windows
from crm_core.store import ExitReason
from tests.books import book_with, scenario

DAY = date(2026, 6, 30)
HORIZON = 100
LOOK = 24  # days between two looks: eight reach 190 days back, the horizon and a signal window


def ago(days: int) -> date:
    return DAY - timedelta(days)


def rules(**changed) -> Scenario:
    return scenario(churn__horizon_days=HORIZON, **changed)


def exits_of(orders, settings: Scenario | None = None, recorded=None, as_of: date = DAY, **more) -> Exits:
    """The exits of a shop with these orders (customer, days before DAY, amount), which an old customer keeps open."""
    placed = [("old", 900, 1), *orders]
    book = book_with([(who, ago(days), amount) for who, days, amount in placed], as_of=as_of, **more)
    return exits(book, settings or rules(), recorded)


def left(found: Exits) -> dict[str, dict]:
    return {row["customer_id"]: row for row in found.listing().everything().to_pylist()}


def steady(who: str, first: int, last: int, gap: int = 10, amount: float = 10) -> list[tuple[str, int, float]]:
    """An order every `gap` days, from `first` to `last` days ago."""
    return [(who, days, amount) for days in range(first, last - 1, -gap)]


# ---------------------------------------------------------------------- who left


def test_a_customer_leaves_on_the_day_the_silence_reaches_the_horizon():
    found = left(exits_of([("today", 100, 1), ("earlier", 110, 1), ("not yet", 99, 1)]))

    assert {who: row["exit_on"] for who, row in found.items()} == {"today": DAY, "earlier": ago(10)}
    assert found["earlier"]["days_gone"] == 10


def test_the_period_ends_on_the_day_shown_and_leaves_its_first_day_out():
    found = exits_of([("in", 129, 1), ("before", 130, 1)], rules(exits__period_days=30))

    assert list(left(found)) == ["in"]
    assert found.customers == 1


def test_who_came_back_did_not_leave_and_counts_among_the_returns():
    found = exits_of([("back", 300, 1), ("back", 20, 1), ("on the day", 150, 1), ("on the day", 50, 1)])

    assert left(found) == {}
    assert (found.returns.lapses, found.returns.returned, found.returns.in_period) == (2, 1, 1)


def test_who_came_back_and_left_again_left_with_the_second_silence():
    found = exits_of([("twice", 700, 1), ("twice", 400, 1), ("twice", 150, 1)])

    assert left(found)["twice"]["exit_on"] == ago(50)
    assert found.returns.returned == 2


def test_value_before_is_a_year_up_to_the_last_order_less_what_came_back_since():
    found = exits_of([("ann", 485, 50), ("ann", 484, 30), ("ann", 120, 20), ("ann", 60, -5)])

    assert left(found)["ann"]["revenue_before"] == 45
    assert left(found)["ann"]["returned_share"] == pytest.approx(0.1)
    assert left(found)["ann"]["order_count"] == 2


def test_a_longer_look_back_is_scaled_to_a_year():
    settings = rules(windows__lookback_days=730)
    found = exits_of([("ann", 485, 50), ("ann", 120, 23)], settings, windows=settings.windows)

    assert left(found)["ann"]["revenue_before"] == Decimal("36.5")


def test_margin_before_takes_the_cost_where_it_is_known_and_the_assumed_rate_elsewhere():
    found = exits_of([("ann", 130, 40), ("ann", 120, 20)], cost=[None, None, 5])

    assert left(found)["ann"]["margin_before"] == 40 * Decimal("0.25") + 15


def test_revenue_gone_is_a_share_of_what_all_bring_in_a_year():
    found = exits_of([("ann", 120, 30), ("bob", 5, 70)])

    assert (found.customers, found.revenue, found.company_revenue) == (1, 30, 100)
    assert found.revenue_share == pytest.approx(0.3)


def test_months_add_up_to_all_who_left():
    orders = [(f"c{days}", days, days) for days in range(100, 460, 7)]
    found = exits_of(orders)

    assert sum(found.months["customers"].to_pylist()) == found.customers == len(left(found))
    assert sum(row["revenue_before"] for row in left(found).values()) == found.revenue
    assert found.months["month"].to_pylist() == sorted(found.months["month"].to_pylist())


def test_without_a_horizon_of_history_nobody_can_have_left():
    book = book_with([("ann", ago(99), 1)], as_of=DAY)

    with pytest.raises(NotEnoughData, match="99 days"):
        exits(book, rules())


def test_nobody_left_is_no_error():
    found = exits_of([("ann", 5, 1)], rules(exits__period_days=30))

    assert (found.customers, found.revenue, found.revenue_share) == (0, 0, 0)
    assert found.warnings.warned_share is None
    assert found.warnings.buying_share is None
    assert found.reasons().num_rows == 0


# ---------------------------------------------------------------------- what had shown before


def test_an_overdue_order_is_first_shown_on_the_look_after_two_usual_gaps():
    """Full strength at three gaps of 10 days, half of it after two: 20 days after the last order, 80 ahead."""
    found = exits_of([*steady("ann", 800, 120), *steady("bob", 800, 0)])

    assert found.warnings.look_days == LOOK
    assert left(found)["ann"]["overdue_order_ahead"] == 3 * LOOK
    assert left(exits_of([*steady("ann", 800, 120)], rules(exits__shown_from=0.05)))["ann"]["overdue_order_ahead"] == 72
    assert "Overdue order 72 days" in found.signals_of(left(found)["ann"])


def test_what_showed_a_horizon_ahead_showed_while_the_customer_still_bought():
    fading = [*steady("ann", 800, 300), *steady("ann", 280, 120, gap=40)]
    found = exits_of([*fading, *steady("bob", 800, 0)])
    lead = {row["signal"]: row for row in found.warnings.lead.to_pylist()}

    assert left(found)["ann"]["orders_falling_ahead"] >= HORIZON
    assert lead["orders_falling"]["while_buying_share"] == 1
    assert lead["orders_falling"]["stayers_while_buying_share"] == 0


def test_a_warning_in_time_is_a_high_risk_on_the_day_of_the_last_order_or_before():
    """Ann paused for so long that the risk was high, bought once more and left; ben left without a warning."""
    paused = [*steady("ann", 800, 240), ("ann", 120, 10), *steady("ben", 800, 120)]
    found = exits_of([*paused, *steady("cid", 800, 0)])
    told = found.warnings

    assert left(found)["ann"]["high_risk_ahead"] >= HORIZON > left(found)["ben"]["high_risk_ahead"]
    assert (told.warned_share, told.buying_share) == (1, 0.5)
    assert (told.stayers_warned_share, told.stayers_buying_share) == (0, 0)
    assert sum(found.months["warned"].to_pylist()) == 1


def test_a_signal_that_everybody_shows_is_no_warning():
    """All fade alike; only those whose last order is long enough ago have left."""
    gone = [order for place in range(25) for order in steady(f"gone{place}", 800, 110 + place)]
    here = [order for place in range(25) for order in steady(f"here{place}", 800, place % 10)]
    lead = {row["signal"]: row for row in exits_of([*gone, *here]).warnings.lead.to_pylist()}

    assert lead["overdue_order"]["shown_share"] == 1
    assert lead["overdue_order"]["stayers_share"] == 0
    assert lead["overdue_order"]["lift"] is None
    sometimes = [order for place in range(25) for order in steady(f"here{place}", 800, place % 10, gap=10)]
    pausing = [order for order in sometimes if not 150 < order[1] < 235]
    paused = {row["signal"]: row for row in exits_of([*gone, *pausing]).warnings.lead.to_pylist()}
    assert 1 < paused["overdue_order"]["lift"] < 8


def test_shares_are_of_those_whose_data_could_have_shown_the_signal():
    found = exits_of([("once", 110, 10), *steady("ann", 800, 120)], category=None)
    lead = {row["signal"]: row for row in found.warnings.lead.to_pylist()}

    assert found.warnings.looked_at == 2
    assert lead["orders_falling"]["known"] == 1
    assert (lead["categories_falling"]["known"], lead["categories_falling"]["shown_share"]) == (0, None)


def test_the_signals_before_an_exit_are_those_of_the_book_of_that_day():
    random = np.random.default_rng(7)
    orders, columns = [], {"category": [], "discount": []}
    for place in range(24):
        stops, gap = int(random.integers(0, 200)), int(random.integers(4, 40))
        for days in range(800, stops, -1):
            if random.random() < 1 / gap:
                amount = -3 if random.random() < 0.1 else round(float(random.gamma(3, 20)), 2)
                orders.append((f"c{place}", ago(days), amount))
                columns["category"].append(str(random.choice(list("abcd"))))
                columns["discount"].append(round(float(random.random() * 5), 2))
    book = book_with(orders, as_of=DAY, **columns)
    found = exits(book, rules())
    figures = (
        "spend_fall", "season_fall", "orders_fall", "categories_fall", "discount_rise", "returns_rise",
        "days_since_last_order",
    )  # fmt: skip
    looked = book.recipe("looked", "select * from stand_changes", parts=(found.warnings.first_signals.parts[-1],))
    stands = [row for row in book.engine.arrow(looked).to_pylist() if row["is_leaver"]]
    keys = {row["customer_key"]: row for row in _by_key(book)}
    compared = 0
    for row in stands[::5]:
        exit_on = keys[row["customer_key"]]["last_order_on"] + timedelta(HORIZON)
        then = book.at(exit_on - timedelta(row["days_ahead"]))
        known = then.recipe("known_then", "select * from customer_changes", parts=(changes(then),))
        same = next(
            each for each in then.engine.small(known).to_pylist() if each["customer_key"] == row["customer_key"]
        )
        assert {name: row[name] for name in figures} == {name: same[name] for name in figures}
        compared += 1
    assert compared > 10


def _by_key(book) -> list[dict]:
    return book.engine.arrow(
        book.recipe("last", "select customer_key, last_order_on from customer_features")
    ).to_pylist()


def test_later_orders_change_nothing_of_an_earlier_day():
    orders = [
        *steady("ann", 800, 120), *steady("bob", 800, 0), ("cid", 300, 5), ("cid", 20, 5), ("dan", 400, 9),
    ]  # fmt: skip
    later = [("ann", -5, 99), ("bob", -3, 99), ("dan", -1, 99), ("eve", -1, 99), ("cid", -200, 9)]
    before, after = exits_of(orders), exits_of([*orders, *later])

    assert left(after) == left(before)
    assert after.warnings.lead.equals(before.warnings.lead)
    assert after.months.equals(before.months)
    assert after.win_back.listing().everything().equals(before.win_back.listing().everything())


# ---------------------------------------------------------------------- who came back


def returners(count: int = 20, second: float = 60) -> list[tuple[str, int, float]]:
    """Customers who brought 100 in a year, were silent for 160 days, 60 beyond the horizon, and came back twice."""
    return [
        order
        for place in range(count)
        for order in (
            (f"r{place}", 700, 40),
            (f"r{place}", 600, 60),
            (f"r{place}", 440, second),
            (f"r{place}", 367, 40),
        )
    ]


def test_customers_still_away_are_at_risk_for_the_days_they_have_been():
    """Returned after 60 days gone, and silent again for 267; away for 90; the old one for 800."""
    away = [(f"a{place}", 190, 1) for place in range(20)]
    curve = exits_of([*returners(), *away]).returns.curve

    assert sum(month.days_at_risk for month in curve.months) == 20 * (60 + 267) + 20 * 90 + 800
    assert [(month.begins, month.at_risk, month.returned) for month in curve.months] == [(0, 61, 0), (30, 61, 20)]


def test_a_second_life_is_discounted_to_the_day_of_the_return_and_set_against_the_year_before():
    life = exits_of(returners(), rules(exits__horizon_days=90)).returns.second_life

    second = 60 + round(40 / 1.1 ** (73 / 365), 4)
    assert (life.returns, life.revenue_before) == (20, 2000)
    assert float(life.second_revenue) == pytest.approx(20 * second, abs=0.01)
    assert life.measured("revenue") == pytest.approx(second / 100, abs=1e-5)
    assert life.multiple("revenue") == life.measured("revenue")


def test_an_order_after_the_horizon_is_not_of_the_second_life_and_one_on_its_last_day_is():
    short = exits_of(returners(), rules(exits__horizon_days=73, exits__annual_discount_rate=0)).returns.second_life
    longer = exits_of(returners(), rules(exits__horizon_days=74, exits__annual_discount_rate=0)).returns.second_life

    assert (short.second_revenue, longer.second_revenue) == (1200, 2000)


def test_a_second_life_richer_than_the_year_before_counts_as_that_year():
    life = exits_of(returners(second=500), rules(exits__horizon_days=90)).returns.second_life

    assert life.measured("revenue") > 5
    assert life.multiple("revenue") == 1


def test_too_few_returns_or_too_recent_ones_say_so_with_their_figures():
    few = exits_of(returners(19))
    with pytest.raises(NotEnoughData, match="19 ended in a return"):
        _ = few.returns.curve
    recent = exits_of(returners(), rules(exits__horizon_days=500))
    with pytest.raises(NotEnoughData, match="0 returns are 500 days ago"):
        _ = recent.returns.second_life

    assert few.win_back.missing
    assert few.win_back.regain_profit is None


# ---------------------------------------------------------------------- win back and let go


def win_back(orders, recorded=None, **changed) -> dict[str, dict]:
    worth = exits_of(orders, rules(exits__horizon_days=90, **changed), recorded).win_back
    listings = (worth.listing(), worth.listing(let_go=True))
    return {row["customer_id"]: row for listing in listings for row in listing.everything().to_pylist()}


def test_regain_profit_is_chance_times_second_life_less_the_cost():
    orders = [*returners(), ("ann", 150, 1000)]
    settings = rules(exits__horizon_days=90, exits__attempt_cost=50)
    found = exits_of(orders, settings)
    row = {row["customer_id"]: row for row in found.win_back.listing().everything().to_pylist()}["ann"]
    multiple = found.returns.second_life.multiple("revenue")

    assert (row["days_gone"], row["value_before"]) == (50, 1000)
    assert row["chance"] == pytest.approx(found.returns.curve.chance(50), abs=1e-8)
    assert float(row["second_value"]) == pytest.approx(1000 * multiple, abs=1e-3)
    assert float(row["regain_profit"]) == pytest.approx(row["chance"] * 1000 * multiple - 50, abs=1e-2)


def test_whose_attempt_costs_more_than_it_brings_is_let_go_and_at_exactly_nothing_is_not():
    orders = [*returners(), ("large", 150, 1000), ("small", 150, 1)]
    free, dear = win_back(orders), win_back(orders, exits__attempt_cost=20)

    assert (free["small"]["let_go"], free["large"]["let_go"]) == (None, None)
    assert (dear["small"]["let_go"], dear["large"]["let_go"]) == ("not_worth", None)


def test_who_brought_nothing_or_less_is_let_go_whatever_the_chance():
    found = exits_of([("ann", 150, 30), ("ann", 120, -30), ("bob", 150, 10)])
    rows = {row["customer_id"]: row for row in found.win_back.listing(let_go=True).everything().to_pylist()}

    assert list(rows) == ["ann"]
    assert rows["ann"]["let_go"] == "brought_nothing"
    assert "100.0% of purchases came back" in found.win_back.why(rows["ann"])


def test_a_recorded_reason_that_leaves_nobody_to_return_to_decides():
    found = win_back([("ann", 150, 30), ("bob", 150, 30)], _recorded(ann="closed", bob="price"))

    assert (found["ann"]["let_go"], found["bob"]["let_go"]) == ("final_reason", None)


def test_worth_and_let_go_together_are_all_who_are_lost():
    found = exits_of([*returners(), ("large", 150, 1000), ("small", 150, 1)], rules(exits__attempt_cost=20))
    worth = found.win_back

    assert worth.customers + worth.let_go_customers == 23
    assert sum(worth.let_go()["customers"].to_pylist()) == worth.let_go_customers


def test_without_a_known_cost_value_is_revenue_and_with_one_it_is_margin():
    assert exits_of([("ann", 150, 30)]).win_back.measure == "revenue"
    assert exits_of([("ann", 150, 30)], cost=3).win_back.measure == "margin"
    assert exits_of([("ann", 150, 30)], rules(exits__measure="revenue"), cost=3).win_back.measure == "revenue"


# ---------------------------------------------------------------------- reasons


def _recorded(**codes: str) -> dict[str, ExitReason]:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    return {who: ExitReason(who, code, "Rival" if code == "price" else "", "", "", at) for who, code in codes.items()}


def test_reasons_count_customers_and_revenue_and_what_nobody_recorded():
    orders = [("ann", 150, 30), ("bob", 150, 50), ("cid", 150, 15), ("dan", 150, 5), ("gone long", 800, 99)]
    found = exits_of(orders, recorded=_recorded(ann="price", bob="service", cid="price", **{"gone long": "price"}))

    assert [(row["reason"], row["customers"], row["revenue"]) for row in found.reasons().to_pylist()] == [
        ("service", 1, 50), ("price", 2, 45), ("not_recorded", 1, 5),
    ]  # fmt: skip
    assert found.reasons()["revenue_share"].to_pylist() == [0.5, 0.45, 0.05]
    assert found.competitors().to_pylist() == [{"competitor": "Rival", "customers": 2, "revenue": 45}]
    assert found.recorded_customers == 3
    assert set(found.listing().only("reason", ["price"]).everything()["customer_id"].to_pylist()) == {"ann", "cid"}


def test_a_filter_leaves_only_the_customers_in_view():
    archive = [{"customer_id": "ann", "region": "North"}, {"customer_id": "bob", "region": "South"}]
    book = book_with(
        [("old", ago(900), 1), ("ann", ago(150), 30), ("bob", ago(150), 50)],
        as_of=DAY, customers=archive, filters=Filters(regions=("North",)),
    )  # fmt: skip
    found = exits(book, rules())

    assert (list(left(found)), found.revenue) == (["ann"], 30)


def test_the_windows_of_the_book_are_those_of_the_signals():
    settings = rules(windows__window_days=60)
    found = exits_of([*steady("ann", 800, 120)], settings, windows=Windows(window_days=60))

    assert found.warnings.look_days == 20
