"""The account of what was laid out: rows and days of each table, what became of each source, and the version.

The version is a digest of what the rows say, whatever order they came in.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_core.engine import Database, compose
from crm_core.schema import TABLES, Table
from crm_core.store.loads import BASE_NUMBER, Base, Load
from crm_core.store.manifest import SourceEntry, TableEntry
from crm_core.store.selects import count_of, reading

LAYOUT = 2  # raise it when files of the same content would look different: old versions are then laid out anew


def table_entry(table: str, given: Mapping[str, str], database: Database) -> TableEntry:
    """What the data set knows of the accepted rows of a table, which `given` holds as a SELECT by `loaded_<table>`."""
    names = [column.name for column in TABLES[table].columns]
    day = _day_of(TABLES[table])
    days = f"cast(min({day}) as date), cast(max({day}) as date)" if day else "null, null"
    counts = ", ".join(f"count({name})" for name in names)
    row = database.rows(f"select count(*), {days}, {counts} from ({given[f'loaded_{table}']})")[0]
    known = tuple(name for name, filled in zip(names, row[3:], strict=True) if filled)
    return TableEntry(rows=row[0], columns=known, first_day=row[1], last_day=row[2])


def _day_of(table: Table) -> str | None:
    """The column that says when a row happened: the first required instant."""
    for column in table.columns:
        if column.required and column.kind in ("instant", "day"):
            return column.name
    return None


def sources_of(
    loads: Sequence[Load], set_aside: Path, given: Mapping[str, str], base: Base | None, database: Database
) -> tuple[SourceEntry, ...]:
    """What became of each source, those of the base first; rows that a fuller row stands for count as set aside."""
    aside = dict(
        database.rows(
            "select load_number, count(distinct (source_file, source_line)) as rows"
            f" from ({reading([set_aside])}) group by load_number"
        )
    )
    repeated = dict(
        database.rows(
            f"select load_number, count(*) from ({compose('repeated_customers', given).sql}\n) group by load_number"
        )
    )
    sources = _base_sources(base, repeated.get(BASE_NUMBER, 0)) if base else []
    for load in loads:
        kept = count_of(load.accepted, database) - repeated.get(load.number, 0)
        put_aside = aside.get(load.number, 0)
        if "rows_set_aside" in load.report:  # a line may give several rows
            put_aside = load.report["rows_set_aside"] + repeated.get(load.number, 0)
        sources.append(
            SourceEntry(
                file_name=load.report["file_name"],
                table=load.table,
                rows_in=kept + put_aside,
                rows_kept=kept,
                rows_set_aside=put_aside,
                mapping=load.mapping,
                origin=load.origin,
            )
        )
    return tuple(sources)


def _base_sources(base: Base, repeated: int) -> list[SourceEntry]:
    """The sources of the earlier version; `repeated` of their customers a fuller row stands for now."""
    sources = list(base.sources)
    place = next((place for place, source in enumerate(sources) if source.table == "customers"), None)
    if repeated and place is not None:
        lists = sources[place]
        sources[place] = replace(
            lists, rows_kept=lists.rows_kept - repeated, rows_set_aside=lists.rows_set_aside + repeated
        )
    return sources


def quality_of(
    loads: Sequence[Load], folder: Path, given: Mapping[str, str], base: Base | None, database: Database
) -> dict[str, Any]:
    """The reports of all loads, and what only shows when the tables stand side by side."""
    unknown = {
        path.stem: count_of(f"select * from ({reading([path])}) where customer_key is null", database)
        for path in sorted(folder.glob("*.parquet"))
        if path.stem in TABLES
    }
    return {
        "reports": [
            *(dict(report) for report in (base.reports if base else ())),
            *(dict(load.report) for load in loads),
        ],
        **_customers_side_by_side(folder, given, database),
        "rows_of_unknown_customers": {table: rows for table, rows in unknown.items() if rows},
        "repeated_customers": count_of(
            f"select * from ({reading([folder / 'set_aside.parquet'])}) where reason = 'repeated_customer'", database
        ),
        "orders_over_several_days": count_of(
            f"select customer_key, order_id from ({reading([folder / 'orders.parquet'])})"
            " where order_id is not null group by all having count(*) > 1",
            database,
        ),
    }


def _customers_side_by_side(folder: Path, given: Mapping[str, str], database: Database) -> dict[str, Any]:
    """Customers who never ordered, and those who ordered but stand in no list, where there is a list."""
    listed = f"select customer_id from ({given['loaded_customers']})"
    if not count_of(listed, database):
        return {}
    everyone = reading([folder / "customers.parquet"])
    groups = {
        "customers_without_orders": f"select customer_id from ({everyone}) where first_ordered_on is null",
        "customers_not_listed": f"select customer_id from ({everyone}) where customer_id not in ({listed})",
    }
    return {
        name: {
            "count": count_of(group, database),
            "examples": [row[0] for row in database.rows(f"{group} order by customer_id limit 5")],
        }
        for name, group in groups.items()
    }


def digest_of(folder: Path, tables: Mapping[str, TableEntry], name: str, currency: str, database: Database) -> str:
    """Twelve hex digits of what the data set says: the same rows in another order give the same."""
    said: list[Any] = [LAYOUT, name, currency, sorted((table, entry.columns) for table, entry in tables.items())]
    for path in sorted(folder.glob("*.parquet")):
        content = reading([path])
        if path.stem == "set_aside":
            content = f"select table_name, column_name, value, reason, raw from ({content})"
        sums = f"select count(*), sum(hash(content)::hugeint) from ({content}) as content"
        said.append([path.stem, database.rows(sums)])
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
