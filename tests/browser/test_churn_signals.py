"""A manager tunes churn signals in a real browser: keys move a slider, the link keeps it, a click narrows the list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import press_until_heard, wait_until_still


def high_from(page: Page):
    return page.locator("[class*='st-key-slider-churn-high_from'] input[type=range]")


def against_saved(page: Page):
    return page.locator(".st-key-against-saved")


def finding(page: Page) -> str:
    """The title of the risk histogram."""
    return page.get_by_text(re.compile(r"customers? at high risk, .* to watch")).inner_text()


def test_a_slider_moves_bands_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/churn-signals")
    at_first = finding(page)
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")

    high_from(page).focus()
    for _press in range(10):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"draft=.*high_from%22%3A0\.5%7D"))
    expect(against_saved(page)).to_contain_text("Watch → High risk")
    wait_until_still(page)
    moved, told = finding(page), against_saved(page).inner_text()
    assert moved != at_first
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Draft, 1 change")

    page.reload()
    expect(against_saved(page)).to_contain_text("Watch → High risk")
    wait_until_still(page)
    assert (finding(page), against_saved(page).inner_text(), high_from(page).input_value()) == (moved, told, "0.5")

    page.get_by_role("button", name="Back to saved").click()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")
    wait_until_still(page)
    assert finding(page) == at_first
    assert "draft" not in page.url


def test_a_click_on_a_bar_narrows_the_list_and_start_over_widens_it(open_page: OpenPage, page: Page):
    open_page("/churn-signals")
    count = page.get_by_role("paragraph").filter(has_text=re.compile(r"^[\d,]+ customers?$"))
    at_first = count.inner_text()

    bar = page.get_by_test_id("stPlotlyChart").nth(1).locator(".bars .point path").first
    press_until_heard(page, lambda: bar.click(force=True))
    start_over = page.get_by_role("button", name="Start over")
    start_over.wait_for()
    assert number(count.inner_text()) < number(at_first)

    start_over.click()
    start_over.wait_for(state="detached")
    expect(count).to_have_text(at_first)


def test_opening_the_lapsed_rule_shows_the_curve_it_stands_on(open_page: OpenPage, page: Page):
    open_page("/churn-signals")

    page.get_by_role("tab", name="Lapsed").click()
    page.get_by_text("never stayed away longer than").wait_for()
    expect(page.get_by_role("tab", name="Silence")).to_have_attribute("aria-selected", "true")


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))
