"""Kept tables: shared when equal, dropped least recently used first, never from under a reader."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import duckdb
import pytest

from crm_core.engine import Database, Engine, Recipe
from crm_core.engine import kept as kept_module
from crm_core.engine.database import PACKED_STORE
from crm_core.errors import NotEnoughMemory

ROWS = 1000
TABLE_BYTES = 8 * ROWS


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(memory_limit="300MB", threads=1)
    yield database
    database.close()


def engine_for(database: Database, tables: float) -> Engine:
    """An engine with room for so many of the tables below."""
    return Engine(database, budget_bytes=int(tables * TABLE_BYTES))


def numbers(start: int, name: str = "numbers", parts: tuple[Recipe, ...] = ()) -> Recipe:
    """A table of 1,000 numbers from `start` on."""
    source = f"select number + $start as number from {parts[0].name}" if parts else (
        f"select range + $start as number from range({ROWS})"
    )  # fmt: skip
    return Recipe(name, text=source, parameters={"start": start}, parts=parts)


class Clock:
    """Whatever is timed has taken `seconds_a_table`."""

    seconds_a_table = 0.0

    def __init__(self) -> None:
        self.now = 0.0
        self.is_started = False

    def perf_counter(self) -> float:
        self.is_started = not self.is_started
        self.now += 0 if self.is_started else self.seconds_a_table
        return self.now


def total(engine: Engine, recipe: Recipe) -> int:
    return engine.arrow(
        Recipe("total", text=f"select sum(number)::bigint as total from {recipe.name}", parts=(recipe,))
    )["total"][0].as_py()


def kept_in(database: Database) -> set[str]:
    return {name for (name,) in database.rows("select table_name from duckdb_tables()")}


def test_equal_recipes_are_one_table_and_others_are_not(database):
    engine = engine_for(database, 10)
    for start in (1, 1, 2):
        total(engine, numbers(start))

    assert numbers(1).key == numbers(1).key != numbers(2).key
    assert set(engine.kept()) == {numbers(1).key, numbers(2).key} == kept_in(database)


def test_a_recipe_that_stands_on_another_part_is_another_table():
    one, two = numbers(1, "base"), numbers(2, "base")

    assert numbers(0, "over", (one,)).key != numbers(0, "over", (two,)).key


def test_a_parameter_the_query_does_not_bind_changes_nothing():
    recipe = Recipe("one", text="select $a as a", parameters={"a": 1, "b": 2})

    assert recipe.key == Recipe("one", text="select $a as a", parameters={"a": 1, "b": 3}).key


def test_a_day_and_its_text_are_different_parameters():
    from datetime import date

    text = "select $a as a"

    assert (
        Recipe("one", text=text, parameters={"a": date(2026, 1, 1)}).key
        != Recipe("one", text=text, parameters={"a": "2026-01-01"}).key
    )


def test_the_budget_is_kept_and_the_least_recently_used_go_first(database):
    engine = engine_for(database, 3)
    for start in (1, 2, 3, 1, 4):
        total(engine, numbers(start))

    assert list(engine.kept()) == [numbers(start).key for start in (3, 1, 4)]
    assert sum(engine.kept().values()) <= 3 * TABLE_BYTES
    assert kept_in(database) == set(engine.kept())


def test_what_takes_long_to_make_again_stays_though_it_was_used_longer_ago(database, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(kept_module, "time", clock)
    engine = engine_for(database, 3)
    for start, clock.seconds_a_table in ((1, 9), (2, 0.4), (3, 3), (4, 0.4), (5, 0.4)):
        total(engine, numbers(start))

    assert set(engine.kept()) == {numbers(start).key for start in (1, 3, 5)}


def test_what_took_long_to_make_goes_in_the_end_where_others_are_used_again_and_again(database, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(kept_module, "time", clock)
    engine = engine_for(database, 2)
    for start, clock.seconds_a_table in ((1, 3), *((start, 1) for start in range(2, 7))):
        total(engine, numbers(start))

    assert set(engine.kept()) == {numbers(5).key, numbers(6).key}


def test_what_a_table_was_made_from_stays_beside_it_until_another_is_made(database):
    engine = engine_for(database, 2)
    for start in (1, 2):
        total(engine, numbers(start))
    base = numbers(3, "base")
    over = numbers(10, "over", (base,))
    total(engine, over)

    assert set(engine.kept()) == {base.key, over.key}


def test_a_table_that_was_dropped_comes_back_the_same(database):
    engine = engine_for(database, 1)
    first = [total(engine, numbers(start)) for start in (1, 2, 3)]

    assert [total(engine, numbers(start)) for start in (1, 2, 3)] == first
    assert len(engine.kept()) == 1


def test_a_leased_table_stays_however_full_it_gets(database):
    engine = engine_for(database, 1)
    with engine.lease(numbers(1)) as name:
        for start in (2, 3, 4):
            total(engine, numbers(start))

        assert database.rows(f"select count(*) from {name}") == [(ROWS,)]
        assert numbers(1).key in engine.kept()
    total(engine, numbers(5))

    assert list(engine.kept()) == [numbers(5).key]


def test_a_table_read_twice_at_once_is_protected_until_the_last_reader_leaves(database):
    engine = engine_for(database, 1)
    outer, inner = engine.lease(numbers(1)), engine.lease(numbers(1))
    with ExitStack() as leases:
        name = leases.enter_context(outer)
        with inner:
            pass
        total(engine, numbers(2))

        assert database.rows(f"select count(*) from {name}") == [(ROWS,)]


def test_what_a_table_stands_on_stays_while_it_is_built(database):
    engine = engine_for(database, 0.5)
    base = numbers(1, "base")
    over = numbers(10, "over", (base,))

    assert total(engine, over) == sum(range(11, 11 + ROWS))


def test_what_is_looked_at_once_takes_no_room_from_what_was_kept_before(database):
    engine = engine_for(database, 2)
    for start in (1, 2):
        total(engine, numbers(start))
    with engine.passing():
        for start in (3, 4):
            total(engine, numbers(start))

    assert set(engine.kept()) == {numbers(1).key, numbers(2).key} == kept_in(database)


def test_what_is_looked_at_once_stays_while_there_is_room_and_goes_first(database):
    engine = engine_for(database, 3)
    total(engine, numbers(1))
    with engine.passing():
        total(engine, numbers(2))
    total(engine, numbers(3))
    assert set(engine.kept()) == {numbers(start).key for start in (1, 2, 3)}

    total(engine, numbers(4))
    assert set(engine.kept()) == {numbers(start).key for start in (1, 3, 4)}


def test_a_table_read_in_passing_can_go_like_any_other_afterwards(database):
    engine = engine_for(database, 1)
    total(engine, numbers(1))
    with engine.passing():
        total(engine, numbers(1))
    total(engine, numbers(2))

    assert set(engine.kept()) == {numbers(2).key}


def test_rows_come_in_blocks_and_all_of_them_in_order(database):
    engine = engine_for(database, 1)
    recipe = Recipe("many", text="select range as number from range($rows) order by number desc")
    blocks = list(engine.blocks(replace(recipe, parameters={"rows": 10_000}), 4096))

    assert len(blocks) > 1
    assert [number for block in blocks for number in block["number"].to_pylist()] == list(range(9_999, -1, -1))
    assert [block.num_rows for block in engine.blocks(replace(recipe, parameters={"rows": 0}), 4096)] == [0]


def test_what_does_not_fit_beside_the_kept_tables_is_made_in_their_place(database, monkeypatch):
    engine = engine_for(database, 10)
    total(engine, numbers(1))
    execute, made = database.execute, []

    def full_while_another_is_kept(sql, parameters=None):
        if sql.startswith("create") and numbers(1).key in kept_in(database):
            made.append("refused")
            raise NotEnoughMemory("full")
        execute(sql, parameters)

    monkeypatch.setattr(database, "execute", full_while_another_is_kept)

    assert total(engine, numbers(2)) == sum(range(2, 2 + ROWS))
    assert made == ["refused"]
    assert set(engine.kept()) == {numbers(2).key}


@pytest.mark.parametrize("ask", ["rows", "arrow", "execute", "blocks"])
def test_work_that_fits_neither_memory_nor_spill_says_what_to_set(ask):
    small = Database(memory_limit="30MB", spill_limit="1MB", threads=2)
    sorted_rows = "select range, md5(range::varchar) as digest from range(3000000) order by digest"
    asked = {
        "rows": lambda: small.rows(sorted_rows),
        "arrow": lambda: small.arrow(sorted_rows),
        "execute": lambda: small.execute(f"create table sorted_rows as {sorted_rows}"),
        "blocks": lambda: next(small.blocks(sorted_rows, {}, 1000)),
    }

    with pytest.raises(NotEnoughMemory, match="CLIENTELE_MEMORY"):
        asked[ask]()

    assert small.rows("select 1") == [(1,)]
    small.close()


def test_a_recipe_that_fails_leaves_nothing_behind_and_fails_again(database):
    engine = engine_for(database, 3)
    broken = Recipe("broken", text="select error('no') as number")
    for _ in range(2):
        with pytest.raises(duckdb.Error, match="no"):
            total(engine, broken)

    assert engine.kept() == {}
    assert total(engine, numbers(1)) == sum(range(1, 1 + ROWS))


def test_a_small_answer_is_remembered(database, monkeypatch):
    engine = engine_for(database, 3)
    recipe = Recipe("one", text="select 1 as one")
    first = engine.small(recipe)
    monkeypatch.setattr(database, "arrow", lambda *_: pytest.fail("asked again"))

    assert engine.small(recipe) is first


def test_many_threads_that_ask_for_one_table_build_it_once(database, monkeypatch):
    engine = engine_for(database, 3)
    built = []
    execute = database.execute
    monkeypatch.setattr(
        database, "execute", lambda sql, parameters=None: (built.append(sql), execute(sql, parameters))[1]
    )
    start = threading.Barrier(8)

    def ask(_: int) -> int:
        start.wait()
        return total(engine, numbers(1))

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))

    assert answers == {sum(range(1, 1 + ROWS))}
    assert len([sql for sql in built if sql.startswith("create")]) == 1


def test_many_threads_on_few_tables_under_a_small_budget_are_all_answered_rightly(database):
    engine = engine_for(database, 2)

    def ask(place: int) -> bool:
        start = place * 7 % 5
        over = numbers(100, "over", (numbers(start, "base"),))
        return total(engine, over) == sum(range(start + 100, start + 100 + ROWS))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(80)))
    total(engine, numbers(9))

    assert sum(engine.kept().values()) <= 2 * TABLE_BYTES
    assert kept_in(database) == set(engine.kept())


def test_a_part_that_a_query_does_not_read_is_not_built_for_it(database):
    engine = engine_for(database, 10)
    idle = numbers(7, "idle")

    total(engine, Recipe("over", text="select range as number from range(3)", parts=(idle,)))

    assert idle.key not in engine.kept()


def test_a_table_of_very_many_rows_is_kept_packed_and_answers_the_same(database):
    engine = Engine(database, budget_bytes=10 * TABLE_BYTES, packed_from_rows=ROWS)
    many = replace(numbers(1), rows_expected=ROWS)

    assert total(engine, many) == total(engine_for(database, 10), numbers(1, "plain"))
    assert database.rows(f"select count(*) from {PACKED_STORE}.{many.key}") == [(ROWS,)]
    assert engine.kept()[many.key] < TABLE_BYTES


def test_packed_tables_under_a_small_budget_are_answered_rightly_and_leave_no_memory_behind(database):
    engine = Engine(database, budget_bytes=TABLE_BYTES, packed_from_rows=ROWS)

    def ask(place: int) -> bool:
        start = place * 7 % 11
        over = replace(numbers(100, "over", (replace(numbers(start, "base"), rows_expected=ROWS),)), rows_expected=ROWS)
        return total(engine, over) == sum(range(start + 100, start + 100 + ROWS))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(80)))
    total(engine, numbers(9))

    assert sum(engine.kept().values()) <= TABLE_BYTES
    assert kept_in(database) == set(engine.kept())
