"""Which column of a file is which of ours, and the rules to read its values: `Mapping` and its guess."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.cells import is_number, plain
from crm_core.ingest.contents import says_nothing, told_by_content
from crm_core.ingest.dates import DateOrder, DateReading, decide_dates, shapes_and_days
from crm_core.ingest.exports import known_export
from crm_core.ingest.headings import bare, extra_keys, key_of, names_of, synonym_keys
from crm_core.ingest.source import ReadingOptions, SourceColumn, SourceTable
from crm_core.language import _
from crm_core.schema import TABLES, Column, words

EXACT, CONTAINED, WEAKEST = 1.0, 0.5, 0.3
LAST_RANK = 400  # the surer of two names of a column wins, but any of them before a part of a name
NAMED_ONLY = 0.4  # a required column named so whose sample looks like something else
ORDERS_FIRST = 1.25
ONLY_THERE = 0.5  # a header that orders do not know says more
MOST_STATUSES = 20
MOST_CANDIDATES = 5
MOSTLY_FILLED = 0.5  # a status given only here and there is none of every row
SELDOM_FILLED = 0.9  # a column filled in a smaller share of rows than another lacks values

# Statuses of an order that brought nothing (yet): parts of words, compared with spaces, case and accents gone.
NOT_COUNTED = words(
    "cancel|void|reject|fail|declin|pending|unpaid|await|draft|abandon|lost|engaging|prospect|open|hold|expired"
    "|chargeback|取消|关闭|未付|待付|待支付|待处理|未支付|失败|作废|无效|草稿|關閉|作廢|無效|待處理"
    "|stornier|annul|abgelehnt|offen|ausstehend|entwurf|unbezahlt|fehlgeschlagen|enattente|impaye|brouillon|echou"
    "|anulad|pendient|pendent|borrador|rascunho|fallid|falhou|rechazad|recusad|inattesa|bozza|fallit|rifiutat"
    "|geannuleerd|inafwachting|concept|mislukt|キャンセル|未払|保留|失敗|取り消し|취소|대기|미결제|실패"
)
# Statuses and kinds of entry that give money back: parts of words, likewise.
GIVEN_BACK = words(
    "refund|return|creditnote|creditmemo|退款|退货|退回|退貨|红字|erstatt|gutschrift|retour|rembours|avoir|reembols"
    "|devol|notadecredito|notadicredito|rimbors|terugbetaald|返品|返金|반품|환불"
)

# How many of the currency's unit one of a column's figures stands for.
AmountUnit = Literal["cent", "thousand", "ten_thousand", "million", "hundred_million"]
UNIT_FACTORS: dict[AmountUnit, str] = {
    "cent": "0.01",
    "thousand": "1000",
    "ten_thousand": "10000",
    "million": "1000000",
    "hundred_million": "100000000",
}
UNIT_WORDS: tuple[tuple[AmountUnit, str], ...] = (
    ("hundred_million", r"[亿億][元圆円]?|억원?"),
    ("million", r"百[万萬][元圆円]?|백만원?|m[€$£]|meur|musd|millions?|mio\.?( ?€| eur)?|mln\.?"),
    ("ten_thousand", r"[万萬][元圆円]?|만원?"),
    (
        "thousand",
        r"千[元圆円]|천원|k ?[€$£¥]|keur|kusd|kgbp|tsd\.?( ?€| eur)?|t€|teur|thousands?|in thousands"
        r"|['’]?000s?( ?(€|\$|£|usd|eur|gbp))?",
    ),
    ("cent", r"分|cents?|in cents?|eurocents?|centimes?|c[eé]ntimos|centavos|pence|pennies"),
)


MONEY_EXTRAS = ("unit_price", "profit", "refund")


class Mapping(BaseModel):
    """How one file is read as one canonical table; this is the file that is kept and given to the command line.

    `columns` maps our names to the headers of the file. Rules not needed stay None or empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str = "orders"
    columns: dict[str, str] = Field(default_factory=dict, description="Our column → header in the file.")
    date_order: DateOrder | None = Field(
        default=None, description="Order of day, month and year; null: the column decides."
    )
    decimal_mark: DecimalMark | None = Field(default=None, description="Decimal mark; null: each column decides.")
    unit_price: str | None = Field(
        default=None, description="Header of the price of one piece: amount = quantity × price, if there is no amount."
    )
    profit: str | None = Field(default=None, description="Header of the profit: cost = amount − profit.")
    discount_is_rate: bool = Field(default=False, description="The discount is a share of the list price, not money.")
    return_order_prefix: str | None = Field(default=None, description="Orders whose number begins so are returns.")
    return_flag: str | None = Field(default=None, description="Header of a column that marks returns.")
    return_values: tuple[str, ...] = Field(
        default=(), description="Values of that column that mark returns; none: it says yes or no."
    )
    refund: str | None = Field(
        default=None, description="Header of what was paid back: amount = amount − refund, whatever its sign."
    )
    units: dict[str, AmountUnit] = Field(
        default_factory=dict,
        description="Column of money (ours, unit_price, profit or refund) → what one of its figures stands for.",
    )
    status: str | None = Field(default=None, description="Header of the status of the order.")
    kept_statuses: tuple[str, ...] = Field(
        default=(), description="Statuses that count; rows with another are set aside."
    )
    drop_exact_duplicates: bool = Field(
        default=False, description="Set aside lines that repeat another letter for letter."
    )
    reading: ReadingOptions = Field(
        default=ReadingOptions(),
        description="What was chosen of encoding, delimiter, quote, escape, header_line (0: none), header_rows, sheet, "
        "pad_short_rows and months_as_rows; what is left out is found by itself.",
    )
    headers: tuple[str, ...] = Field(default=(), description="Headers of the file this was made for.")
    headers_as_found: tuple[str, ...] = Field(
        default=(), description="Headers of that file with nothing chosen, where reading chooses something."
    )

    def read_with(self, reading: ReadingOptions, as_found: Sequence[str]) -> "Mapping":
        """The same for a file read with `reading`, whose headers with nothing chosen are `as_found`."""
        found = tuple(as_found) if reading != ReadingOptions() else ()
        return self.model_copy(update={"reading": reading, "headers_as_found": found})

    def headers_used(self) -> tuple[str, ...]:
        """Every header the mapping speaks of."""
        extras = (self.unit_price, self.profit, self.return_flag, self.refund, self.status)
        return (*self.columns.values(), *(header for header in extras if header))


