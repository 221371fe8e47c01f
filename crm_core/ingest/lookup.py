"""Columns looked up in another file: orders that name a product, and a list that knows its price.

The list must name each product once. Its price and its texts then stand beside the columns of the orders,
as if the file had held them; an order whose product is not in the list has nothing there.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from crm_core.ingest.dates import quoted
from crm_core.ingest.headings import extra_keys, key_of, synonym_keys
from crm_core.ingest.mapping import Mapping, missing_columns
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation
from crm_core.ingest.source import Lookup, SourceColumn, SourceTable, unique_headers
from crm_core.ingest.values import WHITE

SHARE_FOUND = 0.5


def find_lookup(orders: SourceTable, mapping: Mapping, others: Iterable[SourceTable]) -> Lookup | None:
    """The list among `others` that gives `orders` the price they lack; None if nothing is lacking or none fits."""
    if mapping.table != "orders" or missing_columns(mapping) != ("amount",) or "quantity" not in mapping.columns:
        return None
    for table in others:
        if table is not orders and not table.lookup and (found := _fits(orders, table)):
            return found
    return None


def _fits(orders: SourceTable, table: SourceTable) -> Lookup | None:
    """A list fits if it has a price and names once what the orders name by the same header."""
    known = {key_of(header): header for header in orders.headers}
    if not any(map(_is_price, table.columns)):
        return None
    products = [key for key, columns in synonym_keys("orders").items() if columns[0][0] == "product_id"]
    for column in table.columns:
        key = key_of(column.header)
        if key in known and key in products and _is_once(table, column):
            asked = set(orders.sample_values(known[key]))
            if len(asked & set(table.sample_values(column.header))) >= SHARE_FOUND * len(asked) > 0:
                return make_lookup(orders, table, known[key], column.header)
    return None


def _is_price(column: SourceColumn) -> bool:
    return extra_keys().get(key_of(column.header)) == "unit_price"


def _is_once(table: SourceTable, column: SourceColumn) -> bool:
    values = table.sample_values(column.header)
    return len(set(values)) == len(values) > 0


def make_lookup(orders: SourceTable, table: SourceTable, key: str, table_key: str) -> Lookup:
    """What `beside` and `read_beside` need, for any key.

    Of the list's figures only the price is taken: its cost of a piece would pass for the cost of a line.
    """
    taken = {key_of(header) for header in orders.headers}
    added = tuple(
        place
        for place, column in enumerate(table.columns)
        if key_of(column.header) not in taken and (column.content != "number" or _is_price(column))
    )
    return Lookup(orders, table, key, table_key, added)


def beside(lookup: Lookup) -> SourceTable:
    """The orders with the looked-up columns beside them."""
    orders, table = lookup.orders, lookup.table
    headers = unique_headers([*orders.headers, *(table.headers[place] for place in lookup.added)])
    keys = [_bare(value) for value in table.sample.column(lookup.table_key).to_pylist()]
    places = {key: row for row, key in reversed(list(enumerate(keys))) if key}
    rows = [places.get(_bare(value)) for value in orders.sample.column(lookup.key).to_pylist()]
    columns = [*orders.sample.columns]
    for place in lookup.added:
        values = table.sample.column(place).to_pylist()
        columns.append(pa.chunked_array([pa.array([None if r is None else values[r] for r in rows], pa.string())]))
    described = [
        replace(table.columns[place], header=header)
        for place, header in zip(lookup.added, headers[len(orders.headers) :], strict=True)
    ]
    return replace(
        orders,
        headers=headers,
        columns=(*orders.columns, *described),
        sample=pa.table(columns, names=list(headers)),
        lookup=lookup,
    )


def read_beside(
    lookup: Lookup, folder: Path, cursor: duckdb.DuckDBPyConnection, read: Callable[[SourceTable, Path], RawTable]
) -> RawTable:
    """The raw table of the orders with the cells of the list beside; of a product named twice the first row counts."""
    parts = folder / "orders", folder / "list"
    for part in parts:
        part.mkdir()
    raw, table = read(lookup.orders, parts[0]), read(lookup.table, parts[1])
    target = folder / "beside.parquet"
    key = f"c{lookup.orders.headers.index(lookup.key)}"
    table_key = f"c{lookup.table.headers.index(lookup.table_key)}"
    added = [f"c{place}" for place in lookup.added]
    firsts = ", ".join(f"arg_min({cell}, line) as {cell}" for cell in added)
    named = ", ".join(f"list.{cell} as c{raw.width + place}" for place, cell in enumerate(added))
    cursor.execute(
        f"""
        copy (
            with
            list as (
                select {_bare_sql(table_key)} as key, {firsts} from {table.relation} where flaw is null group by key
            )
            select line, flaw, raw, {", ".join(f"orders.{cell}" for cell in cell_names(raw.width))}, {named}
            from {raw.relation} as orders left join list on {_bare_sql(f"orders.{key}")} = list.key
            order by line
        ) to {quoted(str(target))} (format parquet, compression snappy)
        """
    ).fetchall()
    return replace(raw, relation=parquet_relation(target), width=raw.width + len(added), trim=frozenset())


def _bare(value: str | None) -> str:
    return (value or "").strip().removesuffix(".0")


def _bare_sql(cell: str) -> str:
    return f"regexp_replace(trim({cell}, {quoted(WHITE)}), '[.]0$', '')"
