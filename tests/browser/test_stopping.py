"""A reader stops a long load, or closes the tab in the middle of it: nothing stays of it, and nobody waits for it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import visit
from tests.browser.serving import Server, running
from tests.browser.still import PATIENCE_MS, wait_until_still

BLOCKS, BLOCK_LINES = 200, 10_000
A_BLOCK = "".join(
    f"c{line % 700},o{line}-block,2026-{line % 6 + 1:02}-{line % 28 + 1:02},{line % 90}.50\n"
    for line in range(BLOCK_LINES)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, published_demo: Path) -> Iterator[Server]:
    """A server of their own for these tests: they watch what lies in its workspace."""
    with running(tmp_path_factory.mktemp("stopping"), workspace=published_demo) as server:
        yield server


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two million order lines: reading them takes longer than to press Stop."""
    path = tmp_path_factory.mktemp("files") / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Customer,Order,Date,Amount\n")
        for number in range(BLOCKS):
            file.write(A_BLOCK.replace("block", str(number)))
    return path


def upload(page: Page, server: Server, path: Path) -> None:
    visit(page, server.url, "/data", language="en")
    page.locator(".st-key-data-view button").nth(1).click()
    wait_until_still(page)
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(path)
    page.locator(".st-key-check button:not([disabled])").first.wait_for()
    wait_until_still(page)


def begin_to_load(page: Page) -> None:
    page.locator(".st-key-check button").first.click()
    page.locator(".st-key-stop-loading button").wait_for()


def lying_in(workspace: Path) -> set[Path]:
    """All files of a workspace."""
    return {path for path in workspace.rglob("*") if path.is_file()}


def wait_until_only(files: set[Path], workspace: Path) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while (now := lying_in(workspace)) != files:
        assert time.monotonic() < deadline, f"still there: {now - files}; gone: {files - now}"
        time.sleep(0.1)


def test_a_load_that_is_stopped_leaves_nothing_and_can_be_begun_again(page: Page, server: Server, long_file: Path):
    upload(page, server, long_file)
    before = lying_in(server.workspace)
    in_force = page.get_by_test_id("stSidebar").get_by_role("combobox").first
    name = in_force.input_value()

    begin_to_load(page)
    page.locator(".st-key-stop-loading button").click()
    expect(page.get_by_text("The check was stopped. Nothing of it was kept")).to_be_visible()
    wait_until_still(page)

    assert page.locator(".st-key-results").count() == 0
    assert in_force.input_value() == name
    wait_until_only(before, server.workspace)

    page.locator(".st-key-check button").first.click()
    expect(page.locator(".st-key-results")).to_contain_text("2,000,000 rows in = 2,000,000 kept + 0 set aside")
    expect(page.get_by_text("The check was stopped")).to_have_count(0)


def test_a_load_ends_with_the_tab_it_was_begun_in(page: Page, another_reader: Page, server: Server, long_file: Path):
    upload(page, server, long_file)
    before = lying_in(server.workspace)
    begin_to_load(page)

    page.close()
    visit(another_reader, server.url, "/value-tiers", language="en")

    expect(another_reader.get_by_test_id("stPlotlyChart").first).to_be_visible()
    wait_until_only(before, server.workspace)
