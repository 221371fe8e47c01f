"""A manager looks ahead in a real browser: keys move the horizon, the link keeps it, a customer shows day by day."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import choose_row, wait_until_still


def slider(page: Page, name: str) -> Locator:
    return page.locator(f"[class*='st-key-slider-{name}'] input[type=range]")


def against_saved(page: Page) -> Locator:
    return page.locator(".st-key-against-saved")


def keeping(page: Page) -> Locator:
    return page.locator(".st-key-keeping-against-winning")


def test_the_horizon_moves_the_figure_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/lifetime-value")
    expect(against_saved(page)).to_contain_text("in 365 days, as saved.")

    slider(page, "lifetime-horizon_days").focus()
    for _press in range(7):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"draft=.*horizon_days%22%3A330"))
    expect(against_saved(page)).to_contain_text("in 330 days; as saved:")
    wait_until_still(page)
    told = against_saved(page).inner_text()

    page.reload()
    expect(against_saved(page)).to_contain_text("in 330 days; as saved:")
    wait_until_still(page)
    assert against_saved(page).inner_text() == told

    page.get_by_role("button", name="Back to saved").click()
    expect(against_saved(page)).to_contain_text("in 365 days, as saved.")
    wait_until_still(page)
    assert "draft" not in page.url


def test_less_churn_moves_the_sentence_and_the_picture_beside_it(open_page: OpenPage, page: Page):
    open_page("/lifetime-value")

    page.get_by_role("tab", name="Retention economics").click()
    expect(keeping(page)).to_contain_text("5.0 points less churn keep")
    expect(page.get_by_role("tab", name="What if")).to_have_attribute("aria-selected", "true")

    slider(page, "economics-churn_reduction").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"draft=.*churn_reduction%22%3A0\.06"))
    expect(keeping(page)).to_contain_text("6.0 points less churn keep")
    expect(keeping(page)).to_contain_text("As saved:")


def test_a_row_chosen_in_the_list_shows_its_customer_day_by_day_and_leads_to_its_page(open_page: OpenPage, page: Page):
    open_page("/lifetime-value")

    choose_row(page, page.get_by_test_id("stDataFrame").first, 0)
    picked = page.locator(".st-key-picked-customer")
    expect(picked).to_contain_text("is alive with")
    customer = picked.inner_text().split()[0]

    picked.get_by_role("button", name="Open customer").click()
    page.wait_for_url(re.compile(rf"/customer\?customer={customer}"))
