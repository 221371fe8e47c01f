"""The demo company is clean: no amount is out of place, and no two customers look like one."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.engine import Database, compose
from crm_core.ingest.outliers import outliers


def test_no_figure_of_the_orders_lies_far_from_the_others(tables: dict[str, pa.Table], tmp_path: Path):
    orders = tables["orders"]
    lines = orders.append_column("source_line", pa.array(range(orders.num_rows), pa.int64()))
    pq.write_table(lines, tmp_path / "orders.parquet")
    names = [name for name in ("amount", "quantity", "discount", "cost") if name in orders.column_names]
    database = Database(memory_limit="500MB")
    with database.cursor() as cursor:
        found = outliers(cursor, f"read_parquet('{tmp_path / 'orders.parquet'}')", names, orders.num_rows)
    database.close()

    assert names
    assert found == {}


def test_no_two_customers_look_like_one(tables: dict[str, pa.Table], tmp_path: Path):
    pq.write_table(tables["customers"], tmp_path / "customers.parquet")
    customers = f"select * from read_parquet('{tmp_path / 'customers.parquet'}')"
    database = Database(memory_limit="500MB")
    found = database.rows(compose("alike_customers", {"customers": customers}).sql)
    database.close()

    assert found == []
