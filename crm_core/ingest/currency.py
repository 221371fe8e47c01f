"""Which currency the amounts of a file are in, as far as the file shows it."""

import re

from crm_core.ingest.mapping import Mapping
from crm_core.ingest.source import SourceTable

CURRENCIES = [
    "CNY",
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "HKD",
    "TWD",
    "KRW",
    "SGD",
    "AUD",
    "CAD",
    "CHF",
    "INR",
    "BRL",
    "MXN",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "TRY",
    "ZAR",
    "AED",
    "SAR",
    "THB",
    "MYR",
    "IDR",
    "VND",
    "PHP",
    "NZD",
    "ILS",
    "RUB",
    "MOP",
]
MARKS = {
    "£": "GBP",
    "€": "EUR",
    "₩": "KRW",
    "₹": "INR",
    "円": "JPY",
    "圆": "CNY",
    "元": "CNY",
    "￥": "CNY",
    "¥": "CNY",
    "RMB": "CNY",
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "$": "USD",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def likely_currency(source: SourceTable, mapping: Mapping) -> str:
    """The ISO 4217 code that the header or the values of the amounts name, or "" if they name none.

    A file with Chinese headers and no mark at all is taken to be in CNY.
    """
    header = mapping.columns.get("amount") or mapping.unit_price
    if header is None:
        return ""
    values = source.column(header).samples
    for text in (header, *values):
        for code in CURRENCIES:
            if re.search(rf"(?<![A-Za-z]){code}(?![A-Za-z])", text, re.IGNORECASE):
                return code
        for mark, code in MARKS.items():
            if mark in text:
                return code
    return "CNY" if CHINESE.search("".join(source.headers)) else ""
