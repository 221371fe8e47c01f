"""A manager tunes the lifecycle in a real browser: keys move a slider, the link keeps it, a click narrows the list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import press_until_heard, wait_until_still


def dormant_from(page: Page):
    return page.locator("[class*='st-key-slider-lifecycle-dormant_share'] input[type=range]")


def against_saved(page: Page):
    return page.locator(".st-key-against-saved")


def test_a_slider_moves_stages_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/lifecycle")
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")

    dormant_from(page).focus()
    for _press in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"draft=.*dormant_share%22%3A0\.3%7D"))
    expect(against_saved(page)).to_contain_text("→ Dormant")
    wait_until_still(page)
    told = against_saved(page).inner_text()

    page.reload()
    expect(against_saved(page)).to_contain_text("→ Dormant")
    wait_until_still(page)
    assert (against_saved(page).inner_text(), dormant_from(page).input_value()) == (told, "30")

    page.get_by_role("button", name="Back to saved").click()
    expect(against_saved(page)).to_contain_text("Nobody moves against the saved scenario.")
    wait_until_still(page)
    assert "draft" not in page.url


def test_a_click_on_a_bar_narrows_the_list_and_show_all_widens_it(open_page: OpenPage, page: Page):
    open_page("/lifecycle")
    count = page.get_by_role("paragraph").filter(has_text=re.compile(r"^[\d,]+ customers?$"))
    at_first = count.inner_text()

    bar = page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").nth(2)
    press_until_heard(page, lambda: bar.click(force=True))
    show_all = page.get_by_role("button", name="Show all")
    show_all.wait_for()
    assert number(count.inner_text()) < number(at_first)

    show_all.click()
    show_all.wait_for(state="detached")
    expect(count).to_have_text(at_first)


def test_every_picture_of_the_lifecycle_is_drawn(open_page: OpenPage, page: Page):
    open_page("/lifecycle")

    for tab, mark in {
        "Flows": ".sankey-link",
        "Cohorts": ".heatmaplayer image",
        "Survival": ".scatterlayer .js-line",
        "New customers": ".bars .point path",
    }.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        page.get_by_test_id("stPlotlyChart").locator(mark).first.wait_for(state="attached")


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))
