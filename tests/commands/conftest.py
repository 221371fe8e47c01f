"""A shell of its own: an empty folder, English, no workspace named."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def in_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("LC_ALL", "LC_MESSAGES", "CLIENTELE_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
