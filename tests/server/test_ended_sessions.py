"""When the folders of a session that ended are deleted."""

from pathlib import Path

import pytest

import server
from ui import streamlit_seam

GRACE = 120 + server.SWEEP_SECONDS


@pytest.fixture
def alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The sessions alive in this process; "ann" and "bob" have left files."""
    for folder in ("uploads/ann", "sessions/ann", "uploads/bob"):
        (tmp_path / folder).mkdir(parents=True)
    alive: set[str] = set()
    monkeypatch.setenv("CLIENTELE_WORKSPACE", str(tmp_path))
    monkeypatch.setattr(streamlit_seam, "is_session_alive", alive.__contains__)
    monkeypatch.setattr(streamlit_seam, "session_lifetime_seconds", lambda: 120.0)
    return alive


def names(folders: list[Path]) -> list[str]:
    return sorted(f"{folder.parent.name}/{folder.name}" for folder in folders)


def test_a_session_may_come_back_for_a_while_then_its_folders_go(alive: set[str]):
    sessions = server.EndedSessions()
    alive.add("ann")
    assert sessions.folders(0) == []

    alive.clear()
    assert sessions.folders(GRACE) == []
    assert names(sessions.folders(GRACE + 1)) == ["sessions/ann", "uploads/ann"]


def test_a_session_that_came_back_keeps_its_folders(alive: set[str]):
    sessions = server.EndedSessions()
    alive.add("ann")
    sessions.folders(0)
    sessions.folders(GRACE + 1)

    assert sessions.folders(GRACE * 2) == []


def test_sessions_of_another_process_are_left_alone(alive: set[str]):
    assert server.EndedSessions().folders(10**9) == []
