"""The library without the dashboard: what docs/notebook.md shows works as written."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import crm_core
from crm_core.errors import InputError

PROJECT = Path(__file__).parent.parent.parent
BLOCKS = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "notebook.md").read_text(encoding="utf-8"), re.DOTALL)

ORDERS = """customer,date,amount,category
ann,2025-02-03,120.50,tea
ann,2025-06-03,80,cups
ann,2026-01-15,95,tea
bob,2025-12-31,40,tea
bob,2026-03-01,-10,tea
cat,2024-12-01,300,cups
cat,2026-03-31,310,cups
"""
CUSTOMERS = "customer,name,region\nann,Ann,North\nbob,Bob,South\ncat,Cat,North\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_five_lines_lead_from_a_data_frame_to_tiers(files: Path):
    names: dict[str, object] = {}
    lines = [line for line in BLOCKS[0].splitlines() if line.strip()]

    exec(BLOCKS[0], names)

    assert len(lines) == 5
    assert sum(names["tiers"].summary["customers"].to_pylist()) == 3


def test_what_the_page_shows_after_that_works_too(files: Path, capsys: pytest.CaptureFixture[str]):
    exec(BLOCKS[1], {"crm_core": crm_core})

    assert "customer_tiers" in capsys.readouterr().out


def test_the_core_needs_no_streamlit():
    script = (
        "import sys; sys.modules['streamlit'] = None; import pandas, crm_core;"
        " crm_core.open_book(pandas.DataFrame({'customer': ['a'], 'date': ['2026-01-05'], 'amount': [1]})).overview()"
    )

    ran = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


def test_a_table_without_a_customer_is_refused_in_a_sentence():
    with pytest.raises(InputError, match="customer_id"):
        crm_core.open_book(pd.DataFrame({"date": ["2026-01-05"], "amount": [1]}))


def test_a_day_other_than_the_last_is_answered_as_of_that_day(files: Path):
    from datetime import date

    book = crm_core.open_book("orders.csv", as_of=date(2025, 12, 31))

    assert book.customer_count == 3
    assert str(book.value_tiers().revenue) == "240.5000"
