"""A real browser before the real server.

server          the product on the demo company, started once for all tests: none of them changes what others see
page            a browser page, 1440 x 900
another_reader  a page of somebody else: another browser session
open_page       opens an address of the product and waits until it stands still:
                open_page("/value-tiers", language="zh_Hans", theme="dark")
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, NO_BROWSER, installed_browser
from tests.browser.serving import Server, running
from tests.browser.still import new_context, wait_until_still

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: while Playwright runs, nothing else in its thread can run an event loop."""
    path = installed_browser()
    if path is None:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, published_demo: Path) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), workspace=published_demo) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = new_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def another_reader(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_page(page: Page, server: Server) -> OpenPage:
    def open_page(path: str = "/", *, language: str | None = None, theme: str = "light") -> Page:
        return visit(page, server.url, path, language=language, theme=theme)

    return open_page


def visit(page: Page, url: str, path: str = "/", *, language: str | None = None, theme: str = "light") -> Page:
    """Open `path` in `language` (None: the product's choice) and `theme` and wait until it stands still."""
    page.emulate_media(color_scheme=theme)
    page.goto(f"{url}{path}" + (f"?lang={language}" if language else ""))
    wait_until_still(page)
    return page
