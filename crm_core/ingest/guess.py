"""The likeliest mapping of a file, and what of it only the reader can say."""

from collections.abc import Iterable, Iterator
from typing import Literal

from crm_core.ingest.contents import says_nothing, told_by_content
from crm_core.ingest.dates import DateOrder, DateReading, decide_dates, shapes_and_days
from crm_core.ingest.exports import known_export
from crm_core.ingest.headings import extra_keys, key_of, synonym_keys
from crm_core.ingest.mapping import Mapping, check_table, missing_columns
from crm_core.ingest.matching import match_columns
from crm_core.ingest.remembered import is_made_for
from crm_core.ingest.source import SourceTable
from crm_core.ingest.statuses import kept_statuses, return_flag, return_prefix
from crm_core.ingest.units import is_rate, told_units
from crm_core.schema import TABLES

ORDERS_FIRST = 1.25
ONLY_THERE = 0.5  # a header that orders do not know says more
SELDOM_FILLED = 0.9  # a column filled in a smaller share of rows than another lacks values
MOST_CANDIDATES = 5
Question = Literal["date_order"]


def guess_mapping(source: SourceTable, table_name: str | None = None, remembered: Iterable[Mapping] = ()) -> Mapping:
    """The likeliest reading of a file; the reader may correct any of it.

    A remembered mapping for the same headers (and table) is taken as it is. Without `table_name`
    the table whose required columns fit best is chosen.
    """
    for mapping in remembered:
        if table_name in (None, mapping.table) and is_made_for(mapping, source):
            return mapping
    if table_name is None:
        table_name = _likeliest_table(source)
    check_table(table_name)
    columns = match_columns(source, table_name)
    extras = _extras(source, columns) if table_name == "orders" else {}
    if table_name == "orders":
        _add_by_content(source, columns, extras)
        _prefer_line_prices(source, columns, extras)
    is_priced = "amount" not in columns and "quantity" in columns
    status, refund = extras.get("status"), extras.get("refund")
    kept = kept_statuses(source, status, is_net=refund is not None)
    flag, flag_values = return_flag(source, extras)
    mapping = Mapping(
        table=table_name,
        columns={name: columns[name] for name in TABLES[table_name].column_names if name in columns},
        date_order=_date_order(source, table_name, columns),
        unit_price=extras.get("unit_price") if is_priced else None,
        profit=extras.get("profit") if "cost" not in columns else None,
        discount_is_rate=is_rate(source, columns.get("discount")),
        return_order_prefix=return_prefix(source, columns),
        return_flag=flag,
        return_values=flag_values,
        refund=refund,
        status=status if kept else None,
        kept_statuses=kept,
        headers=source.headers,
    )
    return mapping.model_copy(update={"units": told_units(source, mapping)})


def _likeliest_table(source: SourceTable) -> str:
    """The table most of whose columns the headers name; one that lacks nothing wins a tie, orders all others.

    A file with neither a date nor an amount is no file of orders.
    """
    scores: dict[str, float] = {}
    for name, table in TABLES.items():
        columns = match_columns(source, name)
        keys = {ours: key_of(header) for ours, header in columns.items()}
        hits = [key for ours, key in keys.items() if ours in dict(synonym_keys(name).get(key, ()))]
        named = len(hits) + sum(ONLY_THERE for key in hits if key not in synonym_keys("orders"))
        found = set(columns)
        if name == "orders" and "quantity" in found and "unit_price" in _extras(source, columns):
            found.add("amount")
        lacking = sum(required not in found for required in table.required)
        scores[name] = named + (lacking == 0) + ORDERS_FIRST * (name == "orders" and lacking <= 1)
        if name == "customers" and not _is_unique(source, columns.get("customer_id")):
            scores[name] = 0.0
    return max(scores, key=lambda name: scores[name])


def _is_unique(source: SourceTable, header: str | None) -> bool:
    """Whether a column names each row apart, as the id in a list of customers does."""
    if header is None:
        return False
    filled = len(source.sample_values(header))
    return filled > 0 and source.column(header).distinct_count >= 0.98 * filled


def _extras(source: SourceTable, columns: dict[str, str]) -> dict[str, str]:
    """Headers that are no column of ours but decide how one is read."""
    free = [column for column in source.columns if column.header not in columns.values()]
    found: dict[str, str] = {}
    for column in free:
        extra = extra_keys().get(key_of(column.header))
        is_fit = (column.content == "number") == (extra in ("unit_price", "profit", "refund"))
        if extra == "refund" and column.content in ("flag", "text"):
            extra, is_fit = "return_flag", True
        if extra and is_fit:
            found.setdefault(extra, column.header)
    export = known_export(source.headers)
    return found if export is None else dict(export.extras)


def _add_by_content(source: SourceTable, columns: dict[str, str], extras: dict[str, str]) -> None:
    """Under headers that say nothing, the columns whose values leave no doubt."""
    if not any(map(says_nothing, source.headers)):
        return
    told = told_by_content(source)
    used = {*columns.values(), *extras.values()}
    for name, header in told.columns.items():
        if name not in columns and header not in used and says_nothing(header):
            columns[name] = header
    if told.unit_price and told.unit_price not in used and says_nothing(told.unit_price):
        extras.setdefault("unit_price", told.unit_price)


def _prefer_line_prices(source: SourceTable, columns: dict[str, str], extras: dict[str, str]) -> None:
    """Where amounts stand only on the first line of an order, each line's own quantity and price make them."""
    amount, price, quantity = columns.get("amount"), extras.get("unit_price"), columns.get("quantity")
    if not (amount and price and quantity):
        return
    filled = {header: source.column(header).filled_share for header in (amount, price, quantity)}
    if filled[amount] < SELDOM_FILLED * min(filled[price], filled[quantity]):
        del columns["amount"]


def _date_order(source: SourceTable, table_name: str, columns: dict[str, str]) -> DateOrder | None:
    """What the sample says of the order of day and month, where a column needs it."""
    return next((dates.order for dates in _dates(source, table_name, columns) if dates.order), None)


def _dates(source: SourceTable, table_name: str, columns: dict[str, str]) -> Iterator[DateReading]:
    """How the sample of each column of instants can be read."""
    for name, header in columns.items():
        if TABLES[table_name].column(name).kind == "instant":
            yield decide_dates(*shapes_and_days(source.sample_values(header)))


def open_questions(source: SourceTable, mapping: Mapping) -> dict[Question, DateReading]:
    """What the sample leaves open and the reader must say: the question and what the values show."""
    if mapping.date_order is not None:
        return {}
    undecided = (dates for dates in _dates(source, mapping.table, mapping.columns) if dates.is_undecided)
    first = next(undecided, None)
    return {"date_order": first} if first else {}


def candidate_columns(source: SourceTable, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """For the required columns of orders that are wanting: headers whose values would do, the likeliest first."""
    missing = missing_columns(mapping)
    if mapping.table != "orders" or not missing:
        return {}
    told = told_by_content(source)
    used = mapping.headers_used()
    found: dict[str, tuple[str, ...]] = {}
    for name in missing:
        sure = (told.columns[name],) if name in told.columns else ()
        free = tuple(header for header in (*sure, *told.candidates.get(name, ())) if header not in used)
        if free:
            found[name] = free[:MOST_CANDIDATES]
    return found