def written_mapping(mapping: Mapping) -> str:
    """A mapping as a small file (JSON): what it says, without what it leaves as it is."""
    said = {"table": mapping.table, **mapping.model_dump(mode="json", exclude_defaults=True)}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read_mapping(text: str, file_name: str) -> Mapping:
    """The mapping in such a file. Raises InputError where it is none."""
    try:
        return Mapping.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            _("{file} is no mapping file: {place}: {problem}.").format(
                file=file_name, place=".".join(map(str, first["loc"])) or "JSON", problem=first["msg"].rstrip(".")
            )
        ) from None


Missing = tuple[str, ...]


def missing_columns(mapping: Mapping) -> Missing:
    """Required columns the mapping gives no header for."""
    found = set(mapping.columns)
    if mapping.unit_price and "quantity" in found:
        found.add("amount")
    return tuple(name for name in TABLES[mapping.table].required if name not in found)


def check_mapping(source: SourceTable, mapping: Mapping) -> None:
    """InputError where the mapping does not fit the file."""
    if mapping.table not in TABLES:
        raise InputError(
            _("There is no table called {table}. There are: {tables}.").format(
                table=mapping.table, tables=formats.listed(TABLES)
            )
        )
    unknown = [name for name in mapping.columns if name not in TABLES[mapping.table].column_names]
    if unknown:
        raise InputError(
            _("The table {table} has no column {columns}. It has: {known}.").format(
                table=mapping.table,
                columns=formats.listed(unknown),
                known=formats.listed(TABLES[mapping.table].column_names),
            )
        )
    absent = [header for header in mapping.headers_used() if header not in source.headers]
    if absent:
        raise InputError(
            _("{file} has no column {absent}. It has: {found}.").format(
                file=source.file_name, absent=formats.listed(absent), found=formats.listed(source.headers)
            )
        )
    missing = missing_columns(mapping)
    if missing:
        raise InputError.missing_columns(missing, source.headers)


