"""The saved scenarios, and the draft: what this session changed of the one in force.

The draft is private to the session until it is saved: a set of changes by the path of each setting, which the
address carries.
"""

import json
from functools import lru_cache
from typing import Any

import streamlit as st
from pydantic import BaseModel

from crm_core.errors import CrmError, StoreError
from crm_core.settings import Scenario
from ui.session import workspace

DRAFT = "draft"
MOST_ITEMS = 6
STANDARD_SCENARIO = ""
SCENARIOS_REMEMBERED = 32
EPOCHS = "epochs of controls"


def scenario_names() -> list[str]:
    """The names of the saved scenarios, the official one first; "" is the standard one."""
    return [*(entry.name for entry in workspace().scenarios()), STANDARD_SCENARIO]


def official_name() -> str:
    """The name of the scenario that executives see; "" if none was marked."""
    return next((entry.name for entry in workspace().scenarios() if entry.is_official), STANDARD_SCENARIO)


def saved_name() -> str:
    """The name of the scenario in force; "" is the standard one."""
    chosen = st.session_state.get("scenario")
    return chosen if chosen in scenario_names() else official_name()


def saved_scenario() -> Scenario:
    """The saved scenario in force, against which the draft is compared."""
    return scenario_named(saved_name())


def scenario_named(name: str) -> Scenario:
    """A saved scenario; the standard one if it is gone or cannot be read."""
    if name == STANDARD_SCENARIO:
        return Scenario()
    try:
        return _read(workspace().read_scenario(name))
    except StoreError:
        return Scenario()


@lru_cache(SCENARIOS_REMEMBERED)
def _read(text: str) -> Scenario:
    """A scenario from its JSON; every control asks for it, and it never changes."""
    return Scenario.from_json(text)


def choose_scenario(name: str) -> None:
    """Put a saved scenario in force from the next run on."""
    st.session_state["next scenario"] = name


def settle_scenario() -> None:
    """Before the sidebar is drawn: put in force what was just saved."""
    if (name := st.session_state.pop("next scenario", None)) is not None:
        st.session_state["scenario"] = name


def draft_changes() -> dict[str, Any]:
    """The settings this session has changed, by path."""
    if DRAFT not in st.session_state:
        st.session_state[DRAFT] = _changes_in_address()
    changes: dict[str, Any] = st.session_state[DRAFT]
    return changes


def draft() -> Scenario:
    """The saved scenario with this session's changes; the saved one alone where `draft_problem` says why not."""
    try:
        return saved_scenario().with_changes(draft_changes())
    except CrmError:
        return saved_scenario()


def draft_problem() -> str | None:
    """Why the changes cannot be applied together, as a sentence; None if they can."""
    try:
        saved_scenario().with_changes(draft_changes())
    except CrmError as error:
        return str(error)
    return None


def draft_text() -> str:
    """The draft's changes as the address carries them."""
    return json.dumps(draft_changes(), ensure_ascii=False, separators=(",", ":"), default=_as_plain)


def _as_plain(value: Any) -> Any:
    """A setting's own models as plain JSON."""
    return value.model_dump() if isinstance(value, BaseModel) else str(value)


def _changes_in_address() -> dict[str, Any]:
    """The changes that a link carries; none if they cannot be read or do not fit the scenario."""
    try:
        changes = json.loads(st.query_params.get(DRAFT, "{}"))
        saved_scenario().with_changes(changes)
    except (ValueError, TypeError, AttributeError, CrmError):
        return {}
    return {path: tuple(value) if isinstance(value, list) else value for path, value in changes.items()}


def setting(path: str) -> Any:
    """The value of a setting as the controls show it, whether or not it fits with the others."""
    changes = draft_changes()
    return changes[path] if path in changes else _value_at(saved_scenario(), path)


def _value_at(scenario: Scenario, path: str) -> Any:
    value: Any = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value


def change_setting(path: str, value: Any, *, by: str = "") -> None:
    """Change one setting of the draft; back at its saved value it is no change any more.

    `by` names the control that was moved, which already shows the new value; all others are made anew.
    """
    changes = dict(draft_changes())
    if _is_saved_value(path, value):
        changes.pop(path, None)
    else:
        changes[path] = value
    _keep(changes)
    _count_up(path, but=by)


def change_settings(values: dict[str, Any]) -> None:
    """Change several settings of the draft together."""
    for path, value in values.items():
        change_setting(path, value)


def _is_saved_value(path: str, value: Any) -> bool:
    saved = saved_scenario()
    try:
        return bool(_value_at(saved.with_changes({path: value}), path) == _value_at(saved, path))
    except CrmError:
        return False  # it may still fit together with the other changes


def revert(prefix: str | tuple[str, ...] = "") -> None:
    """Take back the changes whose path begins with `prefix`, or with one of several; all of them without one."""
    for path in draft_changes():
        if path.startswith(prefix):
            _count_up(path)
    _keep({path: value for path, value in draft_changes().items() if not path.startswith(prefix)})


def save_draft(name: str, *, official: bool = False) -> None:
    """Save the draft under a name and make it the scenario in force. Raises StoreError, SettingsError."""
    scenario = saved_scenario().with_changes(draft_changes())
    workspace().save_scenario(name, scenario.model_dump_json(), official=official)
    _keep({})


def _keep(changes: dict[str, Any]) -> None:
    st.session_state[DRAFT] = changes
    if changes:
        st.query_params[DRAFT] = draft_text()
    else:
        st.query_params.pop(DRAFT, None)


def epoch(name: str) -> int:
    """How often the control `name` has been overtaken by a change from elsewhere."""
    counts: dict[str, int] = st.session_state.setdefault(EPOCHS, {})
    return counts.get(name, 0)


def _count_up(path: str, *, but: str = "") -> None:
    """Have the controls of a setting made anew: its own, and those of its items."""
    counts: dict[str, int] = st.session_state.setdefault(EPOCHS, {})
    for name in [path, *(f"{path}:{place}" for place in range(MOST_ITEMS))]:
        if name != but:
            counts[name] = counts.get(name, 0) + 1
