"""Customer features computed ahead, by a schedule or on a cluster, kept in the folder of the version they belong to.

    <version>/prepared/customer_features-<day>-<digest>.parquet

The digest is over the version, the text of the rule and all that it binds, so a file is found only by the data set,
day, windows and release of the rules it was made from. Whoever finds none computes the same rows.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from crm_core.engine import Database, compose
from crm_core.portable import PORTABLE, portable
from crm_core.settings import Windows
from crm_core.store import DataSet
from crm_core.store.files import remove, told_to_the_reader
from crm_core.store.selects import WRITTEN, quoted

FEATURES = "customer_features"
DIGEST_DIGITS = 16


class FeatureWriter(Protocol):
    """An engine that can write the features of a data set to one Parquet file, sorted by customer_key."""

    def write_features(self, data: DataSet, bound: Mapping[str, Any], path: Path) -> None: ...


class LocalFeatures:
    """Features made by DuckDB."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write_features(self, data: DataSet, bound: Mapping[str, Any], path: Path) -> None:
        """Write the features of a data set as Parquet, one row per customer by customer_key."""
        query = compose(FEATURES, {table: data.relation(table) for table in PORTABLE[FEATURES]})
        copy = f"copy (select * from ({query.sql}\n) order by customer_key) to {quoted(str(path))} ({WRITTEN})"
        self.database.execute(copy, query.bind(bound))


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
