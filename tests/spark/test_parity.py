"""Spark gives the rows that DuckDB gives: on a master and two workers, through the committed text.

Laid-out tables must be the same row by row, which the version says: it is a digest of all rows. Of features numbers
may differ by a billionth.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyspark.errors import AnalysisException

from crm_core.engine import Database, Engine
from crm_core.errors import SettingsError
from crm_core.portable import PORTABLE, given_name, portable
from crm_core.prepared import LocalFeatures, feature_parameters, prepare_features, prepared_path
from crm_core.schema import TABLES
from crm_core.settings import Windows
from crm_core.spark.session import failures_told
from crm_core.spark.tables import SparkTables
from crm_core.store import CanonicalTable, DataSet
from tests import cdnow
from tests.spark.cdnow_shop import PROJECT, CdnowShop, published
from tests.spark.conftest import Cluster
from tests.spark.rough_shop import rough_shop

BILLIONTH = 1e-9
NARROW = Windows(lookback_days=90, window_days=31, default_margin_rate=0.333)


def differences(mine: pa.Table, theirs: pa.Table) -> dict[str, int]:
    """Columns with rows that differ by more than a billionth (of the number, where it is large), and how many."""
    assert [(field.name, field.type) for field in mine.schema] == [(field.name, field.type) for field in theirs.schema]
    assert mine.num_rows == theirs.num_rows
    found = {name: differing(mine[name].combine_chunks(), theirs[name].combine_chunks()) for name in mine.column_names}
    return {name: count for name, count in found.items() if count}


def differing(mine: pa.Array, theirs: pa.Array) -> int:
    if not pa.types.is_floating(mine.type):
        unlike = pc.fill_null(pc.not_equal(mine, theirs), False)
        absent_once = pc.xor(pc.is_null(mine), pc.is_null(theirs))
        return int(pc.sum(pc.or_(unlike, absent_once)).as_py() or 0)
    left, right = mine.to_numpy(zero_copy_only=False), theirs.to_numpy(zero_copy_only=False)
    return int(np.sum(~np.isclose(left, right, rtol=BILLIONTH, atol=BILLIONTH, equal_nan=True)))


def features_of_both(
    data: DataSet, as_of: date, windows: Windows, cluster: Cluster, database: Database
) -> list[pa.Table]:
    """The features by DuckDB and by Spark, by customer."""
    tables = []
    for engine in (LocalFeatures(Engine(database)), SparkTables(cluster.session, database)):
        path = prepare_features(data, as_of, windows, engine)
        tables.append(pq.read_table(path))
        path.unlink()
    return tables


def rows_of_both(
    model: str, bound: dict[str, Any], data: DataSet, features: Path, cluster: Cluster, database: Database
) -> list[pa.Table]:
    """A portable model's rows by DuckDB and by Spark, over a data set and its prepared features, in order."""
    spark = SparkTables(cluster.session, database)
    given = []
    for table in PORTABLE[model]:
        path = features if table == "customer_features" else data.path(table)
        spark.give(table, [path])
        given.append(f"{given_name(table)} as (select * from '{path}')")
    query = portable(model)
    local = database.arrow(f"with {', '.join(given)} select * from ({query.sql}\n)", query.bind(bound))
    theirs = spark.rows(model, bound).toArrow().cast(local.schema)
    order = [(name, "ascending") for name in local.column_names]
    return [local.sort_by(order), theirs.sort_by(order)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, database: Database) -> DataSet:
    tables = [CanonicalTable(table, (PROJECT / "data" / f"{table}.parquet",)) for table in TABLES]
    return published(tmp_path_factory.mktemp("demo") / "shop", tables, database)


def test_the_demo_company_has_the_same_features(demo: DataSet, cluster: Cluster, database: Database):
    mine, theirs = features_of_both(demo, demo.last_day, Windows(), cluster, database)

    assert mine.num_rows > 3000
    assert differences(mine, theirs) == {}


