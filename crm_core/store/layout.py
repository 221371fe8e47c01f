"""Loaded tables become a data set's folder: Parquet laid out by customer and day.

Each file is what a staging model says (`sql/staging/`), sorted so that later questions read runs of
a customer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from crm_core.engine import Database, compose
from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.schema import TABLES, Table
from crm_core.store.account import digest_of, quality_of, sources_of, table_entry
from crm_core.store.loads import BASE_NUMBER, Base, CanonicalTable, Load, LoadedTable, load_of
from crm_core.store.manifest import Content, write_json
from crm_core.store.room import ensure_room, room_needed
from crm_core.store.selects import SET_ASIDE, WRITTEN, column_types, count_of, nothing, quoted, reading

SORTED_BY = {
    "customers": "customer_key",
    "orders": "order_key",
    "order_lines": "customer_key, ordered_on, order_key, ordered_at, amount",
}


class TableWriter(Protocol):
    """An engine that writes what a staging model says of the loads, sorted, to one Parquet file.

    The tables that the model stands on lie beside that file.
    """

    def write(self, model: str, path: Path, loads: Sequence[Load]) -> None: ...


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
    loads = [load_of(number, table, database) for number, table in enumerate(loaded)]
    given = {f"loaded_{table}": _accepted(loads, TABLES[table], base) for table in TABLES}
    known = {load.table for load in loads} | set(base.rows if base else ())
    tables = {table: table_entry(table, given, database) for table in TABLES if table in known}
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

    row_counts = {path.stem: count_of(reading([path]), database) for path in sorted(folder.glob("*.parquet"))}
    sources = sources_of(loads, folder / "set_aside.parquet", given, base, database)
    write_json(folder / "quality.json", quality_of(loads, folder, given, base, database))
    version = digest_of(folder, tables, name, currency, database)
    return Content(version=version, tables=tables, sources=sources, row_counts=row_counts)


def _accepted(loads: Sequence[Load], table: Table, base: Base | None) -> str:
    """A SELECT of the accepted rows of all loads of a table; `load_number` tells them apart."""
    columns = column_types(table) | {"source_file": "varchar", "source_line": "bigint"}
    parts = [
        f"select {load.number} as load_number, {', '.join(columns)} from ({load.accepted})"
        for load in loads
        if load.table == table.name
    ]
    if base and table.name in base.rows:
        file = quoted(base.file_of(table.name))
        parts.insert(
            0,
            f"select {BASE_NUMBER} as load_number, {', '.join(column_types(table))}, {file} as source_file,"
            f" null::bigint as source_line from ({base.rows[table.name]})",
        )
    return " union all ".join(parts) or nothing({"load_number": "integer"} | columns)


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
