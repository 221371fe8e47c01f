"""Customer features computed ahead, by a schedule or on a cluster, kept in the folder of the version they belong to.

    <version>/prepared/customer_features-<day>-<digest>.parquet

The digest is over the version, the text of the rule and all that it binds, so a file is found only by the data set,
day, windows and release of the rules it was made from. Whoever finds none computes the same rows (`computed_features`).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from crm_core.engine import Engine, Recipe
from crm_core.portable import PORTABLE, portable
from crm_core.settings import Windows
from crm_core.store import DataSet
from crm_core.store.files import remove, told_to_the_reader
from crm_core.store.selects import WRITTEN, quoted

FEATURES = "customer_features"
DIGEST_DIGITS = 16
CUSTOMERS_AT_A_TIME = 1_000_000  # whose features are computed together: they take some 1.5 GB


class FeatureWriter(Protocol):
    """An engine that can write the features of a data set to one Parquet file, sorted by customer_key."""

    def write_features(self, data: DataSet, bound: Mapping[str, Any], path: Path) -> None: ...


class LocalFeatures:
    """Features made by DuckDB."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def write_features(self, data: DataSet, bound: Mapping[str, Any], path: Path) -> None:
        """Write the features of a data set as Parquet, one row per customer by customer_key."""
        with self.engine.lease(computed_features(data, bound)) as table:
            copy = f"copy (select * from {table} order by customer_key) to {quoted(str(path))} ({WRITTEN})"
            self.engine.database.execute(copy)


def computed_features(
    data: DataSet, bound: Mapping[str, Any], customers_at_a_time: int = CUSTOMERS_AT_A_TIME
) -> Recipe:
    """`customer_features` of a data set, computed for so many customers at a time."""
    rows_expected = data.row_counts["customers"]
    relations = {table: data.relation(table) for table in PORTABLE[FEATURES]}
    whole = Recipe(FEATURES, parameters=bound, relations=relations, rows_expected=rows_expected)
    if rows_expected <= customers_at_a_time:
        return whole
    of_all = Recipe("region_revenue", parameters=bound, relations=relations)
    return replace(whole, parts=(of_all,), pieces=_ranges(relations, rows_expected, customers_at_a_time))


def _ranges(relations: Mapping[str, str], customers: int, size: int) -> tuple[Mapping[str, str], ...]:
    """The tables of one range of customers after the other: each file is sorted by them, and keys begin at 1."""
    return tuple(
        {
            name: f"select * from ({rows}) where customer_key between {first} and {first + size - 1}"
            for name, rows in relations.items()
        }
        for first in range(1, customers + 1, size)
    )


def feature_parameters(data: DataSet, as_of: date, windows: Windows) -> dict[str, Any]:
    """All that the features of a data set bind on a day."""
    return {
        **windows.days(as_of),
        "has_payments": data.has("payments"),
        "has_archive": data.has("customers"),
    }


def prepared_path(data: DataSet, as_of: date, windows: Windows) -> Path:
    """Where the features of this data set, day and windows lie if somebody prepared them."""
    query = portable(FEATURES)
    bound = query.bind(feature_parameters(data, as_of, windows))
    made_from = [data.version, query.sql, {name: repr(value) for name, value in sorted(bound.items())}]
    digest = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:DIGEST_DIGITS]
    return data.folder / "prepared" / f"{FEATURES}-{as_of.isoformat()}-{digest}.parquet"


def prepare_features(data: DataSet, as_of: date, windows: Windows, writer: FeatureWriter) -> Path:
    """Compute the features and put them where a book finds them; what is there already stays.

    The file is whole or not there. Raises StoreError if the disk refuses.
    """
    path = prepared_path(data, as_of, windows)
    if path.exists():
        return path
    with told_to_the_reader(path.parent):
        path.parent.mkdir(exist_ok=True)
        building = path.with_name(f".building-{secrets.token_hex(6)}.parquet")
        try:
            writer.write_features(data, feature_parameters(data, as_of, windows), building)
            building.replace(path)
        finally:
            remove(building)
    return path
