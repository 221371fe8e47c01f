"""What leaves the dashboard as a file is safe to open."""

import pyarrow as pa

from ui.tables import harmless


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text():
    names = pa.array(["=HYPERLINK(1)", "+44", "-1", "@sum", "\tx", "Ann = Bob", None])

    assert harmless(names).to_pylist() == ["'=HYPERLINK(1)", "'+44", "'-1", "'@sum", "'\tx", "Ann = Bob", None]


def test_numbers_stay_numbers():
    assert harmless(pa.array([-1, 2])).to_pylist() == [-1, 2]
