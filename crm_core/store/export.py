"""A data set's tables as files that can be loaded again."""

import secrets
import shutil
from pathlib import Path

from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.language import _
from crm_core.schema import TABLES
from crm_core.store.data_set import DataSet
from crm_core.store.files import remove
from crm_core.store.selects import canonical_rows, quoted

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads Chinese as something else


def export(data_set: DataSet, table: str, path: Path, database: Database) -> Path:
    """Write the canonical columns of `table` ("orders" are the order lines) to `path`.

    The ending says how: `.csv` (UTF-8 with a byte order mark) or `.parquet`. Rows are in the order
    of customer and day. Raises StoreError for a table that is not in the data set.
    """
    table = "orders" if table == "order_lines" else table
    if table not in TABLES or not data_set.has(table):
        known = ", ".join(data_set.tables)
        raise StoreError(_("There is no table {table} to export. There are: {known}.").format(table=table, known=known))
    written = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    try:
        if path.suffix == ".csv":
            _write_csv(ordered_rows(data_set, table), written, database)
        else:
            _copy(ordered_rows(data_set, table), written, "format parquet, compression zstd", database)
        return written.replace(path)
    finally:
        remove(written)


def ordered_rows(data_set: DataSet, table: str) -> str:
    """The canonical rows of a table in the order of customer and day."""
    order = "order_lines.customer_key, order_lines.ordered_on, order_lines.order_key, order_lines.ordered_at"
    return f"{canonical_rows(data_set, table)} order by {order if table == 'orders' else 'all'}"


def _write_csv(rows: str, path: Path, database: Database) -> None:
    body = path.with_suffix(".body")
    try:
        _copy(rows, body, "format csv, header", database)
        with path.open("wb") as file, body.open("rb") as lines:
            file.write(BYTE_ORDER_MARK)
            shutil.copyfileobj(lines, file, 1 << 20)
    finally:
        remove(body)


def _copy(rows: str, path: Path, how: str, database: Database) -> None:
    database.execute(f"copy ({rows}) to {quoted(str(path))} ({how})")
