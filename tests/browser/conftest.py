"""A real browser before the real server.

server      the product, started once for the tests of a file, on the demo company
page        a browser page, 1440 x 900
open_page   opens an address of the product and waits until it stands still:
            open_page("/value-tiers", language="zh_Hans", theme="dark")
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, NO_BROWSER, installed_browser
from tests.browser.serving import Server, running

OpenPage = Callable[..., Page]
PATIENCE_MS = 30_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = installed_browser()
    if path is None:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def server_url(server: Server) -> str:
    return server.url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def open_page(page: Page, server_url: str) -> OpenPage:
    def open_page(path: str = "/", *, language: str | None = None, theme: str = "light") -> Page:
        return visit(page, server_url, path, language=language, theme=theme)

    return open_page


def visit(page: Page, url: str, path: str = "/", *, language: str | None = None, theme: str = "light") -> Page:
    """Open `path` in `language` (None: the product's choice) and `theme` and wait until it stands still."""
    page.emulate_media(color_scheme=theme)
    page.goto(f"{url}{path}" + (f"?lang={language}" if language else ""))
    wait_until_still(page)
    return page


def wait_until_still(page: Page) -> None:
    """Wait for the script to have finished and whatever it drew to be in place."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("[data-testid=stMainBlockContainer] [data-testid]").first.wait_for(state="attached")
    page.get_by_test_id("stSkeleton").first.wait_for(state="detached")
