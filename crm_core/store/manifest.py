"""What a data set says of itself: its tables, its sources and its version, in manifest.json."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TableEntry:
    """What a data set knows of one loaded table: accepted rows, columns with a value, days covered."""

    rows: int
    columns: tuple[str, ...]
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class SourceEntry:
    """One load that went into a data set. Rows in = rows kept + rows set aside + rows put right.

    Rows put right were set aside once; corrected, they came in again as a source of their own.
    `origin` says which connection, table or query the rows came from; null for a file.
    """

    file_name: str
    table: str
    rows_in: int
    rows_kept: int
    rows_set_aside: int
    mapping: Mapping[str, Any] | None
    origin: Mapping[str, str] | None = None
    rows_put_right: int = 0


@dataclass(frozen=True)
class Content:
    """What a laid-out folder holds, before it has a place in the workspace."""

    version: str
    tables: Mapping[str, TableEntry]
    sources: tuple[SourceEntry, ...]
    row_counts: Mapping[str, int]


def write_manifest(folder: Path, content: Content, *, name: str, currency: str, published_at: datetime) -> None:
    """Write manifest.json, which makes the folder a data set."""
    write_json(
        folder / "manifest.json",
        {
            "name": name,
            "version": content.version,
            "currency": currency,
            "tables": {table: asdict(entry) for table, entry in content.tables.items()},
            "sources": [asdict(source) for source in content.sources],
            "row_counts": dict(content.row_counts),
            "published_at": published_at.isoformat(),
        },
    )


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON; days as 2026-03-31."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, default=_as_text), encoding="utf-8")


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")
