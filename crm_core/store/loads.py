"""What comes in to make a data set: tables that ingest or another program wrote, and what an earlier version held."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from crm_core import formats
from crm_core.engine import Database
from crm_core.errors import InputError
from crm_core.language import _
from crm_core.schema import TABLES
from crm_core.store.manifest import SourceEntry
from crm_core.store.selects import SET_ASIDE, column_types, count_of, nothing, reading, reading_set_aside

BASE_NUMBER = -1  # the load number of rows that an earlier version held


class LoadedTable(Protocol):
    """What ingest hands over: a folder with accepted.parquet, set_aside.parquet and report.json.

    The report names the `table` and the `file_name`.
    """

    @property
    def folder(self) -> Path: ...


@runtime_checkable
class MappedTable(LoadedTable, Protocol):
    """A loaded table that also tells how its columns were found; the manifest then keeps it."""

    @property
    def mapping(self) -> BaseModel: ...


@runtime_checkable
class FetchedTable(LoadedTable, Protocol):
    """A loaded table whose rows came from a database; the manifest keeps from where, to fetch them again."""

    @property
    def origin(self) -> Mapping[str, str] | None: ...


@dataclass(frozen=True)
class CanonicalTable:
    """Rows that another program wrote as Parquet, with canonical column names; columns may be missing."""

    table: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Load:
    """One loaded table among those that make a data set; `number` tells it from the others.

    `accepted` is a SELECT of the rows that were kept, which lie in `files`; `set_aside` one of the cells for which
    rows were set aside.
    """

    number: int
    files: tuple[Path, ...]
    accepted: str
    set_aside: str
    report: Mapping[str, Any]
    mapping: Mapping[str, Any] | None
    origin: Mapping[str, str] | None = None

    @property
    def table(self) -> str:
        """The canonical table its rows belong to."""
        name: str = self.report["table"]
        return name


@dataclass(frozen=True)
class Base:
    """What an earlier version brings to the next: SELECTs of its rows by table and of its rows set aside."""

    rows: Mapping[str, str]
    set_aside: str
    sources: tuple[SourceEntry, ...]
    reports: tuple[Mapping[str, Any], ...]

    def file_of(self, table: str) -> str:
        """The file that speaks for the rows the earlier version held of a table."""
        return next((source.file_name for source in self.sources if source.table == table), "")


def load_of(number: int, table: LoadedTable | CanonicalTable, database: Database) -> Load:
    """A loaded table among those of a data set. Raises InputError if a canonical one lacks what it must have."""
    if isinstance(table, CanonicalTable):
        return _canonical_load(number, table, database)
    accepted = table.folder / "accepted.parquet"
    return Load(
        number=number,
        files=(accepted,),
        accepted=reading([accepted]),
        set_aside=reading_set_aside(table.folder / "set_aside.parquet"),
        report=json.loads((table.folder / "report.json").read_text(encoding="utf-8")),
        mapping=table.mapping.model_dump(mode="json") if isinstance(table, MappedTable) else None,
        origin=table.origin if isinstance(table, FetchedTable) else None,
    )


def _canonical_load(number: int, table: CanonicalTable, database: Database) -> Load:
    rows = reading(table.files)
    found = {name: kind for name, kind, *_rest in database.rows(f"describe {rows}")}
    required = TABLES[table.table].required
    if missing := [name for name in required if name not in found]:
        raise InputError.missing_columns(missing, list(found))
    _ensure_values_fit(table, rows, found, database)
    lacking = count_of(f"{rows} where {' or '.join(f'{name} is null' for name in required)}", database)
    if lacking:
        raise InputError(
            _(
                "Rows of {table} that lack one of {columns}: {rows}. Leave them out, or load the file on the page Data."
            ).format(table=table.table, rows=formats.number(lacking), columns=formats.listed(required))
        )
    columns = ", ".join(
        f"{_in_utc(name, found[name])}::{kind} as {name}" if name in found else f"null::{kind} as {name}"
        for name, kind in column_types(TABLES[table.table]).items()
    )
    count = count_of(rows, database)
    return Load(
        number=number,
        files=table.files,
        accepted=f"select {columns}, '{table.table}.parquet' as source_file, null::bigint as source_line from ({rows})",
        set_aside=nothing({name: kind for name, kind in SET_ASIDE.items() if name != "table_name"}),
        report={"table": table.table, "file_name": f"{table.table}.parquet", "rows_in": count, "rows_kept": count}
        | {"rows_set_aside": 0},
        mapping=None,
    )


def _ensure_values_fit(table: CanonicalTable, rows: str, found: Mapping[str, str], database: Database) -> None:
    """Raises InputError for the first column with a value that does not become the column's type."""
    typed = {
        name: kind
        for name, kind in column_types(TABLES[table.table]).items()
        if name in found and kind not in ("VARCHAR", found[name])
    }
    if not typed:
        return
    counts = ", ".join(
        f"count(*) filter ({name} is not null and try_cast({_in_utc(name, found[name])} as {kind}) is null) as {name}"
        for name, kind in typed.items()
    )
    unfit = dict(zip(typed, database.rows(f"select {counts} from ({rows})")[0], strict=True))
    for name, count in unfit.items():
        if count:
            raise InputError(
                _(
                    "Rows of {table} whose {column}, of type {found}, does not become {type}: {rows}. Write it as that"
                    " type, or load the file on the page Data."
                ).format(
                    table=table.table, column=name, found=found[name], type=typed[name], rows=formats.number(count)
                )
            )


def _in_utc(column: str, kind: str) -> str:
    """An instant with a zone is what clocks in UTC show, wherever this machine stands."""
    return f"make_timestamp(epoch_us({column}))" if kind == "TIMESTAMP WITH TIME ZONE" else column
