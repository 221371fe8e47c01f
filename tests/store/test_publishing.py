"""A publish happens whole or not at all, whoever dies or publishes beside it."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.store import DataSet, Workspace, files, publishing
from tests.store.loads import FIRST_OF_JULY, Load, load, published, values

LINE = "customer_id ordered_at amount order_id category"
ROOT = Path(__file__).parents[2]


def orders_worth(folder: Path, amount: int, lines: int = 1) -> Load:
    """An order table of `lines` lines, each of `amount`."""
    return load(folder / str(amount), "orders", LINE, [(f"c{n}", "2026-03-01", amount, "1", "x") for n in range(lines)])


def home_of(data: DataSet) -> Path:
    return data.folder.parent.parent


def leftovers(home: Path) -> list[str]:
    return [path.name for folder in (home, home / "versions") for path in folder.glob(".*") if path.name != ".lock"]


def test_the_same_content_is_the_same_version_and_stands_there_once(workspace: Workspace, tmp_path: Path) -> None:
    first = published(workspace, [orders_worth(tmp_path, 10)])
    again = published(workspace, [orders_worth(tmp_path / "again", 10)], replaces=first.slug)

    assert again == first
    assert [len(entry.versions) for entry in workspace.data_sets()] == [1]


@pytest.mark.parametrize(("name", "currency"), [("Shop", "EUR"), ("Store", "CNY")])
def test_another_name_or_currency_is_another_version(
    workspace: Workspace, tmp_path: Path, name: str, currency: str
) -> None:
    first = published(workspace, [orders_worth(tmp_path, 10)])
    second = published(workspace, [orders_worth(tmp_path, 10)], name, currency=currency, replaces=first.slug)

    assert second.version != first.version
    assert (workspace.open(first.slug).name, workspace.open(first.slug).currency) == (name, currency)


def test_rows_set_aside_count_for_the_version_but_not_their_lines(workspace: Workspace, tmp_path: Path) -> None:
    def told(folder: str, line: int, value: str) -> str:
        aside = [("orders.csv", line, "amount", value, "unreadable_amount", f"bob,{value}")]
        orders = load(tmp_path / folder, "orders", LINE, [("ann", "2026-03-01", 10, "1", None)], set_aside=aside)
        replaces = "shop" if workspace.data_sets() else None
        return published(workspace, [orders], replaces=replaces).version

    first = told("first", 3, "?")

    assert told("further down", 9, "?") == first
    assert told("otherwise", 3, "!") != first


few_examples = settings(max_examples=12)  # each lays a whole data set out

rows_of_orders = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "007"]),
        st.sampled_from(["2026-03-01", "2026-03-01 10:00", "2026-03-02", "2026-04-01"]),
        st.integers(-3, 3),
        st.sampled_from([None, "1", "2"]),
        st.sampled_from([None, "tea", "cups"]),
    ),
    min_size=1,
    max_size=12,
)


@few_examples
@given(rows=rows_of_orders, seed=st.integers(0, 1000), split=st.integers(0, 12))
def test_neither_the_order_of_rows_nor_their_spread_over_files_changes_the_version(
    tmp_path_factory: pytest.TempPathFactory, database: Database, rows: list[tuple[object, ...]], seed: int, split: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    shuffled = random.Random(seed).sample(rows, len(rows))
    workspace = Workspace(folder / "workspace", database)

    one = published(workspace, [load(folder / "one", "orders", LINE, rows)])
    parts = [
        load(folder / "first part", "orders", LINE, shuffled[:split]),
        load(folder / "second part", "orders", LINE, shuffled[split:]),
    ]
    two = published(workspace, parts, replaces=one.slug)

    assert two.version == one.version


@few_examples
@given(rows=rows_of_orders)
def test_lines_and_orders_agree_whatever_was_loaded(
    tmp_path_factory: pytest.TempPathFactory, database: Database, rows: list[tuple[object, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    workspace = Workspace(folder / "workspace", database)
    data = published(workspace, [load(folder / "load", "orders", LINE, rows)])

    lines = values(data, workspace, "order_lines", "order_key, customer_key, ordered_on, amount, is_return")
    orders = values(data, workspace, "orders", "order_key, customer_key, ordered_on, revenue, line_count, is_purchase")
    by_order = {key: [line for line in lines if line[0] == key] for key, *_rest in orders}

    assert len(lines) == len(rows)
    assert [order[0] for order in orders] == list(range(1, len(orders) + 1))
    assert orders == sorted(orders, key=lambda order: (order[1], order[2], order[0]))
    assert lines == sorted(lines, key=lambda line: (line[1], line[2], line[0], line[3] * 0))
    for key, customer, day, revenue, count, is_purchase in orders:
        own = by_order[key]
        assert {line[1] for line in own} == {customer}
        assert min(line[2] for line in own) == day
        assert (sum(line[3] for line in own), len(own)) == (revenue, count)
        assert is_purchase == any(line[3] > 0 for line in own)


@few_examples
@given(
    rows=rows_of_orders, as_of=st.dates(min_value=FIRST_OF_JULY.date() - timedelta(125), max_value=FIRST_OF_JULY.date())
)
def test_on_any_day_one_line_of_each_category_bought_so_far_looks_beyond_it(
    tmp_path_factory: pytest.TempPathFactory, database: Database, rows: list[tuple[object, ...]], as_of: object
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    workspace = Workspace(folder / "workspace", database)
    data = published(workspace, [load(folder / "load", "orders", LINE, rows)])

    known = f"from ({data.relation('order_lines')}) where amount > 0 and category is not null and ordered_on <= $day"
    bought = f"select distinct customer_key, category {known}"
    looking = f"select customer_key, category {known} and (category_next_on is null or category_next_on > $day)"

    assert sorted(database.rows(looking, {"day": as_of})) == sorted(database.rows(bought, {"day": as_of}))


def test_the_last_three_versions_stay_and_the_current_one_always(workspace: Workspace, tmp_path: Path) -> None:
    days = [FIRST_OF_JULY + timedelta(days=day) for day in range(5)]
    first = published(workspace, [orders_worth(tmp_path, 0)], published_at=days[0])
    for amount in (1, 2):
        published(workspace, [orders_worth(tmp_path, amount)], published_at=days[amount], replaces=first.slug)
    workspace.make_current(first.slug, first.version)
    published(workspace, [orders_worth(tmp_path, 3)], published_at=days[3], replaces=first.slug)
    workspace.make_current(first.slug, workspace.data_sets()[0].versions[-1].version)

    last = published(workspace, [orders_worth(tmp_path, 4)], published_at=days[4], replaces=first.slug)

    versions = workspace.data_sets()[0].versions
    assert [version.published_at for version in versions] == [days[4], days[3], days[2]]
    assert versions[0].version == last.version == workspace.open(first.slug).version
    assert len(list((home_of(last) / "versions").iterdir())) == 3


def test_going_back_to_a_kept_version_opens_it_for_everybody(workspace: Workspace, tmp_path: Path) -> None:
    first = published(workspace, [orders_worth(tmp_path, 10)])
    published(workspace, [orders_worth(tmp_path, 20)], replaces=first.slug)

    workspace.make_current(first.slug, first.version)

    assert workspace.open(first.slug) == first
    with pytest.raises(StoreError, match="no data set"):
        workspace.make_current(first.slug, "000000000000")


def test_a_reader_whose_version_goes_meanwhile_reads_the_pointer_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = published(workspace, [orders_worth(tmp_path, 10)])
    pointers = iter(["000000000000", data.version])
    monkeypatch.setattr(publishing, "current_version", lambda _home: next(pointers))

    assert workspace.open(data.slug) == data


def test_a_new_data_set_never_takes_the_place_of_another(workspace: Workspace, tmp_path: Path) -> None:
    published(workspace, [orders_worth(tmp_path, 1)])
    told = publishing.Publication("Shop!", "CNY", FIRST_OF_JULY, is_new=True)

    with pytest.raises(StoreError, match="took this name meanwhile"):
        publishing.publish_version(
            workspace.root / "data_sets" / "shop", [orders_worth(tmp_path, 2)], told, workspace.database
        )

    assert workspace.open("shop").name == "Shop"


PUBLISH_WITHOUT_END = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from crm_core.engine import Database
from crm_core.store import Workspace
from tests.store.loads import Load

root, loads, rounds = Path(sys.argv[1]), [Load(Path(path)) for path in sys.argv[3:]], int(sys.argv[2])
workspace = Workspace(root, Database(memory_limit="500MB", threads=1))
for number in range(rounds):
    workspace.publish("Shop", [loads[number % len(loads)]], currency="CNY",
                      published_at=datetime(2026, 7, 1, tzinfo=UTC), replaces="shop")
    print(number, flush=True)
"""


