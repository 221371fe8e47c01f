"""Loaded tables become a data set's folder: Parquet laid out by customer and day.

Each file is what a staging model says (`sql/staging/`), sorted so that later questions read runs of
a customer. The version is a digest of what the rows say, whatever order they came in.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow.parquet as pq
from pydantic import BaseModel

from crm_core import formats
from crm_core.engine import Database, compose
from crm_core.errors import InputError, StoreError
from crm_core.language import _
from crm_core.schema import TABLES, Table
from crm_core.store.room import ensure_room, room_needed

LAYOUT = 2  # raise it when files of the same content would look different: old versions are then laid out anew
WRITTEN = "format parquet, compression zstd, row_group_size 122880"
SORTED_BY = {
    "customers": "customer_key",
    "orders": "order_key",
    "order_lines": "customer_key, ordered_on, order_key, ordered_at, amount",
}
SET_ASIDE = {
    "table_name": "varchar",
    "source_file": "varchar",
    "source_line": "bigint",
    "column_name": "varchar",
    "value": "varchar",
    "reason": "varchar",
    "raw": "varchar",
    "amount": "decimal(18, 4)",
}
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
        name: str = self.report["table"]
        return name


class TableWriter(Protocol):
    """An engine that writes what a staging model says of the loads, sorted, to one Parquet file.

    The tables that the model stands on lie beside that file.
    """

    def write(self, model: str, path: Path, loads: Sequence[Load]) -> None: ...


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
class Base:
    """What an earlier version brings to the next: SELECTs of its rows by table and of its rows set aside."""

    rows: Mapping[str, str]
    set_aside: str
    sources: tuple[SourceEntry, ...]
    reports: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Content:
    """What a laid-out folder holds, before it has a place in the workspace."""

    version: str
    tables: Mapping[str, TableEntry]
    sources: tuple[SourceEntry, ...]
    row_counts: Mapping[str, int]


def lay_out(
    loaded: Sequence[LoadedTable | CanonicalTable],
    folder: Path,
    database: Database,
    *,
    name: str,
    currency: str,
    base: Base | None = None,
    writer: TableWriter | None = None,
) -> Content:
    """Write the Parquet files and quality.json of a data set into the empty `folder`.

    With a `base` the rows of that earlier version come before those loaded. `writer` sorts and joins where the data is
    larger than this machine, and takes no base; counts and the version are taken here, in one reading.
    Raises StoreError if no order line was accepted or the disk has too little room, InputError if a canonical table
    lacks what it must have.
    """
    if base is not None and writer is not None:
        raise ValueError("another engine lays out whole tables, not rows that come after a base")
    loads = [_load(number, table, database) for number, table in enumerate(loaded)]
    given = {f"loaded_{table}": _accepted(loads, TABLES[table], base) for table in TABLES}
    known = {load.table for load in loads} | set(base.rows if base else ())
    tables = {table: _table_entry(table, given, database) for table in TABLES if table in known}
    if "orders" not in tables or tables["orders"].rows == 0:
        raise StoreError(_("No order line could be used, so there is nothing to publish. See the rows set aside."))
    files = [path for load in loads for path in load.files]
    room = room_needed(files, database, sum(entry.rows for entry in tables.values()))
    ensure_room(room if writer is None else room.spilled_elsewhere(), folder.parent, database)

    for table in ("customers", "orders", "order_lines", *(table for table in tables if table not in SORTED_BY)):
        if writer is None:
            _write(table, folder / f"{table}.parquet", given, database)
        else:
            writer.write(table, folder / f"{table}.parquet", loads)
        given[table] = reading([folder / f"{table}.parquet"])
    _write_set_aside(loads, folder / "set_aside.parquet", given, base, database)

    row_counts = {path.stem: _count(reading([path]), database) for path in sorted(folder.glob("*.parquet"))}
    sources = _sources(loads, folder / "set_aside.parquet", given, base, database)
    write_json(folder / "quality.json", _quality(loads, folder, given, base, database))
    version = _digest(folder, tables, name, currency, database)
    return Content(version=version, tables=tables, sources=sources, row_counts=row_counts)


def write_manifest(folder: Path, content: Content, *, name: str, currency: str, published_at: datetime) -> None:
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
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, default=_as_text), encoding="utf-8")


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def quoted(text: str) -> str:
    """`text` as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def reading(paths: Iterable[Path]) -> str:
    """A SELECT of the rows of Parquet files; wildcard characters in a path mean themselves."""
    return f"select * from read_parquet([{', '.join(quoted(_literally(path)) for path in paths)}])"


def reading_set_aside(path: Path) -> str:
    """A SELECT of rows set aside; files written before amounts were kept with them have none."""
    if "amount" in pq.read_schema(path).names:
        return reading([path])
    return f"select *, null::{SET_ASIDE['amount']} as amount from ({reading([path])})"


def _literally(path: Path) -> str:
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in path.absolute().as_posix())


