"""The dashboard itself before the real server: every page opens, in both languages, and asks nobody else."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, visit
from tests.browser.screenshots import page_paths
from tests.browser.serving import running


def test_a_deep_link_opened_first_shows_the_whole_dashboard(tmp_path: Path, page: Page):
    with running(tmp_path) as fresh:
        visit(page, fresh.url, "/value-tiers")

        assert page.locator("h1").inner_text() == "Value tiers"
        assert {"/value-tiers", "/customer", "/data"} <= set(page_paths(page))


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh_Hans", "dark")])
def test_every_page_opens_and_asks_nobody_but_us(open_page: OpenPage, page: Page, language: str, theme: str):
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("console", lambda message: complaints.append(message.text))
    paths = page_paths(open_page(language=language, theme=theme))

    for path in paths:
        open_page(path, language=language, theme=theme)
        assert page.get_by_test_id("stException").count() == 0, path
        assert page.locator("h1").count() == 1, path

    assert len(paths) >= 6
    assert {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")} == {"127.0.0.1"}
    assert [complaint for complaint in complaints if "Content Security Policy" in complaint] == []
