"""The demo company is what its README says, and stays it."""

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from crm_core import schema
from crm_core.demo import demo_tables, write_demo
from crm_core.demo.plants import LAST_DAY, NEW_CHANNEL_OPENS, NEW_REGION_OPENS, PLANTS

DATA = Path(__file__).parents[2] / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")
TABLES = ("orders", "customers", "payments", "cases", "surveys", "visits", "contracts")


def frame(table):
    return table.to_pandas()


@pytest.fixture(scope="module")
def lines(tables):
    """Order lines with their day and their customer's plant."""
    orders, planted = frame(tables["orders"]), frame(tables["planted"])
    orders["day"] = orders["ordered_at"].dt.date
    orders["amount"] = orders["amount"].astype(float)
    return orders.merge(planted[["customer_id", "plant"]], on="customer_id")


def since(days):
    return LAST_DAY - timedelta(days=days)


def test_the_files_in_the_repository_are_what_the_generator_makes(tables):
    for name, table in tables.items():
        assert pq.read_table(DATA / f"{name}.parquet").equals(table), name


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    write_demo(tmp_path / "once")
    write_demo(tmp_path / "again")

    written = sorted((tmp_path / "once").iterdir())
    assert len(written) == 8
    assert all(path.read_bytes() == (tmp_path / "again" / path.name).read_bytes() for path in written)


def test_another_seed_makes_another_company(tables):
    assert not demo_tables(seed=1)["orders"].equals(tables["orders"])


def test_all_files_together_stay_under_six_megabytes():
    assert sum(path.stat().st_size for path in DATA.glob("*.parquet")) < 6_000_000


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_canonical_columns_only_and_all_that_are_required(tables, name):
    canonical = {table.name: table for table in vars(schema).values() if isinstance(table, schema.Table)}[name]

    assert set(tables[name].column_names) <= set(canonical.column_names)
    assert set(canonical.required) <= set(tables[name].column_names)
    assert all(tables[name][column].null_count == 0 for column in canonical.required)


@pytest.mark.parametrize("name", [*TABLES, "planted"])
def test_the_readme_counts_the_rows(tables, name):
    row = re.search(rf"^\| {name}\.parquet .*\| ([\d,]+) \|$", README, re.MULTILINE)

    assert row
    assert int(row[1].replace(",", "")) == tables[name].num_rows


def test_the_readme_lists_every_plant_with_its_customers(tables):
    told = {name: int(count) for name, count in re.findall(r"^\| `(\w+)` \| (\d+) \|", README, re.MULTILINE)}

    assert told == {plant.name: plant.customers for plant in PLANTS}
    assert told == Counter(tables["planted"]["plant"].to_pylist())


def test_every_customer_is_planted_once_and_stands_in_the_archive(tables):
    planted = tables["planted"]["customer_id"].to_pylist()

    assert len(set(planted)) == len(planted)
    assert planted == tables["customers"]["customer_id"].to_pylist()
    for name in TABLES:
        assert set(tables[name]["customer_id"].to_pylist()) <= set(planted), name


def test_orders_run_for_three_years_to_the_last_day(lines):
    assert (lines["day"].min(), lines["day"].max()) == (date(2023, 7, 1), date(2026, 6, 30))
    assert 120_000 < len(lines) < 200_000


def test_a_minus_sign_marks_a_return_and_nothing_else_is_zero_or_less(lines):
    returned = lines["order_id"].str.startswith("RN")

    assert ((lines["amount"] < 0) == returned).all()
    assert ((lines["quantity"] < 0) == returned).all()
    assert (lines["amount"] != 0).all()


def test_no_order_brings_back_more_than_it_sold(lines):
    net = lines.groupby(lines["order_id"].str[2:])["amount"].sum()

    assert (net > -0.005).all()


def test_an_order_has_one_customer_and_one_day(lines):
    per_order = lines.groupby("order_id")[["customer_id", "ordered_at", "channel", "sales_rep"]].nunique()

    assert (per_order == 1).all().all()


def test_nothing_is_recorded_after_the_last_day(tables):
    seen = [("orders", "delivered_at"), ("payments", "paid_at"), ("payments", "invoiced_at"), ("cases", "closed_at")]
    seen += [("cases", "opened_at"), ("surveys", "answered_at"), ("visits", "visited_at"), ("contracts", "signed_at")]

    for table, column in seen:
        assert pc.max(tables[table][column].cast("date32")).as_py() <= LAST_DAY, column


def test_the_top_fifth_bring_two_thirds_to_three_quarters_of_revenue(lines):
    for window in (lines, lines[lines["day"] > since(365)]):
        revenue = window.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
        top = revenue.head(round(len(revenue) * 0.2)).sum() / revenue.sum()

        assert 0.65 <= top <= 0.75


def test_five_percent_of_the_costs_are_unknown(tables):
    assert tables["orders"]["cost"].null_count / tables["orders"].num_rows == pytest.approx(0.05, abs=0.003)


def test_the_new_region_and_the_new_channel_open_in_the_last_year(tables, lines):
    region = frame(tables["customers"])[["customer_id", "region"]]
    northwest = lines.merge(region, on="customer_id").query("region == 'Northwest 西北'")
    mini_app = lines[lines["channel"] == "Mini app 小程序"]

    assert since(365) < NEW_REGION_OPENS <= northwest["day"].min()
    assert since(365) < NEW_CHANNEL_OPENS <= mini_app["day"].min()


def test_nobody_can_be_reached_by_what_the_archive_says(tables):
    customers = frame(tables["customers"])

    assert customers["phone"].dropna().str.fullmatch(r"\d{3}-555-01\d\d").all()
    assert customers["email"].dropna().str.endswith("@example.com").all()
    assert customers["licence_no"].dropna().str.startswith("DEMO-").all()


def test_names_are_all_different(tables):
    assert pc.count_distinct(tables["customers"]["name"]).as_py() == tables["customers"].num_rows


def test_no_parent_has_a_parent(tables):
    customers = frame(tables["customers"])
    parents = set(customers["parent_id"].dropna())

    assert len(parents) == 36
    assert customers.loc[customers["customer_id"].isin(parents), "parent_id"].isna().all()
