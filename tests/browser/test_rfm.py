"""RFM in a real browser: a cut moves customers, the link keeps it, a line of the table is edited, a click narrows."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import press_until_heard, wait_until_still, write_into


def against_saved(page: Page):
    return page.locator(".st-key-against-saved")


def finding(page: Page) -> str:
    """The title of the grid."""
    return page.get_by_text(re.compile(r"^R\d · .* bring .* of revenue$")).inner_text()


def test_a_cut_moves_customers_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/rfm")
    at_first = finding(page)
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")

    page.locator(".st-key-rfm-cuts-orders").get_by_role("radio", name="3").click()
    page.wait_for_url(re.compile(r"draft=.*rfm\.orders\.parts%22%3A3"))
    expect(against_saved(page)).to_contain_text("move against the saved scenario")
    wait_until_still(page)
    moved, told = finding(page), against_saved(page).inner_text()
    assert moved != at_first

    page.reload()
    expect(against_saved(page)).to_contain_text("move against the saved scenario")
    wait_until_still(page)
    assert (finding(page), against_saved(page).inner_text()) == (moved, told)

    page.get_by_role("button", name="Back to saved").click()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")
    wait_until_still(page)
    assert finding(page) == at_first
    assert "draft" not in page.url


def test_a_line_edited_twice_makes_the_table_ones_own_and_the_check_follows(open_page: OpenPage, page: Page):
    open_page("/rfm")
    page.get_by_role("tab", name="Segments").first.click()
    page.get_by_text("belongs to exactly one segment").wait_for()
    wait_until_still(page)

    edit(page, row=0, column=2, text="5")
    page.get_by_text("4 of 125 combinations belong to no segment").wait_for()
    expect(page.get_by_test_id("stMetric").filter(has_text="No segment")).to_be_visible()
    wait_until_still(page)

    edit(page, row=0, column=2, text="4-5")
    page.get_by_text("belongs to exactly one segment").wait_for()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")


def edit(page: Page, *, row: int, column: int, text: str) -> None:
    """Write into a cell of the segment table: column 1 is the segment, 2 its scores of freshness."""
    editor = page.locator("[class*='st-key-rfm-segment-editor']").get_by_test_id("stDataFrame")
    write_into(page, editor, row=row, column=column, x={1: 90, 2: 190}[column], text=text)


def test_a_click_on_a_cell_narrows_the_list_and_start_over_widens_it(open_page: OpenPage, page: Page):
    open_page("/rfm")
    count = page.get_by_role("paragraph").filter(has_text=re.compile(r"^[\d,]+ customers?$"))
    at_first = count.inner_text()

    square = page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").first
    press_until_heard(page, lambda: square.click(force=True))
    start_over = page.get_by_role("button", name="Start over")
    start_over.wait_for()
    assert count.inner_text() != at_first

    start_over.click()
    start_over.wait_for(state="detached")
    expect(count).to_have_text(at_first)


def test_a_click_on_an_area_of_the_treemap_narrows_the_list_to_its_segment(open_page: OpenPage, page: Page):
    open_page("/rfm")
    page.get_by_role("tab", name="Segments").last.click()
    page.get_by_text("The stronger the colour").wait_for()
    wait_until_still(page)

    area = page.locator(".stPlotlyChart .slice").filter(has_text="Cannot lose them")
    press_until_heard(page, lambda: area.click(force=True))
    page.get_by_role("button", name="Start over").wait_for()
    expect(page.get_by_test_id("stMainBlockContainer").get_by_test_id("stMultiSelect")).to_contain_text(
        "Cannot lose them"
    )
    expect(page.get_by_role("paragraph").filter(has_text=re.compile(r"^[\d,]+ customers?$"))).to_have_text(
        "73 customers"
    )
