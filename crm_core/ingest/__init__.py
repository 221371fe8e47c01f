"""Any file in, nothing lost: from a file to canonical rows, rows set aside and a quality report.

files = arrivals(path, "sales.zip", folder).files    # a file, a folder, an archive, a workbook of several tables
source = inspect_file(path, "orders.csv")
mapping = guess_mapping(source)
loaded = load_table(source, mapping, folder, database=shared_database(), as_of=day)
problems(loaded.report)
"""

from crm_core.ingest.arrivals import Arrival, Arrivals, arrivals
from crm_core.ingest.currency import CURRENCIES, likely_currency
from crm_core.ingest.guess import candidate_columns, guess_mapping, open_questions
from crm_core.ingest.inspect import inspect_file, inspect_frame
from crm_core.ingest.load import LoadedTable, load_frame, load_table
from crm_core.ingest.mapping import (
    Mapping,
    check_mapping,
    found_by_content,
    missing_columns,
    read_mapping,
    written_mapping,
)
from crm_core.ingest.quality import COUNTED_EXACTLY, ColumnQuality, QualityReport, distinct_text, problems, reason_text
from crm_core.ingest.remembered import remembered_for, similar_mapping
from crm_core.ingest.source import (
    Dialect,
    Progress,
    ReadingOptions,
    SourceColumn,
    SourceTable,
)
from crm_core.ingest.templates import template, write_set_aside_csv
from crm_core.ingest.together import Alike, Repeats, combined, likeness, read_together, repeats_between, same_content

__all__ = [
    "COUNTED_EXACTLY",
    "CURRENCIES",
    "Alike",
    "Arrival",
    "Arrivals",
    "ColumnQuality",
    "Dialect",
    "LoadedTable",
    "Mapping",
    "Progress",
    "QualityReport",
    "ReadingOptions",
    "Repeats",
    "SourceColumn",
    "SourceTable",
    "arrivals",
    "candidate_columns",
    "check_mapping",
    "combined",
    "distinct_text",
    "found_by_content",
    "guess_mapping",
    "inspect_file",
    "inspect_frame",
    "likely_currency",
    "likeness",
    "load_frame",
    "load_table",
    "missing_columns",
    "open_questions",
    "problems",
    "read_mapping",
    "read_together",
    "reason_text",
    "remembered_for",
    "repeats_between",
    "same_content",
    "similar_mapping",
    "template",
    "write_set_aside_csv",
    "written_mapping",
]