def test_back_tests_and_cohorts_get_the_same_rows(demo: DataSet, cluster: Cluster, database: Database):
    day = demo.last_day - timedelta(180)
    features = prepare_features(demo, day, NARROW, LocalFeatures(Engine(database)))
    bound = {
        **feature_parameters(demo, day, NARROW),
        "outcome_on": demo.last_day,
        "horizon_days": 180,
        "observed_until": day,
        "period_months": 3,
    }
    for model in ("later_orders", "customer_survival", "second_orders", "cohort_cells"):
        mine, theirs = rows_of_both(model, bound, demo, features, cluster, database)

        assert mine.num_rows > 0, model
        assert differences(mine, theirs) == {}, model


def test_cdnow_comes_through_spark_connect_as_by_hand(cdnow_shop: CdnowShop, database: Database):
    """The command, in a process of its own, without Java, from canonical Parquet to a data set with features."""
    here, there = cdnow_shop.on_duckdb, cdnow_shop.on_spark

    assert there.version == here.version
    paths = [prepared_path(there, day, Windows()) for day in (cdnow.CALIBRATED_ON, there.last_day)]
    assert cdnow_shop.printed == [str(path) for path in paths]
    mine = features_by_duckdb(here, cdnow.CALIBRATED_ON, database)
    assert mine.num_rows == 2357 - 8  # eight only ever got something for nothing
    assert differences(mine, pq.read_table(paths[0])) == {}
    assert differences(features_by_duckdb(here, there.last_day, database), pq.read_table(paths[1])) == {}


def features_by_duckdb(data: DataSet, day: date, database: Database) -> pa.Table:
    """The features as computed now; nothing stays prepared."""
    path = prepare_features(data, day, Windows(), LocalFeatures(Engine(database)))
    table = pq.read_table(path)
    path.unlink()
    path.parent.rmdir()
    return table


def test_a_rough_shop_is_laid_out_row_by_row_alike(home: Path, cluster: Cluster, database: Database):
    tables = rough_shop(20_000, 1_500, home.parent.parent / "rough", database)

    here = published(home.with_name("here"), tables, database)
    there = published(home, tables, database, writer=SparkTables(cluster.session, database))

    assert there.version == here.version
    assert there.tables == here.tables
    assert there.row_counts == here.row_counts


def test_a_million_rough_lines_have_the_same_features(home: Path, cluster: Cluster, database: Database):
    data = published(home, rough_shop(1_000_000, 40_000, home.parent.parent / "rough", database), database)
    month_end = date(2024, 2, 29)

    assert data.row_counts["order_lines"] == 1_000_000
    for day, windows in ((data.last_day, Windows()), (month_end, NARROW)):
        mine, theirs = features_of_both(data, day, windows, cluster, database)

        assert mine.num_rows > 10_000
        assert differences(mine, theirs) == {}


def test_a_folder_that_spark_does_not_see_is_told_and_a_wrong_query_crashes(tmp_path: Path, cluster: Cluster):
    with (
        pytest.raises(SettingsError, match=r"^Spark failed on here: \[PATH_NOT_FOUND\].+nowhere"),
        failures_told("here"),
    ):
        cluster.session.read.parquet(str(tmp_path / "nowhere"))
    with pytest.raises(AnalysisException, match="revenues"), failures_told("here"):
        cluster.session.sql("select revenues from values (1) as orders(revenue)").collect()


def test_the_check_sees_a_difference_of_two_billionths_and_a_null_elsewhere():
    mine = pa.table({"key": [1, 2, 3], "share": [0.5, None, 0.25]})
    moved = pa.table({"key": [None, 2, 3], "share": [0.5, None, 0.25]})

    assert differences(mine, mine) == {}
    assert differences(mine, pa.table({"key": [1, 2, 3], "share": [0.5 + 2e-9 * 1.01, None, 0.25]})) == {"share": 1}
    assert differences(mine, pa.table({"key": [1, 2, None], "share": [0.5, 0.1, 0.25]})) == {"key": 1, "share": 1}
    assert differences(moved, pa.table({"key": [1, 2, None], "share": [0.5, None, 0.25]})) == {"key": 2}
