"""Tables worth keeping: built once, shared by all sessions, dropped when memory runs short.

A `Recipe` says how a table is made; its key is a hash of everything it is made from, so equal
recipes are one table and a changed one never answers with old rows. `Engine.lease` builds what is
missing and protects it from being dropped while it is read. Of the others those go first that are quickly
made again for the room they take, and of equals the least recently used (GreedyDual-Size, Cao and Irani
1997). Tables of very many rows are kept packed:
a third of the memory, and as quick to read, for a little more work when they are made.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import pyarrow as pa

from crm_core.engine.composer import Query, compose, compose_text
from crm_core.engine.database import PACKED_STORE, Database, shared_database
from crm_core.errors import NotEnoughMemory

DEFAULT_BUDGET_BYTES = 1_500_000_000
KEPT_SHARE_OF_MEMORY = 0.6
PACKED_FROM_ROWS = 2_000_000
PACKED_SHARE = 0.3  # what a packed table takes of its unpacked size: measured 0.28 for features, ranks and inputs
SMALL_ANSWERS = 512
LEAST_SECONDS = 1  # what a table counts as costing even if it is made at once, so that room and use decide
COLUMN_BYTES = {"VARCHAR": 32, "DOUBLE": 8, "BIGINT": 8, "INTEGER": 4, "DATE": 4, "BOOLEAN": 1, "TINYINT": 1}
WIDE_COLUMN_BYTES = 16


@dataclass(frozen=True)
class Recipe:
    """How a table is made: a model (or a SELECT), what it binds, and what it stands on.

    `relations` names data that is read where it lies (Parquet files); `parts` are recipes of their
    own, kept as tables; `drafts` are short SELECTs written by the caller (a weighted sum over the
    dimensions that this data set has). `rows_expected` says about how many rows there will be.
    `pieces` stand in for relations, one after the other, where rows of the table can be made apart:
    a range of customers at a time needs memory for that range alone.
    """

    name: str
    model: str = ""
    text: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)
    parts: tuple["Recipe", ...] = ()
    rows_expected: int = 0
    pieces: tuple[Mapping[str, str], ...] = ()

    def query(self) -> Query:
        """The SQL, with kept tables under their keys."""
        return self._query

    @cached_property
    def _query(self) -> Query:
        return self._query_over({})

    def _query_over(self, piece: Mapping[str, str]) -> Query:
        given = {**self.relations, **piece, **self.drafts, **{part.name: part.key for part in self.parts}}
        return compose_text(self.text, given) if self.text else compose(self.model or self.name, given)

    def making(self, table: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The statements that make `table`, each with what it binds: of the whole, or of one piece after the other."""
        for number, piece in enumerate(self.pieces or ({},)):
            query = self._query_over(piece)
            opening = f"insert into {table}" if number else f"create or replace table {table} as"
            yield f"{opening}\n{query.sql}", query.bind(self.parameters)

    @cached_property
    def key(self) -> str:
        """The table's own name: the readable name and a hash of all it is made from."""
        query = self.query()
        made_from = [query.sql, {name: repr(value) for name, value in sorted(query.bind(self.parameters).items())}]
        digest = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:16]
        return f"{self.name}_{digest}"


