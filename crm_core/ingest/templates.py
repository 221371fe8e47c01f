"""Files to hand out: a template per table, and the rows set aside with their reasons."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from crm_core.errors import InputError
from crm_core.ingest.quality import reason_text
from crm_core.language import _
from crm_core.schema import TABLES, Column

EXAMPLES: dict[str, tuple[str, str]] = {
    "customer_id": ("007", "C-1024"),
    "invoice_id": ("INV-1001", "INV-1002"),
    "order_id": ("SO-1001", "SO-1002"),
    "ordered_at": ("2026-03-31", "2026-04-02 14:05"),
    "amount": ("1234.50", "-99.00"),
    "quantity": ("10", "-1"),
    "product_id": ("P-12", "P-7"),
    "category": ("Tools", "Paint"),
    "discount": ("50.00", ""),
    "cost": ("800.00", "-60.00"),
    "channel": ("Shop", "Web"),
    "sales_rep": ("Li Wei", "Ann Smith"),
    "name": ("Example Trading", "Sample Works"),
    "city": ("Shenzhen", "Leeds"),
    "birth_year": ("1985", ""),
    "phone": ("555-0101", ""),
    "email": ("ann@example.com", ""),
    "company_signed": ("yes", "no"),
    "extension_requested": ("no", "yes"),
    "score": ("8", "10"),
    "scale_min": ("0", "0"),
    "scale_max": ("10", "10"),
    "item": ("overall", "recommend"),
    "kind": ("visit", "call"),
}
BY_KIND: dict[str, tuple[str, str]] = {
    "text": ("", ""),
    "money": ("100.00", ""),
    "number": ("30", ""),
    "integer": ("1", ""),
    "instant": ("2026-04-30", ""),
    "day": ("2026-04-30", ""),
    "flag": ("yes", "no"),
    "score": ("60", ""),
    "share": ("0.5", ""),
}


def template(table_name: str) -> bytes:
    """A CSV file (UTF-8 with a byte order mark, for spreadsheets) with our headers and two example rows."""
    if table_name not in TABLES:
        raise InputError(
            _("There is no table called {table}. There are: {tables}.").format(
                table=table_name, tables=", ".join(TABLES)
            )
        )
    columns = TABLES[table_name].columns
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in (0, 1):
        writer.writerow([_example(column, row) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _example(column: Column, row: int) -> str:
    examples = EXAMPLES.get(column.name, BY_KIND[column.kind])
    return examples[row] or (examples[0] if column.required else "")


def write_set_aside_csv(set_aside: Sequence[Path], target: Path) -> int:
    """Write the rows of some `set_aside.parquet` as CSV for a spreadsheet; returns how many.

    One row per row set aside: file, line, column, value, reason in the language spoken, the row.
    """
    written = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([_("File"), _("Line"), _("Column"), _("Value"), _("Reason"), _("Row as written")])
        for path in set_aside:
            with pq.ParquetFile(path) as source:
                written += source.metadata.num_rows
                for batch in source.iter_batches(
                    columns=["source_file", "source_line", "column_name", "value", "reason", "raw"]
                ):
                    writer.writerows(map(_aside_row, batch.to_pylist()))
    return written


def _aside_row(row: dict[str, Any]) -> list[Any]:
    texts = [row["column_name"], row["value"], reason_text(row["reason"]), row["raw"]]
    return [row["source_file"], row["source_line"], *map(harmless, texts)]


def harmless(text: str | None) -> str:
    """A text no spreadsheet takes for a formula."""
    if (text and text[0] in "=@\t\r") or (text and text[0] in "+-" and not text[1:2].isdigit()):
        return "'" + text
    return text or ""
