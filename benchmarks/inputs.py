"""What is measured on: order lines, and data sets published from them, made once and reused.

Everything lies in build/bench and follows from its size and the seed in its name.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.generate import generate_order_lines
from crm_core.engine import Database, shared_database
from crm_core.schema import TABLES
from crm_core.store import DataSet, Workspace

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "bench"
DEMO_FOLDER = ROOT / "data"
SEED = 1
PUBLISHED_AT = datetime(2026, 7, 1, tzinfo=UTC)
NOTHING_SET_ASIDE = (
    "select null::varchar as source_file, null::bigint as source_line, null::varchar as column_name,"
    " null::varchar as value, null::varchar as reason, null::varchar as raw where false"
)

# One row per customer of the generated orders: an archive with gaps, so that no dimension of value is empty.
CUSTOMERS = """
select
    'C' || lpad(range::varchar, 8, '0') as customer_id,
    'Customer ' || range as name,
    'Region ' || hash(range, 11) % 12 as region,
    'Industry ' || hash(range, 12) % 20 as industry,
    case when hash(range, 13) % 10 < 6 then (1000 + hash(range, 14) % 2000000)::decimal(18, 4) end as wallet,
    case when hash(range, 15) % 10 < 3 then (hash(range, 16) % 101)::decimal(18, 4) end as influence_industry,
    case when hash(range, 17) % 10 < 8 then 'known' end as phone,
    case when hash(range, 18) % 10 < 5 then 'known' end as address
from range($customers)
"""

# One row per invoice, two a customer for four customers in five, paid some days early or late.
PAYMENTS = """
select
    'C' || lpad((range // 2)::varchar, 8, '0') as customer_id,
    'I' || range as invoice_id,
    date '2025-07-01' + (hash(range, 21) % 300)::int as invoiced_at,
    date '2025-07-31' + (hash(range, 21) % 300)::int as due_at,
    date '2025-07-21' + (hash(range, 21) % 300 + hash(range, 22) % 60)::int as paid_at,
    (10 + hash(range, 23) % 5000)::decimal(18, 4) as amount
from range(2 * $customers)
where hash(range // 2, 24) % 5 > 0
"""


def order_lines(lines: int, customers: int) -> Path:
    """The Parquet file of `lines` order lines, unsorted, customers as text."""
    path = FOLDER / f"order-lines-{lines}-{customers}-seed-{SEED}.parquet"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".part")
        generate_order_lines(lines, customers, SEED, written)
        written.rename(path)
    return path


def order_lines_csv(lines: int, customers: int) -> Path:
    """The same lines as a CSV file without a fault: about 70 bytes a line."""
    source = order_lines(lines, customers)
    path = source.with_suffix(".csv")
    if not path.exists():
        written = path.with_suffix(".part")
        database = Database()
        database.execute(f"copy (from read_parquet('{source}')) to '{written}' (format csv, header)")
        database.close()
        written.rename(path)
    return path


def bare_data_set(lines: int, customers: int) -> DataSet:
    """A data set of order lines alone."""
    return _published("bare", lines, customers)


def full_data_set(lines: int, customers: int) -> DataSet:
    """A data set with an archive and payments, so that every dimension of value has data."""
    return _published("full", lines, customers)


def demo_data_set() -> DataSet:
    """The demo company, as it lies in data/."""
    workspace = Workspace(FOLDER / "workspace", shared_database())
    known = {entry.name: entry.slug for entry in workspace.data_sets()}
    paths = [path for path in sorted(DEMO_FOLDER.glob("*.parquet")) if path.stem in TABLES]
    name = f"demo {sum(path.stat().st_size for path in paths)}"
    if name in known:
        return workspace.open(known[name])
    loads = [accepted(path.stem, f"select * from read_parquet('{path}')", name, {}) for path in paths]
    return workspace.publish(name, loads, currency="CNY", published_at=PUBLISHED_AT)


def publish_order_lines(lines: int, customers: int, workspace: Workspace) -> DataSet:
    """Publish order lines alone into an empty workspace: what a load costs after its rows were read."""
    return _publish("bare", lines, customers, workspace)


def _published(kind: str, lines: int, customers: int) -> DataSet:
    workspace = Workspace(FOLDER / "workspace", shared_database())
    name = _name(kind, lines, customers)
    known = {entry.name: entry.slug for entry in workspace.data_sets()}
    return workspace.open(known[name]) if name in known else _publish(kind, lines, customers, workspace)


def _name(kind: str, lines: int, customers: int) -> str:
    return f"{kind} {lines} {customers}"


def accepted_order_lines(lines: int, customers: int) -> "Accepted":
    """The order lines as ingest would hand them over."""
    rows = f"select * from read_parquet('{order_lines(lines, customers)}')"
    return accepted("orders", rows, f"{lines}-{customers}", {})


def _publish(kind: str, lines: int, customers: int, workspace: Workspace) -> DataSet:
    loads = [accepted_order_lines(lines, customers)]
    if kind == "full":
        loads.append(accepted("customers", CUSTOMERS, str(customers), {"customers": customers}))
        loads.append(accepted("payments", PAYMENTS, str(customers), {"customers": customers}))
    return workspace.publish(_name(kind, lines, customers), loads, currency="CNY", published_at=PUBLISHED_AT)


class Accepted:
    """Rows as ingest hands them to the store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def accepted(table: str, rows: str, label: str, bound: dict[str, int]) -> Accepted:
    """The rows of a SELECT as a load of `table`; columns it lacks are null."""
    folder = FOLDER / "loads" / f"{table}-{label}"
    if not (folder / "report.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_load(table, rows, bound, folder)
    return Accepted(folder)


def _write_load(table: str, rows: str, bound: dict[str, int], folder: Path) -> None:
    database = Database()
    present = set(database.arrow(f"select * from ({rows}) limit 0", bound).column_names)
    columns = ", ".join(
        f"{column.name if column.name in present else 'null'}::{column.sql_type} as {column.name}"
        for column in TABLES[table].columns
    )
    source = f"'{table}.parquet' as source_file, row_number() over () as source_line"
    _write(database, f"select {columns}, {source} from ({rows})", folder / "accepted.parquet", bound)
    _write(database, NOTHING_SET_ASIDE, folder / "set_aside.parquet", {})
    count = database.rows(f"select count(*) from read_parquet('{folder / 'accepted.parquet'}')")[0][0]
    report = {"table": table, "file_name": f"{table}.parquet", "rows_in": count, "rows_kept": count}
    (folder / "report.json").write_text(json.dumps(report | {"rows_set_aside": 0}), encoding="utf-8")
    database.close()


def _write(database: Database, rows: str, path: Path, bound: dict[str, int]) -> None:
    database.execute(f"copy ({rows}) to '{path}' (format parquet, compression zstd, compression_level 1)", bound)
