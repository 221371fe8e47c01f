"""Numbers far from the others of their column: 100,000 among hundreds is perhaps a slip of the hand.

Sizes are compared on a logarithmic scale by their median and its median absolute deviation, which a
few wrong values do not move (Iglewicz and Hoaglin, 1993). Only what is too large counts: a cent among
hundreds does no harm. A column in which many values are far away is
simply wide, and none is called an outlier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from crm_core.schema import Kind

SAMPLE_ROWS = 200_000
FAR = 6.0  # deviations, each 1.4826 × the median absolute deviation: what one would be if sizes were log-normal
LEAST_DEVIATION = 0.5  # of the logarithm: where half of the values are equal, 20 times as much is far
MOST_SHARE = 0.001  # more than one in a thousand is a wide column
FEWEST_ROWS = 50
EXAMPLES = 5
MEASURED: tuple[Kind, ...] = ("money", "number")


@dataclass(frozen=True)
class Outliers:
    """Of one column: the median size, how many values lie far above it, and the first lines and values."""

    median: str
    count: int
    examples: tuple[tuple[int, str], ...]


def outliers(
    cursor: duckdb.DuckDBPyConnection, kept: str, names: Sequence[str], row_count: int
) -> Mapping[str, Outliers]:
    """Those of the columns `names` of the rows `kept` that have outliers."""
    if row_count < FEWEST_ROWS or not names:
        return {}
    every = -(-row_count // SAMPLE_ROWS)
    sample = f"select * from {kept}" + (f" where hash(source_line) % {every} = 0" if every > 1 else "")
    sizes = ", ".join(f"ln(nullif(abs({name}), 0)::double) as {name}" for name in names)
    middles = _row(cursor, f"select {', '.join(f'median({n})' for n in names)} from (select {sizes} from ({sample}))")
    known = [(name, middle) for name, middle in zip(names, middles, strict=True) if middle is not None]
    if not known:
        return {}
    spreads = _row(
        cursor,
        f"select {', '.join(f'median(abs({name} - {middle!r}))' for name, middle in known)} "
        f"from (select {sizes} from ({sample}))",
    )
    found = {}
    tests = {
        name: f"ln(nullif(abs({name}), 0)::double) - {middle!r} > {FAR * max(1.4826 * spread, LEAST_DEVIATION)!r}"
        for (name, middle), spread in zip(known, spreads, strict=True)
    }
    counts = _row(cursor, f"select {', '.join(f'count(*) filter ({test})' for test in tests.values())} from {kept}")
    for (name, test), count in zip(tests.items(), counts, strict=True):
        if 0 < count <= max(1, MOST_SHARE * row_count):
            median = _row(cursor, f"select cast(round(median(abs({name})), 2) as varchar) from ({sample})")[0]
            rows = cursor.execute(
                f"select source_line, cast({name} as varchar) from {kept} where {test} "
                f"order by abs({name}) desc, source_line limit {EXAMPLES}"
            ).fetchall()
            found[name] = Outliers(_short(median), int(count), tuple((line, _short(value)) for line, value in rows))
    return found


def _row(cursor: duckdb.DuckDBPyConnection, sql: str) -> Sequence[Any]:
    return cursor.execute(sql).fetchone() or ()


def _short(number: object) -> str:
    """12.5000 as 12.5."""
    text = str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text