@contextmanager
def publisher(workspace: Workspace, loads: list[Load], rounds: int) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that publishes the loads in turn."""
    arguments = [str(workspace.root), str(rounds), *(str(load.folder) for load in loads)]
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISH_WITHOUT_END, *arguments], cwd=ROOT, stdout=subprocess.PIPE
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def assert_whole(workspace: Workspace) -> None:
    """The current version opens, and its lines are all there and of one publish."""
    data = workspace.open("shop")
    lines, amounts = values(data, workspace, "order_lines", "count(*), count(distinct amount)")[0]
    assert (lines, amounts) == (data.tables["orders"].rows, 1)


def test_a_publish_killed_at_any_moment_leaves_a_whole_version_and_the_next_sweeps_up(
    workspace: Workspace, tmp_path: Path
) -> None:
    loads = [orders_worth(tmp_path, amount, lines=500) for amount in (1, 2)]
    data = published(workspace, loads[:1])
    chance = random.Random(20260701)

    left = kills = 0
    while kills < 5 or (left == 0 and kills < 50):
        kills += 1
        with publisher(workspace, loads[::-1], rounds=10_000) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.2))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        left += len(leftovers(home_of(data)))
        assert_whole(workspace)
    assert left > 0  # else no kill met a publish at work, and this test shows nothing

    published(workspace, loads[:1], replaces="shop")

    assert leftovers(home_of(data)) == []
    assert_whole(workspace)


@pytest.mark.parametrize("step", range(4))
def test_a_publish_that_ends_between_two_moves_leaves_nothing_half_done(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    days = [FIRST_OF_JULY + timedelta(days=day) for day in range(5)]
    loads = [orders_worth(tmp_path, amount, lines=3) for amount in range(5)]
    published(workspace, loads[:1], published_at=days[0])
    for amount in (1, 2):  # so that the next one also drops the oldest
        published(workspace, [loads[amount]], published_at=days[amount], replaces="shop")
    moves = 0

    def ends_at_its_step(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def moved(self: Path, target: Path) -> Path:
            nonlocal moves
            moves += 1
            if moves > step:
                raise KeyboardInterrupt
            return move(self, target)

        return moved

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", ends_at_its_step(Path.rename))
        patched.setattr(Path, "replace", ends_at_its_step(Path.replace))
        if step < 3:  # the folder to its version, the pointer, the oldest away
            with pytest.raises(KeyboardInterrupt):
                published(workspace, [loads[3]], published_at=days[3], replaces="shop")
        else:
            published(workspace, [loads[3]], published_at=days[3], replaces="shop")

    assert_whole(workspace)
    for amount in (3, 4):
        data = published(workspace, [loads[amount]], published_at=days[amount], replaces="shop")
        assert values(data, workspace, "order_lines", "count(*), max(amount)::int") == [(3, amount)]
    assert len(workspace.data_sets()[0].versions) == 3
    assert leftovers(home_of(data)) == []


def test_publishers_and_readers_at_once_do_not_hurt_each_other(workspace: Workspace, tmp_path: Path) -> None:
    loads = [orders_worth(tmp_path, amount, lines=100) for amount in (1, 2, 3)]
    data = published(workspace, loads[:1])

    reads = 0
    with publisher(workspace, loads, rounds=12) as one, publisher(workspace, loads[::-1], rounds=12) as two:
        while one.poll() is None or two.poll() is None:
            assert_whole(workspace)
            reads += 1
        assert (one.returncode, two.returncode) == (0, 0)

    assert reads > 12
    assert leftovers(home_of(data)) == []


def test_threads_that_publish_at_once_each_get_their_own_content(workspace: Workspace, tmp_path: Path) -> None:
    loads = [orders_worth(tmp_path, amount, lines=20) for amount in (1, 2, 3)]
    published(workspace, loads[:1])

    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(lambda load: published(workspace, [load], replaces="shop"), loads * 3))

    assert [values(data, workspace, "order_lines", "max(amount)::int") for data in results] == [
        [(1,)],
        [(2,)],
        [(3,)],
    ] * 3
    assert leftovers(home_of(results[0])) == []


def test_a_building_somebody_still_works_on_is_not_swept(workspace: Workspace, tmp_path: Path) -> None:
    data = published(workspace, [orders_worth(tmp_path, 1)])

    with publishing.building_folder(home_of(data)) as building:
        published(workspace, [orders_worth(tmp_path, 2)], replaces=data.slug)

        assert building.is_dir()
    assert leftovers(home_of(data)) == []


def test_a_full_disk_changes_nothing_and_says_so(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = published(workspace, [orders_worth(tmp_path, 1)])

    def full(_file: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "_settle", full)
    with pytest.raises(StoreError, match="is full"):
        published(workspace, [orders_worth(tmp_path, 2)], replaces=data.slug)
    monkeypatch.undo()

    assert workspace.open(data.slug) == data
    assert leftovers(home_of(data)) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is a thing of Linux")
def test_a_disk_that_fills_while_the_database_writes_says_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is full"), files.told_to_the_reader(tmp_path):
        database.execute("copy (select range from range(1000000)) to '/dev/full' (format parquet)")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_written_says_so(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    orders = orders_worth(tmp_path, 1)

    def refused(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(StoreError, match="cannot be written"):
        published(workspace, [orders])


def test_what_is_no_matter_of_the_disk_crashes_loudly(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), files.told_to_the_reader(tmp_path):
        (tmp_path / "missing").read_text()
    with pytest.raises(duckdb.IOException), files.told_to_the_reader(tmp_path):
        raise duckdb.IOException("the sky fell")
