"""An end to a query that takes too long, for databases that run in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Interruptible(Protocol):
    """A connection whose query another thread can end."""

    def interrupt(self) -> None: ...


@contextmanager
def interrupted_after(seconds: int, connection: Interruptible) -> Iterator[None]:
    """Interrupt what the connection runs when so many seconds have passed; the driver raises then."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
