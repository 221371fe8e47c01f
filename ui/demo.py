"""The demo company, so that nobody starts before an empty page; see data/README.md."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from crm_core.ingest import LoadedTable, guess_mapping, inspect_file, load_table
from crm_core.schema import TABLES
from crm_core.store import Workspace
from crm_core.store.files import locked, told_to_the_reader

FOLDER = Path(__file__).parent.parent / "data"
NAME = "Lanmere Wholesale · 岚沐批发"
SLUG = "lanmere-wholesale-岚沐批发"
CURRENCY = "CNY"


def is_wanted() -> bool:
    """Whether an empty workspace is given the demo company: unless CLIENTELE_DEMO is "off"."""
    return os.environ.get("CLIENTELE_DEMO", "on") != "off"


def ensure_demo(workspace: Workspace, published_at: datetime) -> None:
    """Publish the demo company if the workspace has no data set. Processes that start together wait for one.

    Raises StoreError if the workspace cannot be written.
    """
    if workspace.data_sets():
        return
    with told_to_the_reader(workspace.root), locked(workspace.root / ".demo.lock"):
        if not workspace.data_sets():
            publish_demo(workspace, published_at)


def publish_demo(workspace: Workspace, published_at: datetime) -> None:
    """Load the files of the demo company as anybody's files are loaded, and publish them."""
    with tempfile.TemporaryDirectory(prefix="clientele-demo-") as folder:
        files = {table: FOLDER / f"{table}.parquet" for table in TABLES}
        loads = [_load(workspace, table, path, Path(folder) / table) for table, path in files.items() if path.exists()]
        workspace.publish(NAME, loads, currency=CURRENCY, published_at=published_at)


def _load(workspace: Workspace, table: str, path: Path, folder: Path) -> LoadedTable:
    source = inspect_file(path, path.name)
    mapping = guess_mapping(source, table)
    return load_table(source, mapping, folder, database=workspace.database, as_of=None)