def guess_mapping(source: SourceTable, table_name: str | None = None, remembered: Iterable[Mapping] = ()) -> Mapping:
    """The likeliest reading of a file; the reader may correct any of it.

    A remembered mapping for the same headers (and table) is taken as it is. Without `table_name`
    the table whose required columns fit best is chosen.
    """
    for mapping in remembered:
        if table_name in (None, mapping.table) and _is_made_for(mapping, source):
            return mapping
    if table_name is None:
        table_name = _likeliest_table(source)
    elif table_name not in TABLES:
        raise InputError(
            _("There is no table called {table}. There are: {tables}.").format(
                table=table_name, tables=formats.listed(TABLES)
            )
        )
    columns = match_columns(source, table_name)
    extras = _extras(source, columns) if table_name == "orders" else {}
    if table_name == "orders":
        _add_by_content(source, columns, extras)
        _prefer_line_prices(source, columns, extras)
    price = extras.get("unit_price")
    if "amount" not in columns and (not price or "quantity" not in columns):
        price = None
    refund = extras.get("refund")
    status = extras.get("status")
    statuses = _statuses(source, status) if status else ()
    kept = tuple(value for value in statuses if _counts(value, is_net=refund is not None))
    is_filled = status is not None and source.column(status).filled_share >= MOSTLY_FILLED
    rejects_some = is_filled and 0 < len(kept) < len(statuses)
    flag, flag_values = _return_flag(source, extras)
    mapping = Mapping(
        table=table_name,
        columns={name: columns[name] for name in TABLES[table_name].column_names if name in columns},
        date_order=_date_order(source, table_name, columns),
        unit_price=price if "amount" not in columns else None,
        profit=extras.get("profit") if "cost" not in columns else None,
        discount_is_rate=_is_rate(source, columns.get("discount")),
        return_order_prefix=_return_prefix(source, columns),
        return_flag=flag,
        return_values=flag_values,
        refund=refund,
        status=status if rejects_some else None,
        kept_statuses=kept if rejects_some else (),
        headers=source.headers,
    )
    return mapping.model_copy(update={"units": told_units(source, mapping)})


def _is_made_for(mapping: Mapping, source: SourceTable) -> bool:
    """Whether a mapping was made for these headers; where they say nothing the values must suit it, too."""
    if set(mapping.headers) != set(source.headers):
        return False
    told = [(name, header) for name, header in mapping.columns.items() if says_nothing(header)]
    columns = TABLES[mapping.table]
    return all(_content_suits(columns.column(name), source.column(header)) > 0 for name, header in told)


def remembered_for(
    source: SourceTable, remembered: Iterable[Mapping], read: Callable[[ReadingOptions], SourceTable]
) -> Mapping | None:
    """The newest remembered mapping of a file that looked as `source` does, and was read in a way somebody chose.

    `source` is the file with nothing chosen; `read` reads it as it is asked to. None where the newest had
    nothing chosen, or where the file, read as that one was, has other headers than that one.
    """
    for mapping in remembered:
        if mapping.reading == ReadingOptions():
            if _is_made_for(mapping, source):
                return None
        elif set(mapping.headers_as_found) == set(source.headers):
            try:
                return mapping if _is_made_for(mapping, read(mapping.reading)) else None
            except InputError:
                return None
    return None


def similar_mapping(source: SourceTable, guess: Mapping, remembered: Iterable[Mapping]) -> Mapping | None:
    """A remembered mapping of a file with a few other columns, all of whose headers are here, if it differs.

    It is offered, never taken unasked. None for headers that say nothing.
    """
    for mapping in remembered:
        used = mapping.headers_used()
        fits = mapping.table == guess.table and set(used) <= set(source.headers)
        if not fits or set(mapping.headers) == set(source.headers) or any(map(says_nothing, used)):
            continue
        offered = mapping.model_copy(update={"headers": source.headers}).read_with(
            guess.reading, guess.headers_as_found
        )
        return offered if offered != guess else None
    return None


def found_by_content(mapping: Mapping) -> dict[str, str]:
    """Our columns whose headers in the file say nothing, so that only the values told them: ours → header."""
    found = {name: header for name, header in mapping.columns.items() if says_nothing(header)}
    if mapping.unit_price and says_nothing(mapping.unit_price):
        found["unit_price"] = mapping.unit_price
    return found


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


def match_columns(source: SourceTable, table_name: str) -> dict[str, str]:
    """Our columns → headers, the surest pairs first, each header used once."""
    pairs = sorted(
        (
            (-score, place, column.name, header.header)
            for place, column in enumerate(TABLES[table_name].columns)
            for header in source.columns
            if (score := _fit(table_name, column, header)) > 0
        ),
    )
    export = known_export(source.headers)
    chosen = dict(export.columns) if export and table_name == "orders" else {}
    for _score, _place, name, header in pairs:
        if name not in chosen and header not in chosen.values():
            chosen[name] = header
    _add_only_date(source, table_name, chosen)
    return {name: chosen[name] for name in TABLES[table_name].column_names if name in chosen}


