"""Waiting on conditions: that the server has answered all that was asked, and that nothing moves any more.

A look at the page alone says "not running" before a press has reached the server; `exchange.js` therefore
notes in the page what was asked and what was answered.
"""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

PATIENCE_MS = 120_000  # nothing takes that long; a machine may be that busy
UNHEARD_MS = 10_000  # after which a press that asked the server for nothing has missed
MOST_PRESSES = 6
EXCHANGE = Path(__file__).with_name("exchange.js")

expect.set_options(timeout=PATIENCE_MS)


def new_context(browser: Browser) -> BrowserContext:
    """A reader of their own, with a window of 1440 x 900, in whose pages `wait_until_still` works."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(path=EXCHANGE)
    return context


def wait_until_still(page: Page) -> None:
    """Wait until the last thing asked is answered to its end and whatever was drawn stands where it stays."""
    page.wait_for_function("() => window.exchange.isStill()")


def press_until_heard(page: Page, press: Callable[[], None]) -> None:
    """Press on a picture until the page asks the server something because of it, then wait for the answer.

    A picture takes presses only some time after it can be seen, and nothing on the page tells when.
    """
    wait_until_still(page)
    before = page.evaluate("exchange.questions")
    for _time in range(MOST_PRESSES):
        press()
        try:
            page.wait_for_function("before => exchange.questions > before", arg=before, timeout=UNHEARD_MS)
        except TimeoutError:
            continue
        wait_until_still(page)
        return
    raise AssertionError("the page asked the server for nothing, however often it was pressed")


def write_into(page: Page, grid: Locator, *, row: int, column: int, x: float, text: str) -> None:
    """Write `text` into a cell of a table that is edited in place and wait for what comes of it.

    `row` and `column` count from 0, `x` is a place within the column. What is typed before the field has opened,
    or confirmed before the field has taken it in, is lost by the table: so the cell itself must show it.
    """
    cell = grid.get_by_test_id(f"glide-cell-{column}-{row}")
    field = page.locator("#portal").locator("input, textarea")

    def write() -> None:
        open_field(page, grid, field, x=x, y=35 * (row + 1) + 17)
        field.fill(text)
        expect(field).to_have_value(text)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        field.press("Enter")
        field.wait_for(state="detached")

    cell.wait_for(state="attached")
    press_until_heard(page, write)
    expect(cell).to_have_text(text)


def open_field(page: Page, grid: Locator, field: Locator, *, x: float, y: float) -> None:
    for _time in range(MOST_PRESSES):
        grid.dblclick(position={"x": x, "y": y})
        try:
            field.wait_for(timeout=UNHEARD_MS)
        except TimeoutError:
            continue
        return
    raise AssertionError("the cell did not open, however often it was pressed")


def choose_row(page: Page, grid: Locator, row: int) -> None:
    """Choose a row of a table by the box before it."""
    grid.get_by_test_id(f"glide-cell-1-{row}").wait_for(state="attached")
    press_until_heard(page, lambda: grid.click(position={"x": 15, "y": 35 * (row + 1) + 17}))
