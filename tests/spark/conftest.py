"""One cluster and one session for all tests of Spark, and a door through which a process of its own may come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crm_core.engine import Database
from crm_core.spark.session import spark_session
from tests.spark.cdnow_shop import CdnowShop
from tests.spark.cdnow_shop import cdnow_shop as made_cdnow_shop
from tests.spark.cluster import free_port, session_settings, standalone_cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Cluster:
    """A session on a master and two workers; `connect` is the address for Spark Connect."""

    session: "SparkSession"
    connect: str


@pytest.fixture(scope="package")
def database() -> Iterator[Database]:
    database = Database(memory_limit="1GB", threads=2)
    yield database
    database.close()


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    port = free_port()
    with (
        standalone_cluster(tmp_path_factory.mktemp("spark")) as master,
        spark_session(master=master, settings=session_settings(port)) as session,
    ):
        yield Cluster(session, f"sc://127.0.0.1:{port}")


@pytest.fixture(scope="package")
def cdnow_shop(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster, database: Database) -> CdnowShop:
    """Prepared once: the command takes its time."""
    return made_cdnow_shop(tmp_path_factory.mktemp("cdnow"), cluster.connect, database)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a data set that is not there yet."""
    return tmp_path / "data_sets" / "shop"