class Engine:
    """Runs composed queries and keeps the tables of recipes within a memory budget."""

    def __init__(
        self,
        database: Database,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        packed_from_rows: int = PACKED_FROM_ROWS,
    ) -> None:
        self.database = database
        self.budget_bytes = budget_bytes
        self.packed_from_rows = packed_from_rows
        self._packing = threading.Lock()
        self._packed: set[str] = set()
        self._guard = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._bytes: OrderedDict[str, int] = OrderedDict()
        self._readers: dict[str, int] = {}
        self._seconds: dict[str, int] = {}
        self._worth: dict[str, float] = {}
        self._least_worth = 0.0
        self._small: OrderedDict[str, pa.Table] = OrderedDict()

    def small(self, recipe: Recipe) -> pa.Table:
        """Like `arrow`, for an answer of a few rows that is asked for again and again: it is remembered."""
        with self._guard:
            if recipe.key in self._small:
                self._small.move_to_end(recipe.key)
                return self._small[recipe.key]
        answer = self.arrow(recipe)
        with self._guard:
            self._small[recipe.key] = answer
            if len(self._small) > SMALL_ANSWERS:
                self._small.popitem(last=False)
        return answer

    def arrow(self, recipe: Recipe) -> pa.Table:
        """The rows of a recipe, computed now from the tables it stands on; nothing is kept."""
        query = recipe.query()
        with self._parts_of(recipe, query):
            return self.database.arrow(query.sql, query.bind(recipe.parameters))

    def blocks(self, recipe: Recipe, rows: int) -> Iterator[pa.Table]:
        """Like `arrow`, at most `rows` at a time, for what is too much at once; one empty block if there are none."""
        query = recipe.query()
        with self._parts_of(recipe, query):
            yield from self.database.blocks(query.sql, query.bind(recipe.parameters), rows)

    @contextmanager
    def lease(self, recipe: Recipe) -> Iterator[str]:
        """The name of the kept table of `recipe`, which stays as long as the block lasts."""
        with self._guard:
            self._read([recipe.key], 1)
            building = self._building.setdefault(recipe.key, threading.Lock())
        try:
            with building:
                if recipe.key not in self._bytes:
                    self._build(recipe)
            with self._guard:
                self._bytes.move_to_end(recipe.key)
                self._worth[recipe.key] = self._least_worth + self._seconds[recipe.key] / (self._bytes[recipe.key] or 1)
            yield recipe.key
        finally:
            with self._guard:
                self._read([recipe.key], -1)

    @contextmanager
    def passing(self) -> Iterator[None]:
        """What is made within the block is looked at once: it takes no room from what was kept before.

        Tables made here are the first to go, those of before stay as long as the block lasts.
        """
        with self._guard:
            before, least_worth = list(self._bytes), self._least_worth
            self._read(before, 1)
        try:
            yield
        finally:
            with self._guard:
                self._read(before, -1)
                for key in [key for key in self._bytes if key not in before]:
                    self._bytes.move_to_end(key, last=False)
                    self._worth[key] = 0.0
                self._drop_over_budget()
                self._least_worth = least_worth

    def _read(self, keys: Sequence[str], readers: int) -> None:
        """So many readers more, or fewer, of each of these tables. Called with the guard held."""
        for key in keys:
            self._readers[key] = self._readers.get(key, 0) + readers
            if not self._readers[key]:
                del self._readers[key]

    def kept(self) -> dict[str, int]:
        """The tables kept now and their estimated size in bytes, least recently used first."""
        with self._guard:
            return dict(self._bytes)

    def _build(self, recipe: Recipe) -> None:
        with self._parts_of(recipe, recipe.query()):
            start = time.perf_counter()
            try:
                self._make(recipe)
            except NotEnoughMemory:
                self._make_room()
                self._make(recipe)
            seconds = LEAST_SECONDS + round(time.perf_counter() - start)
            size = self._estimated_bytes(recipe.key)
            with self._guard:
                self._bytes[recipe.key], self._seconds[recipe.key], self._worth[recipe.key] = size, seconds, 0.0
                self._drop_over_budget()

    def _make(self, recipe: Recipe) -> None:
        if recipe.rows_expected >= self.packed_from_rows:
            self._build_packed(recipe)
        else:
            self._fill(recipe, recipe.key)

    def _make_room(self) -> None:
        """Drop all that nobody reads: work that does not fit beside it goes before it."""
        with self._guard:
            for key in [key for key in self._bytes if key not in self._readers]:
                self._forget(key)

    def _forget(self, key: str) -> None:
        """Drop a table and all that is known of it. Called with the guard held."""
        del self._bytes[key], self._seconds[key], self._worth[key]
        self._building.pop(key, None)
        self._drop(key)

    def _fill(self, recipe: Recipe, table: str) -> None:
        for statement, bound in recipe.making(table):
            self.database.execute(statement, bound)

    def _build_packed(self, recipe: Recipe) -> None:
        """Build a table in the packed store, and a view that gives it its name; one at a time, as packing asks."""
        key = recipe.key
        with self._packing:
            self._fill(recipe, f"{PACKED_STORE}.{key}")
            self.database.execute(f"force checkpoint {PACKED_STORE}")  # waits for whoever drops a table just now
            self.database.execute(f"create or replace view {key} as from {PACKED_STORE}.{key}")
        with self._guard:
            self._packed.add(key)

    def _drop(self, key: str) -> None:
        """Drop a table, packed or not. Called with the guard held."""
        if key in self._packed:
            self._packed.remove(key)
            self.database.execute(f"drop view if exists {key}")
            self.database.execute(f"drop table if exists {PACKED_STORE}.{key}")
        else:
            self.database.execute(f"drop table if exists {key}")

    @contextmanager
    def _parts_of(self, recipe: Recipe, query: Query) -> Iterator[None]:
        """Lease the parts that the query reads; one it does not read need not be there."""
        with ExitStack() as leases:
            for part in recipe.parts:
                if part.key in query.sql:
                    leases.enter_context(self.lease(part))
            yield

    def _estimated_bytes(self, table: str) -> int:
        rows = int(self.database.rows(f"select count(*) from {table}")[0][0])
        types = self.database.rows(f"select column_type from (describe {table})")
        unpacked = rows * sum(COLUMN_BYTES.get(column_type, WIDE_COLUMN_BYTES) for (column_type,) in types)
        return round(unpacked * PACKED_SHARE) if table in self._packed else unpacked

    def _drop_over_budget(self) -> None:
        """Drop what is worth least and read by nobody. Called with the guard held."""
        while sum(self._bytes.values()) > self.budget_bytes:
            unread = [key for key in self._bytes if key not in self._readers]
            if not unread:
                return
            key = min(unread, key=self._worth.__getitem__)  # of equals the first: used longest ago
            self._least_worth = max(self._least_worth, self._worth[key])
            self._forget(key)


@cache
def shared_engine() -> Engine:
    """The engine of this process, on the shared database."""
    database = shared_database()
    return Engine(database, budget_bytes=round(database.memory_bytes() * KEPT_SHARE_OF_MEMORY))
