"""A database for all tests of the store, an empty workspace for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.engine import Database
from crm_core.store import Workspace


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    database = Database(memory_limit="1GB", threads=2)
    yield database
    database.close()


@pytest.fixture
def workspace(tmp_path: Path, database: Database) -> Workspace:
    return Workspace(tmp_path / "workspace", database)
