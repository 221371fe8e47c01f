"""`docs/data-format.md`, written from the schema: `python -m crm_core.ingest.format_page`."""

from pathlib import Path

from crm_core.ingest.quality import REASONS
from crm_core.schema import SQL_TYPES, TABLES, Column

PAGE = Path(__file__).parents[2] / "docs" / "data-format.md"
SYNONYMS_SHOWN = 12

KINDS = {
    "text": "Text, kept exactly as written (`007` stays `007`).",
    "money": "Money with up to four decimals. Signs, brackets, thousands, currencies, 万 and 亿 are understood.",
    "number": "A number, written in any of the ways money is.",
    "integer": "A whole number.",
    "instant": "A day, with or without a time. A time with a zone is turned into UTC; one without is taken as it is.",
    "flag": "Yes or no: yes/no, true/false, 1/0, 是/否.",
    "score": "A number on a scale.",
}


def page() -> str:
    """The whole page in Markdown."""
    parts = [HEAD]
    for table in TABLES.values():
        required = ", ".join(f"`{name}`" for name in table.required)
        parts.append(f"## `{table.name}`\n\n{table.grain} Required: {required}.\n")
        parts.append("| column | kind | unit | what it is | also called |\n|---|---|---|---|---|")
        parts.extend(_row(column) for column in table.columns)
        parts.append("")
    parts.append("## Kinds\n\n| kind | stored as | how it is read |\n|---|---|---|")
    parts.extend(f"| {kind} | `{SQL_TYPES[kind]}` | {text} |" for kind, text in KINDS.items())  # type: ignore[index]  # keys are kinds
    parts.append("\n## Why a row is set aside\n\n| code | meaning |\n|---|---|")
    parts.extend(f"| `{code}` | {text} |" for code, text in REASONS.items())
    return "\n".join(parts) + "\n"


def _row(column: Column) -> str:
    names = ", ".join(column.synonyms[:SYNONYMS_SHOWN])
    chinese = ", ".join(name for name in column.synonyms[SYNONYMS_SHOWN:] if not name.isascii())
    called = "; ".join(part for part in (names, chinese) if part)
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    return f"| {name} | {column.kind} | {column.unit} | {column.description} | {called} |"


HEAD = """# Data format

What a data set may hold. Only `orders` is required, and of it only who, when and how much; every other
table or column makes more of the product light up. Columns are found by their names, in English or
Chinese, and by what they hold; where the guess is wrong, choose the column on the Data page.

Files: CSV and other delimited text in any common encoding, Excel and OpenDocument workbooks, Parquet.
A template of each table can be downloaded on the Data page.

This page is written from `crm_core/schema.py` by `python -m crm_core.ingest.format_page`.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
