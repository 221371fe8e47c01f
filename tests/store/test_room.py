"""What laying out takes of the disk is said and checked before, and little memory means spilling, not dying."""

import shutil
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.generate import generate_order_lines
from crm_core.__main__ import main
from crm_core.engine import Database, Engine
from crm_core.errors import StoreError
from crm_core.prepared import LocalFeatures, prepare_features
from crm_core.settings import Windows
from crm_core.store import CanonicalTable, DataSet
from crm_core.store.publishing import Publication, publish_version
from crm_core.store.room import Room, ensure_room, room_needed, room_sentence
from tests.store.loads import FIRST_OF_JULY
from tests.store.test_publishing import leftovers

HeldTo = Callable[..., Database]
LINES, CUSTOMERS = 100_000, 10_000
Disk = namedtuple("Disk", "total used free")  # as shutil answers


@pytest.fixture(scope="module")
def order_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lines") / "orders.parquet"
    generate_order_lines(LINES, CUSTOMERS, 1, path)
    return path


@pytest.fixture(scope="module")
def a_million_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "orders.parquet"
    generate_order_lines(1_000_000, 50_000, 1, path)
    return path


def published(home: Path, order_lines: Path, database: Database) -> DataSet:
    tables = [CanonicalTable("orders", (order_lines,))]
    return publish_version(home, tables, Publication("Shop", "CNY", FIRST_OF_JULY), database)


def home_in(folder: Path) -> Path:
    home = folder / "shop"
    home.mkdir(parents=True)
    return home


@pytest.fixture
def held_to() -> Iterator[HeldTo]:
    """Opens databases with so much memory, and room to spill."""
    opened: list[Database] = []

    def held_to(memory: str, spill_limit: str = "2GB") -> Database:
        opened.append(Database(memory_limit=memory, spill_limit=spill_limit, threads=2))
        return opened[-1]

    yield held_to
    for database in opened:
        database.close()


@contextmanager
def largest_spill(database: Database) -> Iterator[list[int]]:
    """The most bytes that lay in the spill folder at any look while the block ran, once it has ended."""
    looks, is_over = [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.01):
            with suppress(FileNotFoundError):  # gone between the listing and the look
                looks[0] = max(looks[0], sum(path.stat().st_size for path in database.spill_folder.iterdir()))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield looks
    finally:
        is_over.set()
        watching.join()


def test_with_little_memory_the_work_spills_and_gives_the_same_rows(
    held_to: HeldTo, a_million_lines: Path, tmp_path: Path
):
    versions, features, spilled = [], [], []
    for memory in ("2GB", "150MB"):
        database = held_to(memory)
        with largest_spill(database) as found:
            data = published(home_in(tmp_path / memory), a_million_lines, database)
            path = prepare_features(data, data.last_day, Windows(), LocalFeatures(Engine(database)))
        spilled.append(found[0])
        versions.append(data.version)
        features.append(database.rows(f"select count(*), sum(hash(f)::hugeint) from read_parquet('{path}') as f"))

    assert versions[0] == versions[1]
    assert features[0] == features[1]
    assert spilled[0] == 0
    assert 1_000_000 < spilled[1] <= room_needed([a_million_lines], database).spilled_bytes


def test_the_room_said_is_enough_and_not_several_times_what_is_taken(
    held_to: HeldTo, order_lines: Path, tmp_path: Path
):
    database = held_to("1GB")
    room = room_needed([order_lines], database)
    data = published(home_in(tmp_path), order_lines, database)
    taken = sum(path.stat().st_size for path in data.folder.iterdir())

    assert taken <= room.kept_bytes <= 3 * taken


def test_what_fits_into_memory_needs_no_room_to_spill(held_to: HeldTo, order_lines: Path):
    roomy, tight = held_to("1GB"), held_to("40MB")

    assert room_needed([order_lines], roomy).spilled_bytes == 0
    assert room_needed([order_lines], tight).spilled_bytes == 160 * LINES
    assert room_needed([order_lines], tight, row_count=2 * LINES).spilled_bytes == 320 * LINES


def test_too_little_room_is_said_before_anything_is_written(
    held_to: HeldTo, order_lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = held_to("1GB")
    home = home_in(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: Disk(10**12, 10**12, 2_000_000))
    monkeypatch.setattr("crm_core.store.layout._write", lambda *_arguments: pytest.fail("wrote a table"))

    with pytest.raises(StoreError, match=r"may need 3 MB of disk in .*, and 2 MB are free"):
        published(home, order_lines, database)

    assert leftovers(home) == []


def test_room_to_keep_and_room_to_spill_add_up_where_they_are_one_disk(
    held_to: HeldTo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = held_to("1GB")
    room = Room(kept_bytes=6_000_000, spilled_bytes=6_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: Disk(10**9, 0, 10_000_000))

    with pytest.raises(StoreError, match="12 MB"):
        ensure_room(room, database.spill_folder, database)
    ensure_room(replace(room, spilled_bytes=0), tmp_path, database)


def test_the_sentence_names_both_places(held_to: HeldTo):
    database = held_to("1GB")
    told = room_sentence(Room(2_000_000_000, 12_000_000_000), Path("data"), database)
    short = room_sentence(Room(200_000_000, 0), Path("data"), database)

    assert told.startswith("Needs up to 2.0 GB of disk in data, and 12.0 GB in ")
    assert short == "Needs up to 200 MB of disk in data."


def test_a_large_input_of_the_command_has_its_room_said_first(
    order_lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("crm_core.store.room.WORTH_SAYING_BYTES", 1_000_000)
    home = tmp_path / "data_sets" / "shop"

    assert main(["features", "--input", str(order_lines.parent), "--output", str(home)]) == 0

    assert capsys.readouterr().err == f"Needs up to 3 MB of disk in {home}.\n"
