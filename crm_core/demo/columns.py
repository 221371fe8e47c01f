"""Arrays of the generator → Arrow columns of a canonical table."""

from datetime import datetime

import numpy as np
import pyarrow as pa

from crm_core.demo.plants import FIRST_DAY
from crm_core.demo.traits import Flags, Floats, Integers, Texts

EPOCH_DAY = (FIRST_DAY - datetime(1970, 1, 1).date()).days


def texts(values: Texts, known: Flags | None = None) -> pa.Array:
    return pa.array(values, pa.string(), mask=None if known is None else ~known)


def money(values: Floats, known: Flags | None = None) -> pa.Array:
    """CNY to the cent; null where not known."""
    missing = np.isnan(values) if known is None else np.isnan(values) | ~known
    return pa.array(np.where(missing, 0.0, values), pa.float64(), mask=missing).cast(pa.decimal128(18, 2))


def days(values: Integers, known: Flags | None = None) -> pa.Array:
    return pa.array((values + EPOCH_DAY).astype(np.int32), pa.int32(), mask=None if known is None else ~known).cast(
        pa.date32()
    )


def instants(minutes: Integers, known: Flags | None = None) -> pa.Array:
    """Minutes since FIRST_DAY 00:00 → timestamps without a zone."""
    seconds = pa.array((minutes + EPOCH_DAY * 24 * 60) * 60, pa.int64(), mask=None if known is None else ~known)
    return seconds.cast(pa.timestamp("s")).cast(pa.timestamp("ms"))


def labels(places: Integers, names: list[str]) -> pa.Array:
    """Text by its place in a list; the Parquet dictionary keeps it small."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(names, pa.string())).cast(
        pa.string()
    )
