"""The product, asked about the demo company, names what was planted."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_core.book import Book
from crm_core.demo.plants import LAST_DAY
from crm_core.engine import shared_database
from crm_core.schema import TABLES
from crm_core.settings import LoyaltySettings, Scenario
from crm_core.store import Workspace

SET_ASIDE = {"source_file": "", "source_line": 0, "column_name": "", "value": "", "reason": "", "raw": ""}
DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Load:
    folder: Path


def load(folder: Path, name: str) -> Load:
    """A file of the demo company as a load that set nothing aside."""
    folder.mkdir()
    path = str(DATA / f"{name}.parquet")
    held = pq.read_schema(path).names
    columns = ", ".join(
        f"{column.name if column.name in held else 'null'}::{column.sql_type} as {column.name}"
        for column in TABLES[name].columns
    )
    accepted = shared_database().arrow(
        f"select {columns}, $file_name as source_file, row_number() over () as source_line from read_parquet($path)",
        {"path": path, "file_name": f"{name}.parquet"},
    )
    pq.write_table(accepted, folder / "accepted.parquet")
    pq.write_table(pa.Table.from_pylist([SET_ASIDE]).slice(0, 0), folder / "set_aside.parquet")
    (folder / "report.json").write_text(json.dumps({"file_name": f"{name}.parquet", "table": name}))
    return Load(folder)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo")
    loads = [load(root / name, name) for name in TABLES]
    workspace = Workspace(root / "workspace", shared_database())
    published_at = datetime(2026, 7, 1, tzinfo=UTC)
    data_set = workspace.publish("Demo", loads, currency="CNY", published_at=published_at)
    return Book(data_set, LAST_DAY)


@pytest.fixture(scope="module")
def planted(tables):
    return tables["planted"].select(["customer_id", "plant"]).to_pandas()


def shares(planted: pd.DataFrame, listing, label: str) -> pd.DataFrame:
    """Share of each plant's customers (rows) with each label (columns)."""
    labelled = planted.merge(listing.everything().to_pandas(), on="customer_id")
    return pd.crosstab(labelled["plant"], labelled[label], normalize="index")


def test_each_loyalty_plant_is_named_by_its_type(book, planted):
    types = shares(planted, book.loyalty_types(LoyaltySettings(frequency_cut=0.8)).listing(), "loyalty_type")

    assert types.loc["high_loyalty", "high"] > 0.97
    assert types.loc["whale", "high"] > 0.9
    assert types.loc["inertia", "inertia"] > 0.97
    assert types.loc["latent", "latent"] > 0.97
    assert types.loc["zero", "zero"] > 0.95


def test_those_about_to_lapse_are_at_high_risk_and_the_loyal_are_not(book, planted):
    bands = shares(planted, book.churn_signals().listing(), "band")

    assert bands.loc["about_to_lapse", "high"] > 0.85
    assert bands.loc["lapsed", "lost"] == 1
    for plant in ("whale", "high_loyalty", "fast_growing"):
        assert bands.loc[plant].get("high", 0) + bands.loc[plant].get("lost", 0) < 0.02, plant


@pytest.mark.parametrize(
    ("signal", "plant"),
    [
        ("overdue_order", "about_to_lapse"),
        ("spend_falling", "falling_spend"),
        ("categories_falling", "narrowing"),
        ("discount_rising", "discount_chaser"),
        ("returns_rising", "return_riser"),
    ],
)
def test_each_signal_shows_most_where_its_change_was_planted(book, planted, signal, plant):
    listed = planted.merge(book.churn_signals().listing().everything().to_pandas(), on="customer_id")
    mean = listed.groupby("plant")[signal].mean()
    quiet = mean[["high_loyalty", "fast_growing", "late_payer", "whale"]]

    assert mean[plant] > 0.5
    assert mean[plant] > 3 * quiet.max()


def test_whales_stand_in_the_top_tier(book, planted):
    tiers = shares(planted, book.value_tiers().listing(), "tier_number")

    assert tiers.loc["whale", 1] == 1
    assert tiers.loc["zero", 1] < 0.05


def test_those_planted_to_have_left_are_lost_and_those_won_back_are_among_the_returns(book, planted):
    found = book.exits(Scenario().with_changes({"churn.horizon_days": 180, "exits.period_days": 730}))
    lost = set(found.listing().everything()["customer_id"].to_pylist())
    plants = {name: set(planted[planted["plant"] == name]["customer_id"]) for name in set(planted["plant"])}

    assert len(plants["lapsed"] & lost) / len(plants["lapsed"]) > 0.95
    for plant in ("whale", "high_loyalty", "fast_growing", "won_back"):
        assert not plants[plant] & lost, plant
    assert found.returns.in_period >= len(plants["won_back"])


def test_those_who_left_had_been_at_high_risk_far_more_often_than_those_who_stayed(book):
    told = book.exits(Scenario().with_changes({"churn.horizon_days": 180})).warnings

    assert told.warned_share > 0.9
    assert told.warned_share > 1.8 * told.stayers_warned_share
    assert told.warned_days > 60
