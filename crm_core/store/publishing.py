"""How a version comes into being, and goes: built aside, renamed, then pointed to.

    <slug>/current                       one line: the version readers open
    <slug>/versions/<version>/           whole and never changed
    <slug>/versions/.building-<random>/  somebody builds here while .building-<random>.lock is held
    <slug>/.lock                         held while names change: a moment, never while building

Readers take no lock. A builder that dies leaves the pointer where it was; its leftovers are swept
by the next publish, which knows them by the lock that nobody holds.
"""

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.store.data_set import DataSet, read_data_set, unknown_data_set
from crm_core.store.files import is_held, locked, remove, settle_folder, settle_tree, told_to_the_reader, write_whole
from crm_core.store.layout import TableWriter, lay_out
from crm_core.store.loads import Base, CanonicalTable, LoadedTable
from crm_core.store.manifest import write_manifest
from crm_core.store.names import is_key

KEPT_VERSIONS = 3


@dataclass(frozen=True)
class Publication:
    """What a publish is told beside the rows.

    A new one must not find a data set in its place; one built upon a version must find that version.
    """

    name: str
    currency: str
    published_at: datetime
    is_new: bool = False
    upon: str | None = None


def publish_version(
    home: Path,
    loads: Sequence[LoadedTable | CanonicalTable],
    publication: Publication,
    database: Database,
    *,
    is_session: bool = False,
    base: Base | None = None,
    writer: TableWriter | None = None,
) -> DataSet:
    """Lay out the loads, and a `base` before them, as a version of the data set at `home` and make it current."""
    with told_to_the_reader(home), building_folder(home) as building:
        content = lay_out(
            loads, building, database, name=publication.name, currency=publication.currency, base=base, writer=writer
        )
        write_manifest(
            building,
            content,
            name=publication.name,
            currency=publication.currency,
            published_at=publication.published_at,
        )
        settle_tree(building)
        with locked(home / ".lock"):
            if publication.is_new and current_version(home) is not None:
                raise StoreError(_("Another data set took this name meanwhile. Publish again under another name."))
            if publication.upon not in (None, current_version(home)):
                raise StoreError(
                    _("Somebody published {name} meanwhile. Look at it as it is now, then add to it again.").format(
                        name=publication.name
                    )
                )
            version = home / "versions" / content.version
            if not version.exists():
                building.rename(version)
                settle_folder(home / "versions")
            point_to(home, content.version)
            _prune(home, content.version)
    return read_data_set(version, home.name, is_session=is_session)


def adopt_version(home: Path, data: DataSet) -> DataSet:
    """Make a version of another data set current at `home`, copying it there unless it is there already."""
    with told_to_the_reader(home), building_folder(home) as building:
        version = home / "versions" / data.version
        if not version.exists():
            for path in data.folder.iterdir():
                if path.is_file():
                    shutil.copyfile(path, building / path.name)
            settle_tree(building)
        with locked(home / ".lock"):
            if not version.exists():
                building.rename(version)
                settle_folder(home / "versions")
            point_to(home, data.version)
            _prune(home, data.version)
    return read_data_set(version, home.name)


@contextmanager
def building_folder(home: Path) -> Iterator[Path]:
    """A new folder to build in; whatever is left of it afterwards is removed."""
    versions = home / "versions"
    building = versions / f".building-{secrets.token_hex(6)}"
    lock = building.with_name(f"{building.name}.lock")
    with ExitStack() as cleaning:
        with locked(home / ".lock"):
            versions.mkdir(exist_ok=True)
            _sweep(home)
            cleaning.callback(remove, lock)
            cleaning.enter_context(locked(lock))
            cleaning.callback(remove, building)
            building.mkdir()
        yield building


def point_to(home: Path, version: str) -> None:
    """Move the pointer; readers see the old version or this one."""
    write_whole(home / "current", version + "\n")


def current_version(home: Path) -> str | None:
    """The version readers open, or none if nothing was ever published here."""
    try:
        return (home / "current").read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def current_data_set(home: Path, *, is_session: bool = False) -> DataSet:
    """What readers open now. Raises StoreError if nothing is published here.

    Between reading the pointer and the folder others may publish until the folder is gone; then
    the pointer has moved, and is read again.
    """
    version = current_version(home)
    while version is not None:
        try:
            return read_data_set(home / "versions" / version, home.name, is_session=is_session)
        except StoreError:
            before, version = version, current_version(home)
            if version == before:
                raise
    raise unknown_data_set(home.name)


def whole_versions(home: Path) -> list[DataSet]:
    """The versions that can be opened, the newest first; one may go while the others are read."""
    found = []
    for folder in (home / "versions").glob("*"):
        if is_key(folder.name):
            with suppress(StoreError):
                found.append(read_data_set(folder, home.name))
    return sorted(found, key=lambda version: (version.published_at, version.version), reverse=True)


def _prune(home: Path, current: str) -> None:
    """Forget all but the current version and the newest beside it."""
    others = [version for version in whole_versions(home) if version.version != current]
    for version in others[KEPT_VERSIONS - 1 :]:
        gone = version.folder.with_name(f".gone-{secrets.token_hex(6)}")
        version.folder.rename(gone)
        remove(gone)


def _sweep(home: Path) -> None:
    """Remove what a killed publish left behind; call it holding the lock of the names."""
    for path in (home / "versions").glob(".*"):
        lock = path if path.suffix == ".lock" else path.with_name(f"{path.name}.lock")
        if not is_held(lock):
            remove(path)
    for path in home.glob(".*.tmp"):
        remove(path)
