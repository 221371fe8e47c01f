"""Runs a job in a process of its own and measures it: wall and CPU seconds, peak memory.

A job is a function in `benchmarks.jobs` that prepares what it stands on and returns one round of it.
Each round is timed by itself and the median counts. The process that starts jobs holds little: a
system may count the memory of a parent as that of its child.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The median round of a job; memory is the peak of the whole process, what it stands on included."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    rounds: int


def measured(job: str, *arguments: object, rounds: int = 3) -> Measured:
    """Run `job` with `arguments` (numbers and names) in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.measure", job, str(rounds), json.dumps(arguments)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Measured(**json.loads(answer.splitlines()[-1]))


def run(job: str, rounds: int, arguments: list[object]) -> Measured:
    """Run `job` here."""
    from benchmarks import jobs  # here, so that a process pays for what its own job imports

    one_round: Callable[[], object] = getattr(jobs, job)(*arguments)
    walls, cpus = [], []
    for _ in range(rounds):
        cpu, wall = cpu_seconds(), time.perf_counter()
        one_round()
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu_seconds() - cpu)
    return Measured(statistics.median(walls), statistics.median(cpus), peak_bytes(), rounds)


def cpu_seconds() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak_bytes() -> int:
    """The most memory that this process, or a child of it, ever held."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(peaks) * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])).__dict__))
