"""Opens a Spark session: on this machine, on a standalone cluster's master, or on a cluster's Connect server."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crm_core.errors import SettingsError
from crm_core.language import _
from crm_core.spark.java import machine_has_java, packaged_java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What makes Spark answer as DuckDB does; set on the session, so that a shared cluster keeps its own ways.
SAME_ANSWERS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
PORTS = {"sc": 15002, "spark": 7077}  # where a Connect server and a master listen unless told otherwise
LISTENING_SECONDS = 20.0
UNSEEN = "PATH_NOT_FOUND"
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


@contextmanager
def spark_session(
    *, master: str = "local[*]", remote: str = "", memory: str = "", settings: Mapping[str, str] | None = None
) -> Iterator["SparkSession"]:
    """A session that ends with the block.

    `remote` (sc://host:port) needs no Java here; else `master` says where the work is done: local[*] or
    spark://host:port. `memory` is what the driver and each executor may take ("4g"). Raises SettingsError if
    pyspark or Java is missing, if nobody answers at the address, or if the work fails there.
    """
    if find_spec("pyspark") is None:
        raise SettingsError(
            _("Spark is not installed here. Run: {command}").format(command="pip install -r requirements-spark.txt")
        )
    with ExitStack() as stack:
        if not remote and not machine_has_java():
            os.environ["JAVA_HOME"] = str(stack.enter_context(packaged_java()))
            stack.callback(os.environ.pop, "JAVA_HOME", None)
        session = _opened(master, remote, memory, settings or {})
        stack.callback(session.stop)
        for name, value in SAME_ANSWERS.items():
            session.conf.set(name, value)
        with failures_told(remote or master):
            yield session


@contextmanager
def failures_told(address: str) -> Iterator[None]:
    """Turn what fails on the cluster inside the block into a SettingsError; a query that Spark refuses is a bug."""
    from pyspark.errors import AnalysisException

    try:
        yield
    except Exception as error:
        is_refused = isinstance(error, AnalysisException) and error.getCondition() != UNSEEN
        if is_refused or not _is_of_spark(error):
            raise
        raise SettingsError(
            _(
                "Spark failed on {address}: {reason}. What it had begun was removed. Do all its machines see both"
                " folders under the same path, and have they memory and disk enough?"
            ).format(address=address, reason=_reason(error))
        ) from error


def _is_of_spark(error: Exception) -> bool:
    """Whether Spark or its bridge to Java, which a client of Spark Connect lacks, raised it."""
    return any(kind.__module__.partition(".")[0] in ("pyspark", "py4j") for kind in type(error).__mro__)


def _opened(master: str, remote: str, memory: str, settings: Mapping[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("clientele")
    if remote:
        said = _("No Spark Connect server answers at {address}: {reason}")
        _ensure_somebody_listens(remote, "sc", said)
        return _answering(builder.remote(remote), remote, said)
    told = {**QUIET, **settings}
    if memory:
        told |= {"spark.driver.memory": memory, "spark.executor.memory": memory}
    for name, value in told.items():
        builder = builder.config(name, value)
    said = _("Spark could not be started on {address}: {reason}. Does the master run, and is this Java 17 or 21?")
    if master.startswith("spark:"):
        _ensure_somebody_listens(master, "spark", said)
    return _answering(builder.master(master), master, said)


def _ensure_somebody_listens(address: str, scheme: str, said: str) -> None:
    """One of the hosts of an address takes a connection; Spark itself would try for minutes without a word."""
    reason: Exception | None = None
    for host in urlsplit(address).netloc.split(","):
        try:
            found = urlsplit(f"//{host}")
            if urlsplit(address).scheme != scheme or not found.hostname:
                raise ValueError(f"{scheme}://host:port")
            place = (found.hostname, found.port or PORTS[scheme])
            socket.create_connection(place, timeout=LISTENING_SECONDS).close()
            return
        except (OSError, ValueError) as error:
            reason = error
    raise SettingsError(said.format(address=address, reason=reason)) from reason


def _answering(builder: "SparkSession.Builder", address: str, said: str) -> "SparkSession":
    """The session once it has answered; what it fails with becomes the sentence."""
    try:
        session = builder.getOrCreate()
        session.sql("select 1").collect()  # the first word that is exchanged
    except Exception as error:
        raise SettingsError(said.format(address=address, reason=_reason(error))) from error
    return session


def _reason(error: Exception) -> str:
    """The line of an error of Spark that says what happened: below that of the bridge to Java, above the trace."""
    lines = [line.removeprefix(": ").strip() for line in f"{error}".strip().split("\n")]
    said = lines[1] if len(lines) > 1 and lines[0].startswith("An error occurred while calling") else lines[0]
    return said.rstrip(".")
