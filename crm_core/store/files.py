"""Files that are either whole or not there: atomic writes, fsync, locks that die with their holder."""

import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import duckdb

from crm_core.errors import StoreError
from crm_core.language import _

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.EEXIST, errno.ENOTDIR}


@contextmanager
def told_to_the_reader(place: Path) -> Iterator[None]:
    """Turn what the disk refuses inside the block into a StoreError; let everything else through."""
    try:
        yield
    except OSError as error:
        sentence = _sentence(error.errno, place)
        if sentence is None:
            raise
        raise StoreError(sentence) from error
    except duckdb.IOException as error:
        sentence = _sentence(_number_in(str(error)), place)
        if sentence is None:
            raise
        raise StoreError(sentence) from error


def _sentence(number: int | None, place: Path) -> str | None:
    if number in FULL:
        return _("The disk that holds {folder} is full. Free some space and try again; nothing was changed.").format(
            folder=place
        )
    if number in FORBIDDEN:
        return _("{folder} cannot be written. Allow writing there, or choose another workspace.").format(folder=place)
    if number in NO_FOLDER:
        return _("{folder} is a file, or lies in one, and a folder is needed there. Choose another place.").format(
            folder=place
        )
    return None


def _number_in(message: str) -> int | None:
    """The errno a DuckDB message carries in words."""
    for number in FULL | FORBIDDEN:
        if os.strerror(number) in message:
            return number
    return None


def write_whole(path: Path, text: str) -> None:
    """Write `text` so that readers see the old file or the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{secrets.token_hex(6)}.tmp"
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            _settle(file)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    settle_folder(path.parent)


def settle_tree(folder: Path) -> None:
    """Make sure that `folder` and the files in it are on the disk."""
    for path in folder.iterdir():
        with path.open("r+b") as file:
            _settle(file)
    settle_folder(folder)


def _settle(file: IO[str] | IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds; it may be gone already."""
    with suppress(FileNotFoundError, NotADirectoryError):
        shutil.rmtree(path)
        return
    path.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` inside the block, waiting for whoever holds it.

    The system lets go of the lock when its holder ends, however it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _lock(file, wait=True)
        try:
            yield
        finally:
            _unlock(file)


def is_held(path: Path) -> bool:
    """Whether somebody alive holds the lock file `path`."""
    try:
        with path.open("r+b") as file:
            if not _lock(file, wait=False):
                return True
            _unlock(file)
    except FileNotFoundError:
        return False
    return False


if sys.platform == "win32":

    def settle_folder(folder: Path) -> None:
        """Windows keeps the names in a folder by itself."""

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        file.seek(0)
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:  # LK_LOCK gives up after ten seconds
                if not wait:
                    return False

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:

    def settle_folder(folder: Path) -> None:
        """Make sure that the names in `folder` are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
