"""Lists of customers: pages that never overlap, sorted, searched, narrowed, counted."""

import pytest

from tests.books import book_with

DAY = "2026-03-31"


@pytest.fixture(scope="module")
def listing():
    """25 customers c00 to c24 who bring 0, 1 and 2 in turn; every fifth is in the West."""
    customers = [
        {"customer_id": f"c{place:02}", "name": f"Shop {chr(65 + place)}", "region": "East" if place % 5 else "West"}
        for place in range(25)
    ]
    orders = [(f"c{place:02}", DAY, place % 3 + 1) for place in range(25)]
    return book_with(orders, as_of=DAY, customers=customers).value_tiers().listing()


def ids(page):
    return page["customer_id"].to_pylist()


def test_pages_never_overlap_and_leave_nobody_out(listing):
    pages = [ids(listing.page(7, offset)) for offset in range(0, 28, 7)]

    assert [len(page) for page in pages] == [7, 7, 7, 4]
    in_turn = [customer for page in pages for customer in page]
    assert in_turn == ids(listing.everything())
    assert len(set(in_turn)) == listing.count() == 25


def test_blocks_for_a_file_hold_every_row_once_in_order(listing):
    rows = [row for block in listing.ordered("revenue").blocks() for row in block.to_pylist()]

    assert rows == listing.ordered("revenue").everything().to_pylist()
    assert [block.num_rows for block in listing.only("region", ["North"]).blocks()] == [0]


def test_how_many_rows_there_are_is_counted_once_for_all_pages(listing, monkeypatch):
    counts = listing.count(), listing.only("region", ["West"]).count()
    monkeypatch.setattr(listing.engine.database, "arrow", lambda *_: pytest.fail("counted again"))

    assert (listing.ordered("revenue").count(), listing.only("region", ["West"]).count()) == counts == (25, 5)


def test_equals_are_ordered_by_id_in_both_directions(listing):
    falling = listing.ordered("revenue").everything().to_pylist()
    rising = listing.ordered("revenue", descending=False).everything().to_pylist()

    assert [row["customer_id"] for row in falling[:3]] == ["c02", "c05", "c08"]
    assert [row["customer_id"] for row in rising[:3]] == ["c00", "c03", "c06"]


def test_what_is_unknown_comes_last_in_both_directions(listing):
    narrow = book_with(
        [("a", DAY, 1), ("b", DAY, 1)], as_of=DAY, customers=[{"customer_id": "a", "region": "East"}]
    ).value_tiers().listing()  # fmt: skip

    assert ids(narrow.ordered("region").page()) == ids(narrow.ordered("region", descending=False).page()) == ["a", "b"]


def test_narrowed_to_some_values(listing):
    assert ids(listing.only("region", ["West"]).ordered("customer_id", descending=False).page()) == [
        "c00", "c05", "c10", "c15", "c20",
    ]  # fmt: skip
    assert listing.only("region", ["West", "East"]).count() == 25
    assert listing.only("region", ["North"]).count() == 0
    assert listing.only("region", []).count() == 25
    assert listing.only("region", ["West"]).only("customer_id", ["c00", "c01"]).count() == 1


def test_searched_by_id_or_name_in_any_case(listing):
    assert ids(listing.searched("shop b").page()) == ["c01"]
    assert listing.searched("C2").count() == 5
    assert listing.searched("%").count() == 0
    assert listing.searched("  ").count() == 25


def test_the_total_is_over_all_pages(listing):
    assert listing.total("revenue") == sum(place % 3 + 1 for place in range(25))
    assert listing.only("region", ["West"]).total("revenue") == 10


def test_an_unknown_column_is_refused_with_those_there_are(listing):
    for ask in (listing.ordered, lambda column: listing.only(column, [1]), listing.total):
        with pytest.raises(KeyError, match="there are customer_id"):
            ask("revenue; drop table orders")
