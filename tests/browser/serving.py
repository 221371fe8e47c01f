"""Starts the product in a process of its own, as `make run` does."""

import os
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
PATIENCE_SECONDS = 240  # a machine with other work lays the demo company out in two minutes


@dataclass(frozen=True)
class Server:
    """A running server: its address, process id, workspace and what it printed."""

    url: str
    process_id: int
    workspace: Path
    output: Path


@contextmanager
def running(folder: Path, *, entry: Path = PROJECT_FOLDER / "server.py", **settings: str) -> Iterator[Server]:
    """Serve `entry` on a free port with a workspace in `folder`; `settings` are environment variables."""
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
    server = Server(f"http://127.0.0.1:{port}", process.pid, workspace, output)
    try:
        wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:  # still starting: it hears of the end when that is done
            process.kill()
            process.wait()


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{server.output.read_text()}")
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
