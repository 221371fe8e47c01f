"""Which column of a file is which of ours, and the rules to read its values: `Mapping`, and whether it can be."""

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.contents import says_nothing
from crm_core.ingest.dates import DateOrder
from crm_core.ingest.source import ReadingOptions, SourceTable
from crm_core.language import _
from crm_core.schema import TABLES

# How many of the currency's unit one of a column's figures stands for.
AmountUnit = Literal["cent", "thousand", "ten_thousand", "million", "hundred_million"]
UNIT_FACTORS: dict[AmountUnit, str] = {
    "cent": "0.01",
    "thousand": "1000",
    "ten_thousand": "10000",
    "million": "1000000",
    "hundred_million": "100000000",
}
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
        "pad_short_rows, months_as_rows and months_year; what is left out is found by itself.",
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


def missing_columns(mapping: Mapping) -> tuple[str, ...]:
    """Required columns the mapping gives no header for."""
    found = set(mapping.columns)
    if mapping.unit_price and "quantity" in found:
        found.add("amount")
    return tuple(name for name in TABLES[mapping.table].required if name not in found)


def check_table(name: str) -> None:
    """InputError, naming those there are, where no table is called so."""
    if name not in TABLES:
        raise InputError(
            _("There is no table called {table}. There are: {tables}.").format(
                table=name, tables=formats.listed(TABLES)
            )
        )


def check_mapping(source: SourceTable, mapping: Mapping) -> None:
    """InputError where the mapping does not fit the file."""
    check_table(mapping.table)
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


def found_by_content(mapping: Mapping) -> dict[str, str]:
    """Our columns whose headers in the file say nothing, so that only the values told them: ours → header."""
    found = {name: header for name, header in mapping.columns.items() if says_nothing(header)}
    if mapping.unit_price and says_nothing(mapping.unit_price):
        found["unit_price"] = mapping.unit_price
    return found
