"""Which models run on more than one engine: orders → one row per customer, and what leads there.

docs/decisions/0002-portable-subset.md says how they are written, 0008 how Spark comes by them.
"""

from collections.abc import Mapping
from functools import cache

from crm_core.engine import Query, compose

# Model → the tables it is given; what else it reads is part of its text.
PORTABLE: Mapping[str, tuple[str, ...]] = {
    "customers": (),
    "orders": ("customers",),
    "order_lines": ("customers", "orders"),
    "payments": ("customers",),
    "cases": ("customers",),
    "surveys": ("customers",),
    "visits": ("customers",),
    "contracts": ("customers",),
    "customer_features": ("orders", "order_lines", "customers", "payments"),
    "later_orders": ("orders",),
    "customer_survival": ("orders", "customer_features"),
    "second_orders": ("orders", "customer_features"),
    "cohort_cells": ("orders", "customer_features"),
}
EVERYBODY = {"customers_in_view": "select * from customer_features"}  # a filter is the dashboard's


def given_name(table: str) -> str:
    """The name under which the text of a portable model finds a table that is given to it."""
    return f"given_{table}"


@cache
def portable(model: str) -> Query:
    """A portable model as DuckDB runs it, put together over the tables it is given."""
    return compose(model, {table: given_name(table) for table in PORTABLE[model]} | EVERYBODY)
