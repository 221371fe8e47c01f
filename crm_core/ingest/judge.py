"""The query that judges every row: typed values, derived amounts, and the reason a row is set aside.

One SELECT over the raw table, a step per sub-select. Rows come out with all canonical columns under
their own names, `reason` (null where the row is kept), the header and value that caused it, and
`is_blank`. It is composed here because its columns are those of the file at hand.
"""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from datetime import date, timedelta

from crm_core.ingest.amounts import LARGEST, MONEY_TYPE
from crm_core.ingest.dates import quoted
from crm_core.ingest.duplicates import held_already
from crm_core.ingest.mapping import UNIT_FACTORS, Mapping
from crm_core.ingest.raw import RawTable, cell_names
from crm_core.ingest.values import WHITE, CellReading, one_of_sql, text_sql
from crm_core.schema import TABLES, Column, Table

FIRST_PLAUSIBLE = date(1990, 1, 1)
DAYS_AHEAD = 366
WIDE_RANGE = ("date '1900-01-01'", "date '2199-12-31'")
TOTAL_WORDS = (
    "(合计|总计|小计|总额|累计|总和|总数|汇总|合計|總計|小計|總額|総計|합계|총계|소계"
    "|((grand|sub|overall|page|order) ?)?totals?|sum|(gesamt|zwischen|end)?summe|gesamt|insgesamt"
    "|(sous-|sub)?total (général|general|geral|generale)|somme|totale|somma|subtotale|suma|soma|totaal|summa"
    "|итого|всего|razem|celkem|összesen)( .{1,30}|[（(].{1,30})?"
)
FIRST_CELLS = 4


@dataclass(frozen=True)
class Judgement:
    """The query and what it is made of. `readings` are by canonical name; `extras` by the rule they serve."""

    sql: str
    table: Table
    readings: Dictionary[str, CellReading]
    extras: Dictionary[str, CellReading]


def judge(
    raw: RawTable,
    mapping: Mapping,
    readings: Dictionary[str, CellReading],
    extras: Dictionary[str, CellReading],
    headers: Dictionary[str, str],
    as_of: date | None,
    yes_no: Dictionary[str, str],
    earlier: str | None = None,
) -> Judgement:
    """Compose the query.

    `earlier` is a SELECT of order lines held already: lines that stand there are set aside.

    `headers` gives the header behind each reading's name, `yes_no` the cells (and their headers) that
    hold yes or no in words: a number there shows a row whose values have slipped a column.
    """
    table = TABLES[mapping.table]
    read = [*readings.values(), *extras.values()]
    cells = ", ".join(cell_names(raw.width))
    typed_already = [r.typed for r in read if r.typed]
    texts = [f"{_text_sql(r, raw)} as {r.text}" for r in read]
    first = [f"{r.first_step} as {r.first_name}" for r in read if r.first_step]
    second = [f"{r.second_step} as {r.second_name}" for r in read if r.second_step]
    values = ", ".join(f"{_scaled(reading, mapping)} as {reading.value}" for reading in read)
    source = f"select {', '.join(['line, flaw, raw', cells, *typed_already])} from {raw.relation}"
    for step in (texts, first, second):
        if step:
            source = f"select *, {', '.join(step)} from ({source})"
    typed = f"select *, {values} from ({source})"
    if mapping.drop_exact_duplicates:
        typed = f"select typed.*, {_repeats_sql(raw)} from ({typed}) as typed"
    derived = f"select *, {', '.join(_columns_sql(table, mapping, readings))} from ({typed})"
    reasons = _reasons(table, mapping, readings, extras, headers, as_of, raw.width)
    reasons += _shifted(table, readings, yes_no)
    if earlier and table.name == "orders":
        reasons.append(_Reason(held_already(earlier), quoted("order_held_already"), "null", "order_id"))
    branches = {
        name: " ".join(f"when {reason.condition} then {getattr(reason, name)}" for reason in reasons)
        for name in ("code", "header", "value")
    }
    sql = f"""
        select *, {_blank_sql(readings, raw.width)} as is_blank,
            case {branches["code"]} end as reason,
            case {branches["header"]} end as reason_header,
            case {branches["value"]} end as reason_value
        from ({derived})"""
    return Judgement(sql, table, readings, extras)


def _text_sql(reading: CellReading, raw: RawTable) -> str:
    if reading.typed:
        return f"cast({reading.typed} as varchar)"
    return text_sql(reading.cell, reading.kind, reading.cell in raw.trim)


