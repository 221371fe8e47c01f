"""How far a load is: one line at the foot of a terminal, written over and over, and gone at the end."""

import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TextIO

from crm_core.ingest.progress_words import how_far
from crm_core.ingest.source import Progress, ProgressListener

BETWEEN_LINES = timedelta(seconds=0.2)
TO_THE_START, CLEARED = "\r", "\x1b[K"


@contextmanager
def shown_on(stream: TextIO, name: str) -> Iterator[ProgressListener | None]:
    """A listener that shows how far the file `name` is; None where `stream` is no terminal: logs stay plain."""
    if not stream.isatty():
        yield None
        return
    began = datetime.now(UTC)
    latest = began - BETWEEN_LINES

    def show(progress: Progress) -> None:
        nonlocal latest
        now = datetime.now(UTC)
        if now - latest < BETWEEN_LINES:
            return
        latest = now
        line = how_far(name, progress, (now - began).total_seconds())
        stream.write(TO_THE_START + cut(line, shutil.get_terminal_size().columns - 1) + CLEARED)
        stream.flush()

    try:
        yield show
    finally:
        stream.write(TO_THE_START + CLEARED)
        stream.flush()


def cut(text: str, columns: int) -> str:
    """The end of a text that fits so many columns of a terminal: figures stand last. Chinese letters take two."""
    kept = len(text)
    while kept and columns > 0:
        columns -= 2 if unicodedata.east_asian_width(text[kept - 1]) in "WF" else 1
        kept -= columns >= 0
    return text[kept:]
