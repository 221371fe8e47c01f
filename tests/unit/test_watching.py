"""Work that somebody watches ends where the watcher says so."""

import threading

import duckdb
import pytest

from crm_core.engine.database import Database
from crm_core.engine.watching import watched_work


class StoppedError(Exception):
    pass


@pytest.fixture
def cursor():
    database = Database(memory_limit="500MB", threads=1)
    with database.cursor() as cursor:
        yield cursor
    database.close()


def test_work_of_any_number_of_statements_ends_when_its_watcher_raises(cursor: duckdb.DuckDBPyConnection):
    run = []

    def work() -> None:
        while True:
            cursor.execute("select count(*) from range(3_000_000)").fetchall()
            run.append(1)

    def look(_share: float | None) -> None:
        if len(run) > 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        watched_work(cursor, work, look)

    assert "statement" not in [thread.name for thread in threading.enumerate()]
    assert cursor.execute("select 1").fetchall() == [(1,)]


def test_what_the_work_returns_or_raises_is_what_the_caller_gets(cursor: duckdb.DuckDBPyConnection):
    def fails() -> None:
        raise StoppedError

    assert watched_work(cursor, lambda: 7, lambda _share: None) == 7
    with pytest.raises(StoppedError):
        watched_work(cursor, fails, lambda _share: None)
