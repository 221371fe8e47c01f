"""A list of customers: sorted, searched, narrowed and paged in the database, never sent whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from crm_core.engine import Engine, Recipe


@dataclass(frozen=True)
class Listing:
    """The rows of a recipe, one per customer, with `customer_id` and `name` among its columns.

    `columns` are those it returns and may be sorted by; `sorted_by` is the order it opens with.
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
        self._known(column)
        return replace(self, sorted_by=column, descending=descending)

    def page(self, limit: int = 200, offset: int = 0) -> pa.Table:
        """`limit` rows from `offset` on, in order."""
        direction = "desc" if self.descending else "asc"
        tail = f"\norder by {self.sorted_by} {direction} nulls last, customer_id\nlimit $limit offset $offset"
        return self._run(f"select {', '.join(self.columns)}", tail, {"limit": limit, "offset": offset})

    def count(self) -> int:
        """How many rows there are in all pages."""
        return int(self._run("select count(*) as rows", "", {})["rows"][0].as_py())

    def total(self, column: str) -> object:
        """The sum of a money column over all pages."""
        self._known(column)
        return self._run(f"select sum({column}) as total", "", {})["total"][0].as_py()

    def everything(self) -> pa.Table:
        """All rows in order, for an export."""
        return self.page(limit=2**31 - 1)

    def _run(self, head: str, tail: str, extra: dict[str, object]) -> pa.Table:
        conditions = [
            f"list_contains($narrowed_{place}, {column})" for place, (column, _) in enumerate(self.narrowed_to)
        ]
        bound: dict[str, object] = {
            f"narrowed_{place}": list(values) for place, (_, values) in enumerate(self.narrowed_to)
        }
        if self.search:
            conditions.append("contains(lower(concat_ws(' ', customer_id, name)), lower($search))")
            bound["search"] = self.search
        where = f"\nwhere {' and '.join(conditions)}" if conditions else ""
        text = f"{head}\nfrom {self.recipe.name}{where}{tail}"
        body = self.recipe.text or f"select * from {self.recipe.model or self.recipe.name}"
        drafts = dict(self.recipe.drafts)
        if self.recipe.text:
            drafts[self.recipe.name] = body
        return self.engine.arrow(
            replace(self.recipe, text=text, drafts=drafts, parameters={**self.recipe.parameters, **bound, **extra})
        )

    def _known(self, column: str) -> None:
        if column not in self.columns:
            raise KeyError(f"no column {column}; there are {', '.join(self.columns)}")
