"""python -m crm_core features: customer features computed ahead, here or on a Spark cluster.

    --input   a data set's folder in a workspace, one of its versions, or a folder of canonical Parquet tables
              (orders.parquet, customers.parquet, ...; a file each, or a folder of parts)
    --output  the data set's folder in a workspace (<workspace>/data_sets/<name>); the dashboard lists it from then on

Canonical tables are laid out as a new version first, by the same engine. With Spark both folders lie where this machine
and the cluster see them under the same path.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from crm_core.book import Book
from crm_core.churn import horizon
from crm_core.engine import Database, shared_database, shared_engine
from crm_core.errors import InputError, StoreError
from crm_core.evidence.back_test import origins
from crm_core.ingest.columnar import told_if_torn
from crm_core.language import _
from crm_core.prepared import FeatureWriter, LocalFeatures, prepare_features
from crm_core.schema import TABLES
from crm_core.settings import Scenario
from crm_core.store import CanonicalTable, DataSet
from crm_core.store.data_set import read_data_set
from crm_core.store.layout import TableWriter
from crm_core.store.names import is_slug
from crm_core.store.publishing import Publication, adopt_version, current_data_set, publish_version
from crm_core.store.room import room_needed, room_sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="who computes (duckdb)")
    parser.add_argument("--input", type=Path, required=True, help="a data set's folder, or one of canonical tables")
    parser.add_argument("--output", type=Path, required=True, help="the data set's folder that the dashboard reads")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, action="append", help="a day to prepare; may be repeated (the last day)"
    )
    parser.add_argument("--back-tests", action="store_true", help="prepare the earlier days of the page Evidence too")
    parser.add_argument(
        "--scenario", type=Path, help="a scenario's JSON, for its windows and churn rule (the defaults)"
    )
    parser.add_argument("--name", default="", help="what a new data set is called (its folder's name)")
    parser.add_argument("--currency", default="", help="ISO 4217 code of the amounts of a new data set, such as CNY")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--master", default="local[*]", help="Spark: spark://host:port of a cluster (this machine)")
    where.add_argument("--remote", default="", help="Spark: sc://host:port of a Spark Connect server")
    parser.add_argument("--memory", default="", help="Spark: memory of the driver and of each executor, such as 4g")
    parser.add_argument(
        "--conf", action="append", default=[], metavar="NAME=VALUE", help="Spark: any other setting; may be repeated"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare what was asked for and print the path of each file, one a line."""
    if not is_slug(arguments.output.absolute().name):
        raise StoreError(
            _("A data set's folder is named in letters, digits and hyphens, unlike {folder}.").format(
                folder=arguments.output
            )
        )
    scenario = _scenario(arguments.scenario)
    source = _source(arguments.input.absolute())  # before an engine is started, which takes a while
    database = shared_database()
    with _engine(arguments, database) as (writer, features):
        data = _data_set(source, arguments, writer, database)
        days = arguments.as_of or [data.last_day]
        for day in days:
            print(prepare_features(data, day, scenario.windows, features), flush=True)
            if arguments.back_tests:
                for earlier in _back_test_days(data, day, scenario):
                    print(prepare_features(data, earlier, scenario.windows, features), flush=True)
    return 0


def _scenario(path: Path | None) -> Scenario:
    if path is None:
        return Scenario()
    try:
        return Scenario.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(_("There is no file {file}.").format(file=path)) from error


@contextmanager
def _engine(arguments: argparse.Namespace, database: Database) -> Iterator[tuple[TableWriter | None, FeatureWriter]]:
    """Who lays out tables (none: the store itself) and who computes features."""
    if arguments.engine == "duckdb":
        yield None, LocalFeatures(shared_engine())
        return
    from crm_core.spark.session import spark_session
    from crm_core.spark.tables import SparkTables

    settings = dict(_setting(text) for text in arguments.conf)
    with spark_session(
        master=arguments.master, remote=arguments.remote, memory=arguments.memory, settings=settings
    ) as session:
        tables = SparkTables(session, database)
        yield tables, tables


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(_("A setting is NAME=VALUE, unlike {text}.").format(text=text))
    return name, value


def _source(folder: Path) -> DataSet | Sequence[CanonicalTable]:
    """What lies at the input: a data set, or canonical tables to make one of."""
    return _published(folder) or _canonical_tables(folder)


def _data_set(
    source: DataSet | Sequence[CanonicalTable],
    arguments: argparse.Namespace,
    writer: TableWriter | None,
    database: Database,
) -> DataSet:
    """The data set at the output: there already, copied from the input, or laid out from canonical tables."""
    home = arguments.output.absolute()
    if isinstance(source, DataSet):
        return source if source.folder.parent.parent == home else adopt_version(home, source)
    room = room_needed([path for table in source for path in table.files], database)
    room = room if writer is None else room.spilled_elsewhere()
    if room.is_large:
        print(room_sentence(room, home, database), file=sys.stderr, flush=True)
    publication = Publication(arguments.name or home.name, arguments.currency, datetime.now(UTC))
    return publish_version(home, source, publication, database, writer=writer)


def _published(folder: Path) -> DataSet | None:
    """The data set that a folder of the store holds; none if it is no such folder."""
    if (folder / "current").exists():
        return current_data_set(folder)
    return read_data_set(folder, folder.name) if (folder / "manifest.json").exists() else None


def _canonical_tables(folder: Path) -> Sequence[CanonicalTable]:
    found = [CanonicalTable(table, files) for table in TABLES if (files := _files(folder, table))]
    if not any(table.table == "orders" for table in found):
        raise InputError(
            _("{folder} holds neither a data set nor orders.parquet. Name the folder that does.").format(folder=folder)
        )
    for path in (path for table in found for path in table.files):
        with told_if_torn(str(path)):
            pq.read_metadata(path)
    return found


def _files(folder: Path, table: str) -> tuple[Path, ...]:
    """The Parquet file of a table, or the parts that another program wrote in its place."""
    for place in (folder / f"{table}.parquet", folder / table):
        if place.is_dir():
            return tuple(sorted(place.glob("*.parquet")))
        if place.is_file():
            return (place,)
    return ()


def _back_test_days(data: DataSet, day: date, scenario: Scenario) -> list[date]:
    """The days that back-tests of the churn rule stand on; the book finds the features of `day` prepared."""
    book = Book(data, day, scenario.windows)
    return origins(book, horizon(book, scenario.churn).days)
