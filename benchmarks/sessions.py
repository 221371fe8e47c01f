"""Twenty people at once: open tabs move sliders on one server; how long each waits, and whether memory stays flat.

The visitors speak the dashboard's protocol themselves (`tests.server.visitor`), so that the two cores belong to
the server and not to twenty browsers.
"""

import asyncio
import random
import statistics
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from benchmarks.printed import at_most, told
from tests.browser.serving import Server, running
from tests.server.visitor import Visitor

VISITORS = 20
SEED = 1
PACED_MOVES = 15
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
FILLING_MOVES = 240  # 4,800 of all: what DuckDB notes of freed buffers is as much as it ever is (docs/performance.md)
HOURLY_MOVES = 360  # one every ten seconds: somebody who moves a slider, looks, and moves the next
P95_LIMIT_SECONDS = 1.5
GROWTH_LIMIT = 1.05  # memory after an hour's moves, of memory before them
QUARTERS = 4
CENTILE_95 = 18  # the last of nineteen cuts into twenty equal parts

# What each visitor opens and which sliders it moves there, from and to.
PLACES: tuple[tuple[str, dict[str, tuple[float, float]]], ...] = (
    ("value-tiers", {"Revenue": (0, 10), "Growth": (0, 10), "Freshness": (0, 10)}),
    ("loyalty-types", {"Frequent from (orders a month)": (0.1, 4), "Dependent from": (0, 1), "Tenure": (0, 10)}),
    ("churn-signals", {"Watch from": (0.1, 0.4), "High from": (0.5, 0.9)}),
)


def sessions(hourly_moves: int = HOURLY_MOVES) -> None:
    """Print how twenty visitors fare on the demo company, and what an hour's worth of their moves leaves in memory."""
    with tempfile.TemporaryDirectory(prefix="clientele-bench-") as folder, running(Path(folder)) as server:
        urllib.request.urlopen(server.url).read()
        asyncio.run(_visits(server, hourly_moves))


async def _visits(server: Server, hourly_moves: int) -> None:
    columns = f"{'p50 s':>9}{'p95 s':>9}{'most s':>9}{'cpu s each':>12}{'server MB':>12}"
    told(f"{VISITORS} tabs on the demo company")
    print(f"{'':34}{columns}")
    async with AsyncExitStack() as tabs:
        first = await tabs.enter_async_context(_visitor(server, 0))
        meter = Meter(server)
        meter.row("first tab opens", [await first.open()])
        visitors = [await tabs.enter_async_context(_visitor(server, place)) for place in range(1, VISITORS)]
        meter.row(f"{VISITORS - 1} more open at once", await asyncio.gather(*(each.open() for each in visitors)))
        visitors.append(first)
        paced = await _moves(visitors, PACED_MOVES, SHORTEST_PAUSE, LONGEST_PAUSE)
        meter.row("a slider every three seconds each", paced)
        at_most(_p95(paced), P95_LIMIT_SECONDS, "s, the 95th of a hundred moves")
        filling = await _moves(visitors, FILLING_MOVES, 0, 0)
        meter.row(f"without a pause, {len(filling):,} moves", filling)
        memory = [meter.memory_bytes()]
        for quarter in range(QUARTERS):
            hasty = await _moves(visitors, hourly_moves // QUARTERS, 0, 0, quarter)
            meter.row(f"without a pause, {len(hasty):,} moves", hasty)
            memory.append(meter.memory_bytes())
        at_most(memory[-1] / memory[0], GROWTH_LIMIT, "times the memory before an hour's moves")
        errors = [error for visitor in visitors for error in visitor.errors]
        print(f"  {len(errors)} errors shown on a page {sorted(set(errors))[:3]}", flush=True)


def _visitor(server: Server, place: int) -> Visitor:
    return Visitor(server.url, PLACES[place % len(PLACES)][0])


async def _moves(
    visitors: Sequence[Visitor], count: int, shortest: float, longest: float, again: int = 0
) -> list[float]:
    """What all moves took, each visitor making `count` of them with a pause before each."""

    async def one(number: int, visitor: Visitor) -> list[float]:
        chance = random.Random(f"{SEED} {number} {count} {again}")
        sliders = dict(PLACES)[visitor.path]
        taken = []
        for _move in range(count):
            await asyncio.sleep(chance.uniform(shortest, longest))
            name = chance.choice(sorted(sliders))
            lowest, highest = sliders[name]
            taken.append(await visitor.move(name, round(chance.uniform(lowest, highest), 2)))
        return taken

    return [seconds for each in await asyncio.gather(*map(one, range(len(visitors)), visitors)) for seconds in each]


class Meter:
    """Prints what happened since the row before: waits, the server's CPU for each, its memory now."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cpu_seconds = self._cpu_seconds()

    def row(self, name: str, seconds: Sequence[float]) -> None:
        cpu = self._cpu_seconds()
        waits = f"{statistics.median(seconds):>9.2f}{_p95(seconds):>9.2f}{max(seconds):>9.2f}"
        spent = (cpu - self.cpu_seconds) / len(seconds)
        print(f"  {name:32}{waits}{spent:>12.3f}{self.memory_bytes() / 1e6:>12.0f}", flush=True)
        self.cpu_seconds = cpu

    def _cpu_seconds(self) -> float:
        used = psutil.Process(self.server.process_id).cpu_times()
        return float(used.user + used.system)

    def memory_bytes(self) -> int:
        return int(psutil.Process(self.server.process_id).memory_info().rss)


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[CENTILE_95] if len(seconds) > 1 else seconds[0]
