"""Books from rows that fit on the screen: `book_with([("ann", "2026-03-01", 10)], as_of="2026-03-31")`."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.book import Book, Filters
from crm_core.engine import Database, Engine
from crm_core.schema import TABLES
from crm_core.settings import Scenario, Windows
from crm_core.store import DataSet, Workspace

FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=UTC)
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BOOLEAN": pa.bool_(),
}
SET_ASIDE = pa.schema(
    [(name, pa.string()) for name in ("source_file", "column_name", "value", "reason", "raw")]
    + [("source_line", pa.int64())]
)
_sessions = count(1)
_laid_out: dict[str, DataSet] = {}


@dataclass(frozen=True)
class Load:
    table_name: str
    folder: Path


@cache
def workspace() -> Workspace:
    """One workspace and one database for all books of a test process; gone when it ends."""
    root = Path(tempfile.mkdtemp(prefix="clientele-books-"))
    database = Database(memory_limit="1GB", threads=1)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    atexit.register(database.close)
    return Workspace(root, database)


@cache
def engine() -> Engine:
    return Engine(workspace().database, budget_bytes=200_000_000)


def book_with(
    orders: Sequence[tuple[str, str | date, Any]],
    *,
    as_of: str | date | None = None,
    customers: Sequence[Mapping[str, Any]] = (),
    payments: Sequence[Mapping[str, Any]] = (),
    windows: Windows | None = None,
    filters: Filters | None = None,
    **columns: Any,
) -> Book:
    """The book of these order lines (customer, day, amount) on `as_of`, by default the last day of all.

    Each of `columns` is an order line's column: one value for all lines, or a list with one for each.
    """
    lines = [
        {"customer_id": customer, "ordered_at": day, "amount": amount}
        | {name: each[place] if isinstance(each, list) else each for name, each in columns.items()}
        for place, (customer, day, amount) in enumerate(orders)
    ]
    data = data_set({"orders": lines, "customers": customers, "payments": payments})
    return book_of(data, as_of, windows=windows, filters=filters)


def book_of(
    data: DataSet,
    as_of: str | date | None = None,
    *,
    windows: Windows | None = None,
    filters: Filters | None = None,
    engine_of_book: Engine | None = None,
) -> Book:
    """A book of a data set, on its last day unless told otherwise."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or data.last_day
    return Book(data, day, windows or Windows(), filters or Filters(), engine_of_book or engine())


def data_set(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> DataSet:
    """A data set of rows written by hand; tables without rows are not loaded. The same rows are laid out once."""
    key = repr(tables)
    if key not in _laid_out:
        _laid_out[key] = data_set_of({name: arrow_table(name, rows) for name, rows in tables.items() if rows})
    return _laid_out[key]


def data_set_of(tables: Mapping[str, pa.Table]) -> DataSet:
    """A data set of whole tables; canonical columns they lack are null."""
    session = f"test{next(_sessions)}"
    folder = Path(tempfile.mkdtemp(dir=workspace().root.parent, prefix="load-"))
    try:
        loads = [_load(folder / name, name, rows) for name, rows in tables.items()]
        return workspace().keep_for_session(session, "Shop", loads, currency="CNY", published_at=FIRST_OF_JULY)
    finally:
        shutil.rmtree(folder)


def arrow_table(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a canonical table: every column there, those nobody names null."""
    unknown = {name for row in rows for name in row} - set(TABLES[table].column_names)
    assert not unknown, f"{table} has no columns {sorted(unknown)}"
    return pa.table(
        {
            column.name: pa.array(
                [_value(row.get(column.name), column.sql_type) for row in rows], ARROW_TYPES[column.sql_type]
            )
            for column in TABLES[table].columns
        }
    )


def _value(value: Any, sql_type: str) -> Any:
    if value is None or sql_type in ("VARCHAR", "BOOLEAN", "BIGINT"):
        return value
    if sql_type.startswith("DECIMAL"):
        return Decimal(str(value)).quantize(Decimal("0.0001"))
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if sql_type == "DATE":
        return instant.date() if isinstance(instant, datetime) else instant
    return instant if isinstance(instant, datetime) else datetime(instant.year, instant.month, instant.day)


def _load(folder: Path, table: str, rows: pa.Table) -> Load:
    folder.mkdir()
    for column in TABLES[table].columns:
        if column.name not in rows.column_names:
            rows = rows.append_column(column.name, pa.nulls(rows.num_rows, ARROW_TYPES[column.sql_type]))
    lines = rows.append_column("source_file", pa.array([f"{table}.csv"] * rows.num_rows, pa.string()))
    lines = lines.append_column("source_line", pa.array(range(2, rows.num_rows + 2), pa.int64()))
    pq.write_table(lines, folder / "accepted.parquet")
    pq.write_table(SET_ASIDE.empty_table(), folder / "set_aside.parquet")
    (folder / "report.json").write_text(json.dumps({"table": table, "file_name": f"{table}.csv"}))
    return Load(table, folder)


# ---------------------------------------------------------------------- reading a book


def features(book: Book) -> dict[str, dict[str, Any]]:
    """The features of the customers in view, by customer id."""
    return _by_customer(book.engine.arrow(book.recipe("seen", "select * from customers_in_view")))


def feature(book: Book, customer: str, name: str) -> Any:
    """One feature of one customer; money as a plain number."""
    return plain(features(book)[customer][name])


def plain(value: Any) -> Any:
    """Decimals as floats, the rest as it is."""
    return float(value) if isinstance(value, Decimal) else value


def customers_of(book: Book) -> list[str]:
    return sorted(features(book))


def levels(book: Book, normalisation: Any, dimension: str) -> dict[str, float | None]:
    """The level of each customer in view on one dimension, 0 to 1."""
    made = book.levels(normalisation)
    text = f"select customer_id, {dimension}_level as level from {made.name} join customers using (customer_key)"
    table = book.engine.arrow(book.recipe("seen", text, parts=(made,)))
    return {row["customer_id"]: row["level"] for row in table.to_pylist()}


def tier_rows(book: Book, scenario: Scenario | None = None) -> dict[str, dict[str, Any]]:
    """The tier list, by customer id."""
    return _by_customer(book.value_tiers(saved=scenario).listing().everything())


def tiers(book: Book, scenario: Scenario | None = None) -> dict[str, int]:
    """The tier number of each customer in view."""
    return {customer: row["tier_number"] for customer, row in tier_rows(book, scenario).items()}


def risk_rows(book: Book, scenario: Scenario | None = None) -> dict[str, dict[str, Any]]:
    """The watch list, by customer id."""
    return _by_customer(book.churn_signals(saved=scenario).listing().everything())


def loyalty_rows(book: Book, scenario: Scenario | None = None) -> dict[str, dict[str, Any]]:
    """The list by loyalty, by customer id."""
    return _by_customer(book.loyalty_types(saved=scenario).listing().everything())


def scenario(**changes: Any) -> Scenario:
    """The default scenario with some settings changed; a double underscore steps down: `value__method`."""
    return Scenario().with_changes({name.replace("__", "."): value for name, value in changes.items()})


def weights_of(kind: type, **weights: float) -> dict[str, float]:
    """Weights for a settings class: those named, and 0 for all others."""
    return {name: weights.get(name, 0) for name in kind.model_fields}


def _by_customer(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in table.to_pylist()}
