"""Prepared features are found by the very data set, day, windows and rules they were made from, and by no other."""

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from crm_core import prepared as prepared_module
from crm_core.__main__ import main
from crm_core.book import Book, _features
from crm_core.engine import Engine, Query
from crm_core.prepared import LocalFeatures, prepare_features, prepared_path
from crm_core.settings import Windows
from crm_core.store import DataSet
from crm_core.store.publishing import adopt_version, current_data_set, current_version
from tests.books import ARROW_TYPES, arrow_table, book_of, book_with, feature, features, workspace

LAST_DAY = date(2026, 3, 31)
_homes = count(1)


@pytest.fixture
def book() -> Book:
    """Two customers of a data set of its own, so that what is prepared here is found nowhere else."""
    book = book_with([("ann", "2026-03-01", 10), ("ann", "2026-03-31", 5), ("bob", "2026-02-01", 7)])
    return Book(moved(book.data), LAST_DAY, engine=book.engine)


def moved(data: DataSet) -> DataSet:
    """The same version in a place of its own."""
    home = workspace().root / f"prepared-{next(_homes)}"
    home.mkdir(parents=True)
    return adopt_version(home, data)


def mark(path: Path) -> None:
    """Make prepared features tell themselves from computed ones: revenue is 1 more."""
    table = pq.read_table(path)
    one_more = pc.cast(pc.add(table["revenue"], pa.scalar(1, pa.decimal128(18, 4))), pa.decimal128(18, 4))
    pq.write_table(table.set_column(table.column_names.index("revenue"), "revenue", one_more), path)


def test_prepared_features_are_what_a_book_computes(book: Book):
    computed = features(book)
    prepare_features(book.data, LAST_DAY, Windows(), LocalFeatures(book.engine))
    _features.cache_clear()

    assert features(book) == computed


def test_several_days_prepared_one_after_the_other_keep_no_more_than_the_engine_may(book: Book):
    engine = Engine(workspace().database, budget_bytes=0)
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    paths = [prepare_features(book.data, day, Windows(window_days=31), LocalFeatures(engine)) for day in days]

    assert [pq.read_metadata(path).num_rows for path in paths] == [2, 2, 2]
    assert len(engine.kept()) == 1


def test_a_book_reads_what_was_prepared_for_its_day_windows_and_version(book: Book):
    mark(prepare_features(book.data, LAST_DAY, Windows(), LocalFeatures(book.engine)))
    _features.cache_clear()

    assert feature(book, "ann", "revenue") == 16
    assert feature(book.at(date(2026, 3, 30)), "ann", "revenue") == 10
    assert feature(book.through(Windows(window_days=30)), "ann", "revenue") == 15
    assert feature(book_of(moved(book.data), LAST_DAY), "ann", "revenue") == 15


def test_prepared_features_of_another_version_are_not_taken_even_if_copied_there(book: Book):
    path = prepare_features(book.data, LAST_DAY, Windows(), LocalFeatures(book.engine))
    other = moved(book_with([("ann", "2026-03-31", 20), ("bob", "2026-02-01", 7)]).data)
    (other.folder / "prepared").mkdir()
    (other.folder / "prepared" / path.name).write_bytes(path.read_bytes())
    _features.cache_clear()

    assert feature(book_of(other, LAST_DAY), "ann", "revenue") == 20


def test_a_changed_rule_leaves_what_was_prepared_by_the_old_one(book: Book, monkeypatch: pytest.MonkeyPatch):
    path = prepared_path(book.data, LAST_DAY, Windows())
    query = prepared_module.portable("customer_features")
    changed = Query(query.sql.replace("0.5", "0.4"), query.parameters)
    monkeypatch.setattr(prepared_module, "portable", lambda model: changed)

    assert prepared_path(book.data, LAST_DAY, Windows()) != path


def test_what_fails_leaves_nothing_behind(book: Book):
    class Failing:
        def write_features(self, data: DataSet, bound: object, path: Path) -> None:
            path.write_bytes(b"half")
            raise RuntimeError("the cluster went away")

    with pytest.raises(RuntimeError):
        prepare_features(book.data, LAST_DAY, Windows(), Failing())

    assert list((book.data.folder / "prepared").iterdir()) == []


# ---------------------------------------------------------------------- the command, on DuckDB


@pytest.fixture
def canonical(tmp_path: Path) -> Path:
    """A folder of canonical tables as another program would write them: orders in two parts, few columns."""
    folder = tmp_path / "nightly"
    (folder / "orders").mkdir(parents=True)
    for part, day in enumerate(("2026-03-01", "2026-03-31")):
        rows = arrow_table("orders", [{"customer_id": "ann", "ordered_at": day, "amount": 10}])
        pq.write_table(rows.select(["amount", "customer_id", "ordered_at"]), folder / "orders" / f"part-{part}.parquet")
    pq.write_table(arrow_table("customers", [{"customer_id": "ann", "region": "East"}]), folder / "customers.parquet")
    return folder


def command(*words: object) -> int:
    return main(["features", *map(str, words)])


