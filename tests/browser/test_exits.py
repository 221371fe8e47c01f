"""A manager works through exits in a real browser: a slider moves the finding, a reason is recorded and taken back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import choose_row, wait_until_still


def period(page: Page):
    return page.locator("[class*='st-key-slider-exits-period_days'] input[type=range]")


def against_saved(page: Page):
    return page.locator(".st-key-against-saved")


def test_a_slider_changes_who_left_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/exit-and-win-back")
    expect(against_saved(page)).to_contain_text("Nothing differs from the saved scenario.")

    period(page).focus()
    for _press in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"draft=.*period_days%22%3A350"))
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Left in 350 days")
    expect(against_saved(page)).to_contain_text("562 as saved")
    wait_until_still(page)
    told = against_saved(page).inner_text()

    page.reload()
    expect(against_saved(page)).to_contain_text("562 as saved")
    wait_until_still(page)
    assert (against_saved(page).inner_text(), period(page).input_value()) == (told, "350")

    page.get_by_role("button", name="Back to saved").click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Left in 365 days")
    wait_until_still(page)
    assert "draft" not in page.url


def test_a_reason_is_recorded_for_the_customer_chosen_and_taken_back(open_page: OpenPage, page: Page):
    open_page("/exit-and-win-back")
    page.get_by_role("tab", name="Reasons", exact=True).click()
    page.get_by_text("No reason is recorded yet").wait_for()
    wait_until_still(page)

    choose_row(page, page.get_by_test_id("stDataFrame").first, 0)
    form = page.get_by_test_id("stForm")
    form.get_by_text("Reason", exact=True).wait_for()
    wait_until_still(page)
    form.get_by_role("combobox").click()
    page.get_by_role("option", name="Price", exact=True).click()
    form.get_by_label("Competitor").fill("Rival & Sons")
    form.get_by_role("button", name="Record").click()
    page.get_by_text("Most often named by revenue: Price (1 customer").wait_for()
    expect(page.get_by_text("Went to: Rival & Sons")).to_be_visible()
    wait_until_still(page)

    page.get_by_test_id("stForm").get_by_role("button", name="Take back").click()
    page.get_by_text("No reason is recorded yet").wait_for()


def test_every_picture_of_exits_is_drawn(open_page: OpenPage, page: Page):
    open_page("/exit-and-win-back")

    for tab, mark in {
        "Signals before": ".bars .point path",
        "Reasons": ".bars .point path",
        "Win back": ".scatterlayer .js-line",
        "Let go": ".bars .point path",
        "Who left": ".bars .point path",
    }.items():
        page.get_by_test_id("stTabs").last.get_by_role("tab", name=tab, exact=True).click()
        page.get_by_test_id("stPlotlyChart").locator(mark).first.wait_for(state="attached")