def empty_table(table: str) -> str:
    """A SELECT of no rows with the columns that `table` has in a data set."""
    columns = {"customer_key": "integer"} | column_types(TABLES[table])
    return _nothing(columns)


def column_types(table: Table) -> dict[str, str]:
    """The canonical columns of a table with their SQL types."""
    return {column.name: column.sql_type for column in table.columns}


class Relations(Protocol):
    """Whatever gives a SELECT of a table's rows by the table's name, as a data set does."""

    def relation(self, table: str) -> str: ...


def canonical_rows(data_set: Relations, table: str) -> str:
    """A SELECT of a table's canonical columns, from which the table can be laid out again.

    Customers who only ordered and stand in no list are no rows of the list.
    """
    names = [column.name for column in TABLES[table].columns]
    if table == "customers":
        known = " or ".join(f"{name} is not null" for name in names if name != "customer_id")
        return f"select {', '.join(names)} from ({data_set.relation(table)}) where first_ordered_on is null or {known}"
    if table != "orders":
        return f"select {', '.join(names)} from ({data_set.relation(table)})"
    source = {"customer_id": "customers", "order_id": "orders"}
    columns = ", ".join(f"{source.get(name, 'order_lines')}.{name}" for name in names)
    return (
        f"select {columns} from ({data_set.relation('order_lines')}) as order_lines"
        f" inner join ({data_set.relation('orders')}) as orders using (order_key)"
        f" inner join ({data_set.relation('customers')}) as customers"
        " on order_lines.customer_key = customers.customer_key"
    )


def _nothing(columns: Mapping[str, str]) -> str:
    return f"select {', '.join(f'null::{kind} as {name}' for name, kind in columns.items())} where false"


def _load(number: int, table: LoadedTable | CanonicalTable, database: Database) -> Load:
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
    lacking = _count(f"{rows} where {' or '.join(f'{name} is null' for name in required)}", database)
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
    count = _count(rows, database)
    return Load(
        number=number,
        files=table.files,
        accepted=f"select {columns}, '{table.table}.parquet' as source_file, null::bigint as source_line from ({rows})",
        set_aside=_nothing({name: kind for name, kind in SET_ASIDE.items() if name != "table_name"}),
        report={"table": table.table, "file_name": f"{table.table}.parquet", "rows_in": count, "rows_kept": count}
        | {"rows_set_aside": 0},
        mapping=None,
    )


def _in_utc(column: str, kind: str) -> str:
    """An instant with a zone is what clocks in UTC show, wherever this machine stands."""
    return f"make_timestamp(epoch_us({column}))" if kind == "TIMESTAMP WITH TIME ZONE" else column


def _of(loads: Sequence[Load], table: str) -> list[Load]:
    return [load for load in loads if load.table == table]


def _accepted(loads: Sequence[Load], table: Table, base: Base | None) -> str:
    """A SELECT of the accepted rows of all loads of a table; `load_number` tells them apart."""
    columns = column_types(table) | {"source_file": "varchar", "source_line": "bigint"}
    parts = [
        f"select {load.number} as load_number, {', '.join(columns)} from ({load.accepted})"
        for load in _of(loads, table.name)
    ]
    if base and table.name in base.rows:
        file = quoted(_base_file(base, table.name))
        parts.insert(
            0,
            f"select {BASE_NUMBER} as load_number, {', '.join(column_types(table))}, {file} as source_file,"
            f" null::bigint as source_line from ({base.rows[table.name]})",
        )
    return " union all ".join(parts) or _nothing({"load_number": "integer"} | columns)


def _base_file(base: Base, table: str) -> str:
    """The file that speaks for the rows an earlier version held of a table."""
    return next((source.file_name for source in base.sources if source.table == table), "")


def _table_entry(table: str, given: Mapping[str, str], database: Database) -> TableEntry:
    names = [column.name for column in TABLES[table].columns]
    day = _day_of(TABLES[table])
    days = f"cast(min({day}) as date), cast(max({day}) as date)" if day else "null, null"
    counts = ", ".join(f"count({name})" for name in names)
    row = database.rows(f"select count(*), {days}, {counts} from ({given[f'loaded_{table}']})")[0]
    known = tuple(name for name, filled in zip(names, row[3:], strict=True) if filled)
    return TableEntry(rows=row[0], columns=known, first_day=row[1], last_day=row[2])


def _day_of(table: Table) -> str | None:
    """The column that says when a row happened: the first required instant."""
    for column in table.columns:
        if column.required and column.kind in ("instant", "day"):
            return column.name
    return None


def _write(model: str, path: Path, given: Mapping[str, str], database: Database) -> None:
    query = compose(model, given).sql
    order = SORTED_BY.get(model, "all")
    database.execute(f"copy (select * from ({query}\n) order by {order}) to {quoted(str(path))} ({WRITTEN})")