def test_the_command_lays_out_canonical_tables_and_prepares_the_last_day(
    canonical: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = tmp_path / "data_sets" / "shop"

    assert command("--input", canonical, "--output", home, "--currency", "CNY") == 0

    data = current_data_set(home)
    assert (data.name, data.currency, data.last_day) == ("shop", "CNY", LAST_DAY)
    assert data.row_counts == {"customers": 1, "orders": 2, "order_lines": 2, "set_aside": 0}
    assert capsys.readouterr().out.split() == [str(prepared_path(data, LAST_DAY, Windows()))]


def test_the_command_prepares_days_of_a_data_set_where_it_lies(book: Book):
    home = book.data.folder.parent.parent

    assert command("--input", home, "--output", home, "--as-of", "2026-03-01", "--as-of", "2026-03-02") == 0

    assert [path.name[:28] for path in sorted((book.data.folder / "prepared").iterdir())] == [
        "customer_features-2026-03-01", "customer_features-2026-03-02",
    ]  # fmt: skip


def test_the_command_copies_a_version_to_another_place_and_prepares_it_there(book: Book, tmp_path: Path):
    home = tmp_path / "data_sets" / "copy"

    assert command("--input", book.data.folder, "--output", home) == 0

    assert current_version(home) == book.data.version
    assert prepared_path(current_data_set(home), LAST_DAY, Windows()).exists()
    assert not (book.data.folder / "prepared").exists()


def test_back_tests_have_their_days_prepared_too(tmp_path: Path):
    days = [date(2024, 1, 1 + place % 28).replace(month=1 + place % 12, year=2024 + place % 2) for place in range(48)]
    data = moved(book_with([(f"c{place % 7}", day, 10) for place, day in enumerate(days)]).data)
    home = data.folder.parent.parent

    assert command("--input", home, "--output", home, "--back-tests") == 0

    prepared = sorted(path.name[18:28] for path in (data.folder / "prepared").iterdir())
    assert prepared[-1] == data.last_day.isoformat()
    assert len(prepared) > 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"drop": "amount"}, "No column for amount"),
        ({"null": "amount"}, "Rows of orders that lack one of"),
        ({"write": ("amount", "ten")}, "whose amount, of type VARCHAR, does not become DECIMAL(18,4): 2."),
        ({"write": ("ordered_at", "31/01/2026")}, "whose ordered_at, of type VARCHAR, does not become TIMESTAMP: 2."),
        ({"write": ("amount", float("nan"))}, "whose amount, of type DOUBLE, does not become DECIMAL(18,4): 2."),
        ({"tear": "orders"}, "is cut off or damaged"),
        ({"remove": "orders"}, "neither a data set nor orders.parquet"),
    ],
)
def test_canonical_tables_that_cannot_be_used_are_refused_in_a_sentence(
    change: dict[str, Any], sentence: str, canonical: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for path in (canonical / "orders").iterdir():
        table = pq.read_table(path)
        if "drop" in change:
            pq.write_table(table.drop_columns([change["drop"]]), path)
        elif "null" in change:
            place = table.column_names.index(change["null"])
            pq.write_table(table.set_column(place, change["null"], pa.nulls(1, ARROW_TYPES["DECIMAL(18,4)"])), path)
        elif "write" in change:
            name, value = change["write"]
            pq.write_table(table.set_column(table.column_names.index(name), name, pa.array([value])), path)
        elif "tear" in change:
            path.write_bytes(path.read_bytes()[:-9])
        else:
            path.unlink()

    assert command("--input", canonical, "--output", tmp_path / "shop") == 2

    assert sentence in capsys.readouterr().err


def test_an_instant_with_a_zone_is_read_as_clocks_in_utc_show_it(canonical: Path, tmp_path: Path):
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    rows = {"customer_id": ["ann"], "ordered_at": pa.array([late], pa.timestamp("us", "Asia/Shanghai")), "amount": [1]}
    pq.write_table(pa.table(rows), canonical / "orders" / "part-2.parquet")
    for path in sorted((canonical / "orders").iterdir())[:2]:
        path.unlink()

    assert command("--input", canonical, "--output", tmp_path / "shop") == 0

    assert current_data_set(tmp_path / "shop").last_day == LAST_DAY


def test_a_folder_that_the_dashboard_would_not_list_is_refused(
    canonical: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert command("--input", canonical, "--output", tmp_path / "my shop") == 2

    assert "letters, digits and hyphens" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_refused(canonical: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "shop").write_text("notes")

    assert command("--input", canonical, "--output", tmp_path / "shop") == 2

    assert "is a file, or lies in one" in capsys.readouterr().err
    assert (tmp_path / "shop").read_text() == "notes"


def test_what_comes_in_is_looked_at_before_an_engine_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("crm_core.spark.session.find_spec", lambda name: pytest.fail("an engine was started"))

    assert command("--engine", "spark", "--input", tmp_path, "--output", tmp_path / "shop") == 2

    assert "neither a data set nor orders.parquet" in capsys.readouterr().err


def test_without_pyspark_the_command_says_what_to_install(
    canonical: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("crm_core.spark.session.find_spec", lambda name: None)

    assert command("--engine", "spark", "--input", canonical, "--output", tmp_path / "shop") == 2

    assert "pip install -r requirements-spark.txt" in capsys.readouterr().err
