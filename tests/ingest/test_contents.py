"""Columns told by what they hold: right, or asked; never wrong in silence."""

import random
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from crm_core.ingest import Mapping, guess_mapping, inspect_file, missing_columns
from crm_core.ingest.contents import says_nothing
from crm_core.ingest.guess import candidate_columns
from crm_core.ingest.mapping import found_by_content


def shop(lines: int = 600, *, is_price: bool = False, has_orders: bool = True) -> list[dict[str, str]]:
    """Order lines of 40 customers and 30 products whose price is their own."""
    dice = random.Random(7)
    rows: list[dict[str, str]] = []
    for order in range(1, lines // 3 + 1):
        day = date(2025, 1, 1) + timedelta(days=order // 2)
        customer = f"C{dice.randrange(40):03}"
        for product in dice.sample(range(30), 3):
            quantity, price = dice.choice([1, 1, 1, 2, 3, 6, 12]), 1.35 + 2.1 * product
            rows.append(
                {
                    "order": f"{70000 + order}",
                    "product": f"P-{product}",
                    "day": day.isoformat(),
                    "pieces": str(quantity),
                    "money": f"{price if is_price else quantity * price:.2f}",
                    "customer": customer,
                }
            )
    return rows if has_orders else [{name: row[name] for name in row if name != "order"} for row in rows]


def source_of(tmp_path: Path, rows: list[dict[str, str]], header: list[str] | None = None):
    lines = [header] if header else []
    lines += [list(row.values()) for row in rows]
    path = tmp_path / "orders.csv"
    path.write_text("".join(",".join(cells) + "\n" for cells in lines))
    return inspect_file(path, "orders.csv")


def told(source) -> dict[str, str]:
    """Our column → the number of the column in the file."""
    mapping = guess_mapping(source)
    found = {**mapping.columns, **({"unit_price": mapping.unit_price} if mapping.unit_price else {})}
    return {name: str(source.headers.index(header) + 1) for name, header in found.items()}


def test_a_file_without_a_header_maps_itself_by_what_it_holds(tmp_path):
    assert told(source_of(tmp_path, shop())) == {
        "order_id": "1", "product_id": "2", "ordered_at": "3", "quantity": "4", "amount": "5", "customer_id": "6",
    }  # fmt: skip


def test_a_price_that_does_not_grow_with_the_quantity_is_no_amount(tmp_path):
    found = told(source_of(tmp_path, shop(is_price=True)))

    assert (found["unit_price"], found["quantity"]) == ("5", "4")
    assert "amount" not in found


@pytest.mark.parametrize("names", ["column {}", "F{}", "字段{}", "列{}", "Unnamed: {}", "第{}列", "{}"])
def test_a_header_that_says_nothing_is_as_good_as_none(tmp_path, names: str):
    header = [names.format(chr(96 + place) if names == "{}" else place) for place in range(1, 7)]

    assert told(source_of(tmp_path, shop(), header))["customer_id"] == "6"
    assert all(map(says_nothing, header))


@pytest.mark.parametrize("header", ["Customer", "金额", "id", "cost", "date", "total 1", "客户1"])
def test_a_header_that_says_something_is_believed(header: str):
    assert not says_nothing(header)


def test_the_order_of_the_columns_does_not_matter(tmp_path):
    turned = [dict(reversed(row.items())) for row in shop()]

    assert told(source_of(tmp_path, turned)) == {
        "customer_id": "1", "amount": "2", "quantity": "3", "ordered_at": "4", "product_id": "5", "order_id": "6",
    }  # fmt: skip


def test_customer_or_product_without_an_order_number_is_asked_with_both(tmp_path):
    source = source_of(tmp_path, shop(has_orders=False))
    mapping = guess_mapping(source)

    assert missing_columns(mapping) == ("customer_id",)
    assert set(candidate_columns(source, mapping)["customer_id"]) == {"column 1", "column 5"}


def test_two_columns_of_money_neither_of_which_is_the_product_are_asked(tmp_path):
    rows = [row | {"list": f"{float(row['money']) + place % 7 + 0.5:.2f}"} for place, row in enumerate(shop())]
    source = source_of(tmp_path, rows)
    mapping = guess_mapping(source)

    assert "amount" in missing_columns(mapping)
    assert candidate_columns(source, mapping)["amount"] == ("column 7", "column 5")


def test_quantity_times_price_shows_the_amount_among_three_numbers(tmp_path):
    rows = [row | {"price": f"{float(row['money']) / int(row['pieces']):.2f}"} for row in shop()]
    found = told(source_of(tmp_path, rows))

    assert (found["quantity"], found["amount"]) == ("4", "5")


def test_two_dates_far_apart_are_asked_and_two_near_each_other_are_order_and_delivery(tmp_path):
    near = [row | {"other": (date.fromisoformat(row["day"]) + timedelta(days=3)).isoformat()} for row in shop()]
    far = [row | {"other": f"19{60 + place % 30}-05-01"} for place, row in enumerate(shop())]

    assert told(source_of(tmp_path, near))["ordered_at"] == "3"
    assert "ordered_at" in missing_columns(guess_mapping(source_of(tmp_path, far)))


def test_a_header_with_words_we_do_not_know_is_never_overruled_by_content(tmp_path):
    source = source_of(tmp_path, shop(), ["Vorgang", "Ding", "Tag", "Zahl", "Wert", "Wer"])
    mapping = guess_mapping(source)

    assert "customer_id" in missing_columns(mapping)
    assert candidate_columns(source, mapping)["customer_id"] == ("Wer",)
    assert found_by_content(mapping) == {}


def test_cdnow_as_it_lies_in_its_package_needs_no_help(tmp_path):
    lines = (files("lifetimes") / "datasets" / "CDNOW_sample.txt").read_text().splitlines(keepends=True)
    path = tmp_path / "cdnow.txt"
    path.write_text("".join(lines))
    source = inspect_file(path, "cdnow.txt")

    assert told(source) == {"customer_id": "1", "ordered_at": "3", "quantity": "4", "amount": "5"}


def test_a_remembered_mapping_of_nameless_columns_must_suit_the_values(tmp_path):
    source = source_of(tmp_path, shop())
    wrong = Mapping(columns={"ordered_at": "column 1", "amount": "column 2"}, headers=source.headers)
    right = Mapping(columns={"customer_id": "column 6", "ordered_at": "column 3"}, headers=source.headers)

    assert guess_mapping(source, remembered=[wrong, right]) == right
