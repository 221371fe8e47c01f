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
CONNECT_PORT = 15002  # where a Connect server listens unless told otherwise
DOOR_SECONDS = 20.0
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


@contextmanager
def spark_session(
    *, master: str = "local[*]", remote: str = "", memory: str = "", settings: Mapping[str, str] | None = None
) -> Iterator["SparkSession"]:
    """A session that ends with the block.

    `remote` (sc://host:port) needs no Java here; else `master` says where the work is done: local[*] or
    spark://host:port. `memory` is what the driver and each executor may take ("4g"). Raises SettingsError if
    pyspark or Java is missing, or if nobody answers at the address.
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
        yield session


def _opened(master: str, remote: str, memory: str, settings: Mapping[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("clientele")
    if remote:
        said = _("No Spark Connect server answers at {address}: {reason}")
        _ensure_door_is_open(remote, said)
        return _answering(builder.remote(remote), remote, said)
    told = {**QUIET, **settings}
    if memory:
        told |= {"spark.driver.memory": memory, "spark.executor.memory": memory}
    for name, value in told.items():
        builder = builder.config(name, value)
    said = _("Spark could not be started on {address}: {reason} Does the master run, and is this Java 17 or 21?")
    return _answering(builder.master(master), master, said)


def _ensure_door_is_open(remote: str, said: str) -> None:
    """Somebody listens at the address; the client itself would keep trying for ten minutes without a word."""
    try:
        found = urlsplit(remote)
        if found.scheme != "sc" or not found.hostname:
            raise ValueError("sc://host:port")
        socket.create_connection((found.hostname, found.port or CONNECT_PORT), timeout=DOOR_SECONDS).close()
    except (OSError, ValueError) as error:
        raise SettingsError(said.format(address=remote, reason=error)) from error


def _answering(builder: "SparkSession.Builder", address: str, said: str) -> "SparkSession":
    """The session once it has answered; what it fails with becomes the sentence."""
    try:
        session = builder.getOrCreate()
        session.sql("select 1").collect()  # the first word that is exchanged
    except Exception as error:
        reason = f"{error}".strip().split("\n", 1)[0]
        raise SettingsError(said.format(address=address, reason=reason)) from error
    return session
