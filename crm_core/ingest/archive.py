"""Files packed into files (gzip, bzip2, xz, Zstandard, zip) come out onto the disk: `unpack`.

What a file is shows in its first bytes, never in its name. Members are written under names made
here, a megabyte at a time, and counted as they come: what a zip says of its sizes is not believed.
"""

import bz2
import gzip
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal, Protocol

import pyarrow as pa

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.decode import decodes, guess_encoding
from crm_core.ingest.disk import told_if_full
from crm_core.ingest.source import Progress, ProgressListener
from crm_core.ingest.workbook import is_workbook
from crm_core.language import _, ngettext

Packing = Literal["gzip", "bzip2", "xz", "zstd", "zip"]

MARKS: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".zip")
TAR_MARK = (257, b"ustar")

CHUNK_BYTES = 1 << 20
MOST_FILES = 500
PACKING_LIMIT = 300  # times the size of the archive; text packs to a twentieth, repeated text to a hundredth
SMALLEST_LIMIT = 256 << 20  # a small archive may swell to this without being asked
KEPT_FREE_BYTES = 256 << 20
IS_LOCKED = 0x1
NAMED_IN_UTF8 = 0x800
EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "cp949")
NAMES_SHOWN = 5
BROKEN = (
    EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, UnicodeDecodeError, pa.ArrowInvalid,
    gzip.BadGzipFile,
)  # fmt: skip


@dataclass(frozen=True)
class PackedFile:
    """One file to be read: where it lies and what the reader calls it."""

    path: Path
    file_name: str


@dataclass(frozen=True)
class Unpacked:
    """What came out of a file, and sentences about what was left out."""

    files: tuple[PackedFile, ...]
    notes: tuple[str, ...] = ()


class Readable(Protocol):
    """Whatever gives bytes, a stretch at a time."""

    def read(self, size: int, /) -> bytes: ...


def packing_of(path: Path) -> Packing | None:
    """How a file is packed, seen by its first bytes; None if it is not (a workbook is no archive)."""
    with path.open("rb") as file:
        head = file.read(8)
    packing = next((packing for mark, packing in MARKS if head.startswith(mark)), None)
    return None if packing == "zip" and is_workbook(path) else packing


def unpack(path: Path, file_name: str, folder: Path, *, progress: ProgressListener | None = None) -> Unpacked:
    """The files in a packed file, written into `folder`; the file itself if it is not packed.

    A packed file inside a zip is unpacked too; an archive inside an archive is left out with a note,
    as are hidden files. An exception raised by `progress` stops it and leaves nothing behind.

    Raises InputError if the archive is locked, broken, empty, or would swell beyond reason or the disk.
    """
    packing = packing_of(path)
    if packing is None:
        return Unpacked((PackedFile(path, file_name),))
    job = _Job(path, file_name, folder, progress or _nobody)
    before = set(folder.glob("*")) if folder.exists() else set()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with told_if_full(file_name), _told_if_broken(file_name):
            return job.zip() if packing == "zip" else Unpacked((job.single(path, file_name, packing),))
    except BaseException:
        for written in set(folder.glob("*")) - before:
            written.unlink(missing_ok=True)
        raise


