"""Who opens a page of a fresh server first."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import server
from tests.browser.serving import PATIENCE_SECONDS, Server, running
from tests.server.visitor import Visitor
from ui import start, streamlit_seam

COUNTING = Path(__file__).with_name("counting_server.py")


@pytest.fixture
def computed(tmp_path: Path) -> Path:
    """Where the server writes what it computes."""
    return tmp_path / "computed.txt"


def rehearsed(computed: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "rehearsed" not in computed.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)


async def recipes_of_visits(server: Server, computed: Path) -> dict[tuple[str, str], list[list[str]]]:
    """What was computed for two visits of each page in each language, by page and language."""
    async with Visitor(server.url, "") as visitor:
        await visitor.open()
        pages = visitor.pages
    return {
        (page, language): [await recipes_of_visit(server, computed, page, language) for _visit in range(2)]
        for page in pages
        for language in ("en", "zh_Hans")
    }


async def recipes_of_visit(server: Server, computed: Path, page: str, language: str) -> list[str]:
    before = len(computed.read_text().splitlines())
    async with Visitor(server.url, page, f"lang={language}") as visitor:
        await visitor.open()
    return sorted(computed.read_text().splitlines()[before:])


def test_the_first_reader_of_a_page_has_nothing_computed_that_the_second_has_not(
    tmp_path: Path, published_demo: Path, computed: Path
):
    with running(tmp_path, entry=COUNTING, workspace=published_demo, CLIENTELE_COMPUTED=str(computed)) as server:
        rehearsed(computed)
        with ThreadPoolExecutor(1) as thread:  # the browser of other tests has an event loop in this one
            visits = thread.submit(asyncio.run, recipes_of_visits(server, computed)).result()

    assert {"value-tiers", "evidence", "data"} < {page for page, _language in visits}
    assert {page: first for page, (first, _second) in visits.items()} == {
        page: second for page, (_first, second) in visits.items()
    }


def test_no_page_is_tried_out_before_a_reader_has_been_served_and_rests(monkeypatch: pytest.MonkeyPatch):
    served = [True] * 5
    monkeypatch.setattr(server, "REST_SECONDS", 0.01)
    monkeypatch.setattr(streamlit_seam, "serves_a_reader", lambda: bool(served) and served.pop())

    asyncio.run(server.readers_rest())

    assert served == []
    assert time.monotonic() >= server.Asked.latest + server.REST_SECONDS


def test_whoever_asks_for_anything_is_no_reader_at_rest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server.Asked, "latest", 0.0)
    before = time.monotonic()

    async def dashboard(scope, receive, send):
        pass

    asyncio.run(server.Asked(dashboard)({"type": "http"}, None, None))

    assert server.Asked.latest >= before


def test_pages_that_take_long_on_this_data_are_not_tried_out(
    monkeypatch: pytest.MonkeyPatch, published_demo: Path, tried_out: list[str]
):
    monkeypatch.setenv("CLIENTELE_WORKSPACE", str(published_demo))

    asyncio.run(server.rehearse())
    assert tried_out == ["", "value-tiers", "rfm"]

    tried_out.clear()
    monkeypatch.setattr(start, "MANY_ORDERS", 0)
    asyncio.run(server.rehearse())
    assert tried_out == []


@pytest.fixture
def tried_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses tried out, on a dashboard of three pages that nobody else looks at."""
    tried: list[str] = []

    async def visit(page: str) -> list[str]:
        tried.append(page)
        return ["", "value-tiers", "rfm"]

    monkeypatch.setattr(streamlit_seam, "visit", visit)
    monkeypatch.setattr(streamlit_seam, "serves_a_reader", lambda: False)
    return tried
