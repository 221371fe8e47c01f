"""Long statements, and work made of several, that somebody watches and may call off."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import duckdb

SECONDS_BETWEEN_LOOKS = 0.2

Look = Callable[[float | None], None]
Result = TypeVar("Result")


@dataclass
class _Outcome(Generic[Result]):
    found: list[Result] = field(default_factory=list)
    error: BaseException | None = None


def watched(
    cursor: duckdb.DuckDBPyConnection, sql: str, look: Look, stop: Callable[[], None] | None = None
) -> list[tuple[Any, ...]]:
    """Run a statement in a thread of its own, calling `look` here several times a second; returns its rows.

    `look` is told the share done (0-1) where DuckDB knows it. An exception it raises stops the statement
    (`stop` is called first, for what feeds it) and goes on to the caller when nothing runs any more.
    """
    return watched_work(cursor, lambda: cursor.execute(sql).fetchall(), look, stop)


def watched_work(
    cursor: duckdb.DuckDBPyConnection, work: Callable[[], Result], look: Look, stop: Callable[[], None] | None = None
) -> Result:
    """Do work that runs several statements on `cursor`, as `watched` runs one; returns what the work does."""
    outcome: _Outcome[Result] = _Outcome()

    def run() -> None:
        try:
            outcome.found.append(work())
        except BaseException as error:
            outcome.error = error

    thread = threading.Thread(target=copy_context().run, args=(run,), name="statement")
    thread.start()
    try:
        while thread.is_alive():
            share = cursor.query_progress()
            look(share / 100 if share >= 0 else None)
            thread.join(SECONDS_BETWEEN_LOOKS)
    except BaseException:
        if stop:
            stop()
        while thread.is_alive():  # an interruption before a statement has begun is not heard
            cursor.interrupt()
            thread.join(SECONDS_BETWEEN_LOOKS)
        raise
    if outcome.error is not None:
        raise outcome.error
    return outcome.found[0]
