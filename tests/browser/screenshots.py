"""Pictures every page in both languages and themes: `make screenshots`, see build/screenshots/."""

import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from crm_core.language import LANGUAGES
from tests.browser.chromium import FLAGS, installed_browser
from tests.browser.conftest import visit
from tests.browser.serving import PROJECT_FOLDER, running
from tests.browser.still import new_context, wait_until_still

FOLDER = PROJECT_FOLDER / "build" / "screenshots"
THEMES = ("light", "dark")


def take_all() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = installed_browser()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language, theme in product(LANGUAGES, THEMES):
            page = new_context(browser).new_page()
            visit(page, server.url, language=language, theme=theme)
            for path in page_paths(page):
                visit(page, server.url, path, language=language, theme=theme)
                take(page, f"{path.strip('/') or 'overview'}.{language}.{theme}.png")
            page.context.close()
        browser.close()


def page_paths(page: Page) -> list[str]:
    """The addresses in the sidebar, in its order."""
    links = page.locator("[data-testid=stSidebarNavLink]").all()
    return [str(link.evaluate("link => new URL(link.href).pathname")) for link in links]


def take(page: Page, name: str) -> None:
    """One picture of the whole page, however long: the window grows until nothing scrolls."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1440, "height": max(900, int(height))})
    wait_until_still(page)
    page.screenshot(path=FOLDER / name)
    page.set_viewport_size({"width": 1440, "height": 900})
    print(name)


if __name__ == "__main__":
    take_all()
