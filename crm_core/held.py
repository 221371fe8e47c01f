"""Orders that a data set, or an earlier one of several loads, holds already."""

from collections.abc import Sequence

from crm_core.engine import Database
from crm_core.ingest import LoadedTable
from crm_core.ingest.duplicates import RepeatedOrders, repeated_orders
from crm_core.store import DataSet
from crm_core.store.selects import canonical_rows, reading


def orders_held(data_set: DataSet | None, loads: Sequence[LoadedTable] = ()) -> list[str]:
    """SELECTs of the order lines of a data set, if there is one, and of those loads that are orders."""
    before = [canonical_rows(data_set, "orders")] if data_set else []
    return before + [reading([load.accepted]) for load in loads if load.table_name == "orders"]


def held_already(
    loads: Sequence[LoadedTable], data_set: DataSet, database: Database
) -> list[tuple[str, RepeatedOrders]]:
    """By file: the order lines that the data set holds already, where there are any."""
    held = orders_held(data_set)
    found = [
        (load.report.file_name, repeated_orders(load.accepted, held, database))
        for load in loads
        if load.table_name == "orders"
    ]
    return [(name, twice) for name, twice in found if twice.lines]
