"""Files written for one test, loaded in one line."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crm_core.engine.database import Database
from crm_core.ingest import LoadedTable, Mapping, ReadingOptions, guess_mapping, inspect_file, load_table

AS_OF = date(2026, 6, 30)
Load = Callable[..., LoadedTable]


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    database = Database(memory_limit="1GB", threads=2)
    yield database
    database.close()


@pytest.fixture
def load(tmp_path: Path, database: Database) -> Load:
    """`load(text_or_bytes)` writes a file, guesses its mapping (changed by keywords) and loads it."""
    loads = iter(range(1000))

    def load(
        content: str | bytes | Path,
        name: str = "orders.csv",
        *,
        encoding: str = "utf-8",
        table: str | None = None,
        options: ReadingOptions | None = None,
        mapping: Mapping | None = None,
        **rules: Any,
    ) -> LoadedTable:
        number = next(loads)
        path = content if isinstance(content, Path) else tmp_path / f"{number}-{name}"
        if not isinstance(content, Path):
            path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        source = inspect_file(path, name, overrides=options or ReadingOptions())
        chosen = mapping or guess_mapping(source, table)
        return load_table(
            source, chosen.model_copy(update=rules), tmp_path / f"loaded-{number}", database=database, as_of=AS_OF
        )

    return load


def kept(loaded: LoadedTable, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the accepted rows, by line."""
    import pyarrow.parquet as pq

    rows = sorted(pq.read_table(loaded.accepted).to_pylist(), key=lambda row: row["source_line"])
    return [tuple(row[column] for column in columns) for row in rows]


def aside(loaded: LoadedTable) -> list[tuple[int, str]]:
    """Line and reason of the rows set aside."""
    import pyarrow.parquet as pq

    return [(row["source_line"], row["reason"]) for row in pq.read_table(loaded.set_aside).to_pylist()]
