"""The figures of a `QualityReport`, counted from what was written against what came in."""

from collections.abc import Mapping as Dictionary
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.dates import DateOrder, quoted
from crm_core.ingest.judge import Judgement
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.outliers import MEASURED, Outliers, outliers
from crm_core.ingest.quality import ColumnQuality, Example, QualityReport, ReasonCount, Undecided
from crm_core.ingest.raw import RawTable, cell_names, parquet_relation
from crm_core.ingest.source import SourceTable
from crm_core.ingest.values import WHITE
from crm_core.schema import Table

ASIDE = "rows_set_aside"
EXAMPLES = 5
ODD_SHOWN = 3
COUNTED_EXACTLY = 1_000_000


def write_report(
    cursor: duckdb.DuckDBPyConnection,
    judgement: Judgement,
    raw: RawTable,
    source: SourceTable,
    mapping: Mapping,
    accepted: Path,
    as_of: date | None,
) -> QualityReport:
    """Count everything; the amounts that came in are summed on their own, not as kept + set aside."""
    kept = parquet_relation(accepted)
    table = judgement.table
    rows_kept = _one(cursor, f"select count(*) from {kept}")
    rows_aside = _one(cursor, f"select count(*) from {ASIDE}")
    has_amount = "amount" in table.column_names
    amounts = _amounts(cursor, judgement, kept) if has_amount else (Decimal(0), Decimal(0), Decimal(0))
    returns = _one(cursor, f"select count(*) from {kept} where amount < 0") if has_amount else 0
    days = _days(cursor, table, kept, as_of)
    repeats = _duplicates(cursor, raw)
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
        amount_in=amounts[0],
        amount_kept=amounts[1],
        amount_set_aside=amounts[2],
        return_rows=returns,
        reasons=_reasons(cursor),
        columns=_columns(cursor, judgement, mapping, kept, _unreadable(cursor, judgement)),
        date_order=_decided_order(judgement),
        decimal_mark=_decided_mark(judgement),
        exact_duplicates=repeats,
        exact_duplicates_amount=_duplicates_amount(cursor, judgement, raw) if repeats and has_amount else Decimal(0),
        damaged_ids=_damaged_ids(cursor, judgement, kept),
        bad_byte_count=raw.bad_byte_count,
        nul_count=raw.nul_count,
        currencies=_currencies(judgement),
        undecided=_undecided(cursor, judgement, mapping),
        **days,
    )


def _one(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = cursor.execute(sql).fetchone()
    return int(found[0]) if found and found[0] is not None else 0


def _amounts(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, kept: str) -> tuple[Decimal, Decimal, Decimal]:
    """Sums of what came in, of what was kept and of what was set aside."""
    sums = (
        cursor.execute(f"select sum(amount) from ({judgement.sql})").fetchone(),
        cursor.execute(f"select sum(amount) from {kept}").fetchone(),
        cursor.execute(f"select sum(amount) from {ASIDE}").fetchone(),
    )
    came, stayed, left = (Decimal(row[0]) if row and row[0] is not None else Decimal(0) for row in sums)
    return came, stayed, left


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
    cursor: duckdb.DuckDBPyConnection, judgement: Judgement, mapping: Mapping, kept: str, unreadable: dict[str, int]
) -> tuple[ColumnQuality, ...]:
    known = [name for name in judgement.table.column_names if name in judgement.readings or _is_derived(name, mapping)]
    is_small = _one(cursor, f"select count(*) from {kept}") <= COUNTED_EXACTLY
    figures = ", ".join(
        f"count({name}), {_distinct_sql(name, is_small)}, cast(min({name}) as varchar), cast(max({name}) as varchar)"
        for name in known
    )
    row = cursor.execute(f"select {figures} from {kept}").fetchone() or ()
    measures = [name for name in known if judgement.table.column(name).kind in MEASURED]
    far = outliers(cursor, kept, measures, _one(cursor, f"select count(*) from {kept}"))
    return tuple(
        ColumnQuality(
            name=name,
            header=mapping.columns.get(name),
            filled_count=row[4 * place],
            distinct_count=row[4 * place + 1],
            lowest=row[4 * place + 2],
            highest=row[4 * place + 3],
            unreadable_count=unreadable.get(name, 0),
            examples=_unreadable_examples(cursor, judgement, mapping, name) if unreadable.get(name) else (),
            **_far_away(name, mapping, far),
        )
        for place, name in enumerate(known)
    )


def _far_away(name: str, mapping: Mapping, far: Dictionary[str, Outliers]) -> dict[str, Any]:
    if name not in far:
        return {}
    examples = tuple(
        Example(line=line, header=mapping.columns.get(name), value=value) for line, value in far[name].examples
    )
    return {"median": far[name].median, "outlier_count": far[name].count, "outliers": examples}


def _distinct_sql(name: str, is_small: bool) -> str:
    return f"count(distinct {name})" if is_small or name == "customer_id" else f"approx_count_distinct({name})"


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


def _duplicates(cursor: duckdb.DuckDBPyConnection, raw: RawTable) -> int:
    cells = ", ".join(cell_names(raw.width))
    return _one(
        cursor,
        f"select sum(times - 1) from (select count(*) as times from {raw.relation} where flaw is null "
        f"group by hash({cells}))",
    )


def _duplicates_amount(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, raw: RawTable) -> Decimal:
    """What the lines that repeat another bring together."""
    row = cursor.execute(
        "select sum((times - 1) * amount) from (select count(*) as times, any_value(amount) as amount "
        f"from ({judgement.sql}) where flaw is null group by hash({', '.join(cell_names(raw.width))}))"
    ).fetchone()
    return Decimal(row[0]) if row and row[0] is not None else Decimal(0)


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


def _damaged_ids(cursor: duckdb.DuckDBPyConnection, judgement: Judgement, kept: str) -> int:
    ids = [name for name in judgement.readings if name.endswith("_id")]
    if not ids:
        return 0
    damaged = " or ".join(f"regexp_full_match({name}, '[0-9]([.][0-9]+)?[eE][+]?[0-9]+')" for name in ids)
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