def _fit(table_name: str, column: Column, header: SourceColumn) -> float:
    """How well a header suits a column, 0-1: by name, then by whether its values could be such."""
    key = key_of(header.header)
    if not key:
        return 0.0
    if key not in synonym_keys(table_name) and column.kind == "money":
        key = key_of(_without_unit(header.header))
    suits = _content_suits(column, header)
    ranks = dict(synonym_keys(table_name).get(key, ()))
    if column.name in ranks:
        if column.required:
            suits = max(suits, NAMED_ONLY)
        return (EXACT - 0.001 * min(ranks[column.name], LAST_RANK)) * suits
    if key in extra_keys() or key in synonym_keys(table_name):
        return 0.0
    names = map(key_of, names_of(table_name, column))
    longest = max((len(name) for name in names if _contains(key, name)), default=0)
    score = (CONTAINED * longest / len(key)) * suits
    return score if score >= WEAKEST else 0.0


def _contains(key: str, name: str) -> bool:
    is_ascii = name.isascii()
    return name in key and len(name) >= (5 if is_ascii else 2)


def _content_suits(column: Column, header: SourceColumn) -> float:
    content = header.content
    if content == "empty":
        return 0.8
    if column.kind == "instant":
        if content == "number" and any(_could_be_serial(value) for value in header.samples):
            return 0.7
        return 1.0 if content == "date" else 0.0
    if column.kind in ("money", "number", "score", "share"):
        return 1.0 if content in ("number", "flag") and not _is_code(header, column) else 0.0
    if column.kind == "integer":
        return 1.0 if content in ("number", "date") else 0.0
    if column.kind == "flag":
        return 1.0 if content == "flag" else 0.3
    if column.name.endswith("_id") or column.name in ("phone", "licence_no"):
        return 0.9 if content == "date" else 1.0
    return {"number": 0.5, "date": 0.3, "flag": 0.7}.get(content, 1.0)


def _could_be_serial(value: str) -> bool:
    return re.fullmatch(r"[2-7]\d{4}(\.\d+)?|1\d{9}|1\d{12}", value) is not None


def _is_code(header: SourceColumn, column: Column) -> bool:
    """Numbers with leading zeros are codes, never amounts."""
    return column.kind == "money" and any(re.fullmatch(r"0\d+", value) for value in header.samples)


def _add_only_date(source: SourceTable, table_name: str, chosen: dict[str, str]) -> None:
    """Where a required date found no header and the file has one date column, it is that."""
    open_dates = [
        column.name
        for column in TABLES[table_name].columns
        if column.required and column.kind == "instant" and column.name not in chosen
    ]
    dates = [column.header for column in source.columns if column.content == "date"]
    free = [header for header in dates if header not in chosen.values()]
    if len(open_dates) == 1 and len(free) == 1:
        chosen[open_dates[0]] = free[0]


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