def _scaled(reading: CellReading, mapping: Mapping) -> str:
    """The value of a cell in units of the currency: 3 where the column counts in 万 is 30,000."""
    unit = mapping.units.get(reading.name)
    if unit is None:
        return reading.sql
    product = f"cast(({reading.sql}) as decimal(24, 4)) * cast({UNIT_FACTORS[unit]} as decimal(12, 2))"
    return f"try_cast({product} as {MONEY_TYPE})"


@dataclass(frozen=True)
class _Reason:
    """One ground for setting a row aside; all three are SQL."""

    condition: str
    code: str
    header: str
    value: str


def _reasons(
    table: Table,
    mapping: Mapping,
    readings: Dictionary[str, CellReading],
    extras: Dictionary[str, CellReading],
    headers: Dictionary[str, str],
    as_of: date | None,
    width: int,
) -> list[_Reason]:
    """All grounds, in the order they are asked."""
    nothing = "cast(null as varchar)"
    found = [_Reason("flaw is not null", "flaw", nothing, nothing)]
    found.append(_Reason(_repeats_header_sql(readings, headers), quoted("repeated_header"), nothing, nothing))
    found.append(_Reason(_total_sql(table, readings, width), quoted("total_line"), nothing, nothing))
    status = extras.get("status")
    if status:
        condition = f"not {one_of_sql(status.text, mapping.kept_statuses)}"
        found.append(_Reason(condition, quoted("status_not_counted"), quoted(headers["status"]), status.text))
    for column in table.columns:
        if column.required:
            found.extend(_required(column, readings, extras, headers, as_of))
    if "refund" in extras:
        condition = "refund_text is not null and refund_value is null"
        found.append(_Reason(condition, quoted("unreadable_amount"), quoted(headers["refund"]), "refund_text"))
    if mapping.drop_exact_duplicates:
        found.append(_Reason("is_repeat", quoted("duplicate_line"), nothing, nothing))
    return found


def _shifted(table: Table, readings: Dictionary[str, CellReading], yes_no: Dictionary[str, str]) -> list[_Reason]:
    """A number where yes or no belongs, in a row that lacks one of its own numbers."""
    numbers = [reading.value for reading in readings.values() if table.column(reading.name).kind in ("money", "number")]
    lacking = " or ".join(f"{value} is null" for value in numbers)
    return [
        _Reason(f"try_cast({cell} as double) is not null and ({lacking})", quoted("shifted_row"), quoted(header), cell)
        for cell, header in yes_no.items()
        if numbers
    ]


def _required(
    column: Column,
    readings: Dictionary[str, CellReading],
    extras: Dictionary[str, CellReading],
    headers: Dictionary[str, str],
    as_of: date | None,
) -> list[_Reason]:
    """Missing, unreadable and implausible values of one required column."""
    reading = readings.get(column.name)
    if reading is None:
        factors = [readings["quantity"], extras["unit_price"]]
        return [reason for factor in factors for reason in _unusable(factor, "amount", headers)] + [
            _too_large(column.name, headers["unit_price"], extras["unit_price"].text)
        ]
    kind = {"instant": "date", "day": "date", "money": "amount"}.get(column.kind, "value")
    if column.name == "customer_id":
        kind = "customer"
    found = _unusable(reading, kind, headers)
    header = quoted(headers[column.name])
    if kind == "date":
        last = as_of + timedelta(days=DAYS_AHEAD) if as_of else date(2199, 12, 31)
        condition = (
            f"{reading.value} < timestamp '{FIRST_PLAUSIBLE}' or {reading.value} >= timestamp '{last}' + interval 1 day"
        )
        found.append(_Reason(condition, quoted("implausible_date"), header, reading.text))
    if kind == "amount":
        found.append(_too_large(column.name, headers[column.name], reading.text))
    return found


def _unusable(reading: CellReading, kind: str, headers: Dictionary[str, str]) -> list[_Reason]:
    header = quoted(headers[reading.name])
    found = [_Reason(f"{reading.text} is null", quoted(f"missing_{kind}"), header, reading.text)]
    if reading.kind != "text":
        found.append(_Reason(f"{reading.value} is null", quoted(f"unreadable_{kind}"), header, reading.text))
    return found


def _too_large(name: str, header: str, text: str) -> _Reason:
    return _Reason(f"{name} is null or abs({name}) > {LARGEST}", quoted("implausible_amount"), quoted(header), text)


