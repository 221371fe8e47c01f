"""What leaves the dashboard as a file is safe to open, whole, and in the language of who asked for it."""

import io
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
import pytest

from crm_core import listing as listing_module
from crm_core.language import speaking
from crm_core.settings import Scenario
from crm_core.stability import near_cuts
from tests.books import book_with
from ui.exports import EXCEL_ROWS, Coded, exported, harmless
from ui.tables import as_spoken_now, columns, export_help

SHOWN = ("customer_id", "tier_number", "revenue", "risk", "band")
NEAR = ("customer_id", "other_tier_number", "cut_distance", "kept_share")


@pytest.fixture
def tiers():
    orders = [(f"c{place:04}", "2026-03-31", place % 7 + 1) for place in range(5000)]
    return book_with(orders).value_tiers()


def written(listing, shown=SHOWN, computed=None) -> bytes:
    return exported(listing, shown, columns("CNY", Scenario().value), computed or {})


def read(file: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(file), encoding="utf-8-sig", dtype=str)


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text():
    names = pa.array(["=HYPERLINK(1)", "+44", "-1", "@sum", "\tx", "Ann = Bob", None])

    assert harmless(names).to_pylist() == ["'=HYPERLINK(1)", "'+44", "'-1", "'@sum", "'\tx", "Ann = Bob", None]


def test_numbers_stay_numbers():
    assert harmless(pa.array([-1, 2])).to_pylist() == [-1, 2]


def test_a_file_written_in_blocks_is_the_file_written_at_once(tiers, monkeypatch):
    at_once = written(tiers.listing())
    monkeypatch.setattr(listing_module, "BLOCK_ROWS", 2048)

    assert len(list(tiers.listing().blocks())) > 1
    assert written(tiers.listing()) == at_once
    assert list(read(at_once)["Customer"]) == tiers.listing().everything()["customer_id"].to_pylist()


def test_a_list_without_rows_is_a_file_of_titles(tiers):
    assert list(read(written(tiers.listing().only("tier_number", [99]))).columns) == [
        "Customer", "Tier", "Revenue", "Risk", "Risk band",
    ]  # fmt: skip


def test_a_cell_that_follows_from_one_column_is_worked_out_once_for_each_value(tiers):
    asked = []
    doubled = Coded("tier_number", lambda number: asked.append(number) or f"tier {number}")
    rows = read(written(tiers.listing(), ("customer_id", "segment"), {"segment": doubled}))

    assert len(rows) == 5000
    assert set(rows["Segment"]) == {f"tier {number}" for number in asked}
    assert len(asked) == len(set(asked))


def test_a_computed_share_is_written_as_a_number_and_left_empty_where_unknown(tiers):
    share = Coded("customer_key", lambda key: 0.5 if key == 1 else None)
    rows = read(written(near_cuts(tiers), NEAR, {"kept_share": share})).set_index("Customer")

    assert rows.loc["c0000", "Keeps the tier"] == "0.5"
    assert rows["Keeps the tier"].isna().sum() == 4999


def test_a_file_asked_for_outside_the_session_speaks_the_language_of_the_session():
    with speaking("zh_Hans"):
        file = as_spoken_now(lambda: columns("CNY", Scenario().value)["band"].shown("high").encode())
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(file).result().decode() == "高风险"


def test_a_file_longer_than_a_sheet_says_so_before_it_is_asked_for():
    assert "Excel opens" not in export_help(EXCEL_ROWS)
    assert "Excel opens the first 1,048,575 of them" in export_help(EXCEL_ROWS + 1)
