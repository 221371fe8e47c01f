"""Named scenarios, one of them official, and the column mappings people once confirmed.

scenarios/<slug>.json   {"name": ..., "scenario": {...}}
scenarios/official      the slug of the one that executives see
mappings/<digest>.json  a mapping as ingest wrote it
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.store.files import locked, remove, told_to_the_reader, write_whole
from crm_core.store.names import free_slug

KEPT_MAPPINGS = 200
FILES_REMEMBERED = 64


@dataclass(frozen=True)
class ScenarioEntry:
    """A saved scenario in a list; `saved_at` is in UTC, as the disk stamped it."""

    name: str
    slug: str
    is_official: bool
    saved_at: datetime


class ScenarioShelf:
    """The scenarios of a workspace. Names are told apart exactly as typed, but for outer blanks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> list[ScenarioEntry]:
        """All scenarios, the official one first, then by name."""
        official = self._official_slug()
        entries = [
            ScenarioEntry(
                name=_content(path)["name"],
                slug=path.stem,
                is_official=path.stem == official,
                saved_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            )
            for path in self._folder.glob("*.json")
        ]
        return sorted(entries, key=lambda entry: (not entry.is_official, entry.name))

    def save(self, name: str, text: str, *, official: bool = False) -> ScenarioEntry:
        """Save JSON under a name, in place of what had it; `official` makes it the one executives see.

        Saving without `official` leaves the official mark where it is.
        Raises StoreError for a name without a visible character.
        """
        name = name.strip()
        if not name.isprintable() or not name:
            raise StoreError(_("A scenario needs a name. Type one and save again."))
        written = json.dumps({"name": name, "scenario": json.loads(text)}, ensure_ascii=False, indent=2)
        with told_to_the_reader(self._folder), locked(self._folder / ".lock"):
            entries = self.entries()
            slug = next((entry.slug for entry in entries if entry.name == name), None)
            slug = slug or free_slug(name, {entry.slug for entry in entries})
            write_whole(self._folder / f"{slug}.json", written)
            if official:
                write_whole(self._folder / "official", slug + "\n")
        return self._entry(name)

    def read(self, name: str) -> str:
        """The JSON saved under a name. Raises StoreError if there is none."""
        return json.dumps(_content(self._folder / f"{self._entry(name).slug}.json")["scenario"], ensure_ascii=False)

    def delete(self, name: str) -> None:
        """Forget a scenario, and the official mark with it. Raises StoreError if there is none."""
        with told_to_the_reader(self._folder), locked(self._folder / ".lock"):
            entry = self._entry(name)
            if entry.is_official:
                remove(self._folder / "official")
            remove(self._folder / f"{entry.slug}.json")

    def _entry(self, name: str) -> ScenarioEntry:
        entries = self.entries()
        for entry in entries:
            if entry.name == name.strip():
                return entry
        known = ", ".join(entry.name for entry in entries)
        if not known:
            raise StoreError(_("There is no scenario named {name}; none is saved yet.").format(name=name))
        raise StoreError(_("There is no scenario named {name}. Saved are: {known}.").format(name=name, known=known))

    def _official_slug(self) -> str | None:
        try:
            return (self._folder / "official").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None


def _content(path: Path) -> dict[str, Any]:
    """What a file holds; a page asks for each setting in turn, so it is read again only once it was written."""
    written = path.stat()
    return _content_as_written(path, written.st_mtime_ns, written.st_size, written.st_ino)


@lru_cache(FILES_REMEMBERED)
def _content_as_written(path: Path, _written_at: int, _size: int, _inode: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


class MappingShelf:
    """Column mappings that people confirmed, so that the same kind of file maps itself next time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def remember(self, text: str) -> None:
        """Keep a mapping; one known already becomes the newest. The oldest beyond 200 go."""
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        with told_to_the_reader(self._folder):
            write_whole(self._folder / f"{digest}.json", text)
            for path in self._newest_first()[KEPT_MAPPINGS:]:
                remove(path)

    def all(self) -> list[str]:
        """The mappings as they were given, the newest first."""
        return [path.read_text(encoding="utf-8") for path in self._newest_first()]

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
