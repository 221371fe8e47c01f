"""A list of customers: sorted, searched, narrowed and paged in the database, never sent whole.

The archive (names, regions) is joined to the rows of one page only, unless the list is sorted by it:
at a million customers that is what lets a page turn at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from crm_core.engine import Engine, Recipe

NAMED = "named"
BLOCK_ROWS = 50_000
WITH_ARCHIVE = (
    "select listed.*, customers.name, customers.region, customers.industry, customers.sales_rep"
    " from listed inner join customers using (customer_key)"
)
ARCHIVE = ("name", "region", "industry", "sales_rep")


@dataclass(frozen=True)
class Listing:
    """The rows of a recipe, one per customer, with `customer_key` and `customer_id` among its columns.

    `columns` are those it returns and may be sorted by, those of `ARCHIVE` among them; `sorted_by` is
    the order it opens with.
    Equal rows are ordered by customer_id, so that pages never overlap.
    """

    engine: Engine
    recipe: Recipe
    columns: tuple[str, ...]
    sorted_by: str
    descending: bool = True
    narrowed_to: tuple[tuple[str, tuple[object, ...]], ...] = ()
    search: str = ""

    def only(self, column: str, values: Sequence[object]) -> "Listing":
        """The rows whose `column` is one of `values`; all rows if `values` is empty."""
        if not values:
            return self
        self._known(column)
        return replace(self, narrowed_to=(*self.narrowed_to, (column, tuple(values))))

    def searched(self, text: str) -> "Listing":
        """The rows whose id or name contains `text`, whatever its case."""
        return replace(self, search=text.strip())

    def ordered(self, column: str, *, descending: bool = True) -> "Listing":
        """The same list by another column. Raises KeyError for one it does not have."""
        self._known(column)
        return replace(self, sorted_by=column, descending=descending)

    def page(self, limit: int = 200, offset: int = 0) -> pa.Table:
        """`limit` rows from `offset` on, in order."""
        found = f"select customer_key from {self._source(self.sorted_by)}{self._where}{self._order}"
        keys = self._run(f"{found}\nlimit $limit offset $offset", {"limit": limit, "offset": offset})
        shown = f"select {', '.join(self.columns)} from {NAMED}\nwhere customer_key in (select unnest($keys::int[]))"
        return self._run(shown + self._order, {"keys": keys["customer_key"].to_pylist()})

    def count(self) -> int:
        """How many rows there are in all pages."""
        return int(self._figure(f"select count(*) as figure from {self._source()}{self._where}"))

    def total(self, column: str) -> object:
        """The sum of a money column over all pages."""
        self._known(column)
        return self._figure(f"select sum({column}) as figure from {self._source()}{self._where}")

    def everything(self) -> pa.Table:
        """All rows in order, for an export."""
        return self._run(f"select {', '.join(self.columns)} from {NAMED}{self._where}{self._order}")

    def blocks(self) -> Iterator[pa.Table]:
        """All rows in order, at most `BLOCK_ROWS` at a time, for a file; one block without rows if there are none."""
        recipe = self._recipe(f"select {', '.join(self.columns)} from {NAMED}{self._where}{self._order}")
        return self.engine.blocks(recipe, BLOCK_ROWS)

    def _source(self, *columns: str) -> str:
        """Where rows are looked for: with the archive only if one of the columns is from there."""
        asked = {*columns, *(column for column, _values in self.narrowed_to)}
        return NAMED if asked & set(ARCHIVE) or self.search else "listed"

    @property
    def _where(self) -> str:
        conditions = [
            f"list_contains($narrowed_{place}, {column})" for place, (column, _) in enumerate(self.narrowed_to)
        ]
        if self.search:
            conditions.append("contains(lower(concat_ws(' ', customer_id, name)), lower($search))")
        return f"\nwhere {' and '.join(conditions)}" if conditions else ""

    @property
    def _order(self) -> str:
        return f"\norder by {self.sorted_by} {'desc' if self.descending else 'asc'} nulls last, customer_id"

    def _figure(self, text: str) -> Any:
        """One figure of the whole list; it is asked for again with every page that is turned, so it is remembered."""
        return self.engine.small(self._recipe(text))["figure"][0].as_py()

    def _run(self, text: str, extra: Mapping[str, object] | None = None) -> pa.Table:
        return self.engine.arrow(self._recipe(text, extra))

    def _recipe(self, text: str, extra: Mapping[str, object] | None = None) -> Recipe:
        listed = self.recipe.text or f"select * from {self.recipe.model or self.recipe.name}"
        bound = {f"narrowed_{place}": list(values) for place, (_, values) in enumerate(self.narrowed_to)}
        return replace(
            self.recipe,
            text=text,
            drafts={**self.recipe.drafts, "listed": listed, NAMED: WITH_ARCHIVE},
            parameters={**self.recipe.parameters, **bound, "search": self.search, **(extra or {})},
        )

    def _known(self, column: str) -> None:
        if column not in self.columns:
            raise KeyError(f"no column {column}; there are {', '.join(self.columns)}")
