"""A data set as its readers see it: an immutable folder of Parquet with a manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.schema import TABLES
from crm_core.store.manifest import SourceEntry, TableEntry
from crm_core.store.selects import empty_table, reading

ALWAYS_THERE = ("order_lines", "orders", "customers")


@dataclass(frozen=True)
class DataSet:
    """One version of a data set. Two are equal if they are the same version in the same place.

    `tables` says what was loaded, by canonical table: `tables["orders"]` counts order lines.
    `row_counts` counts the rows of each file: `order_lines`, `orders`, `customers`, ...
    """

    slug: str
    version: str
    folder: Path
    name: str = field(compare=False)
    currency: str = field(compare=False)
    tables: Mapping[str, TableEntry] = field(compare=False, repr=False)
    sources: tuple[SourceEntry, ...] = field(compare=False, repr=False)
    row_counts: Mapping[str, int] = field(compare=False, repr=False)
    published_at: datetime = field(compare=False)
    is_session: bool = field(default=False, compare=False)

    @property
    def first_day(self) -> date:
        """The day of the first order line."""
        day = self.tables["orders"].first_day
        assert day is not None  # a data set without order lines is never published
        return day

    @property
    def last_day(self) -> date:
        """The day of the last order line."""
        day = self.tables["orders"].last_day
        assert day is not None
        return day

    def path(self, table: str) -> Path:
        """The Parquet file of a table, there or not."""
        return self.folder / f"{table}.parquet"

    def has(self, table: str) -> bool:
        """Whether a canonical table was loaded and has rows; `order_lines` stands for `orders`."""
        entry = self.tables.get(_canonical(table))
        return entry is not None and entry.rows > 0

    def has_column(self, table: str, column: str) -> bool:
        """Whether a column of a canonical table holds at least one value."""
        entry = self.tables.get(_canonical(table))
        return entry is not None and column in entry.columns

    def knows(self, *columns: str) -> bool:
        """Whether every column holds a value: `knows("category", "payments.due_at")`.

        A name without a table is a column of the order lines.
        """
        return all(self.has_column(table or "orders", name) for table, _dot, name in map(_parts, columns))

    def relation(self, table: str) -> str:
        """A SELECT of a table's rows; of none, with the right columns, if it was not loaded."""
        if table in ALWAYS_THERE or table == "set_aside" or self.path(table).exists():
            return reading([self.path(table)])
        return empty_table(table)

    def relations(self) -> dict[str, str]:
        """Every table by name, ready to be given to the composer."""
        return {table: self.relation(table) for table in dict.fromkeys((*ALWAYS_THERE, *TABLES))}

    @cached_property
    def quality(self) -> Mapping[str, Any]:
        """The quality reports of its loads, and the counts that need several tables to see."""
        quality: dict[str, Any] = json.loads((self.folder / "quality.json").read_text(encoding="utf-8"))
        return quality


def _canonical(table: str) -> str:
    return "orders" if table == "order_lines" else table


def _parts(column: str) -> tuple[str, str, str]:
    return column.rpartition(".")


def read_data_set(folder: Path, slug: str, *, is_session: bool = False) -> DataSet:
    """The data set in a version's folder. Raises StoreError if it is not there."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise unknown_data_set(slug) from error
    return DataSet(
        slug=slug,
        version=manifest["version"],
        folder=folder.absolute(),
        name=manifest["name"],
        currency=manifest["currency"],
        tables={name: _table_entry(entry) for name, entry in manifest["tables"].items()},
        sources=tuple(SourceEntry(**source) for source in manifest["sources"]),
        row_counts=manifest["row_counts"],
        published_at=datetime.fromisoformat(manifest["published_at"]),
        is_session=is_session,
    )


def _table_entry(entry: Mapping[str, Any]) -> TableEntry:
    return TableEntry(
        rows=entry["rows"],
        columns=tuple(entry["columns"]),
        first_day=entry["first_day"] and date.fromisoformat(entry["first_day"]),
        last_day=entry["last_day"] and date.fromisoformat(entry["last_day"]),
    )


def unknown_data_set(slug: str) -> StoreError:
    """The error of a data set that is not there, or no longer."""
    return StoreError(
        _("There is no data set {slug}, or this version of it is gone. Choose one from the list.").format(slug=slug)
    )
