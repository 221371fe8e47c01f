"""A manager looks for evidence in a real browser: keys move a cut, the figures follow, the link keeps them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.still import wait_until_still


def caught(page: Page) -> str:
    return page.get_by_test_id("stMetric").first.inner_text()


def finding(page: Page):
    return page.get_by_text(re.compile(r"From risk .* customers? flagged"))


def test_a_cut_moves_the_evidence_the_link_keeps_it_and_revert_takes_it_back(open_page: OpenPage, page: Page):
    open_page("/evidence")
    expect(finding(page)).to_contain_text("From risk 0.60 up")
    wait_until_still(page)
    at_first = caught(page)

    high = page.locator("[class*='st-key-slider-churn-high_from'] input[type=range]")
    high.focus()
    for _press in range(20):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"draft=.*high_from%22%3A0\.8%7D"))
    expect(finding(page)).to_contain_text("From risk 0.80 up")
    wait_until_still(page)
    moved = caught(page)
    assert moved != at_first

    page.reload()
    expect(finding(page)).to_contain_text("From risk 0.80 up")
    wait_until_still(page)
    assert caught(page) == moved

    page.get_by_role("button", name="Back to saved").click()
    expect(finding(page)).to_contain_text("From risk 0.60 up")
    wait_until_still(page)
    assert caught(page) == at_first


def test_the_line_beside_the_sliders_leads_to_the_evidence_and_learned_weights_wait_for_a_click(
    open_page: OpenPage, page: Page
):
    open_page("/churn-signals")
    expect(page.locator(".st-key-evidence-line")).to_contain_text("in 10 flagged stay")

    page.get_by_role("link", name="See the evidence").click()
    page.wait_for_url("**/evidence*")
    page.get_by_role("tab", name="Learned weights").click()
    try_them = page.get_by_role("button", name="Try the learned weights")
    try_them.wait_for()
    wait_until_still(page)
    assert "draft" not in page.url

    try_them.click()
    page.wait_for_url(re.compile(r"draft=.*churn\.weights"))
    expect(try_them).to_be_disabled()
