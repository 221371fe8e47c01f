"""Names, sessions, scenarios, mappings and what a workspace says when something is not there."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.store import Workspace
from crm_core.store.names import is_slug, slug_of
from tests.store.loads import FIRST_OF_JULY, Load, load, published, values

HOSTILE = ["../../etc", "..", ".", "/etc", "a/b", "a\\b", "\0", "", " ", ".hidden", "-x", "C:", "shop/../shop"]


@pytest.fixture
def orders(tmp_path: Path) -> Load:
    return load(tmp_path / "orders", "orders", "customer_id ordered_at amount", [("ann", "2026-03-01", 10)])


def test_a_chinese_name_keeps_its_letters_in_the_folder(workspace: Workspace, orders: Load) -> None:
    data = published(workspace, [orders], "华东 销售／2026")

    assert data.slug == "华东-销售-2026"
    assert [(entry.slug, entry.name) for entry in workspace.data_sets()] == [("华东-销售-2026", "华东 销售／2026")]
    assert workspace.open("华东-销售-2026") == data


def test_a_path_with_wildcards_and_quotes_means_itself(tmp_path: Path, database: Database) -> None:
    columns = "customer_id ordered_at amount"
    load(tmp_path / "it's 1", "orders", columns, [("decoy", "2026-03-01", 99)])
    loaded = load(tmp_path / "it's [1]", "orders", columns, [("ann", "2026-03-01", 10)])
    workspace = Workspace(tmp_path / "it's [a] *?", database)

    data = published(workspace, [loaded])

    assert values(data, workspace, "order_lines", "amount::int") == [(10,)]


def test_two_names_with_one_slug_are_two_data_sets(workspace: Workspace, orders: Load) -> None:
    slugs = [published(workspace, [orders], name).slug for name in ("Shop!", "Shop?", "shop")]

    assert slugs == ["shop", "shop-2", "shop-3"]


def test_a_name_that_is_taken_is_refused_before_any_work(workspace: Workspace, orders: Load) -> None:
    published(workspace, [orders])

    with pytest.raises(StoreError, match="A data set is named Shop already"):
        published(workspace, [orders], " Shop ")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_data_set_without_a_name_is_refused(workspace: Workspace, orders: Load, name: str) -> None:
    with pytest.raises(StoreError, match="needs a name"):
        published(workspace, [orders], name)


@given(st.text())
def test_a_slug_is_safe_and_the_slug_of_itself(name: str) -> None:
    slug = slug_of(name)

    assert is_slug(slug)
    assert slug_of(slug) == slug
    assert len(slug.encode()) <= 200


@pytest.mark.parametrize("slug", [*HOSTILE, "unknown"])
def test_a_data_set_that_is_not_there_is_said_so_whatever_its_name(workspace: Workspace, slug: str) -> None:
    with pytest.raises(StoreError, match="no data set"):
        workspace.open(slug)
    with pytest.raises(StoreError, match="no data set"):
        workspace.publish("Shop", [], currency="", published_at=FIRST_OF_JULY, replaces=slug)


@pytest.mark.parametrize("version", [*HOSTILE, "000000000000"])
def test_a_version_that_is_not_there_is_said_so(workspace: Workspace, orders: Load, version: str) -> None:
    slug = published(workspace, [orders]).slug

    with pytest.raises(StoreError, match="no data set"):
        workspace.open(slug, version or "''")


def test_an_empty_workspace_lists_nothing(workspace: Workspace) -> None:
    assert workspace.data_sets() == []
    assert workspace.scenarios() == []
    assert workspace.remembered_mappings() == []
    assert workspace.session_data_sets("s1") == []


def test_data_sets_of_two_processes_are_equal_and_hash_alike(
    workspace: Workspace, orders: Load, database: Database
) -> None:
    data = published(workspace, [orders])

    again = Workspace(workspace.root, database).open(data.slug)

    assert (again, hash(again)) == (data, hash(data))


# Sessions


def test_what_a_session_keeps_is_its_own_and_goes_with_it(workspace: Workspace, orders: Load) -> None:
    told = {"currency": "CNY", "published_at": FIRST_OF_JULY}
    data = workspace.keep_for_session("s1", "My shop", [orders], **told)
    workspace.keep_for_session("s2", "My shop", [orders], **told)

    assert data.is_session
    assert workspace.data_sets() == []
    assert workspace.session_data_sets("s1") == [data] == [workspace.open_for_session("s1", data.slug)]

    workspace.forget_session("s1")

    assert workspace.session_data_sets("s1") == []
    assert len(workspace.session_data_sets("s2")) == 1
    with pytest.raises(StoreError, match="no data set"):
        workspace.open_for_session("s1", data.slug)


def test_old_sessions_are_forgotten_and_one_in_use_is_not_old(workspace: Workspace, orders: Load) -> None:
    for session_id in ("old", "used", "new"):
        instant = FIRST_OF_JULY + timedelta(days=session_id == "new")
        workspace.keep_for_session(session_id, "Shop", [orders], currency="", published_at=instant)
    workspace.touch_session("used", FIRST_OF_JULY + timedelta(days=1))

    assert workspace.forget_sessions_older_than(FIRST_OF_JULY + timedelta(hours=1)) == ["old"]
    assert workspace.forget_sessions_older_than(FIRST_OF_JULY + timedelta(days=1)) == []
    assert len(workspace.session_data_sets("used")) == 1


@pytest.mark.parametrize("session_id", [name for name in HOSTILE if name != "-x"])
def test_a_session_id_cannot_lead_elsewhere(workspace: Workspace, orders: Load, session_id: str) -> None:
    with pytest.raises(ValueError, match="session id"):
        workspace.keep_for_session(session_id, "Shop", [orders], currency="", published_at=FIRST_OF_JULY)
    with pytest.raises(ValueError, match="session id"):
        workspace.forget_session(session_id)


# Scenarios


def test_a_scenario_is_read_as_it_was_saved(workspace: Workspace) -> None:
    text = '{"weights": {"revenue": 0.1, "毛利": 3}, "cuts": [0.2, 1e-9], "none": null}'

    workspace.save_scenario("保守 / careful", text)

    assert json.loads(workspace.read_scenario("保守 / careful")) == json.loads(text)
    assert [path.name for path in (workspace.root / "scenarios").glob("*.json")] == ["保守-careful.json"]


def test_saving_under_a_name_replaces_and_another_name_does_not(workspace: Workspace) -> None:
    workspace.save_scenario("Plan!", "1")
    workspace.save_scenario("Plan?", "2")
    workspace.save_scenario(" Plan! ", "3")

    assert [(entry.name, workspace.read_scenario(entry.name)) for entry in workspace.scenarios()] == [
        ("Plan!", "3"),
        ("Plan?", "2"),
    ]


def test_one_scenario_at_most_is_official(workspace: Workspace) -> None:
    workspace.save_scenario("B", "{}", official=True)
    workspace.save_scenario("A", "{}")
    assert [(entry.name, entry.is_official) for entry in workspace.scenarios()] == [("B", True), ("A", False)]

    workspace.save_scenario("A", "{}", official=True)
    assert [(entry.name, entry.is_official) for entry in workspace.scenarios()] == [("A", True), ("B", False)]

    workspace.save_scenario("A", "[]")
    assert workspace.scenarios()[0].is_official

    workspace.delete_scenario("A")
    workspace.save_scenario("A", "{}")
    assert [(entry.name, entry.is_official) for entry in workspace.scenarios()] == [("A", False), ("B", False)]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_scenario_stays_in_its_folder_whatever_its_name(workspace: Workspace, name: str) -> None:
    with suppress(StoreError):
        workspace.save_scenario(name, "{}")

    outside = [path for path in workspace.root.rglob("*") if path.parent.name != "scenarios" and path.is_file()]
    assert outside == []


def test_a_scenario_that_is_not_there_lists_those_that_are(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="none is saved yet"):
        workspace.read_scenario("Plan")
    workspace.save_scenario("A", "{}")
    with pytest.raises(StoreError, match="Saved are: A"):
        workspace.delete_scenario("Plan")


def test_text_that_is_no_json_is_never_saved(workspace: Workspace) -> None:
    with pytest.raises(json.JSONDecodeError):
        workspace.save_scenario("A", "{")

    assert workspace.scenarios() == []


# Mappings


def test_mappings_are_remembered_once_each_the_newest_first(workspace: Workspace) -> None:
    for text in ('{"a": 1}', '{"b": "金额"}', '{"a": 1}'):
        workspace.remember_mapping(text)

    assert workspace.remembered_mappings() == ['{"a": 1}', '{"b": "金额"}']
