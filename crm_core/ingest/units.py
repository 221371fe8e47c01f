"""What a figure in a column of money stands for: so many of the currency's unit, or a share."""

import re
from typing import Literal

from crm_core.ingest.cells import is_number, plain
from crm_core.ingest.mapping import MONEY_EXTRAS, AmountUnit, Mapping
from crm_core.ingest.source import SourceColumn, SourceTable
from crm_core.schema import TABLES

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


def without_unit(header: str) -> str:
    """A header of money without the unit at its end: "amount_cents" is "amount"."""
    text = plain(header).casefold()
    for _unit, names in UNIT_WORDS:
        text = re.sub(rf"(?<=\w)[\s_/,:-]+({names})$", "", text)
    return text


def _names_unit(header: str) -> bool:
    """Whether a header names the bare unit: (元), [EUR]."""
    return re.search(r"[(\[](元|円|圆|원|eur|usd|gbp|cny|rmb|€|\$|£|¥)[)\]]", plain(header).casefold()) is not None


def is_rate(source: SourceTable, header: str | None) -> bool:
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
