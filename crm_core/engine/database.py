"""The one place that opens DuckDB: one bounded in-process database, a cursor for every call."""

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crm_core.errors import NotEnoughMemory

PACKED_STORE = "packed"
MEMORY_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}

Parameters = Mapping[str, Any]


class Database:
    """An in-memory DuckDB with bounded memory and spill space.

    Every call takes a cursor of its own: a connection shared by threads gives silently wrong
    answers. Tables made here are seen by all cursors; temporary tables are not, so there are none.
    Tables in `PACKED_STORE` are compressed at each checkpoint of it.
    """

    def __init__(self, memory_limit: str = "4GB", spill_limit: str = "20GB", threads: int | None = None) -> None:
        self._spill_folder = tempfile.TemporaryDirectory(prefix="clientele-spill-")
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": threads or os.cpu_count() or 1,
                "memory_limit": memory_limit,
                "temp_directory": self._spill_folder.name,
                "max_temp_directory_size": spill_limit,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
                # It splits a large sorted table into ranges of keys, but a scan that has a filter already takes no
                # second one: every range then reads the whole file, eleven times over at 100 million order lines.
                "disabled_optimizers": "partitioned_execution",
            },
        )
        with self.cursor() as cursor:
            cursor.execute(f"attach ':memory:' as {PACKED_STORE} (compress)")
            for statement in split_statements(MACROS.read_text(encoding="utf-8")):
                cursor.execute(statement)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one call; closed afterwards, whatever happened. Raises NotEnoughMemory."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.OutOfMemoryException as error:
            raise NotEnoughMemory.for_this() from error
        finally:
            cursor.close()

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement for its effect."""
        with self.cursor() as cursor:
            cursor.execute(sql, parameters or {}).fetchall()

    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Run a query and return all of its rows."""
        with self.cursor() as cursor:
            return cursor.sql(sql, params=parameters or {}).to_arrow_table()

    def blocks(self, sql: str, parameters: Parameters, rows: int) -> Iterator[pa.Table]:
        """Run a query and return its rows at most `rows` at a time; one block without rows if there are none."""
        with self.cursor() as cursor:
            reader = cursor.sql(sql, params=parameters).to_arrow_reader(rows)
            is_empty = True
            for batch in reader:
                is_empty = False
                yield pa.Table.from_batches([batch])
            if is_empty:
                yield reader.schema.empty_table()

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run a query that returns a few rows, as tuples."""
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters or {}).fetchall()

    def memory_bytes(self) -> int:
        """How much memory DuckDB may use, as it understood the limit."""
        size, unit = str(self.rows("select current_setting('memory_limit')")[0][0]).split()
        return round(float(size) * MEMORY_UNITS[unit])

    @property
    def spill_folder(self) -> Path:
        """Where work goes for a while that does not fit into memory: a folder of its own under TMPDIR."""
        return Path(self._spill_folder.name)

    def close(self) -> None:
        """Close the connection and remove what was spilled to disk."""
        self._connection.close()
        self._spill_folder.cleanup()


@contextmanager
def opened_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Somebody's DuckDB file, to be read: what runs here can neither write nor reach any other file."""
    connection = duckdb.connect(
        str(path),
        read_only=True,
        config={
            "memory_limit": "1GB",
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "lock_configuration": True,
        },
    )
    try:
        yield connection
    finally:
        connection.close()


MACROS = Path(__file__).parent / "macros.sql"
_shared_lock = threading.Lock()


def split_statements(script: str) -> list[str]:
    """The statements of a script, one by one. Raises duckdb.Error where it cannot be parsed."""
    return [statement.query for statement in duckdb.extract_statements(script)]


@cache
def _shared_database() -> Database:
    return Database(memory_limit=os.environ.get("CLIENTELE_MEMORY") or f"{half_of_memory() // 1_000_000}MB")


def half_of_memory() -> int:
    """Half of the machine's memory in bytes; 4 GB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 4_000_000_000


def shared_database() -> Database:
    """The database of this process, opened when first asked for."""
    with _shared_lock:
        return _shared_database()
