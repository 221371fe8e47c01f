"""Rows as SELECTs: those of Parquet files, of a table of a data set, of none."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq

from crm_core.engine import Database
from crm_core.schema import TABLES, Table

WRITTEN = "format parquet, compression zstd, row_group_size 122880"
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


class Relations(Protocol):
    """Whatever gives a SELECT of a table's rows by the table's name, as a data set does."""

    def relation(self, table: str) -> str: ...


def quoted(text: str) -> str:
    """`text` as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def reading(paths: Iterable[Path]) -> str:
    """A SELECT of the rows of Parquet files; wildcard characters in a path mean themselves."""
    return f"select * from read_parquet([{', '.join(quoted(_literally(path)) for path in paths)}])"


def _literally(path: Path) -> str:
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in path.absolute().as_posix())


def reading_set_aside(path: Path) -> str:
    """A SELECT of rows set aside; files written before amounts were kept with them have none."""
    if "amount" in pq.read_schema(path).names:
        return reading([path])
    return f"select *, null::{SET_ASIDE['amount']} as amount from ({reading([path])})"


def column_types(table: Table) -> dict[str, str]:
    """The canonical columns of a table with their SQL types."""
    return {column.name: column.sql_type for column in table.columns}


def empty_table(table: str) -> str:
    """A SELECT of no rows with the columns that `table` has in a data set."""
    columns = {"customer_key": "integer"} | column_types(TABLES[table])
    return nothing(columns)


def nothing(columns: Mapping[str, str]) -> str:
    """A SELECT of no rows with these columns and SQL types."""
    return f"select {', '.join(f'null::{kind} as {name}' for name, kind in columns.items())} where false"


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


def count_of(relation: str, database: Database) -> int:
    """How many rows a SELECT gives."""
    return int(database.rows(f"select count(*) from ({relation})")[0][0])
