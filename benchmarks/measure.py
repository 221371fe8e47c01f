"""Runs a job in a process of its own and measures it: wall and CPU seconds, peak memory.

A job is a function in `benchmarks.jobs` that prepares what it stands on and returns one round of it.
Each round is timed by itself and the median counts.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Measured:
    """The median round of a job; memory is the peak of the whole process, what it stands on included.

    `spilled_bytes` is the most that lay in the process's folder for temporary files at any look.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    rounds: int
    spilled_bytes: int = 0


def measured(job: str, *arguments: object, rounds: int = 3, memory: str = "") -> Measured:
    """Run `job` with `arguments` (numbers and names) in a fresh process, its database held to `memory` if told."""
    command = [sys.executable, "-m", "benchmarks.measure", job, str(rounds), json.dumps(arguments)]
    spilled = 0
    with TemporaryDirectory(prefix="clientele-bench-") as scratch:
        environment = {**os.environ, "TMPDIR": scratch} | ({"CLIENTELE_MEMORY": memory} if memory else {})
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        while True:
            try:
                answer, _nothing = process.communicate(timeout=LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                spilled = max(spilled, _bytes_in(Path(scratch)))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return replace(Measured(**json.loads(answer.splitlines()[-1])), spilled_bytes=spilled)


def _bytes_in(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # gone between the listing and the look
            size += path.stat().st_size if path.is_file() else 0
    return size


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
    """The most memory that this process ever held itself.

    Linux tells it of this program alone; `ru_maxrss`, which other systems have, begins with what the parent held.
    """
    with suppress(FileNotFoundError):
        told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(told["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])).__dict__))
