"""The figures of a `QualityReport`, counted from what was written against what came in."""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.dates import DateOrder, quoted
from crm_core.ingest.judge import Judgement
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.one_reading import Outcome, RepeatedLines, repeated_lines_sql
from crm_core.ingest.outliers import MEASURED, Outliers, outliers
from crm_core.ingest.quality import COUNTED_EXACTLY, ColumnQuality, Example, QualityReport, ReasonCount, Undecided
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation
from crm_core.ingest.source import SourceTable
from crm_core.ingest.values import WHITE
from crm_core.schema import Column, Table

ASIDE = "rows_set_aside"
EXAMPLES = 5
ODD_SHOWN = 3


def write_report(
    cursor: duckdb.DuckDBPyConnection,
    outcome: Outcome,
    source: SourceTable,
    mapping: Mapping,
    accepted: Path,
    as_of: date | None,
) -> QualityReport:
    """Count everything; the amounts that came in are summed on their own, not as kept + set aside."""
    judgement, raw = outcome.judgement, outcome.raw
    kept = parquet_relation(accepted)
    table = judgement.table
    rows_kept = _one(cursor, f"select count(*) from {kept}")
    rows_aside = _one(cursor, f"select count(*) from {ASIDE}")
    has_amount = "amount" in table.column_names
    returns = _one(cursor, f"select count(*) from {kept} where amount < 0") if has_amount else 0
    days = _days(cursor, table, kept, as_of)
    columns = _columns(cursor, judgement, mapping, kept, _unreadable(cursor, judgement))
    return QualityReport(
        file_name=source.file_name,
        table=table.name,
        mapping=mapping,
        encoding=source.encoding,
        lines_in=raw.line_count,
        header_lines=raw.header_lines,
        blank_lines=raw.blank_lines + _blank_rows(cursor, raw),
        continued_lines=raw.continued_lines,
        added_rows=raw.added_rows,
        empty_cells=raw.empty_cells,
        rows_kept=rows_kept,
        rows_set_aside=rows_aside,
        amount_in=outcome.amount_in,
        amount_kept=_total(cursor, kept) if has_amount else Decimal(0),
        amount_set_aside=_total(cursor, ASIDE) if has_amount else Decimal(0),
        return_rows=returns,
        reasons=_reasons(cursor),
        columns=columns,
        date_order=_decided_order(judgement),
        headers=source.headers,
        wide_headers=source.months.table.headers if source.months else (),
        decimal_mark=_decided_mark(judgement),
        exact_duplicates=outcome.repeats.count,
        exact_duplicates_amount=outcome.repeats.amount,
        damaged_ids=_damaged_ids(cursor, columns, kept),
        bad_byte_count=raw.bad_byte_count,
        nul_count=raw.nul_count,
        currencies=_currencies(judgement),
        undecided=_undecided(cursor, judgement, mapping),
        **days,
    )


