"""Finds a browser for the tests, or gets one: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NO_BROWSER = (
    "The tests need a browser and none was found or could be installed. Install Chromium or Chrome, "
    "or name one: CLIENTELE_BROWSER=/path/to/chrome make test"
)

# As quiet as a browser gets: it looks for no updates, reports nothing, and needs no screen.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def installed_browser() -> str | None:
    """The path of a Chromium that is here: named, the system's, or the one Playwright keeps."""
    named = os.environ.get("CLIENTELE_BROWSER")
    system = [shutil.which(name) for name in NAMES] + [place for place in MAC_PLACES if Path(place).exists()]
    return next((path for path in [named, *system] if path), None) or playwrights_own()


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_with_playwright() -> None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def install_with_apt() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"check": False, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], **quiet)


def find_or_install() -> str | None:
    ways: list[Callable[[], None]] = [install_with_playwright, install_with_apt]
    for install in ways:
        if found := installed_browser():
            return found
        print("No browser here yet; installing one for the tests ...")
        install()
    return installed_browser()


if __name__ == "__main__":
    sys.exit(0 if find_or_install() else NO_BROWSER)
