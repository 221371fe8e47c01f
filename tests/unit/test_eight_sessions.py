"""Eight people at once move sliders on different days and filters, and each gets the answers of one alone."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from crm_core.book import Book, Filters
from crm_core.engine import Database, Engine
from tests.books import book_of, data_set, scenario

LAST_DAY = date(2026, 6, 30)
SESSIONS = 8
STEPS = 2
VIEWS = [Filters(), Filters(regions=("East",)), Filters(regions=("West",)), Filters(sales_reps=("Mo",))]


def company():
    """300 customers and 2,400 orders over three years."""
    draw = random.Random(11)
    customers = [
        {"customer_id": f"c{place:03}", "region": draw.choice(["East", "West"]), "sales_rep": draw.choice(["Mo", "Li"]),
         "wallet": draw.choice([None, 500, 5000])}
        for place in range(300)
    ]  # fmt: skip
    orders = [
        {"customer_id": f"c{min(draw.randrange(300), draw.randrange(300)):03}", "amount": draw.randrange(1, 300),
         "ordered_at": LAST_DAY - timedelta(draw.randrange(1000)), "category": draw.choice(["tea", "oil", "soy"])}
        for _ in range(2400)
    ]  # fmt: skip
    return data_set({"orders": orders, "customers": customers})


def answers(book: Book, growth: int) -> tuple[object, ...]:
    """What a person sees after moving a slider."""
    draft = scenario(value__weights__growth=growth, churn__weights__overdue_order=growth + 1)
    tiers = book.value_tiers(draft.value, scenario())
    return (
        tiers.summary,
        tiers.moves,
        tiers.listing().page(20),
        book.churn_signals(draft.churn, scenario()).bands,
        book.loyalty_types(saved=draft).summary,
    )


def session(engine: Engine, number: int) -> list[tuple[object, ...]]:
    book = book_of(company(), LAST_DAY - timedelta(60 * number), filters=VIEWS[number % 4], engine_of_book=engine)
    return [answers(book, growth) for growth in range(STEPS)]


def test_eight_sessions_at_once_get_the_answers_of_one_alone():
    database = Database(memory_limit="1GB", threads=2)
    roomy, tight = Engine(database), Engine(database, budget_bytes=150_000)
    alone = [session(roomy, number) for number in range(SESSIONS)]
    for key in roomy.kept():
        database.execute(f"drop table {key}")  # nothing of the first round helps the second
    start = threading.Barrier(SESSIONS)

    def together(number: int) -> list[tuple[object, ...]]:
        start.wait()
        return session(tight, number)

    with ThreadPoolExecutor(SESSIONS) as pool:
        at_once = list(pool.map(together, range(SESSIONS)))

    assert at_once == alone
    assert sum(roomy.kept().values()) > 2 * tight.budget_bytes  # the second round had to drop tables
    assert len(tight.kept()) < len(roomy.kept())
    database.close()
