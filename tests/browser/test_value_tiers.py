"""A manager tunes value tiers in a real browser: keys move a weight, the link keeps it, a click narrows the list."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import press_until_heard, wait_until_still


def weight(page: Page, name: str) -> Locator:
    return page.locator(f"[class*='st-key-slider-value-weights-{name}'] input[type=range]")


def against_saved(page: Page) -> Locator:
    return page.locator(".st-key-against-saved")


def finding(page: Page) -> Locator:
    """The title of the pyramid."""
    return page.get_by_text(re.compile(r"^A: .* bring .* of revenue$"))


def test_every_key_press_on_a_weight_counts_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/value-tiers")
    at_first = finding(page).inner_text()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")

    weight(page, "revenue").focus()
    for _press in range(8):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(120)  # as a hand does, while answers to the first presses arrive
    page.wait_for_url(re.compile(r"draft=.*weights\.revenue%22%3A1\.0%7D"))
    expect(against_saved(page)).to_contain_text("move against the saved scenario")
    wait_until_still(page)
    expect(finding(page)).not_to_have_text(at_first)
    moved, told = finding(page).inner_text(), against_saved(page).inner_text()
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Draft, 1 change")

    page.reload()
    expect(against_saved(page)).to_contain_text("move against the saved scenario")
    wait_until_still(page)
    assert (finding(page).inner_text(), against_saved(page).inner_text()) == (moved, told)
    assert weight(page, "revenue").input_value() == "1"

    page.get_by_role("button", name="Back to saved").click()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")
    expect(finding(page)).to_have_text(at_first)
    wait_until_still(page)
    assert "draft" not in page.url


def test_a_click_on_a_tier_narrows_the_list_and_show_all_widens_it(open_page: OpenPage, page: Page):
    open_page("/value-tiers")
    count = page.get_by_role("paragraph").filter(has_text=re.compile(r"^[\d,]+ customers$"))
    everybody = count.inner_text()

    bar = page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").nth(1)
    press_until_heard(page, lambda: bar.click(force=True))
    expect(page.get_by_test_id("stMain")).to_contain_text("Tier B")
    expect(count).not_to_have_text(everybody)

    page.get_by_role("button", name="Show all").click()
    expect(count).to_have_text(everybody)


def test_the_picture_the_controls_and_the_moves_fit_on_one_screen(open_page: OpenPage, page: Page):
    open_page("/value-tiers")

    for part in (against_saved(page), finding(page), weight(page, "revenue"), page.get_by_role("tab", name="Moves")):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] < 900
