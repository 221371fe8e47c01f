"""What a person at a browser waits for: the start, the first page, each other page, a press on a slider.

Headless Chromium draws in software on the same cores as the server, so these are upper bounds.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.printed import at_most, told
from tests.browser.chromium import FLAGS, installed_browser
from tests.browser.serving import running
from tests.browser.still import new_context, wait_until_still

FIRST_PAINT_LIMIT_SECONDS = 4.0
SWITCH_LIMIT_SECONDS = 1.0
ROUNDS = 3
PRESSES = 12
LINK = "[data-testid=stSidebarNavLink]"
WEIGHT = "[class*='st-key-slider-value-weights-growth'] input[type=range]"
TITLE = "[data-testid=stMain] h1"

# Resolves with the milliseconds from a key press to the first change in the pyramid.
NEXT_CHANGE = """
() => new Promise(resolve => {
    const chart = document.querySelector('[data-testid=stPlotlyChart]');
    const pressed = performance.now();
    const watch = new MutationObserver(() => { watch.disconnect(); resolve(performance.now() - pressed); });
    watch.observe(chart, {subtree: true, childList: true, attributes: true, characterData: true});
})
"""


def browser() -> None:
    """Print what the demo company takes in a browser."""
    with tempfile.TemporaryDirectory(prefix="clientele-bench-") as folder, sync_playwright() as playwright:
        started = time.perf_counter()
        with running(Path(folder)) as server:
            told("In a browser, the demo company")
            print(f"{'':34}{'median s':>9}{'most s':>9}")
            _row("server ready, demo laid out", [time.perf_counter() - started])
            chromium = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
            page = new_context(chromium).new_page()
            first = _seconds(lambda: _first_title(page, server.url))
            _row("first title", [first])
            _row("all of the first page", [first + _seconds_until_whole(page, lambda: None)])
            at_most(first, FIRST_PAINT_LIMIT_SECONDS, "s to the first title")
            _switches(page)
            page.goto(f"{server.url}/value-tiers")
            wait_until_still(page)
            _row("press on a weight to the pyramid", _presses(page))
            chromium.close()


def _first_title(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(TITLE).wait_for()


def _switches(page: Page) -> None:
    """From each page to the next by its link; the first round computes what later ones remember."""
    names = [link.inner_text().split("\n")[-1] for link in page.locator(LINK).all()]
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _round in range(ROUNDS):
        for name in [*names[1:], names[0]]:
            taken[name].append(_seconds_until_whole(page, partial(_switch, page, name)))
    for name in names:
        _row(f"to {name}, first time", taken[name][:1])
    at_most(max(seconds[0] for seconds in taken.values()), SWITCH_LIMIT_SECONDS, "s to the slowest page, first time")
    again = [seconds for each in taken.values() for seconds in each[1:]]
    _row("to any page, again", again)
    at_most(max(again), SWITCH_LIMIT_SECONDS, "s to any page that was open before")


def _switch(page: Page, name: str) -> None:
    before = page.locator(TITLE).inner_text()
    page.locator(LINK).filter(has_text=name).first.click()
    page.wait_for_function("([title, old]) => document.querySelector(title)?.innerText !== old", arg=[TITLE, before])


def _presses(page: Page) -> list[float]:
    """From a key press to the first change of the picture; the first press is not counted."""
    page.locator(WEIGHT).focus()
    taken = []
    for press in range(PRESSES + 1):
        change = page.evaluate_handle(f"({{change: ({NEXT_CHANGE})()}})")
        page.keyboard.press("ArrowLeft" if press % 2 else "ArrowRight")
        taken.append(float(page.evaluate("held => held.change", change)) / 1000)
        wait_until_still(page)
    return taken[1:]


def _seconds_until_whole(page: Page, action: Callable[[], object]) -> float:
    """From before `action` to the moment from which on all that was asked for stood on the page.

    What still moves then, such as a picture that grows to its size, is waited for and not counted.
    """
    taken = _seconds(lambda: (action(), wait_until_still(page)))
    return taken - float(page.evaluate("(performance.now() - exchange.wholeSince) / 1000"))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _row(name: str, seconds: list[float]) -> None:
    print(f"  {name:32}{statistics.median(seconds):>9.2f}{max(seconds):>9.2f}", flush=True)
