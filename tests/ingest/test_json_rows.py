"""JSON lines and lists of objects load like any table; numbers stay as written, every line is accounted for."""

import json
from datetime import datetime
from decimal import Decimal

import pytest

from crm_core.errors import InputError
from crm_core.ingest import inspect_file
from tests.ingest.conftest import Load, aside, kept

LINES = (
    '{"customer": "007", "date": "2026-01-02", "amount": 10.50}\n'
    "\n"
    '{"customer": "bob", "date": "2026-01-03", "amount": "1,234.5", "note": null}\n'
    "{broken\n"
    '["no", "object"]\n'
    '{"amount": 12345678901.10, "date": "2026-01-04", "customer": 12345678901234567890123}\n'
)


def test_each_line_is_a_row_with_its_physical_line_and_what_is_no_object_is_set_aside(load: Load):
    loaded = load(LINES, "orders.jsonl")

    assert kept(loaded, "source_line", "customer_id", "ordered_at", "amount") == [
        (1, "007", datetime(2026, 1, 2), Decimal("10.5")),
        (3, "bob", datetime(2026, 1, 3), Decimal("1234.5")),
        (6, "12345678901234567890123", datetime(2026, 1, 4), Decimal("12345678901.1")),
    ]
    assert aside(loaded) == [(4, "broken_json"), (5, "broken_json")]
    assert (loaded.report.lines_in, loaded.report.blank_lines, loaded.report.lines_add_up) == (6, 1, True)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_numbers_its_rows_however_it_is_laid_out(load: Load, indent: int | None):
    rows = [{"customer": "ann", "date": f"2026-01-{day:02}", "amount": day} for day in range(1, 4)]

    loaded = load(json.dumps(rows, indent=indent), "orders.json")

    assert kept(loaded, "source_line", "amount") == [(1, 1), (2, 2), (3, 3)]


def test_a_list_longer_than_what_is_read_at_once_comes_in_whole(load: Load, monkeypatch):
    monkeypatch.setattr("crm_core.ingest.json_rows.CHUNK_LETTERS", 7)
    rows = [{"customer": f"客{day}", "date": "2026-01-02", "amount": day} for day in range(50)]

    assert len(kept(load(json.dumps(rows, ensure_ascii=False), "orders.json"), "amount")) == 50


def test_an_object_in_an_object_gives_dotted_columns_and_what_lies_deeper_stays_json(load: Load, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"buyer": {"id": "a", "home": {"city": "York"}}, "items": [1, 2], "paid": true, "due": null}\n')

    row = inspect_file(path, "in.jsonl").preview.to_pylist()[0]

    assert row == {"buyer.id": "a", "buyer.home": '{"city": "York"}', "items": '["1", "2"]', "paid": "true", "due": ""}


def test_a_key_that_first_appears_at_the_end_is_a_column_too(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"a": 1}\n' * 30_000 + '{"a": 1, "b": 2}\n')

    assert inspect_file(path, "in.jsonl").headers == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_json_in_another_encoding_is_read_too(load: Load, encoding: str):
    text = "".join(
        json.dumps({"客户": f"客户{n}", "日期": "2026-01-02", "金额": n}, ensure_ascii=False) + "\n" for n in range(9)
    )

    assert kept(load(text, "in.jsonl", encoding=encoding), "customer_id")[0] == ("客户0",)


def test_half_characters_and_nul_are_replaced_and_nothing_crashes(load: Load):
    loaded = load('{"customer": "a\\ud800\\u0000", "date": "2026-01-02", "amount": 1}\n', "in.jsonl")

    assert kept(loaded, "customer_id") == [("a\ufffd\ufffd",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"data": [{"customer": "a"}]}', "inside “data”"),
        ('{\n "customer": "a",\n "amount": 1\n}\n', "one object a line, or a list of objects"),
        ("[]", "one object a line, or a list of objects"),
        ('[{"customer": "a"}, {"customer": ', "breaks off or is damaged after 1 rows"),
        ('[{"customer": "a"} {"cust', "breaks off or is damaged"),
        ("[" + '{"a":' * 50_000, "breaks off or is damaged"),
        ("{" + ",".join(f'"c{n}": 1' for n in range(100_000)) + "}\n", "columns"),
    ],
)
def test_json_that_is_no_rows_is_refused_with_a_sentence(tmp_path, content: str, says: str):
    path = tmp_path / "in.json"
    path.write_text(content)

    with pytest.raises(InputError, match=says) as refusal:
        inspect_file(path, "in.json")
    assert "in.json" in str(refusal.value)
