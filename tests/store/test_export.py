"""What leaves can come back: an exported table, loaded again, is the same data set."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from crm_core.errors import StoreError
from crm_core.ingest import guess_mapping, inspect_file, load_table
from crm_core.schema import TABLES
from crm_core.store import DataSet, Workspace
from tests.store.loads import Load, load, published

ORDERS = "customer_id ordered_at amount order_id category quantity delivered_at"
ROWS = [
    ("007", "2026-03-01 10:00:00.5", "10.25", "1", "茶, 杯", 1, None),
    ("007", "2026-03-03", "-10.25", "1", 'say "x"', None, "2026-03-04 08:00"),
    ("7", "2026-03-01", "0.0001", None, "two\nlines", "2.5", None),
    ("7", "2026-03-01 23:00", "5", None, "two  blanks", "2.5", None),
    ("O'Neil", "2026-03-01", "5", "1", None, "2.5", None),
]
CUSTOMERS = [("007", "邦德", "2020-01-01", 1968), ("x", None, None, None)]


@pytest.fixture
def data(workspace: Workspace, tmp_path: Path) -> DataSet:
    orders = load(tmp_path / "orders", "orders", ORDERS, ROWS)
    customers = load(tmp_path / "customers", "customers", "customer_id name created_at birth_year", CUSTOMERS)
    return published(workspace, [orders, customers])


def loaded_again(path: Path, table: str) -> Load:
    """The exported file as ingest would accept it: every value typed, nothing else changed."""
    folder = path.with_name(f"again {path.name}")
    folder.mkdir()
    types = {column.name: column.sql_type for column in TABLES[table].columns}
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    source = f"read_csv('{path}', header = true, auto_detect = false, columns = {columns}, parallel = false)"
    if path.suffix == ".parquet":
        source = f"read_parquet('{path}')"
    rows = f"select *, 'again' as source_file, row_number() over () as source_line from {source}"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({rows}) to '{folder / 'accepted.parquet'}' (format parquet)")
        empty = "select '' as source_file, 0 as source_line, '' as column_name, '' as value, '' as reason, '' as raw"
        connection.execute(f"copy ({empty} where false) to '{folder / 'set_aside.parquet'}' (format parquet)")
    (folder / "report.json").write_text(json.dumps({"file_name": path.name, "table": table}))
    return Load(folder)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_exported_tables_loaded_again_are_the_same_version(
    workspace: Workspace, data: DataSet, tmp_path: Path, ending: str
) -> None:
    paths = {table: workspace.export(data, table, tmp_path / f"{table}{ending}") for table in ("orders", "customers")}

    again = published(workspace, [loaded_again(path, table) for table, path in paths.items()], replaces=data.slug)

    assert again.version == data.version


def test_an_exported_csv_maps_itself_and_loads_as_the_same_version(
    workspace: Workspace, data: DataSet, tmp_path: Path
) -> None:
    loads = []
    for table in ("orders", "customers"):
        source = inspect_file(workspace.export(data, table, tmp_path / f"{table}.csv"), f"{table}.csv")
        mapping = guess_mapping(source, table)
        folder = tmp_path / f"loaded {table}"
        folder.mkdir()
        loads.append(load_table(source, mapping, folder, database=workspace.database, as_of=date(2026, 7, 1)))

    again = published(workspace, loads, replaces=data.slug)

    assert again.version == data.version


def test_an_exported_csv_opens_in_a_spreadsheet_with_its_chinese(
    workspace: Workspace, data: DataSet, tmp_path: Path
) -> None:
    path = workspace.export(data, "order_lines", tmp_path / "lines.csv")

    assert path.read_bytes().startswith(b"\xef\xbb\xbfcustomer_id,ordered_at,amount,")
    assert '"茶, 杯"' in path.read_text(encoding="utf-8-sig")
    assert sorted(tmp_path.glob(".*")) == []


def test_a_table_that_is_not_there_cannot_be_exported(workspace: Workspace, data: DataSet, tmp_path: Path) -> None:
    for table in ("payments", "nonsense"):
        with pytest.raises(StoreError, match="There are: orders, customers"):
            workspace.export(data, table, tmp_path / "file.csv")
