"""Starts the product in a process of its own, as `make run` does."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 900  # nothing takes that long; a machine may be that busy
STOPS_SECONDS = 30  # open tabs may hold it; it is told to stop, then stopped
MOST_PORTS = 5


@dataclass(frozen=True)
class Server:
    """A running server: its address, process id, workspace and what it printed."""

    url: str
    process_id: int
    workspace: Path
    output: Path


@contextmanager
def running(
    folder: Path, *, entry: Path = PROJECT_FOLDER / "server.py", workspace: Path | None = None, **settings: str
) -> Iterator[Server]:
    """Serve `entry` on a free port with a workspace in `folder`, a copy of `workspace` or else an empty one.

    `settings` are environment variables.
    """
    if workspace:
        shutil.copytree(workspace, folder / "workspace")
    server, process = started(folder, entry, settings)
    try:
        yield server
    finally:
        stop(process)


def started(folder: Path, entry: Path, settings: dict[str, str]) -> tuple[Server, subprocess.Popen[bytes]]:
    """A server that answers; another port where somebody took the free one first."""
    for _port in range(MOST_PORTS):
        server, process = start(folder, entry, settings)
        try:
            wait_until_ready(server, process)
        except BaseException as error:
            stop(process)
            if isinstance(error, PortTakenError):
                continue
            raise
        return server, process
    raise RuntimeError("no port stayed free long enough")


def start(folder: Path, entry: Path, settings: dict[str, str]) -> tuple[Server, subprocess.Popen[bytes]]:
    output, workspace = folder / "output.txt", folder / "workspace"
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT_FOLDER),
        "CLIENTELE_WORKSPACE": str(workspace),
        "STREAMLIT_SERVER_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-m", "streamlit", "run", str(entry)]
    with output.open("wb") as sink:
        process = subprocess.Popen(command, cwd=PROJECT_FOLDER, env=environment, stdout=sink, stderr=sink)
    return Server(f"http://127.0.0.1:{port}", process.pid, workspace, output), process


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOPS_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class PortTakenError(RuntimeError):
    """Between our choice of a port and the server's, somebody else took it."""


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = server.output.read_text()
            raise (PortTakenError if "is not available" in said else RuntimeError)(f"the server stopped:\n{said}")
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server was not ready after {PATIENCE_SECONDS} s:\n{server.output.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
