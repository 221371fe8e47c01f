"""What all tests share: their order, the demo company, and that hypothesis takes its time and answers twice alike."""

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,  # a shared machine is slow now and then
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

HERE = Path(__file__).parent
LONGEST_FIRST = (
    "spark",
    "server/test_many_moves.py",
    "ingest/test_one_reading.py",
    "ingest/test_always.py",
    "browser",
    "properties",
    "pages",
    "unit/test_eight_sessions.py",
    "ingest",
    "commands",
    "databases",
    "test_architecture.py",
    "demo",
    "published",
)
ONE_GROUP = ("spark",)  # its files share a cluster, which takes long to start


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first and keep each file on one worker, so that several end together."""
    items.sort(key=lambda item: order_of(item.path.relative_to(HERE)))
    for item in items:
        is_one = folder_of(item) in ONE_GROUP
        item.add_marker(pytest.mark.xdist_group(folder_of(item) if is_one else str(item.path.relative_to(HERE))))


@pytest.fixture(scope="session", autouse=True)
def power_stays_on() -> Iterator[None]:
    """Nothing here waits for the disk: a data set is a dozen such waits, and no test pulls the plug."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="session")
def published_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the demo company, made once for all workers: copy it, do not write to it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    root = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            publish_demo_in(shared / "demo under way").rename(root)
    return root


def publish_demo_in(root: Path) -> Path:
    from crm_core.engine import Database
    from crm_core.store import Workspace
    from ui import demo

    database = Database(memory_limit="1GB")
    demo.publish_demo(Workspace(root, database), datetime(2026, 7, 1, tzinfo=UTC))
    database.close()
    return root


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def order_of(path: Path) -> int:
    """The place of a test's file, or else of its folder, among what takes longest; all others come last."""
    places = [LONGEST_FIRST.index(str(part)) for part in (path, *path.parents) if str(part) in LONGEST_FIRST]
    return min(places, default=len(LONGEST_FIRST))