def _one(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = cursor.execute(sql).fetchone()
    return int(found[0]) if found and found[0] is not None else 0


def amount_in(cursor: duckdb.DuckDBPyConnection, judgement: Judgement) -> Decimal:
    """The sum of the amounts of all rows the query of `judgement` reads."""
    if "amount" not in judgement.table.column_names:
        return Decimal(0)
    return _total(cursor, f"({judgement.sql})")


def _total(cursor: duckdb.DuckDBPyConnection, relation: str) -> Decimal:
    row = cursor.execute(f"select sum(amount) from {relation}").fetchone()
    return Decimal(row[0]) if row and row[0] is not None else Decimal(0)


def _unreadable(cursor: duckdb.DuckDBPyConnection, judgement: Judgement) -> dict[str, int]:
    """Of each optional column, the values of kept rows that could not be read."""
    doubtful = [
        reading
        for name, reading in judgement.readings.items()
        if reading.may_fail and not judgement.table.column(name).required
    ]
    if not doubtful:
        return {}
    counts = ", ".join(
        f"count(*) filter ({reading.text} is not null and {reading.name} is null)" for reading in doubtful
    )
    row = cursor.execute(f"select {counts} from ({judgement.sql}) where reason is null").fetchone() or ()
    return {reading.name: int(count) for reading, count in zip(doubtful, row, strict=True)}


def _blank_rows(cursor: duckdb.DuckDBPyConnection, raw: RawTable) -> int:
    """Records all of whose cells are empty."""
    empty = " and ".join(f"coalesce(trim({cell}, {quoted(WHITE)}), '') = ''" for cell in cell_names(raw.width))
    return _one(cursor, f"select count(*) from {raw.relation} where flaw is null and {empty}")


def _reasons(cursor: duckdb.DuckDBPyConnection) -> tuple[ReasonCount, ...]:
    rows = cursor.execute(
        f"""
        select reason, count(*) as rows,
            list(struct_pack(line := source_line, header := column_name, value := value) order by source_line)
                [1:{EXAMPLES}] as examples
        from {ASIDE} group by reason order by rows desc, reason
        """
    ).fetchall()
    return tuple(
        ReasonCount(reason=reason, rows=count, examples=tuple(Example(**example) for example in examples))
        for reason, count, examples in rows
    )


def _columns(
    cursor: duckdb.DuckDBPyConnection,
    judgement: Judgement,
    mapping: Mapping,
    kept: str,
    unreadable: dict[str, int],
) -> tuple[ColumnQuality, ...]:
    known = [name for name in judgement.table.column_names if name in judgement.readings or _is_derived(name, mapping)]
    rows_kept = _one(cursor, f"select count(*) from {kept}")
    figures = {name: _figures(cursor, judgement.table.column(name), kept, rows_kept) for name in known}
    measures = [name for name in known if judgement.table.column(name).kind in MEASURED]
    far = outliers(cursor, kept, measures, rows_kept)
    return tuple(
        ColumnQuality(
            name=name,
            header=mapping.columns.get(name),
            **figures[name],
            unreadable_count=unreadable.get(name, 0),
            examples=_unreadable_examples(cursor, judgement, mapping, name) if unreadable.get(name) else (),
            **_far_away(name, mapping, far),
        )
        for name in known
    )


def _figures(cursor: duckdb.DuckDBPyConnection, column: Column, kept: str, rows_kept: int) -> dict[str, Any]:
    """Values filled and different, the lowest and the highest of one column: all columns at once cost twice as much."""
    name = column.name
    is_exact = rows_kept <= COUNTED_EXACTLY or name == "customer_id"
    distinct = f"count(distinct {name})" if is_exact else f"approx_count_distinct({name})"
    ends = f"count({name}), cast(min({name}) as varchar), cast(max({name}) as varchar)"
    if column.kind == "text" and not is_exact:
        different, *of_all = cursor.execute(f"select {distinct}, {ends} from {kept}").fetchone() or (0, 0, None, None)
    else:  # apart, the ends of numbers and dates are what the file knows of itself
        (different,) = cursor.execute(f"select {distinct} from {kept}").fetchone() or (0,)
        of_all = list(cursor.execute(f"select {ends} from {kept}").fetchone() or (0, None, None))
    filled, lowest, highest = of_all
    return {
        "filled_count": filled,
        "distinct_count": different,
        "distinct_is_estimated": not is_exact,
        "lowest": lowest,
        "highest": highest,
    }


def _far_away(name: str, mapping: Mapping, far: Dictionary[str, Outliers]) -> dict[str, Any]:
    if name not in far:
        return {}
    examples = tuple(
        Example(line=line, header=mapping.columns.get(name), value=value) for line, value in far[name].examples
    )
    return {"median": far[name].median, "outlier_count": far[name].count, "outliers": examples}


def _is_derived(name: str, mapping: Mapping) -> bool:
    return (name == "amount" and bool(mapping.unit_price)) or (name == "cost" and bool(mapping.profit))


def _unreadable_examples(
    cursor: duckdb.DuckDBPyConnection, judgement: Judgement, mapping: Mapping, name: str
) -> tuple[Example, ...]:
    text = judgement.readings[name].text
    rows = cursor.execute(
        f"select line, {text} from ({judgement.sql}) where reason is null and {text} is not null and {name} is null "
        f"order by line limit {EXAMPLES}"
    ).fetchall()
    return tuple(Example(line=line, header=mapping.columns.get(name), value=value) for line, value in rows)


def repeated_lines(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, raw: RawTable) -> RepeatedLines:
    """The rows the query of `judgement` reads whose every cell repeats that of a row above."""
    cells = ", ".join(cell_names(raw.width))
    counted = f"select count(*) as times from {raw.relation} where flaw is null group by hash({cells})"
    if not _one(cursor, f"select sum(times - 1) from ({counted})"):
        return RepeatedLines(0, Decimal(0))  # nearly always, and without judging the rows
    found = cursor.execute(repeated_lines_sql(judgement.sql, judgement, raw.width)).fetchone()
    return RepeatedLines(*found) if found else RepeatedLines(0, Decimal(0))


def _decided_order(judgement: Judgement) -> DateOrder | None:
    """How the days of the first required column were read."""
    for name in judgement.table.required:
        reading = judgement.readings.get(name)
        if reading and reading.dates:
            return reading.dates.order
    return None


def _decided_mark(judgement: Judgement) -> DecimalMark | None:
    """The decimal mark of the amounts, or of the price of a piece."""
    reading = judgement.readings.get("amount") or judgement.extras.get("unit_price")
    return reading.numbers.decimal_mark if reading and reading.numbers else None


def _days(cursor: duckdb.DuckDBPyConnection, table: Table, kept: str, as_of: date | None) -> dict[str, Any]:
    """First, last and busiest day of the first required date, and the rows after `as_of`."""
    name = next((column.name for column in table.columns if column.required and column.kind == "instant"), None)
    if name is None:
        return {}
    row = cursor.execute(
        f"""
        with days as (select cast({name} as date) as day, count(*) as rows from {kept} group by day)
        select min(day), max(day), max_by(day, (rows, -epoch(day))), max(rows) / sum(rows),
            sum(rows) filter (day > $as_of) from days
        """,
        {"as_of": as_of},
    ).fetchone()
    if row is None or row[0] is None:
        return {}
    return {
        "first_day": row[0],
        "last_day": row[1],
        "busiest_day": row[2],
        "busiest_day_share": float(row[3]),
        "days_ahead_rows": int(row[4] or 0),
    }


def _damaged_ids(cursor: duckdb.DuckDBPyConnection, columns: Sequence[ColumnQuality], kept: str) -> int:
    """Ids like 1.23E+11; asked only of columns some value of which may begin with a digit."""
    ids = [column for column in columns if column.name.endswith("_id") and column.lowest and column.highest]
    names = [column.name for column in ids if str(column.lowest) < ":" and str(column.highest) >= "0"]
    if not names:
        return 0
    damaged = " or ".join(f"regexp_full_match({name}, '[0-9]([.][0-9]+)?[eE][+]?[0-9]+')" for name in names)
    return _one(cursor, f"select count(*) from {kept} where {damaged}")


def _currencies(judgement: Judgement) -> tuple[str, ...]:
    """Currency marks in the columns of money, full-width ones made ordinary."""
    readings = [*judgement.readings.values(), *judgement.extras.values()]
    marks = {mark.replace("￥", "¥") for reading in readings if reading.numbers for mark in reading.numbers.marks}
    return tuple(sorted(marks))


def _undecided(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, mapping: Mapping) -> tuple[Undecided, ...]:
    """Columns whose numbers are all like 1,234 or 1.234, which may be thousands or a decimal."""
    if mapping.decimal_mark:
        return ()
    found = []
    for name, reading in judgement.readings.items():
        if reading.numbers and reading.numbers.is_undecided:
            examples = cursor.execute(
                f"select distinct {reading.text} as text from ({judgement.sql}) "
                f"where regexp_matches({reading.text}, '[,.]') order by text limit {ODD_SHOWN}"
            ).fetchall()
            found.append(
                Undecided(
                    question="decimal_mark",
                    header=mapping.columns.get(name, name),
                    answer=reading.numbers.decimal_mark,
                    examples=tuple(text for (text,) in examples),
                )
            )
    return tuple(found)
