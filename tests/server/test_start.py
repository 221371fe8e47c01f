"""What a process finds and does before the first reader comes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.requests import Request

import server
from crm_core.engine import Database
from crm_core.store import Workspace
from ui import demo

JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty workspace, and a demo company of one order."""
    company = tmp_path / "company"
    company.mkdir()
    order = {"customer_id": ["ann"], "ordered_at": ["2026-05-01"], "amount": ["10"]}
    pq.write_table(pa.table(order), company / "orders.parquet")
    pq.write_table(pa.table({"customer_id": ["ann"], "plant": ["whale"]}), company / "planted.parquet")
    monkeypatch.setattr(demo, "FOLDER", company)
    database = Database(memory_limit="500MB")
    yield Workspace(tmp_path / "workspace", database)
    database.close()


def test_an_empty_workspace_is_given_the_demo_company_under_its_name(workspace: Workspace):
    demo.ensure_demo(workspace, JULY)

    assert [(entry.name, entry.slug) for entry in workspace.data_sets()] == [(demo.NAME, demo.SLUG)]
    assert list(workspace.open(demo.SLUG).tables) == ["orders"]
    assert workspace.open(demo.SLUG).currency == "CNY"


def test_a_workspace_with_data_is_left_alone(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    demo.ensure_demo(workspace, JULY)
    monkeypatch.setattr(demo, "publish_demo", lambda *_arguments: pytest.fail("published again"))

    demo.ensure_demo(workspace, JULY)


def test_the_demo_company_can_be_switched_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLIENTELE_DEMO", "off")

    assert not demo.is_wanted()


@pytest.mark.parametrize(("query", "root"), [(b"", "./"), (b"day=2026-06-30&lang=en", "./?day=2026-06-30&lang=en")])
def test_the_first_page_by_its_name_is_the_root_with_what_the_address_carried(query: bytes, root: str):
    (asked,) = [route for route in server.routes() if route.path.endswith("/overview")]
    scope = {"type": "http", "path": "/overview", "query_string": query, "headers": [], "server": ("here", 80)}

    answer = asyncio.run(asked.endpoint(Request(scope)))

    assert (answer.status_code, answer.headers["location"]) == (307, root)