def _columns_sql(table: Table, mapping: Mapping, readings: Dictionary[str, CellReading]) -> list[str]:
    """Every canonical column in canonical order and type."""
    return [
        f"cast({_column_sql(column, table, mapping, readings)} as {column.sql_type}) as {column.name}"
        for column in table.columns
    ]


def _column_sql(column: Column, table: Table, mapping: Mapping, readings: Dictionary[str, CellReading]) -> str:
    reading = readings.get(column.name)
    if table.name == "orders":
        if column.name == "amount":
            return _signed(_amount_sql(mapping, readings), mapping, readings)
        if column.name == "cost" and mapping.profit:
            cost = f"({_amount_sql(mapping, readings)} - profit_value)"
            return _signed(cost, mapping, readings, like=_amount_sql(mapping, readings))
        if column.name == "discount" and reading and mapping.discount_is_rate:
            return _discount_sql(reading, _amount_sql(mapping, readings))
    if reading is None:
        return "null"
    if column.kind in ("instant", "day") and not column.required:
        return f"case when {reading.value} between {WIDE_RANGE[0]} and {WIDE_RANGE[1]} then {reading.value} end"
    return reading.value


def _amount_sql(mapping: Mapping, readings: Dictionary[str, CellReading]) -> str:
    amount = "amount_value"
    if "amount" not in readings:
        amount = f"try_cast(quantity_value * unit_price_value as {MONEY_TYPE})"
    if mapping.refund and mapping.table == "orders":
        return f"try_cast({amount} - abs(coalesce(refund_value, 0)) as {MONEY_TYPE})"
    return amount


def _signed(value: str, mapping: Mapping, readings: Dictionary[str, CellReading], like: str | None = None) -> str:
    """`value`, negative on returns that the file marks by a prefix or a flag; `like` is what shows the sign."""
    marks = []
    if mapping.return_order_prefix and "order_id" in readings:
        marks.append(f"coalesce(starts_with(order_id_text, {quoted(mapping.return_order_prefix)}), false)")
    if mapping.return_flag:
        is_return = (
            one_of_sql("return_flag_text", mapping.return_values) if mapping.return_values else "return_flag_value"
        )
        marks.append(f"coalesce({is_return}, false)")
    if not marks:
        return value
    return f"case when ({' or '.join(marks)}) and {like or value} > 0 then -({value}) else {value} end"


def _discount_sql(rate: CellReading, amount: str) -> str:
    """Money taken off, from a rate: the amount is what is left of the list price."""
    share = f"case when {rate.value} > 1 and {rate.value} < 100 then {rate.value} / 100 else {rate.value} end"
    return (
        f"case when {rate.value} >= 0 and {share} < 1 then "
        f"try_cast(round(abs({amount}) * ({share}) / (1 - ({share})), 4) as {MONEY_TYPE}) end"
    )


def _blank_sql(readings: Dictionary[str, CellReading], width: int) -> str:
    """Whether every cell is empty, asked only where what is required is."""
    required = " and ".join(f"{reading.text} is null" for reading in readings.values())
    everything = f"trim(concat({', '.join(cell_names(width))}), {quoted(WHITE)}) = ''"
    return f"case when flaw is null and {required} then {everything} else false end"


def _repeats_header_sql(readings: Dictionary[str, CellReading], headers: Dictionary[str, str]) -> str:
    """Whether every mapped cell holds its own header, as above each page of a printed list."""
    same = " and ".join(
        f"lower({reading.text}) = lower({quoted(headers[name])})"
        for name, reading in readings.items()
        if name in headers
    )
    return f"coalesce({same}, false)" if same else "false"


def _total_sql(table: Table, readings: Dictionary[str, CellReading], width: int) -> str:
    """Whether the row is a total: one of its first cells says so, and a date or a customer is wanting."""
    wanting = [
        f"{readings[name].text} is null" + ("" if name == "customer_id" else f" or {readings[name].value} is null")
        for name in table.required
        if name in readings and table.column(name).kind in ("text", "instant")
    ]
    says_so = " or ".join(
        f"regexp_full_match(lower(trim({cell}, {quoted(WHITE + ':：')})), '{TOTAL_WORDS}')"
        for cell in cell_names(min(width, FIRST_CELLS))
    )
    return f"case when {' or '.join(wanting)} then coalesce({says_so}, false) else false end"


def _repeats_sql(raw: RawTable) -> str:
    cells = ", ".join(cell_names(raw.width))
    return f"flaw is null and row_number() over (partition by {cells} order by line) > 1 as is_repeat"
