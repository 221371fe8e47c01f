"""What a disk may do to a load: be full, or let a file change under the reader. Both end in a sentence."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from crm_core.errors import InputError
from crm_core.language import _

FULL = (errno.ENOSPC, errno.EDQUOT)

Stamp = tuple[int, int]


@contextmanager
def told_if_full(file_name: str) -> Iterator[None]:
    """Turn a full disk inside the block into an InputError about `file_name`; let everything else through."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _full(file_name) from error
    except duckdb.IOException as error:
        if not is_full(error):
            raise
        raise _full(file_name) from error


def is_full(error: duckdb.IOException) -> bool:
    """Whether DuckDB failed because the disk is full; it says so in words."""
    return any(os.strerror(number) in str(error) for number in FULL)


def stamp_of(path: Path) -> Stamp:
    """Size and time of the last change: another stamp means another content."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def changed(file_name: str) -> InputError:
    """The error of a file that is another than when it was looked at."""
    return InputError(_("{file} changed while it was read. Load it again.").format(file=file_name))


def _full(file_name: str) -> InputError:
    return InputError(
        _("The disk is full: {file} could not be written out to be read. Free some space and load it again.").format(
            file=file_name
        )
    )
