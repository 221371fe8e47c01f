"""Two ids that look like one customer: suggested with the reason, never merged."""

from dataclasses import dataclass

import pyarrow as pa

from crm_core.engine import Database, compose
from crm_core.language import N_
from crm_core.store import DataSet

PAIRS_SHOWN = 200

REASONS: dict[str, str] = {
    "licence": N_("same licence number"),
    "email": N_("same e-mail address"),
    "name": N_("same name"),
    "phone": N_("same telephone"),
    "similar name": N_("names a letter or two apart"),
}


@dataclass(frozen=True)
class AlikeCustomers:
    """How many pairs look like one customer, and up to 200 of them, the surest first.

    `pairs` has a row a pair: customer_id, name, other_id, other_name, reason (a key of REASONS).
    """

    count: int
    pairs: pa.Table


def alike_customers(data_set: DataSet, database: Database) -> AlikeCustomers:
    """Pairs of a data set's customers that share a licence, an e-mail, a telephone or (nearly) a name."""
    query = compose("alike_customers", {"customers": data_set.relation("customers")}).sql
    counted = f"select *, count(*) over () as pair_count from ({query}\n)"
    found = database.arrow(f"{counted} order by strength, customer_id, other_id limit {PAIRS_SHOWN}")
    count = int(found.column("pair_count")[0].as_py()) if len(found) else 0
    return AlikeCustomers(count, found.drop_columns(["strength", "pair_count"]))
