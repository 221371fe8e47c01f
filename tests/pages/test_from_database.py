"""Rows from a database on the data page: only what the secrets name, and from there like a file."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenApp, texts
from tests.pages.test_data import button, chosen, seen

Till = Callable[[list[tuple[str, str, float]]], Path]
Configure = Callable[..., None]


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """Write a SQLite file with these order lines (customer, day, amount)."""

    def written(lines: list[tuple[str, str, float]]) -> Path:
        path = tmp_path / "till.db"
        with sqlite3.connect(path) as raw:
            raw.execute("create table if not exists sales (customer, date, amount)")
            raw.execute("delete from sales")
            raw.executemany("insert into sales values (?, ?, ?)", lines)
        raw.close()
        return path

    return written


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Name the connections of the secrets: none, unless told, whatever this installation has."""

    def configure(**connections: dict[str, str]) -> None:
        monkeypatch.setattr(secrets_singleton, "_secrets", {"connections": connections})

    configure()
    return configure


def opened(open_app: OpenApp, **address: str) -> AppTest:
    """The page with the part for databases open."""
    at = open_app("data", **address)
    at.session_state["from a database"] = True
    return at.run()


def test_without_a_connection_it_says_how_one_is_added_and_asks_for_no_host(workspace: Path, open_app: OpenApp):
    at = opened(open_app)

    assert "No connection is set up" in seen(at)
    assert "[connections.shop]" in at.code[0].value
    assert [box.label for box in at.text_input] == []


def test_closed_it_asks_no_database(workspace: Path, open_app: OpenApp, configured: Configure):
    configured(gone={"url": "sqlite:///nowhere.db"})

    assert "gone: the database at nowhere.db does not answer" not in seen(open_app("data"))
    assert "gone: the database at nowhere.db does not answer" in seen(opened(open_app))


def test_a_table_becomes_a_data_set_and_its_newest_rows_a_new_version(
    workspace: Path, open_app: OpenApp, till: Till, configured: Configure
):
    path = till([("ann", "2026-05-01", 10.5), ("bob", "2026-05-02", 20), ("", "2026-05-03", 30)])
    configured(till={"dialect": "sqlite", "database": str(path)})
    at = opened(open_app)
    button(at, "First rows").click().run()
    assert at.dataframe[0].value["customer"].tolist() == ["ann", "bob", ""]

    button(at, "Fetch all rows").click().run()
    assert [tab.label for tab in at.tabs] == ["sqlite: sales"]
    button(at, "Check").click().run()
    assert "3 rows in = 2 kept + 1 set aside" in seen(at)
    assert next(box for box in at.text_input if box.label == "Name of the data set").value == "sales"
    button(at, "Publish for everybody").click().run()
    assert "sales is loaded: 2 customers" in seen(at)

    till([("ann", "2026-05-01", 10.5), ("bob", "2026-05-02", 20), ("cleo", "2026-05-04", 5)])
    at.button_group[0].set_value("load").run()
    at.session_state["from a database"] = True
    at.run()
    button(at, "Fetch again").click().run()
    button(at, "Check").click().run()
    assert chosen(at, "For everybody: new, or in place of").value == "sales"
    button(at, "Publish for everybody").click().run()
    assert "sales is loaded: 3 customers" in seen(at)

    manifests = [json.loads(found.read_text()) for found in workspace.rglob("manifest.json")]
    assert sorted(manifest["row_counts"]["customers"] for manifest in manifests) == [2, 3]
    origins = [manifest["sources"][0]["origin"] for manifest in manifests]
    assert origins == [{"connection": "till", "table": '"sales"', "query": ""}] * 2


def test_a_query_is_looked_at_and_fetched_and_a_wrong_one_explained(
    workspace: Path, open_app: OpenApp, till: Till, configured: Configure
):
    path = till([("ann", "2026-05-01", 10.5)])
    configured(till={"dialect": "sqlite", "database": str(path)})
    at = opened(open_app)
    next(group for group in at.button_group if group.key == "table or query").set_value("query").run()
    assert button(at, "Fetch all rows").disabled

    at.text_area[0].set_value("drop table sales").run()
    assert "Only a query that reads can be used" in at.warning[0].value
    at.text_area[0].set_value("select * from sails").run()
    button(at, "Fetch all rows").click().run()
    assert "till: the database cannot run this query. It said: no such table: sails" in seen(at)
    at.text_area[0].set_value("select customer, date, amount * 2 as amount from sales").run()
    button(at, "Fetch all rows").click().run()

    assert [tab.label for tab in at.tabs] == ["sqlite: till (query)"]


def test_a_connection_that_fails_is_a_sentence_without_its_password(
    workspace: Path, open_app: OpenApp, configured: Configure
):
    configured(
        shop={"url": "postgresql://reader:hidden-word@127.0.0.1:1/shop"},
        cloud={"type": "snowflake", "password": "hidden-word"},
    )
    at = opened(open_app)
    assert "the database at 127.0.0.1:1/shop does not answer" in seen(at)

    chosen(at, "Connection").set_value("cloud").run()
    assert "a kind of database that is not read here" in seen(at)
    assert "hidden-word" not in texts(at)


def test_in_chinese(workspace: Path, open_app: OpenApp, till: Till, configured: Configure):
    path = till([("ann", "2026-05-01", 10.5)])
    configured(till={"dialect": "sqlite", "database": str(path)})
    at = opened(open_app, lang="zh_Hans")

    assert [box.label for box in at.selectbox if box.key == "connection"] == ["连接"]
    assert "只读" in texts(at)
