"""Tabs that move sliders for a long time: the server answers each move and its memory stays flat."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from tests.browser.serving import Server, running
from tests.server.visitor import Visitor

SLIDERS = {"value-tiers": "Revenue", "loyalty-types": "Tenure", "churn-signals": "Watch from"}
MOVES = 40
GROWTH_ALLOWED_MB = 25


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, published_demo: Path) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), workspace=published_demo) as server:
        yield server


def memory_mb(server: Server) -> float:
    return float(psutil.Process(server.process_id).memory_info().rss / 1e6)


async def moves(visitor: Visitor, start: int) -> None:
    """Values never seen before, so that no answer is remembered."""
    for step in range(MOVES):
        await visitor.move(SLIDERS[visitor.path], 0.1 + (start + step) / 1000)


async def visits(server: Server) -> tuple[list[Visitor], float, float]:
    """The tabs, and the memory after the first moves and after twice as many more."""
    async with AsyncExitStack() as tabs:
        visitors = [await tabs.enter_async_context(Visitor(server.url, path)) for path in SLIDERS]
        for visitor in visitors:
            await visitor.open()
        await asyncio.gather(*(moves(visitor, 0) for visitor in visitors))
        before = memory_mb(server)
        await asyncio.gather(*(moves(visitor, MOVES) for visitor in visitors))
        await asyncio.gather(*(moves(visitor, 2 * MOVES) for visitor in visitors))
        return visitors, before, memory_mb(server)


def test_memory_stays_flat_while_tabs_move_sliders(server: Server):
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests has an event loop in this one
        visitors, before, after = thread.submit(asyncio.run, visits(server)).result()

    assert [visitor.errors for visitor in visitors] == [[], [], []]
    assert after - before < GROWTH_ALLOWED_MB
