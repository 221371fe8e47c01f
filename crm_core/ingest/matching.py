"""Headers against the columns of a table: by name, then by whether the values could be such."""

import re

from crm_core.ingest.exports import known_export
from crm_core.ingest.headings import extra_keys, key_of, names_of, synonym_keys
from crm_core.ingest.source import SourceColumn, SourceTable
from crm_core.ingest.units import without_unit
from crm_core.schema import TABLES, Column

EXACT, CONTAINED, WEAKEST = 1.0, 0.5, 0.3
LAST_RANK = 400  # the surer of two names of a column wins, but any of them before a part of a name
NAMED_ONLY = 0.4  # a required column named so whose sample looks like something else


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
        key = key_of(without_unit(header.header))
    suits = content_suits(column, header)
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


def content_suits(column: Column, header: SourceColumn) -> float:
    """How likely the values of a header are such of a column, 0-1; 0 if they cannot be."""
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
