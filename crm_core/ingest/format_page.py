"""`docs/data-format.md`, written from the schema: `python -m crm_core.ingest.format_page`."""

from pathlib import Path

from crm_core.ingest.mapping import Mapping
from crm_core.ingest.quality import REASONS
from crm_core.schema import SQL_TYPES, TABLES, Column, Kind

PAGE = Path(__file__).parents[2] / "docs" / "data-format.md"
SYNONYMS_SHOWN = 12

KINDS: dict[Kind, str] = {
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
    parts.extend(f"| {kind} | `{SQL_TYPES[kind]}` | {text} |" for kind, text in KINDS.items())
    parts.append(MAPPING)
    parts.append("| field | what it says |\n|---|---|")
    parts.extend(
        f"| `{name}` | {field.description or 'The table the rows belong to.'} |"
        for name, field in Mapping.model_fields.items()
    )
    parts.append(COMMANDS)
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
table or column makes more of the product light up. Columns are found by their names, in English, Chinese,
German, French, Spanish, Italian, Portuguese, Dutch, Japanese and Korean and as SAP, Salesforce and the large
shops write them, and by what they hold; where the guess is wrong, choose the column on the Data page.

## Files

| file | how it is read |
|---|---|
| CSV, TSV, TXT | Any common encoding, delimiter and line end; a row's line is its physical line. |
| XLSX, XLSB, XLS, ODS | The fullest sheet, and each other that could be loaded as it is; the line is its row. |
| JSON lines | One object a line. One in it becomes columns with dotted names (`buyer.id`); deeper ones stay JSON. |
| JSON | A list of such objects; the line is the number of the object. |
| Parquet, Arrow, Feather | Types are read as they are written; the line is the number of the row. |
| GZ, BZ2, XZ, ZST | The file in it. |
| ZIP | Every table in it, in folders too. Hidden files, notes and archives inside are left out, and named. |

What a file is shows in its content; its name does not matter. What cannot be read is refused with the reason:
a locked workbook or archive, one cut off, one that swells more than three hundredfold, more than 5,000 columns.

**Several files at once.** Files whose columns are read alike (three years in three files, a sheet a month) are
one table: they are mapped once, whatever the order of their columns, and each row keeps the name of its file.
Rows and order numbers that two files share are counted and shown, and so is a file that came twice.

**Prices in another file.** Where orders have a quantity and a product but no amount, and another file names each
product once with a price, the price is looked up there; of the list's figures nothing else is taken.

**One column a month.** A table like `customer, 2024-01, 2024-02, 2024-03` is turned: each filled cell becomes a
row with the first day of its month (or the day the header names) and the cell as the amount. Three such columns
are enough; months may be written `2024-01`, `202401`, `01/2024`, `Jan-24`, `2024年1月`, quarters `2024Q1`.
Months without a year (`1月`, `March`) are of the one year that the sheet or else the file names, or of the one you
say on the Data page or with `--months-year`.
Empty cells and dashes are no rows; a line of totals is set aside. A switch on the Data page, `--no-months-as-rows`
in a shell, leaves the table as it stands.

A template of each table can be downloaded on the Data page.

This page is written from `crm_core/schema.py` by `python -m crm_core.ingest.format_page`.
"""

MAPPING = """
## The mapping file

How one file is read, as JSON: downloaded and uploaded on the Data page, written by `inspect` and taken by
`load`. Only `columns` is needed; what is left out is decided by the file. `reading` keeps what somebody chose of
how the file is read, so a header on the third line, an encoding or a wide table left as it is hold the next time;
the Data page remembers it with the mapping, for files that look the same.
"""
COMMANDS = """
## From a shell

```
python -m crm_core inspect orders.csv --mapping-out mapping.json
python -m crm_core load orders.csv customers.csv --name Shop --mapping mapping.json --set-aside aside.csv
python -m crm_core load exports/ --name Shop --replace
python -m crm_core load june.zip --name Shop --add --drop-repeated-orders
python -m crm_core load --connection shop --from-table sales.orders --query "select * from customers" --name Shop
python -m crm_core export shop orders orders.parquet
```

`inspect` says what was understood and what only a person can say; `load` checks, reports every row in and
out and publishes. `--check-only` publishes nothing, `--replace` makes a new version of the data set of that
name, `--add` lays the files beside what it holds. The status is 0, or 2 with one line on standard error where
a person has to put something right. The workspace is `--workspace`, else `$CLIENTELE_WORKSPACE`, else
`workspace/`. `--help` lists the rest.

**What comes in** is taken as on the Data page: files packed or not, archives, folders, every table of a workbook;
several files as one table, prices looked up in a list among them. Of a folder or an archive, what is no table of
ours is left out, and named; a file named by itself that cannot be loaded ends the command.

**How it is read** is found, or as the mapping file says that fits (`--mapping`, once for each table), or as the
workspace remembers from the Data page. `--encoding`, `--delimiter`, `--quote`, `--escape`, `--header-line`,
`--header-rows`, `--sheet`, `--months-year`, `--pad-short-rows` and `--months-as-rows`, the last two also with
`--no-` before them, say it for all files; so do `--date-order` and `--decimal-mark` of what the columns do not show.

**From a database.** `--connection` names a section of Streamlit's secrets, here `[connections.shop]`, in
`.streamlit/secrets.toml` or the file that `--secrets` names; `--from-table` and `--query` say what to read and
may be repeated. `inspect --connection shop` alone lists the tables. Nothing is ever written there. The data set
knows where its rows came from, so the Data page can fetch them again.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
