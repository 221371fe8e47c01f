"""Tables with one column a month ("客户, 2024-01, 2024-02, ...") become one row a customer and month.

Every filled cell under a month is a row with the line of its record, the month's first day (or the
day the header names) and the cell as its amount. Cells in = rows + empty cells; a record that is a
total stays one flawed row.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from crm_core.ingest.cells import is_number
from crm_core.ingest.dates import quoted
from crm_core.ingest.judge import TOTAL_WORDS
from crm_core.ingest.month_names import is_header_of_months, month_of
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation
from crm_core.ingest.source import Months, SourceTable, unique_headers
from crm_core.ingest.values import ABSENT_VALUE, WHITE

DAY, AMOUNT = "ordered_at", "amount"  # our own names: the mapping then needs no guess
NUMBERS_SHARE = 0.8
TOTAL_LINE = "total_line"


def find_months(source: SourceTable, year: int | None = None) -> Months | None:
    """How a table would be turned; None if it has no one column a month, or they hold no numbers.

    `year` is that of months whose headers name none.
    """
    days = [month_of(header, year) for header in source.headers]
    turned = tuple((place, day.isoformat()) for place, day in enumerate(days) if day)
    if len({day for _place, day in turned}) != len(turned) or not is_header_of_months(source.headers, year):
        return None
    values = [value for place, _day in turned for value in source.sample_values(source.headers[place])[:200]]
    numbers = sum(is_number(value) or value in ABSENT_VALUE for value in values)
    if numbers < NUMBERS_SHARE * len(values):
        return None
    kept = tuple(place for place, day in enumerate(days) if day is None)
    return Months(source, kept, turned)


def turned_headers(months: Months) -> tuple[str, ...]:
    """Our two names, which stand last, and the headers that stay."""
    ours = (DAY, AMOUNT)
    named = unique_headers([*ours, *(months.table.headers[place] for place in months.kept)])
    return (*named[2:], *ours)


def turned_sample(months: Months, rows: int) -> pa.Table:
    """The first rows as they come out."""
    columns = [column.to_pylist() for column in months.table.sample.columns]
    found: list[list[str | None]] = []
    for record in zip(*columns, strict=True):
        stays = [record[place] for place in months.kept]
        if _is_total(stays):
            continue
        found.extend([*stays, day, record[place]] for place, day in months.turned if not _is_empty(record[place]))
        if len(found) >= rows:
            break
    names = turned_headers(months)
    arrays = list(zip(*found, strict=True)) if found else [()] * len(names)
    return pa.table([pa.array(values, pa.string()) for values in arrays], names=list(names))


def turn_months(raw: RawTable, months: Months, folder: Path, cursor: duckdb.DuckDBPyConnection) -> RawTable:
    """The raw table with a row for each filled cell under a month."""
    target = folder / "turned.parquet"
    stays = [f"c{place}" for place in months.kept]
    cells = ", ".join(f"{{'day': {quoted(day)}, 'amount': c{place}}}" for place, day in months.turned)
    renamed = ", ".join(f"{cell} as c{place}" for place, cell in enumerate([*stays, "cell.day", "cell.amount"]))
    width = len(stays) + 2
    nothing = ", ".join(f"cast(null as varchar) as {name}" for name in cell_names(width))
    whole = f"flaw is null and not {_is_total_sql(stays)}"
    as_written = " || ',' || ".join(f"coalesce({cell}, '')" for cell in cell_names(raw.width))
    cursor.execute(
        f"""
        copy (
            with
            cells as (
                select line, {", ".join(stays) or "null as nobody"}, unnest([{cells}]) as cell
                from {raw.relation} where {whole}
            )
            select line, cast(null as varchar) as flaw, cast(null as varchar) as raw, {renamed}
            from cells where not {_is_empty_sql("cell.amount")}
            union all
            select line, coalesce(flaw, {quoted(TOTAL_LINE)}), coalesce(raw, {as_written}), {nothing}
            from {raw.relation} where not ({whole})
            order by line
        ) to {quoted(str(target))} (format parquet, compression snappy)
        """
    ).fetchall()
    found = cursor.execute(
        f"""
        select
            (select count(*) from {raw.relation} where {whole}),
            (select count(*) from {parquet_relation(target)}),
            (select count(*) from {parquet_relation(target)} where flaw is null)
        """
    ).fetchone()
    records, rows, filled = found or (0, 0, 0)
    return replace(
        raw,
        relation=parquet_relation(target),
        width=width,
        row_count=rows,
        added_rows=records * (len(months.turned) - 1),
        empty_cells=records * len(months.turned) - filled,
        trim=frozenset(),
    )


def _is_empty(cell: str | None) -> bool:
    return cell is None or cell.strip() in ("", *ABSENT_VALUE)


def _is_empty_sql(cell: str) -> str:
    absent = ", ".join(map(quoted, ("", *ABSENT_VALUE)))
    return f"coalesce(trim({cell}, {quoted(WHITE)}) in ({absent}), true)"


def _is_total(cells: Sequence[str | None]) -> bool:
    return any(re.fullmatch(TOTAL_WORDS, (cell or "").strip(f"{WHITE}:：").lower()) for cell in cells[:2])


def _is_total_sql(cells: Sequence[str]) -> str:
    says = [
        f"coalesce(regexp_full_match(lower(trim({cell}, {quoted(WHITE + ':：')})), {quoted(TOTAL_WORDS)}), false)"
        for cell in cells[:2]
    ]
    return f"({' or '.join(says)})" if says else "false"
