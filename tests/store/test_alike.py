"""Two ids that look like one customer: planted pairs are found with the reason, others are left in peace."""

from pathlib import Path

import pytest

from crm_core.alike import alike_customers
from crm_core.store import Workspace
from tests.store.loads import load, published

COLUMNS = "customer_id name city phone email licence_no"


def pairs(workspace: Workspace, tmp_path: Path, *rows: tuple[str | None, ...]) -> list[tuple[str, str, str]]:
    orders = load(
        tmp_path / "o", "orders", "customer_id ordered_at amount", [(row[0], "2026-03-01", 1) for row in rows]
    )
    people = load(tmp_path / "c", "customers", COLUMNS, [(*row, *[None] * (6 - len(row))) for row in rows])
    data = published(workspace, [orders, people])
    found = alike_customers(data, workspace.database)

    assert found.count == len(found.pairs)
    return [(row["customer_id"], row["other_id"], row["reason"]) for row in found.pairs.to_pylist()]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (("Hartmann Bau GmbH",), ("HARTMANN-BAU",), "name"),
        (("Société Générale",), ("societe generale",), "name"),
        (("Smithson, Annabel",), ("Annabel Smithson",), "name"),
        (("深圳市腾云贸易有限公司",), ("深圳市腾云贸易",), "name"),
        (("Greenfield Foods", "York"), ("Grenfield Foods", "York"), "similar name"),
        (("Ann Lee", "York", "+44 20 7946 0958"), ("Anne Lee", "York", "(020) 79460958"), "phone"),
        (("A", None, None, "ann@x.io "), ("B", None, None, "ANN@x.io"), "email"),
        (("A", None, None, None, "91440300-7"), ("B", None, None, None, "914403007"), "licence"),
    ],
)
def test_what_joins_two_ids_is_named(workspace: Workspace, tmp_path: Path, one, other, reason: str):
    assert pairs(workspace, tmp_path, ("1", *one), ("2", *other)) == [("1", "2", reason)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Store 12 Leeds",), ("Store 13 Leeds",)),
        (("王伟",), ("王伟",)),
        (("Ann Lee",), ("Ann Lea",)),
        (("Greenfield Foods", "York"), ("Grenfield Foods", "Leeds")),
        (("Ann Lee", "York", "020 7946 0958"), ("Bob Khan", "York", "020 7946 0958")),
        ((None,), (None,)),
    ],
)
def test_what_many_share_joins_nobody(workspace: Workspace, tmp_path: Path, one, other):
    assert pairs(workspace, tmp_path, ("1", *one), ("2", *other)) == []


def test_a_name_shared_by_six_joins_nobody(workspace: Workspace, tmp_path: Path):
    assert pairs(workspace, tmp_path, *((str(number), "Walk-in customer") for number in range(6))) == []


def test_an_id_that_is_a_name_is_compared_as_one(workspace: Workspace, tmp_path: Path):
    assert pairs(workspace, tmp_path, ("Hartmann Bau",), ("Hartmann Bau GmbH",)) == [
        ("Hartmann Bau", "Hartmann Bau GmbH", "name")
    ]