class _Job:
    """One archive on its way out: counts what was written against what it may swell to."""

    def __init__(self, path: Path, file_name: str, folder: Path, listener: ProgressListener) -> None:
        self.path = path
        self.file_name = file_name
        self.folder = folder
        self.listener = listener
        self.size = path.stat().st_size
        self.written = 0
        self.number = 0

    def single(self, path: Path, file_name: str, packing: Packing) -> PackedFile:
        """The one file in a stream; InputError if that is an archive itself."""
        found = PackedFile(self._next_path(file_name), _without_ending(file_name))
        with _opened(path, packing) as (packed, stream):
            self._write(stream, found.path, lambda: packed.tell(), path.stat().st_size)
        if packing_of(found.path) or _is_tar(found.path):
            raise InputError(
                _("{file} holds another archive. Unpack it, and load the files in it or a zip of them.").format(
                    file=file_name
                )
            )
        if found.path.stat().st_size == 0:
            raise InputError(_("{file} is empty.").format(file=file_name))
        return found

    def zip(self) -> Unpacked:
        """The files in a zip, without those nobody wants to load."""
        with zipfile.ZipFile(self.path) as archive:
            named = list(zip(_names(archive.infolist()), archive.infolist(), strict=True))
            wanted = [(name, member) for name, member in named if not _is_left_out(name, member)]
            self._refuse(wanted)
            files: list[PackedFile] = []
            notes, done = _hidden_note(named), 0
            total = sum(member.file_size for _name, member in wanted)
            shown = _shown_names([name for name, _member in wanted])
            for file_name, (_name, member) in zip(shown, wanted, strict=True):
                path = self._next_path(file_name)
                with archive.open(member) as stream:
                    self._write(stream, path, lambda start=done: start, total)
                done += member.file_size
                self.listener(Progress("unpack", done, total))
                self._settle(PackedFile(path, file_name), files, notes)
        if not files:
            raise InputError(formats.sentences(_("{file} holds no file to load.").format(file=self.file_name), *notes))
        return Unpacked(tuple(files), tuple(notes))

    def _settle(self, found: PackedFile, files: list[PackedFile], notes: list[str]) -> None:
        """Take in one member of a zip, unpacked once more if need be, or say why not."""
        packing = packing_of(found.path)
        if packing is None:
            files.append(found)
            return
        try:
            if packing == "zip":
                raise InputError(
                    _("{file} is an archive inside an archive; load it on its own.").format(file=found.file_name)
                )
            files.append(self.single(found.path, found.file_name, packing))
        except InputError as error:
            notes.append(str(error))
        found.path.unlink()

    def _refuse(self, members: Iterable[tuple[str, zipfile.ZipInfo]]) -> None:
        """What can be told from the table of contents alone."""
        listed = [member for _name, member in members]
        if any(member.flag_bits & IS_LOCKED for member in listed):
            raise InputError(
                _("{file} is protected by a password. Unpack it, and load the files in it.").format(file=self.file_name)
            )
        if len(listed) > MOST_FILES:
            raise InputError(
                _("{file} holds {count} files; at most {most} can be loaded at once.").format(
                    file=self.file_name, count=formats.number(len(listed)), most=MOST_FILES
                )
            )
        self._refuse_swelling(sum(member.file_size for member in listed))

    def _refuse_swelling(self, unpacked: int) -> None:
        free = shutil.disk_usage(self.folder).free + self.written - KEPT_FREE_BYTES
        if unpacked > max(SMALLEST_LIMIT, PACKING_LIMIT * self.size):
            raise InputError(
                _(
                    "{file} unpacks to more than {times} times its size, as no table does. "
                    "Unpack it yourself if you trust it, and load the files in it."
                ).format(file=self.file_name, times=PACKING_LIMIT)
            )
        if unpacked > free:
            raise InputError(
                _("{file} unpacks to more than the disk has room for ({free} MB). Free some space first.").format(
                    file=self.file_name, free=formats.number(max(0, free >> 20))
                )
            )

    def _write(self, stream: Readable, target: Path, place: Any, total: int) -> None:
        with target.open("wb") as file:
            start = self.written
            while chunk := stream.read(CHUNK_BYTES):
                self._refuse_swelling(self.written + len(chunk))
                file.write(chunk)
                self.written += len(chunk)
                self.listener(Progress("unpack", min(total, place() or self.written - start), total))

    def _next_path(self, file_name: str) -> Path:
        self.number += 1
        return self.folder / f"{self.path.stem}-{self.number}{_ending(file_name)}"


@contextmanager
def _opened(path: Path, packing: Packing) -> Iterator[tuple[IO[bytes], Readable]]:
    """The packed bytes and the stream of what is in them."""
    with path.open("rb") as packed, _stream(packed, packing) as stream:
        yield packed, stream


