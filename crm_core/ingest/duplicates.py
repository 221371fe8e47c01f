"""Order lines that come twice: found and counted here, left out only where a person says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from crm_core.engine.database import Database
from crm_core.ingest.raw import parquet_relation
from crm_core.schema import ORDERS


@dataclass(frozen=True)
class RepeatedOrders:
    """Of one load: the orders and lines that stand in an earlier one already, and what the lines bring.

    `orders` counts order numbers (with their customer); lines without a number count where an
    earlier line is equal in every column.
    """

    orders: int
    lines: int
    amount: Decimal


def held_already(earlier: str) -> str:
    """SQL that is true of an order line which stands in `earlier`, a SELECT of order lines.

    By customer and order number; a line without a number by all its columns.
    """
    line = f"hash({', '.join(ORDERS.column_names)})"
    return (
        "case when order_id is not null "
        f"then hash(customer_id, order_id) in (select hash(customer_id, order_id) from ({earlier}) "
        "where order_id is not null) "
        f"else {line} in (select {line} from ({earlier}) where order_id is null) end"
    )


def repeated_orders(accepted: Path, earlier: Sequence[str], database: Database) -> RepeatedOrders:
    """What of the order lines in the file `accepted` stands in `earlier`, SELECTs of order lines, already."""
    if not earlier:
        return RepeatedOrders(0, 0, Decimal(0))
    rows = database.rows(
        "select count(distinct case when order_id is not null then hash(customer_id, order_id) end), count(*), "
        f"coalesce(sum(amount), 0) from {parquet_relation(accepted)} where {held_already(together(earlier))}"
    )
    orders, lines, amount = rows[0]
    return RepeatedOrders(int(orders), int(lines), Decimal(amount))


def together(earlier: Sequence[str]) -> str:
    """One SELECT of the order lines of several."""
    columns = ", ".join(ORDERS.column_names)
    return " union all ".join(f"select {columns} from ({lines})" for lines in earlier)
