"""Pages as AppTest sees them: the whole app over a workspace of its own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from crm_core.engine import Database
from crm_core.store import Workspace
from tests.store.loads import load
from ui import start, streamlit_seam

APP = Path(__file__).parent.parent.parent / "app.py"
FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=UTC)
LINE = "customer_id ordered_at amount order_id"

OpenApp = Callable[..., AppTest]
# AppTest looks through every installed package at every run, a third of its time: what it finds does not change.
components_installed = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins like a new process: nothing cached, errors told in full."""
    monkeypatch.setenv("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
    monkeypatch.setenv("CLIENTELE_DEMO", "off")
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", components_installed)
    monkeypatch.setattr(PagesManager, "__init__", without_pages_folder(PagesManager.__init__))
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


def without_pages_folder(begin: Callable[..., None]) -> Callable[..., None]:
    """AppTest looks for a `pages` folder at every run, which our server never does."""

    def begun(self: PagesManager, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        streamlit_seam.ignore_pages_folder()

    return begun


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace, which the app opens."""
    root = tmp_path / "workspace"
    monkeypatch.setenv("CLIENTELE_WORKSPACE", str(root))
    return root


@pytest.fixture
def demo_workspace(workspace: Path, published_demo: Path) -> Path:
    """A workspace of the test's own with the demo company in it."""
    shutil.copytree(published_demo, workspace)
    return workspace


@pytest.fixture
def shop(workspace: Path, tmp_path: Path) -> Callable[[list[tuple[str, str, float, str | None]]], Path]:
    """Publish a shop of a few order lines (customer, day, amount, order id) as the only data set."""

    def publish(lines: list[tuple[str, str, float, str | None]]) -> Path:
        database = Database(memory_limit="500MB")
        loads = [load(tmp_path / "orders", "orders", LINE, lines)]
        Workspace(workspace, database).publish("Shop", loads, currency="CNY", published_at=FIRST_OF_JULY)
        database.close()
        return workspace

    return publish


@pytest.fixture
def open_app() -> OpenApp:
    """Open a page by its address: `open_app("value-tiers", lang="zh_Hans", region=["North"])`."""

    def opened(page: str = "", **address: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=600)  # a machine may be that busy
        at._page_hash = calc_hash(page) if page else ""  # switch_page knows files only; our pages are functions
        for name, value in address.items():
            at.query_params[name] = value
        return at.run()

    return opened


def texts(at: AppTest) -> str:
    """Everything a reader sees as text, in one string."""
    elements = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.info, *at.error, *at.warning]
    metrics = [f"{metric.label}: {metric.value} ({metric.delta})" for metric in at.metric]
    return "\n".join([*(element.value for element in elements), *metrics])


@pytest.fixture
def steps_said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What progress bars say from now on, where any number of orders counts as many."""
    said: list[str] = []

    class Bar:
        def progress(self, _share: float, text: str) -> None:
            said.append(text)

        def empty(self) -> None:
            pass

    monkeypatch.setattr(start, "MANY_ORDERS", 0)
    monkeypatch.setattr(st, "progress", lambda _share: Bar())
    return said
