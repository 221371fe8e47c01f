"""Numbers far from the others of their column: 100,000 among hundreds is perhaps a slip of the hand.

Sizes are compared on a logarithmic scale by their median and its median absolute deviation, which a
few wrong values do not move (Iglewicz and Hoaglin, 1993). Only what is too large counts: a cent among
hundreds does no harm. A column in which many values are far away is
simply wide, and none is called an outlier.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from crm_core.schema import Kind

SAMPLE, SAMPLE_ROWS = "sampled_sizes", 200_000
FAR = 6.0  # deviations, each 1.4826 × the median absolute deviation: what one would be if sizes were log-normal
LEAST_DEVIATION = 0.5  # of the logarithm: where half of the values are equal, 20 times as much is far
MOST_SHARE = 0.001  # more than one in a thousand is a wide column
FEWEST_ROWS = 50
EXAMPLES = 5
LARGEST_SIZE = 1e14  # a DECIMAL(18, 4) is below
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
    some = f"where hash(source_line) % {every} = 0" if every > 1 else ""
    sizes = ", ".join(f"abs({name}) as {name}" for name in names)
    cursor.execute(f"create or replace temp table {SAMPLE} as select {sizes} from {kept} {some}").fetchall()
    found = {}
    for name in names:
        (middle,) = _row(cursor, f"select median({_log(name)}) from {SAMPLE}")
        if middle is None:
            continue
        (spread,) = _row(cursor, f"select median(abs({_log(name)} - {middle!r})) from {SAMPLE}")
        limit = math.exp(middle + FAR * max(1.4826 * spread, LEAST_DEVIATION))
        if limit >= LARGEST_SIZE:
            continue
        test = f"{name} not between -{limit:.4f} and {limit:.4f}"  # asked so, the ends of a row group may answer
        (count,) = _row(cursor, f"select count(*) from {kept} where {test}")
        if 0 < count <= max(1, MOST_SHARE * row_count):
            (median,) = _row(cursor, f"select cast(round(median({name}), 2) as varchar) from {SAMPLE}")
            rows = cursor.execute(
                f"select source_line, cast({name} as varchar) from {kept} where {test} "
                f"order by abs({name}) desc, source_line limit {EXAMPLES}"
            ).fetchall()
            found[name] = Outliers(_short(median), int(count), tuple((line, _short(value)) for line, value in rows))
    cursor.execute(f"drop table {SAMPLE}").fetchall()
    return found


def _log(name: str) -> str:
    return f"ln(nullif({name}, 0)::double)"


def _row(cursor: duckdb.DuckDBPyConnection, sql: str) -> Sequence[Any]:
    return cursor.execute(sql).fetchone() or ()


def _short(number: object) -> str:
    """12.5000 as 12.5."""
    text = str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text
