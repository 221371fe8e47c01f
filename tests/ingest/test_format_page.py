"""The page on the data format says what the schema says."""

from crm_core.ingest.format_page import PAGE, page
from crm_core.ingest.headings import key_of
from crm_core.schema import TABLES


def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == page(), "run python -m crm_core.ingest.format_page"


def test_no_name_means_two_required_columns_of_one_table():
    for table in TABLES.values():
        seen: dict[str, str] = {}
        for column in table.columns:
            for name in column.synonyms:
                if column.required:
                    assert seen.setdefault(key_of(name), column.name) == column.name, (table.name, name)


def test_every_table_begins_with_the_customer():
    assert all(table.columns[0].name == "customer_id" for table in TABLES.values())
