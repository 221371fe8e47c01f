"""Which scores make which segment, and what the checker finds: by hand."""

from itertools import product

import pytest

from crm_core.errors import SettingsError
from crm_core.segment_table import SegmentTable, eight_types, eleven_segments, segment_table
from crm_core.settings import RfmSegment
from tests.books import scenario

# name, then the scores of freshness, and those of orders and of revenue alike, as most articles print it
COPIED = [
    ("Champions", (4, 5), (4, 5)),
    ("Loyal Customers", (2, 5), (3, 5)),
    ("Potential Loyalist", (3, 5), (1, 3)),
    ("New Customers", (4, 5), (1, 1)),
    ("Promising", (3, 4), (1, 1)),
    ("Need Attention", (2, 3), (2, 3)),
    ("About To Sleep", (2, 3), (1, 2)),
    ("At Risk", (1, 2), (2, 5)),
    ("Can't Lose Them", (1, 1), (4, 5)),
    ("Lost", (1, 2), (1, 2)),
]


def line(name: str, freshness=(1, 2), orders=(1, 2), revenue=(1, 2)) -> RfmSegment:
    return RfmSegment(name=name, freshness=freshness, orders=orders, revenue=revenue)


def table(*lines: RfmSegment) -> SegmentTable:
    return SegmentTable(lines, (2, 2, 2))


def test_the_table_that_most_articles_copy_leaves_out_36_of_125_cells_and_three_segments_never_occur():
    copied = SegmentTable(tuple(line(name, first, others, others) for name, first, others in COPIED), (5, 5, 5))

    assert (len(copied.uncovered), len(copied.cells)) == (36, 125)
    assert copied.unreachable == ("New Customers", "Promising", "Can't Lose Them")
    assert not copied.is_total


def test_ours_holds_each_of_125_cells_once_and_all_eleven_segments_occur():
    ours = eleven_segments()

    assert ours.is_total
    assert (len(ours.cells), len(ours.names)) == (125, 11)


@pytest.mark.parametrize("score_counts", list(product(range(2, 6), repeat=3)))
def test_a_ready_table_is_total_for_any_number_of_scores(score_counts):
    assert eleven_segments(score_counts).is_total
    assert eight_types(score_counts).is_total


def test_the_eight_types_are_important_where_revenue_is_high():
    found = {cell: eight_types().names[number - 1] for cell, number in eight_types().number_of.items()}

    assert found[2, 2, 2] == "Important, valuable"
    assert found[2, 1, 2] == "Important, to develop"
    assert found[1, 2, 2] == "Important, to keep"
    assert found[1, 1, 2] == "Important, to win back"
    assert found[2, 2, 1] == "General, valuable"
    assert found[1, 1, 1] == "General, to win back"


def test_a_score_above_the_middle_is_high():
    middle = eight_types((5, 5, 5))

    assert [middle.names[middle.number_of[score, 5, 5] - 1] for score in (3, 4)] == [
        "Important, to keep",
        "Important, valuable",
    ]


def test_the_upper_of_two_lines_holds_a_cell_that_both_claim():
    found = table(line("upper", freshness=(2, 2)), line("lower"))

    assert found.names[found.number_of[2, 1, 1] - 1] == "upper"
    assert found.names[found.number_of[1, 1, 1] - 1] == "lower"
    assert found.doubly_covered == {(2, *rest): ("upper", "lower") for rest in product((1, 2), repeat=2)}
    assert not found.uncovered


def test_two_lines_of_one_segment_may_hold_the_same_cell():
    assert table(line("all"), line("all", freshness=(2, 2))).is_total


def test_a_segment_beyond_the_scores_there_are_can_never_occur():
    found = table(line("all"), line("beyond", freshness=(3, 5)))

    assert found.unreachable == ("beyond",)
    assert not found.doubly_covered


def test_a_range_of_scores_begins_with_the_lower_one():
    with pytest.raises(SettingsError, match="Champions: the lower score of a range comes first"):
        scenario(rfm__table="own", rfm__segments=[{"name": "Champions", "freshness": [5, 4]}])


def test_ones_own_table_needs_a_line():
    with pytest.raises(SettingsError, match="has no line"):
        scenario(rfm__table="own")


def test_ones_own_lines_wait_until_ones_own_table_is_chosen():
    lines = [{"name": "All"}]

    assert segment_table(scenario(rfm__segments=lines).rfm).names[0] == "Champions"
    assert segment_table(scenario(rfm__segments=lines, rfm__table="own").rfm).names == ("All",)
