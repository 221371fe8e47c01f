"""Files that belong together: three years in three files are one table, mapped once; a price list is looked up.

groups = read_together([file.source() for file in arrived.files])
loads = [load_table(source, group.mapping, ...) for group in groups for source in group.sources]
repeats_between(loads, database)
"""

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from crm_core.engine.database import Database
from crm_core.ingest.guess import guess_mapping
from crm_core.ingest.inspect import SAMPLE_ROWS, described
from crm_core.ingest.load import LoadedTable
from crm_core.ingest.lookup import beside, find_lookup, make_lookup
from crm_core.ingest.mapping import Mapping, missing_columns
from crm_core.ingest.raw import parquet_relation
from crm_core.ingest.source import Lookup, SourceTable
from crm_core.schema import TABLES

HASHED_BYTES = 1 << 20
FEWEST_SAMPLED = 2_000
EXAMPLES = 3


@dataclass(frozen=True)
class Alike:
    """Sources read by one mapping as one table."""

    sources: tuple[SourceTable, ...]
    mapping: Mapping


@dataclass(frozen=True)
class Repeats:
    """What two loads of one table share: rows alike in every column, what they bring, and an order number."""

    file_name: str
    other: str
    rows: int
    amount: Decimal
    orders: int
    examples: tuple[str, ...]


def read_together(
    sources: Sequence[SourceTable],
    table: str | Sequence[str | None] | None = None,
    remembered: Iterable[Mapping] = (),
) -> list[Alike]:
    """The sources in groups that are read alike, prices looked up where a list among them has them.

    The lists are then no group of their own. `table` says what all of them are, or each; without it that is guessed.
    """
    known = tuple(remembered)
    tables = [table] * len(sources) if table is None or isinstance(table, str) else list(table)
    told = {id(source): name for source, name in zip(sources, tables, strict=True)}
    groups = _grouped(sources, told, known)
    lists: set[int] = set()
    found: list[Alike] = []
    for group in groups:
        others = [source for source in sources if source not in group]
        named = told[id(group[0])]
        lookup = find_lookup(group[0], guess_mapping(combined(group), named, known), others)
        if lookup:
            lists.add(id(lookup.table))
            group = [looked_up(source, lookup) for source in group]
        found.append(Alike(tuple(group), guess_mapping(combined(group), named, known)))
    return [alike for alike in found if not any(id(source) in lists for source in alike.sources)]


def looked_up(source: SourceTable, lookup: Lookup) -> SourceTable:
    """Another file of the same group with the columns of the same list beside it."""
    return beside(make_lookup(source, lookup.table, lookup.key, lookup.table_key))


def _grouped(
    sources: Sequence[SourceTable], told: Dictionary[int, str | None], remembered: Sequence[Mapping]
) -> list[list[SourceTable]]:
    groups: dict[object, list[SourceTable]] = {}
    for source in sources:
        guess = guess_mapping(source, told[id(source)], remembered)
        groups.setdefault(likeness(source, guess), []).append(source)
    return list(groups.values())


def likeness(source: SourceTable, mapping: Mapping) -> object:
    """Equal for files that are read alike: the same columns stand under the same headers, in any order.

    Of files that lack a required column all headers must be the same.
    """
    extras = (mapping.unit_price, mapping.profit, mapping.status, mapping.return_flag)
    headers = frozenset(source.headers) if missing_columns(mapping) else None
    return mapping.table, frozenset(mapping.columns.items()), extras, source.months is not None, headers


def combined(sources: Sequence[SourceTable]) -> SourceTable:
    """Several files that are read alike as one to look at: the headers they share, rows of each in the sample."""
    first = sources[0]
    if len(sources) == 1:
        return first
    headers = tuple(header for header in first.headers if all(header in source.headers for source in sources))
    each = max(FEWEST_SAMPLED, SAMPLE_ROWS // len(sources))
    sample = pa.concat_tables([source.sample.slice(0, each).select(list(headers)) for source in sources])
    return replace(
        first,
        headers=headers,
        columns=described(sample),
        sample=sample,
        line_count=sum(source.line_count for source in sources),
        bad_byte_count=sum(source.bad_byte_count for source in sources),
        notes=tuple(dict.fromkeys(note for source in sources for note in source.notes)),
        stamp=None,
    )


def same_content(paths: Sequence[Path]) -> dict[int, int]:
    """Of each file that is byte for byte an earlier one: its place and the place of that one.

    Places that are one and the same file (sheets of a workbook) do not count.
    """
    sizes = [path.stat().st_size for path in paths]
    first: dict[tuple[int, str], int] = {}
    found: dict[int, int] = {}
    for place, (path, size) in enumerate(zip(paths, sizes, strict=True)):
        if len({other for other, length in zip(paths, sizes, strict=True) if length == size}) < 2:
            continue
        earlier = first.setdefault((size, _digest(path)), place)
        if paths[earlier] != path:
            found[place] = earlier
    return found


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(HASHED_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def repeats_between(loads: Sequence[LoadedTable], database: Database) -> list[Repeats]:
    """What loads of orders share, pair by pair; most often exports whose days overlap.

    Rows alike in every column count as often as both files have them. An order is in both if a customer
    has its number in both.
    """
    orders = [load for load in loads if load.table_name == "orders"]
    if len(orders) < 2:
        return []
    columns = ", ".join(TABLES["orders"].column_names)
    lines = " union all ".join(
        f"select {place} as load_number, {columns} from {parquet_relation(load.accepted)}"
        for place, load in enumerate(orders)
    )
    found = database.rows(
        f"""
        with

        lines as ({lines}),

        counted as (
            select load_number, amount, hash({columns}) as likeness, count(*) as times
            from lines
            group by all
        ),

        shared_rows as (
            select
                one.load_number as one,
                other.load_number as other,
                sum(least(one.times, other.times)) as rows,
                sum(least(one.times, other.times) * one.amount) as amount
            from counted as one
            inner join counted as other
                on one.likeness = other.likeness and one.amount = other.amount and one.load_number < other.load_number
            group by all
        ),

        numbers as (
            select distinct load_number, customer_id, order_id
            from lines
            where order_id is not null
        ),

        shared_orders as (
            select
                one.load_number as one,
                other.load_number as other,
                count(*) as orders,
                list(distinct one.order_id order by one.order_id)[1:{EXAMPLES}] as examples
            from numbers as one
            inner join numbers as other
                on one.customer_id = other.customer_id and one.order_id = other.order_id
                and one.load_number < other.load_number
            group by all
        )

        select one, other, coalesce(rows, 0), coalesce(amount, 0), coalesce(orders, 0), coalesce(examples, [])
        from shared_rows
        full join shared_orders using (one, other)
        order by one, other
        """
    )
    return [
        Repeats(
            orders[one].report.file_name,
            orders[other].report.file_name,
            int(rows),
            Decimal(amount),
            shared,
            tuple(examples),
        )
        for one, other, rows, amount, shared, examples in found
    ]
