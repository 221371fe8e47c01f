"""What must be equal in a data set, looked at again whenever somebody asks: `checks`.

From the file to the figures on a page every row and every amount is accounted for: what came in was
kept or set aside, what was kept lies in the order lines, and the orders bring what their lines bring.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from crm_core import formats
from crm_core.engine import Database
from crm_core.ingest import COUNTED_EXACTLY, ColumnQuality, QualityReport
from crm_core.language import _, ngettext
from crm_core.schema import TABLES
from crm_core.store import DataSet
from crm_core.store.selects import canonical_rows

ROWS_SHOWN = 500

# One row: rows, amounts and orders counted where the lines lie and where the orders lie.
STORED = """
with

line_totals as (
    select count(*) as line_rows, coalesce(sum(amount), 0) as line_amount
    from order_lines
),

order_totals as (
    select
        coalesce(sum(line_count), 0) as counted_lines,
        coalesce(sum(revenue), 0) as revenue,
        count(*) filter (where customer_key not in (select customer_key from customers)) as orders_of_nobody
    from orders
)

select *
from line_totals
cross join order_totals
"""


@dataclass(frozen=True)
class Check:
    """One thing that must be equal, in a sentence with both figures, and whether it is."""

    sentence: str
    is_met: bool


def reports_of(data_set: DataSet) -> list[QualityReport]:
    """The report of each file that was loaded, in the order of the load; without those an older release wrote."""
    found = []
    for report in data_set.quality["reports"]:
        try:
            found.append(QualityReport.model_validate(report))
        except ValidationError:
            continue
    return found


def checks(data_set: DataSet, database: Database) -> list[Check]:
    """Everything that must add up in a data set, file by file and then as it is stored."""
    reports = reports_of(data_set)
    return [*_of_files(data_set, reports), *_of_amounts(data_set, reports), *_of_store(data_set, reports, database)]


def checks_sql(data_set: DataSet) -> str:
    """The query behind the checks of what is stored."""
    given = ", ".join(f"{name} as ({data_set.relation(name)})" for name in ("order_lines", "orders", "customers"))
    return STORED.replace("with\n", f"with {given},\n", 1)


def _of_files(data_set: DataSet, reports: Sequence[QualityReport]) -> Iterator[Check]:
    known: list[QualityReport | None] = [*reports] if len(reports) == len(data_set.sources) else []
    for source, report in zip_longest(data_set.sources, known):
        sentence = (
            _("{file}: {rows} rows in = {kept} kept + {aside} set aside + {right} put right")
            if source.rows_put_right
            else _("{file}: {rows} rows in = {kept} kept + {aside} set aside")
        )
        yield Check(
            sentence.format(
                file=source.file_name,
                rows=formats.number(report.rows_in if report else source.rows_in),
                kept=formats.number(source.rows_kept),
                aside=formats.number(source.rows_set_aside),
                right=formats.number(source.rows_put_right),
            ),
            source.rows_in == source.rows_kept + source.rows_set_aside + source.rows_put_right
            and (report is None or (report.lines_add_up and report.rows_in == source.rows_in)),
        )


def _of_amounts(data_set: DataSet, reports: Sequence[QualityReport]) -> Iterator[Check]:
    for report in reports:
        if "amount" in TABLES[report.table].column_names:
            sentence = (
                _("{file}: {amount} in = {kept} kept + {aside} set aside + {right} put right")
                if report.amount_put_right
                else _("{file}: {amount} in = {kept} kept + {aside} set aside")
            )
            yield Check(
                sentence.format(
                    file=report.file_name,
                    amount=_exact(report.amount_in, data_set),
                    kept=_exact(report.amount_kept, data_set),
                    aside=_exact(report.amount_set_aside, data_set),
                    right=_exact(report.amount_put_right, data_set),
                ),
                report.amounts_add_up,
            )


def _of_store(data_set: DataSet, reports: Sequence[QualityReport], database: Database) -> Iterator[Check]:
    stored = _one_row(database, checks_sql(data_set))
    orders = [report for report in reports if report.table == "orders"]
    if orders:
        kept = sum(report.rows_kept for report in orders)
        yield Check(
            _("{kept} rows kept = {stored} order lines stored").format(
                kept=formats.number(kept), stored=formats.number(stored["line_rows"])
            ),
            kept == stored["line_rows"],
        )
        amount = sum((report.amount_kept for report in orders), Decimal(0))
        yield Check(
            _("{kept} kept = {stored} in the order lines").format(
                kept=_exact(amount, data_set), stored=_exact(stored["line_amount"], data_set)
            ),
            amount == stored["line_amount"],
        )
    yield Check(
        _("{lines} in the order lines = {orders} in the orders").format(
            lines=_exact(stored["line_amount"], data_set), orders=_exact(stored["revenue"], data_set)
        ),
        stored["line_amount"] == stored["revenue"] and stored["line_rows"] == stored["counted_lines"],
    )
    nobody = stored["orders_of_nobody"]
    yield Check(
        _("Every order has a customer")
        if not nobody
        else ngettext(
            "{count} order has a customer nobody knows", "{count} orders have a customer nobody knows", nobody
        ).format(count=formats.number(nobody)),
        nobody == 0,
    )


def remarks(data_set: DataSet) -> list[str]:
    """What only shows when the tables stand side by side, as sentences; empty if nothing stands out."""
    quality = data_set.quality
    found = [
        ngettext(
            "{count} row of {table} speaks of a customer who never ordered and is not in the list of customers.",
            "{count} rows of {table} speak of customers who never ordered and are not in the list of customers.",
            rows,
        ).format(count=formats.number(rows), table=_(TABLES[table].label))
        for table, rows in quality.get("rows_of_unknown_customers", {}).items()
    ]
    found += _customers_side_by_side(quality)
    if repeated := quality.get("repeated_customers", 0):
        found.append(
            ngettext(
                "{count} customer stands in the list more than once; the fullest row counts.",
                "{count} customers stand in the list more than once; the fullest row counts.",
                repeated,
            ).format(count=formats.number(repeated))
        )
    if spread := quality.get("orders_over_several_days", 0):
        found.append(
            ngettext(
                "{count} order number comes on several days; each day counts as an order.",
                "{count} order numbers come on several days; each day counts as an order.",
                spread,
            ).format(count=formats.number(spread))
        )
    return found


def _customers_side_by_side(quality: Mapping[str, Any]) -> list[str]:
    """Customers who never ordered, and buyers who stand in no list, where there is one."""
    found = []
    idle, strange = (quality.get(name, {}) for name in ("customers_without_orders", "customers_not_listed"))
    if idle.get("count"):
        found.append(
            ngettext(
                "{count} customer of the list never ordered, such as {examples}.",
                "{count} customers of the list never ordered, such as {examples}.",
                idle["count"],
            ).format(count=formats.number(idle["count"]), examples=formats.listed(idle["examples"][:3]))
        )
    if strange.get("count"):
        found.append(
            ngettext(
                "{count} customer ordered but is not in the list of customers, such as {examples}.",
                "{count} customers ordered but are not in the list of customers, such as {examples}.",
                strange["count"],
            ).format(count=formats.number(strange["count"]), examples=formats.listed(strange["examples"][:3]))
        )
    return found


def set_aside_rows(
    data_set: DataSet,
    database: Database,
    reason: str | None = None,
    file: str | None = None,
    limit: int = ROWS_SHOWN,
) -> pa.Table:
    """The first rows set aside, by file and line: table_name, source_file, source_line, column_name, value, raw.

    `reason` is a code, `file` a file's name; None lets all through.
    """
    return database.arrow(
        "select table_name, source_file, source_line, column_name, value, reason, raw"
        f" from ({data_set.relation('set_aside')})"
        " where (reason = $reason or $reason is null) and (source_file = $file or $file is null)"
        f" order by source_file, source_line limit {limit:d}",
        {"reason": reason, "file": file},
    )


def set_aside_counts(data_set: DataSet, database: Database) -> pa.Table:
    """One row per file and reason, most rows first: source_file, reason, rows, lines (the first three), example."""
    return database.arrow(
        "select source_file, reason, count(distinct source_line) as rows,"
        " list(distinct source_line order by source_line)[:3] as lines,"
        " first(coalesce(value, raw) order by source_line) as example"
        f" from ({data_set.relation('set_aside')}) group by source_file, reason order by rows desc, source_file, reason"
    )


def stored_columns(data_set: DataSet, table: str, database: Database) -> list[ColumnQuality]:
    """The filled columns of one table as they are stored, for tables of whose loading no report was kept.

    `distinct_count` is exact up to a million rows and estimated beyond.
    """
    entry = data_set.tables[table]
    names = [name for name in TABLES[table].column_names if name in entry.columns]
    is_exact = entry.rows <= COUNTED_EXACTLY
    rows = canonical_rows(data_set, table)
    found = _one_row(database, f"select {', '.join(_figures_of(name, is_exact) for name in names)} from ({rows})")
    return [
        ColumnQuality(
            name=name,
            header=None,
            filled_count=found[f"{name}_filled"],
            distinct_count=found[f"{name}_distinct"],
            distinct_is_estimated=not is_exact,
            lowest=found[f"{name}_lowest"],
            highest=found[f"{name}_highest"],
        )
        for name in names
    ]


def _figures_of(name: str, is_exact: bool) -> str:
    distinct = f"count(distinct {name})" if is_exact else f"approx_count_distinct({name})"
    return (
        f"count({name}) as {name}_filled, {distinct} as {name}_distinct, "
        f"cast(min({name}) as varchar) as {name}_lowest, cast(max({name}) as varchar) as {name}_highest"
    )


def _one_row(database: Database, sql: str) -> dict[str, Any]:
    row: dict[str, Any] = database.arrow(sql).to_pylist()[0]
    return row


def _exact(amount: Decimal, data_set: DataSet) -> str:
    return formats.money(amount, data_set.currency, exact=True)