def _write_set_aside(
    loads: Sequence[Load], path: Path, given: Mapping[str, str], base: Base | None, database: Database
) -> None:
    columns = ", ".join(name for name in SET_ASIDE if name not in ("table_name", "amount"))
    parts = [
        f"select {load.number} as load_number, {quoted(load.table)} as table_name, {columns}, amount"
        f" from ({load.set_aside})"
        for load in loads
    ]
    repeated = compose("repeated_customers", given).sql
    parts.append(
        f"select load_number, 'customers' as table_name, {columns}, null::decimal(18, 4) as amount from ({repeated}\n)"
    )
    if base:
        parts.append(f"select {BASE_NUMBER} as load_number, table_name, {columns}, amount from ({base.set_aside})")
    database.execute(
        f"copy (select * from ({' union all '.join(parts)}) order by load_number, source_line, column_name, reason)"
        f" to {quoted(str(path))} ({WRITTEN})"
    )


def _sources(
    loads: Sequence[Load], set_aside: Path, given: Mapping[str, str], base: Base | None, database: Database
) -> tuple[SourceEntry, ...]:
    aside = dict(
        database.rows(
            "select load_number, count(distinct (source_file, source_line)) as rows"
            f" from ({reading([set_aside])}) group by load_number"
        )
    )
    repeated = dict(
        database.rows(
            f"select load_number, count(*) from ({compose('repeated_customers', given).sql}\n) group by load_number"
        )
    )
    sources = _base_sources(base, repeated.get(BASE_NUMBER, 0)) if base else []
    for load in loads:
        kept = _count(load.accepted, database) - repeated.get(load.number, 0)
        put_aside = aside.get(load.number, 0)
        if "rows_set_aside" in load.report:  # a line may give several rows
            put_aside = load.report["rows_set_aside"] + repeated.get(load.number, 0)
        sources.append(
            SourceEntry(
                file_name=load.report["file_name"],
                table=load.table,
                rows_in=kept + put_aside,
                rows_kept=kept,
                rows_set_aside=put_aside,
                mapping=load.mapping,
                origin=load.origin,
            )
        )
    return tuple(sources)


def _base_sources(base: Base, repeated: int) -> list[SourceEntry]:
    """The sources of the earlier version; `repeated` of their customers a fuller row stands for now."""
    sources = list(base.sources)
    place = next((place for place, source in enumerate(sources) if source.table == "customers"), None)
    if repeated and place is not None:
        lists = sources[place]
        sources[place] = replace(
            lists, rows_kept=lists.rows_kept - repeated, rows_set_aside=lists.rows_set_aside + repeated
        )
    return sources


def _quality(
    loads: Sequence[Load], folder: Path, given: Mapping[str, str], base: Base | None, database: Database
) -> dict[str, Any]:
    """The reports of all loads, and what only shows when the tables stand side by side."""
    unknown = {
        path.stem: _count(f"select * from ({reading([path])}) where customer_key is null", database)
        for path in sorted(folder.glob("*.parquet"))
        if path.stem in TABLES
    }
    return {
        "reports": [
            *(dict(report) for report in (base.reports if base else ())),
            *(dict(load.report) for load in loads),
        ],
        **_customers_side_by_side(folder, given, database),
        "rows_of_unknown_customers": {table: rows for table, rows in unknown.items() if rows},
        "repeated_customers": _count(
            f"select * from ({reading([folder / 'set_aside.parquet'])}) where reason = 'repeated_customer'", database
        ),
        "orders_over_several_days": _count(
            f"select customer_key, order_id from ({reading([folder / 'orders.parquet'])})"
            " where order_id is not null group by all having count(*) > 1",
            database,
        ),
    }


def _customers_side_by_side(folder: Path, given: Mapping[str, str], database: Database) -> dict[str, Any]:
    """Customers who never ordered, and those who ordered but stand in no list, where there is a list."""
    listed = f"select customer_id from ({given['loaded_customers']})"
    if not _count(listed, database):
        return {}
    everyone = reading([folder / "customers.parquet"])
    groups = {
        "customers_without_orders": f"select customer_id from ({everyone}) where first_ordered_on is null",
        "customers_not_listed": f"select customer_id from ({everyone}) where customer_id not in ({listed})",
    }
    return {
        name: {
            "count": _count(group, database),
            "examples": [row[0] for row in database.rows(f"{group} order by customer_id limit 5")],
        }
        for name, group in groups.items()
    }


def _count(relation: str, database: Database) -> int:
    return int(database.rows(f"select count(*) from ({relation})")[0][0])


def _digest(folder: Path, tables: Mapping[str, TableEntry], name: str, currency: str, database: Database) -> str:
    """Twelve hex digits of what the data set says: the same rows in another order give the same."""
    said: list[Any] = [LAYOUT, name, currency, sorted((table, entry.columns) for table, entry in tables.items())]
    for path in sorted(folder.glob("*.parquet")):
        content = reading([path])
        if path.stem == "set_aside":
            content = f"select table_name, column_name, value, reason, raw from ({content})"
        sums = f"select count(*), sum(hash(content)::hugeint) from ({content}) as content"
        said.append([path.stem, database.rows(sums)])
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