def _return_flag(source: SourceTable, extras: dict[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The column that marks returns, and the values that do: of a yes/no column none."""
    flag = extras.get("return_flag")
    if flag and source.column(flag).content == "flag":
        return flag, ()
    for header in filter(None, (flag, extras.get("entry_kind"))):
        values = _statuses(source, header)
        back = tuple(value for value in values if _gives_back(value))
        if set(values) == {"S", "H"} and key_of(header) == "shkzg":  # SAP: a credit to the customer
            back = ("H",)
        if 0 < len(back) < len(values):
            return header, back
    return None, ()


AS_SAID: Literal["as the header says"] = "as the header says"


def told_units(
    source: SourceTable, mapping: Mapping, usual: AmountUnit | Literal["as the header says"] | None = AS_SAID
) -> dict[str, AmountUnit]:
    """What the headers of money say of their unit; one that says nothing counts as the amount does.

    `usual` is the unit of the amount where a person said it; None: it counts in the currency itself.
    """
    headers = {
        name: header for name, header in mapping.columns.items() if TABLES[mapping.table].column(name).kind == "money"
    }
    if mapping.discount_is_rate:
        headers.pop("discount", None)
    headers |= {name: header for name in MONEY_EXTRAS if (header := getattr(mapping, name))}
    units = {name: _unit_of(header, source.column(header)) for name, header in headers.items()}
    if usual == AS_SAID:
        usual = units.get("amount") or units.get("unit_price")
    else:
        units |= {name: usual for name in ("amount", "unit_price") if name in units}
    found = {name: unit or (None if _names_unit(headers[name]) else usual) for name, unit in units.items()}
    return {name: unit for name, unit in found.items() if unit}


def _unit_of(header: str, column: SourceColumn) -> AmountUnit | None:
    """The unit a header names in brackets, at its end or as a word of its own, unless the values say it themselves."""
    if any(re.search("[万萬亿億]", value) for value in column.samples):
        return None
    text = plain(header).casefold()
    for unit, names in UNIT_WORDS:
        if re.search(rf"[(\[（]({names})[)\]）]|(^|[\s_/,:-])({names})([\s_/,.:-]|$)", text):
            return unit
        if re.search(r"[\u4e00-\u9fff]", text) and re.search(rf"({names})$", text) and unit != "cent":
            return unit
    return None


def _without_unit(header: str) -> str:
    """A header of money without the unit at its end: "amount_cents" is "amount"."""
    text = plain(header).casefold()
    for _unit, names in UNIT_WORDS:
        text = re.sub(rf"(?<=\w)[\s_/,:-]+({names})$", "", text)
    return text


def _names_unit(header: str) -> bool:
    """Whether a header names the bare unit: (元), [EUR]."""
    return re.search(r"[(\[](元|円|圆|원|eur|usd|gbp|cny|rmb|€|\$|£|¥)[)\]]", plain(header).casefold()) is not None


def _statuses(source: SourceTable, header: str) -> tuple[str, ...]:
    values = tuple(sorted(set(source.sample_values(header))))
    return values if len(values) <= MOST_STATUSES else ()


def _counts(status: str, is_net: bool) -> bool:
    """Whether orders of a status brought money; `is_net`: what was paid back is taken off elsewhere."""
    brought_nothing = any(part in bare(status) for part in NOT_COUNTED)
    return not brought_nothing and (is_net or not _gives_back(status))


def _gives_back(text: str) -> bool:
    return any(part in bare(text) for part in GIVEN_BACK)


def _date_order(source: SourceTable, table_name: str, columns: dict[str, str]) -> DateOrder | None:
    """What the sample says of the order of day and month, where a column needs it."""
    for name, header in columns.items():
        if TABLES[table_name].column(name).kind == "instant":
            reading = decide_dates(*shapes_and_days(source.sample_values(header)))
            if reading.order:
                return reading.order
    return None


def _is_rate(source: SourceTable, header: str | None) -> bool:
    """Whether discounts are shares: all within 0-1 with some between, or written in percent."""
    if header is None:
        return False
    values = [plain(value) for value in source.sample_values(header)]
    numbers = [value for value in values if is_number(value)]
    if numbers and all(value.endswith("%") or value == "0" for value in numbers):
        return any(value.endswith("%") for value in numbers)
    plain_numbers = [float(value) for value in numbers if re.fullmatch(r"\d*\.?\d+", value)]
    has_parts = any(0 < number < 1 for number in plain_numbers)
    return bool(plain_numbers) and has_parts and len(plain_numbers) == len(numbers) and max(plain_numbers) <= 1


def _return_prefix(source: SourceTable, columns: dict[str, str]) -> str | None:
    """A letter before the number of a few orders, all of whose lines are negative, while most have none."""
    if "order_id" not in columns:
        return None
    measure = columns.get("quantity") or columns.get("amount")
    if measure is None:
        return None
    orders = source.sample.column(columns["order_id"]).to_pylist()
    measures = source.sample.column(measure).to_pylist()
    lettered: dict[str, list[str]] = {}
    bare = 0
    for order, value in zip(orders, measures, strict=True):
        match = re.fullmatch(r"([A-Za-z]{1,4})-?\d+", (order or "").strip())
        if match:
            lettered.setdefault(match[1], []).append((value or "").strip())
        elif (order or "").strip().isdigit():
            bare += 1
    for prefix, values in lettered.items():
        if bare > 2 * len(values) and all(value.startswith(("-", "(")) for value in values):
            return prefix
    return None


Question = Literal["date_order"]


def open_questions(source: SourceTable, mapping: Mapping) -> dict[Question, DateReading]:
    """What the sample leaves open and the reader must say: the question and what the values show."""
    questions: dict[Question, DateReading] = {}
    for name, header in mapping.columns.items():
        if TABLES[mapping.table].column(name).kind == "instant" and mapping.date_order is None:
            reading = decide_dates(*shapes_and_days(source.sample_values(header)))
            if reading.is_undecided:
                questions.setdefault("date_order", reading)
    return questions
