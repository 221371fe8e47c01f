"""A manager moves a cut of loyalty in a real browser: its line moves, the link keeps it, the median takes it back."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import wait_until_still


def cut(page: Page) -> Locator:
    return page.locator("[class*='st-key-slider-loyalty-frequency_cut'] input[type=range]")


def against_saved(page: Page) -> Locator:
    return page.locator(".st-key-against-saved")


def line_of_the_cut(page: Page) -> str | None:
    return page.get_by_test_id("stPlotlyChart").locator(".shapelayer path").first.get_attribute("d")


def test_a_cut_moves_its_line_the_link_keeps_it_and_the_median_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/loyalty-types")
    page.get_by_test_id("stPlotlyChart").locator(".shapelayer path").first.wait_for(state="attached")
    at_first = line_of_the_cut(page)

    cut(page).focus()
    for _press in range(6):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(120)
    page.wait_for_url(re.compile(r"draft=.*frequency_cut"))
    expect(against_saved(page)).to_contain_text("High loyalty → Latent loyalty")
    wait_until_still(page)
    assert line_of_the_cut(page) != at_first
    moved, told = cut(page).input_value(), against_saved(page).inner_text()

    page.reload()
    expect(against_saved(page)).to_contain_text("High loyalty → Latent loyalty")
    wait_until_still(page)
    assert (cut(page).input_value(), against_saved(page).inner_text()) == (moved, told)

    page.get_by_role("button", name=re.compile("Use the median")).click()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")
    wait_until_still(page)
    assert "draft" not in page.url
