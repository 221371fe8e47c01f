"""What all tests share: their order, and that hypothesis takes its time and gives the same answer twice."""

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
LONGEST_FIRST = ("spark", "browser", "server", "pages", "properties", "commands", "ingest", "published")
ONE_GROUP = ("spark",)  # its files share a cluster, which takes long to start


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders that take longest first and keep each file on one worker, so that several end together."""
    items.sort(key=lambda item: order_of(folder_of(item)))
    for item in items:
        is_one = folder_of(item) in ONE_GROUP
        item.add_marker(pytest.mark.xdist_group(folder_of(item) if is_one else str(item.path.relative_to(HERE))))


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def order_of(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)
