"""Whatever sliders, days and filters are moved, what stays in the database is what the engine knows and has room for.

`tests/server/test_many_moves.py` weighs the whole server; a table of a small company is too light for that scale, so
here tables and connections are counted.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from crm_core.book import Book, Filters
from crm_core.engine import Database, Engine
from crm_core.value import value_inputs
from tests.books import book_of, scenario
from tests.unit.test_eight_sessions import LAST_DAY, answers, company

ROOM_FOR_TWO_DAYS = 300_000
VIEWS = [Filters(), Filters(regions=("East",)), Filters(regions=("West",))]


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(memory_limit="500MB", threads=2)
    yield database
    database.close()


def book(engine: Engine, move: int) -> Book:
    """Each move is to another day and to other customers."""
    day = LAST_DAY - timedelta(30 * (move % 5))
    return book_of(company(), day, filters=VIEWS[move % len(VIEWS)], engine_of_book=engine)


def tables_in(database: Database) -> set[str]:
    return {name for (name,) in database.rows("select table_name from duckdb_tables()")}


def connections_of(database: Database) -> int:
    """How many are open, without the one that asks."""
    return int(database.rows("select * from duckdb_connection_count()")[0][0]) - 1


def move_sliders(book: Book, move: int) -> None:
    """A weight of each subject moves, beside a scenario that was saved."""
    draft, saved = scenario(value__weights__growth=move, churn__weights__overdue_order=move), scenario()
    tiers = book.value_tiers(draft.value, saved)
    assert tiers.summary.num_rows > 0
    assert tiers.moves.num_rows > 0
    assert tiers.listing().page(20).num_rows == 20
    assert book.churn_signals(draft.churn, saved).bands.num_rows > 0
    assert book.loyalty_types(draft.loyalty, saved).summary.num_rows > 0


def test_sliders_leave_no_recipe_behind(database: Database):
    engine = Engine(database)
    move_sliders(book(engine, 0), 0)
    remembered = value_inputs.cache_info().currsize

    for move in range(1, 6):
        move_sliders(book(engine, 0), move)

    assert value_inputs.cache_info().currsize == remembered


def test_sliders_make_no_table_and_leave_no_connection(database: Database):
    engine = Engine(database)
    move_sliders(book(engine, 0), 0)
    kept, connections = tables_in(database), connections_of(database)

    for move in range(1, 6):
        move_sliders(book(engine, 0), move)

    assert tables_in(database) == kept == set(engine.kept())
    assert connections_of(database) == connections


def test_other_days_and_filters_stay_within_the_budget_for_tables(database: Database):
    engine = Engine(database, budget_bytes=ROOM_FOR_TWO_DAYS)
    built: set[str] = set()
    for move in range(10):
        answers(book(engine, move), growth=0)
        built |= set(engine.kept())

        assert tables_in(database) == set(engine.kept())
        assert sum(engine.kept().values()) <= ROOM_FOR_TWO_DAYS
    assert len(built) > 2 * len(engine.kept())  # most had to go again


def test_a_move_that_fails_leaves_no_connection(database: Database):
    connections = connections_of(database)

    for _move in range(5):
        with pytest.raises(Exception, match="no_such_table"):
            database.arrow("select * from no_such_table")

    assert connections_of(database) == connections
