"""More for a data set that exists: its rows, sources and reports as the base of the next version."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from crm_core.engine import Database
from crm_core.schema import TABLES
from crm_core.store.data_set import DataSet
from crm_core.store.loads import Base
from crm_core.store.manifest import SourceEntry
from crm_core.store.selects import SET_ASIDE, canonical_rows, quoted, reading_set_aside


class RowSetAside(NamedTuple):
    """One row set aside in a data set: the table, file and line it came from, and what it says."""

    table_name: str
    source_file: str
    source_line: int
    raw: str


class PutRight(NamedTuple):
    """Rows of one file that were set aside for one reason and are put right, and what they bring."""

    reason: str
    rows: int
    amount: Decimal


def base_of(data_set: DataSet, put_right: Sequence[RowSetAside], database: Database) -> Base:
    """What a new version of `data_set` begins with; the rows in `put_right` no longer count as set aside."""
    aside = reading_set_aside(data_set.path("set_aside"))
    counts: dict[tuple[str, str], list[PutRight]] = {}
    if put_right:
        removed = _as_select(put_right)
        counts = _counts(aside, removed, database)
        aside = f"select * from ({aside}) as set_aside where not exists ({_same(removed)})"
    places = {key: _place(data_set.sources, key, found) for key, found in counts.items()}
    corrected = {places[key]: found for key, found in counts.items()}
    return Base(
        rows={table: canonical_rows(data_set, table) for table in TABLES if data_set.has(table)},
        set_aside=f"select {', '.join(SET_ASIDE)} from ({aside})",
        sources=tuple(_source(source, corrected.get(place, ())) for place, source in enumerate(data_set.sources)),
        reports=tuple(
            _report(report, corrected.get(place, ())) for place, report in enumerate(data_set.quality["reports"])
        ),
    )


def _as_select(rows: Sequence[RowSetAside]) -> str:
    values = ", ".join(
        f"({quoted(row.table_name)}, {quoted(row.source_file)}, {int(row.source_line)}, {quoted(row.raw)})"
        for row in rows
    )
    return f"select * from (values {values}) as given({', '.join(RowSetAside._fields)})"


def _same(removed: str) -> str:
    keys = [f"set_aside.{name} is not distinct from removed.{name}" for name in RowSetAside._fields]
    return f"select 1 from ({removed}) as removed where {' and '.join(keys)}"


def _counts(aside: str, removed: str, database: Database) -> dict[tuple[str, str], list[PutRight]]:
    """The rows put right by table and file."""
    found: dict[tuple[str, str], list[PutRight]] = {}
    for table, file, *counted in database.rows(
        "select table_name, source_file, reason, count(distinct source_line), coalesce(sum(amount), 0)"
        f" from ({aside}) as set_aside where exists ({_same(removed)}) group by all order by all"
    ):
        found.setdefault((table, file), []).append(PutRight(*counted))
    return found


def _place(sources: Sequence[SourceEntry], key: tuple[str, str], found: Sequence[PutRight]) -> int:
    """Which source the rows are of: of that table and name if one is, and the first that set aside so many."""
    rows = sum(counted.rows for counted in found)
    able = [place for place, source in enumerate(sources) if source.table == key[0] and source.rows_set_aside >= rows]
    return next((place for place in able if sources[place].file_name == key[1]), able[0])


def _source(source: SourceEntry, found: Sequence[PutRight]) -> SourceEntry:
    rows = sum(counted.rows for counted in found)
    return replace(source, rows_set_aside=source.rows_set_aside - rows, rows_put_right=source.rows_put_right + rows)


def _report(report: Mapping[str, Any], found: Sequence[PutRight]) -> Mapping[str, Any]:
    """A report that counts the rows found as put right, no longer as set aside."""
    if not found:
        return report
    rows = sum(counted.rows for counted in found)
    amount = sum((counted.amount for counted in found), Decimal(0))
    less = {counted.reason: counted.rows for counted in found}
    reasons = [
        {**reason, "rows": reason["rows"] - less.get(reason["reason"], 0)} for reason in report.get("reasons", ())
    ]
    return {
        **report,
        "rows_set_aside": report["rows_set_aside"] - rows,
        "rows_put_right": report.get("rows_put_right", 0) + rows,
        "amount_set_aside": str(Decimal(report["amount_set_aside"]) - amount),
        "amount_put_right": str(Decimal(report.get("amount_put_right", 0)) + amount),
        "reasons": [reason for reason in reasons if reason["rows"]],
    }
