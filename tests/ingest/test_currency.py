"""Which currency a file is in, as far as it shows it."""

import pandas as pd
import pytest

from crm_core.ingest import guess_mapping, inspect_frame, likely_currency


@pytest.mark.parametrize(
    ("header", "value", "currency"),
    [
        ("Amount", "10.50", ""),
        ("Amount", "£10.50", "GBP"),
        ("Amount", "HK$10.50", "HKD"),
        ("Amount", "$10.50", "USD"),
        ("Amount", "1.234,50 €", "EUR"),
        ("Amount", "10.50 usd", "USD"),
        ("Amount", "￥10.50", "CNY"),
        ("金额", "10.50", "CNY"),
        ("金额", "US$10.50", "USD"),
    ],
)
def test_a_currency_is_named_by_the_header_or_by_a_mark(header: str, value: str, currency: str):
    source = inspect_frame(pd.DataFrame({"Customer": ["ann"], "Date": ["2026-05-01"], header: [value]}))

    assert likely_currency(source, guess_mapping(source)) == currency


def test_a_file_without_amounts_names_no_currency():
    source = inspect_frame(pd.DataFrame({"Customer": ["ann"], "Name": ["Ann $"]}))

    assert likely_currency(source, guess_mapping(source)) == ""
