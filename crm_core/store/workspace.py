"""The workspace: the data sets, scenarios and mappings that the people of one company share.

<root>/data_sets/<slug>/              published, for everybody
<root>/sessions/<session id>/<slug>/  for one person, gone with the session
<root>/scenarios/  <root>/mappings/
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.store.adding import RowSetAside, base_of
from crm_core.store.data_set import DataSet, read_data_set, unknown_data_set
from crm_core.store.exit_reasons import ExitReasons
from crm_core.store.export import export
from crm_core.store.files import locked, remove, told_to_the_reader, write_whole
from crm_core.store.loads import LoadedTable
from crm_core.store.names import free_slug, is_key, is_slug
from crm_core.store.publishing import (
    Publication,
    current_data_set,
    current_version,
    point_to,
    publish_version,
    whole_versions,
)
from crm_core.store.scenarios import MappingShelf, ScenarioEntry, ScenarioShelf


@dataclass(frozen=True)
class VersionEntry:
    """One version that can be opened."""

    version: str
    published_at: datetime


@dataclass(frozen=True)
class DataSetEntry:
    """A published data set in a list; `version` is the current one, `versions` newest first."""

    slug: str
    name: str
    version: str
    published_at: datetime
    versions: tuple[VersionEntry, ...]


class Workspace:
    """A folder shared by everybody who uses this installation. Any number of processes may."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root.absolute()
        self.database = database
        self._published = self.root / "data_sets"
        self._sessions = self.root / "sessions"
        self._scenarios = ScenarioShelf(self.root / "scenarios")
        self._mappings = MappingShelf(self.root / "mappings")

    # Data sets

    def data_sets(self) -> list[DataSetEntry]:
        """The published data sets, by name."""
        return sorted(_entries(self._published), key=lambda entry: (entry.name, entry.slug))

    def open(self, slug: str, version: str | None = None) -> DataSet:
        """A published data set, as it is now or as it was. Raises StoreError if it is not there."""
        return _opened(self._published, slug, version)

    def publish(
        self,
        name: str,
        tables: Sequence[LoadedTable],
        *,
        currency: str,
        published_at: datetime,
        replaces: str | None = None,
    ) -> DataSet:
        """Publish loaded tables for everybody: as a new data set, or as a new version of `replaces`.

        All of it or nothing happens. The same content is the same version, whatever the order of its
        rows. The last three versions are kept. Raises StoreError if the name is taken, if `replaces`
        is unknown, if no order line was accepted, or if the disk refuses.
        """
        with told_to_the_reader(self._published):
            home = self._published / (self._reserve(name) if replaces is None else self.open(replaces).slug)
            publication = Publication(name.strip(), currency, _in_utc(published_at), is_new=replaces is None)
            return publish_version(home, tables, publication, self.database)

    def add_to(
        self,
        data_set: DataSet,
        tables: Sequence[LoadedTable],
        *,
        published_at: datetime,
        put_right: Sequence[RowSetAside] = (),
    ) -> DataSet:
        """A new version of a data set: what it holds, and `tables` beside it. Works for a session's as well.

        The rows in `put_right` are no longer set aside: corrected, they are among `tables`. Raises
        StoreError if the data set is not the current version any more, or if the disk refuses.
        """
        home = data_set.folder.parents[1]
        with told_to_the_reader(home):
            publication = Publication(data_set.name, data_set.currency, _in_utc(published_at), upon=data_set.version)
            base = base_of(data_set, put_right, self.database)
            return publish_version(home, tables, publication, self.database, is_session=data_set.is_session, base=base)

    def make_current(self, slug: str, version: str) -> DataSet:
        """Go back (or forth) to a version that is still kept. Raises StoreError if it is not."""
        data_set = self.open(slug, version)
        home = self._published / slug
        with told_to_the_reader(home), locked(home / ".lock"):
            point_to(home, version)
        return data_set

    def export(self, data_set: DataSet, table: str, path: Path) -> Path:
        """Write a table's canonical columns to a .csv or .parquet file that can be loaded again."""
        with told_to_the_reader(path.parent):
            return export(data_set, table, path, self.database)

    def exit_reasons(self, data_set: DataSet) -> ExitReasons:
        """Why customers of a data set left, as people recorded it; the same for all its versions."""
        return ExitReasons(data_set)

    def _reserve(self, name: str) -> str:
        """A slug for a new data set."""
        if not name.strip():
            raise StoreError(_("A data set needs a name. Type one and publish again."))
        known = _entries(self._published)
        if any(entry.name == name.strip() for entry in known):
            raise StoreError(
                _("A data set is named {name} already. Publish a new version of it, or choose another name.").format(
                    name=name.strip()
                )
            )
        return free_slug(name, {entry.slug for entry in known})

    # Data sets of one session

    def keep_for_session(
        self, session_id: str, name: str, tables: Sequence[LoadedTable], *, currency: str, published_at: datetime
    ) -> DataSet:
        """Lay out loaded tables for one session alone. A name used before is replaced."""
        home = self._session(session_id)
        with told_to_the_reader(home):
            self.touch_session(session_id, published_at)
            known = _entries(home)
            slug = next((entry.slug for entry in known if entry.name == name.strip()), None)
            slug = slug or free_slug(name, {entry.slug for entry in known})
            publication = Publication(name.strip(), currency, _in_utc(published_at))
            return publish_version(home / slug, tables, publication, self.database, is_session=True)

    def session_data_sets(self, session_id: str) -> list[DataSet]:
        """What a session keeps for itself, by name."""
        home = self._session(session_id)
        kept = [_opened(home, entry.slug, is_session=True) for entry in _entries(home)]
        return sorted(kept, key=lambda data_set: (data_set.name, data_set.slug))

    def open_for_session(self, session_id: str, slug: str) -> DataSet:
        """A data set that a session keeps for itself. Raises StoreError if it is not there."""
        return _opened(self._session(session_id), slug, is_session=True)

    def touch_session(self, session_id: str, used_at: datetime) -> None:
        """Note that a session is in use, so that it is not taken for an old one."""
        write_whole(self._session(session_id) / "last_used", _in_utc(used_at).isoformat() + "\n")

    def forget_session(self, session_id: str) -> None:
        """Remove all that a session kept for itself."""
        remove(self._session(session_id))

    def forget_sessions_older_than(self, instant: datetime) -> list[str]:
        """Remove what sessions left that were last in use before `instant`; returns their ids."""
        sessions = [path for path in self._sessions.glob("*") if is_key(path.name)]
        old = [path.name for path in sessions if _last_used(path) < _in_utc(instant)]
        for session_id in old:
            self.forget_session(session_id)
        return sorted(old)

    def _session(self, session_id: str) -> Path:
        if not is_key(session_id):
            raise ValueError("a session id is letters, digits, hyphens and underscores")
        return self._sessions / session_id

    # Scenarios and mappings

    def scenarios(self) -> list[ScenarioEntry]:
        """The saved scenarios, the official one first, then by name."""
        return self._scenarios.entries()

    def save_scenario(self, name: str, text: str, *, official: bool = False) -> ScenarioEntry:
        """Save a scenario's JSON under a name; `official` makes it the one executives see."""
        return self._scenarios.save(name, text, official=official)

    def read_scenario(self, name: str) -> str:
        """The JSON of a saved scenario. Raises StoreError if there is none of that name."""
        return self._scenarios.read(name)

    def delete_scenario(self, name: str) -> None:
        """Forget a scenario. Raises StoreError if there is none of that name."""
        self._scenarios.delete(name)

    def remember_mapping(self, text: str) -> None:
        """Keep a column mapping (JSON) that a person confirmed."""
        self._mappings.remember(text)

    def remembered_mappings(self) -> list[str]:
        """The mappings kept, as JSON, the newest first."""
        return self._mappings.all()


def _entries(shelf: Path) -> list[DataSetEntry]:
    """The data sets in a folder; one being published for the first time is not there yet."""
    homes = [path for path in shelf.glob("*") if is_slug(path.name) and current_version(path)]
    return [_entry(home) for home in homes]


def _entry(home: Path) -> DataSetEntry:
    data_set = current_data_set(home)
    return DataSetEntry(
        slug=home.name,
        name=data_set.name,
        version=data_set.version,
        published_at=data_set.published_at,
        versions=tuple(VersionEntry(found.version, found.published_at) for found in whole_versions(home)),
    )


def _opened(shelf: Path, slug: str, version: str | None = None, *, is_session: bool = False) -> DataSet:
    if not is_slug(slug) or (version is not None and not is_key(version)):
        raise unknown_data_set(slug)
    if version is None:
        return current_data_set(shelf / slug, is_session=is_session)
    return read_data_set(shelf / slug / "versions" / version, slug, is_session=is_session)


def _last_used(session: Path) -> datetime:
    try:
        return datetime.fromisoformat((session / "last_used").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return datetime.fromtimestamp(session.stat().st_mtime, UTC)


def _in_utc(instant: datetime) -> datetime:
    """`instant` with its zone; one without is taken as UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
