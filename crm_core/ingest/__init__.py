"""Any file in, nothing lost: from a file to canonical rows, rows set aside and a quality report.

source = inspect_file(path, "orders.csv")
mapping = guess_mapping(source)
loaded = load_table(source, mapping, folder, database=shared_database(), as_of=day)
problems(loaded.report)
"""

from crm_core.ingest.currency import CURRENCIES, likely_currency
from crm_core.ingest.inspect import inspect_file, inspect_frame
from crm_core.ingest.load import LoadedTable, load_frame, load_table
from crm_core.ingest.mapping import (
    Mapping,
    candidate_columns,
    check_mapping,
    found_by_content,
    guess_mapping,
    missing_columns,
    open_questions,
    read_mapping,
    similar_mapping,
    written_mapping,
)
from crm_core.ingest.quality import QualityReport, problems, reason_text
from crm_core.ingest.source import (
    Dialect,
    Progress,
    ReadingOptions,
    SourceColumn,
    SourceTable,
)
from crm_core.ingest.templates import template, write_set_aside_csv

__all__ = [
    "CURRENCIES",
    "Dialect",
    "LoadedTable",
    "Mapping",
    "Progress",
    "QualityReport",
    "ReadingOptions",
    "SourceColumn",
    "SourceTable",
    "candidate_columns",
    "check_mapping",
    "found_by_content",
    "guess_mapping",
    "inspect_file",
    "inspect_frame",
    "likely_currency",
    "load_frame",
    "load_table",
    "missing_columns",
    "open_questions",
    "problems",
    "read_mapping",
    "reason_text",
    "similar_mapping",
    "template",
    "write_set_aside_csv",
    "written_mapping",
]