def _stream(packed: IO[bytes], packing: Packing) -> Any:
    match packing:
        case "gzip":
            return gzip.GzipFile(fileobj=packed)
        case "bzip2":
            return bz2.BZ2File(packed)
        case "xz":
            return lzma.LZMAFile(packed)
        case _:
            return pa.CompressedInputStream(pa.PythonFile(packed, mode="r"), "zstd")


@contextmanager
def _told_if_broken(file_name: str) -> Iterator[None]:
    try:
        yield
    except NotImplementedError:
        raise InputError(
            _("{file} is packed in a way that cannot be read here. Pack it as an ordinary zip.").format(file=file_name)
        ) from None
    except BROKEN:
        raise _broken(file_name) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise _broken(file_name) from None
    except RuntimeError as error:  # how zipfile asks for a password
        if "password" not in str(error):
            raise
        raise InputError(
            _("{file} is protected by a password. Unpack it, and load the files in it.").format(file=file_name)
        ) from None


def _broken(file_name: str) -> InputError:
    return InputError(
        _("{file} is cut off or damaged and does not unpack. Send or download it again.").format(file=file_name)
    )


def _names(members: Iterable[zipfile.ZipInfo]) -> list[str]:
    """The members' names as their writer meant them.

    A zip names the encoding of UTF-8 names alone. All others come decoded as code page 437 and are
    judged together: one archive was written on one machine.
    """
    listed = list(members)
    raw = {
        member: member.orig_filename.encode("cp437", errors="replace")
        for member in listed
        if not member.flag_bits & NAMED_IN_UTF8
    }
    joined = b"\n".join(raw.values())
    encoding = "cp437"
    if decodes(joined, "utf-8"):
        encoding = "utf-8"
    elif (guess := guess_encoding(joined)).encoding in EAST_ASIAN:
        encoding = guess.encoding
    names = [
        raw[member].decode(encoding, errors="replace") if member in raw else member.orig_filename for member in listed
    ]
    return [name.replace("\\", "/").replace("\0", "") for name in names]


def _is_left_out(name: str, member: zipfile.ZipInfo) -> bool:
    return name.endswith("/") or _is_hidden(name) or stat.S_ISLNK(member.external_attr >> 16)


def _is_hidden(name: str) -> bool:
    """Whether a system or a program left a file behind that nobody meant to send."""
    parts = [part for part in PurePosixPath(name).parts if part not in (".", "..", "/")]
    return (
        "__MACOSX" in parts
        or any(part.startswith((".", "~$")) for part in parts)
        or parts[-1:] in (["Thumbs.db"], ["desktop.ini"])
    )


def _hidden_note(named: Iterable[tuple[str, zipfile.ZipInfo]]) -> list[str]:
    """A sentence about the files left out unread; none if there are none but folders."""
    hidden = [PurePosixPath(name).name for name, member in named if _is_left_out(name, member) and name[-1:] != "/"]
    if not hidden:
        return []
    shown = [*hidden[:NAMES_SHOWN], "…"] if len(hidden) > NAMES_SHOWN else hidden
    return [
        ngettext(
            "{count} hidden file was left out: {names}.", "{count} hidden files were left out: {names}.", len(hidden)
        ).format(count=len(hidden), names=formats.listed(shown))
    ]


def _shown_names(names: list[str]) -> list[str]:
    """What members are called: their bare names, with their folders where two are alike."""
    parts = [[part for part in PurePosixPath(name).parts if part not in (".", "..", "/")] for name in names]
    bare = Counter(found[-1] if found else "" for found in parts)
    return ["/".join(found) if not found or bare[found[-1]] > 1 else found[-1] for found in parts]


def _without_ending(file_name: str) -> str:
    stem, dot, ending = file_name.rpartition(".")
    return stem if dot and stem and f".{ending.lower()}" in ENDINGS else file_name


def _ending(file_name: str) -> str:
    """The ending of a name if it is a plain one: all that stays of it on our disk."""
    ending = PurePosixPath(file_name).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) < 9 else ""


def _is_tar(path: Path) -> bool:
    place, mark = TAR_MARK
    with path.open("rb") as file:
        file.seek(place)
        return file.read(len(mark)) == mark


def _nobody(_progress: Progress) -> None:
    return None
