"""What a reader's browser has when it opens a page for the first time."""

import re

from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.still import wait_until_still
from ui import early_scripts

LINK = "[data-testid=stSidebarNavLink]"
HAS_FETCHED = """
count => performance.getEntriesByType("resource").filter(each => /\\/static\\/js\\//.test(each.name)).length >= count
"""


def test_who_has_read_the_first_page_fetches_no_script_for_the_value_tiers(open_page: OpenPage):
    page = open_page("/", language="en")
    early = sum(len(scripts) for scripts in early_scripts.early_scripts())
    page.wait_for_function(HAS_FETCHED, arg=early)
    asked = scripts_asked_for(page)

    page.locator(LINK).filter(has_text="Value tiers").click()
    page.get_by_role("heading", name="Value tiers").wait_for()
    wait_until_still(page)

    assert page.locator("[data-testid=stDataFrame]").first.is_visible()
    assert asked == []


def scripts_asked_for(page: Page) -> list[str]:
    """The scripts that the page asks the server for from now on."""
    asked: list[str] = []

    def note(url: str) -> None:
        if re.search(r"/static/js/", url):
            asked.append(url)

    page.on("request", lambda request: note(request.url))
    return asked
