"""The ledger of reasons: the last one counts, nothing is lost, two may write at once, a crash leaves it whole."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from crm_core.errors import StoreError
from crm_core.language import speaking
from crm_core.store import DataSet, Workspace, files
from tests.store.loads import FIRST_OF_JULY, load, published
from ui.exit_reasons import as_csv, as_parquet

COLUMNS = "customer_id ordered_at amount"
AT = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def data(workspace: Workspace, tmp_path: Path) -> DataSet:
    return published(workspace, [load(tmp_path / "orders", "orders", COLUMNS, [("ann", "2026-03-01", 10)])])


def codes(workspace: Workspace, data: DataSet) -> dict[str, str]:
    return {who: entry.reason for who, entry in workspace.exit_reasons(data).current().items()}


def test_the_last_reason_counts_and_the_earlier_ones_stay_in_the_history(workspace: Workspace, data: DataSet) -> None:
    ledger = workspace.exit_reasons(data)
    ledger.record("ann", "price", recorded_at=AT)
    ledger.record("bob", "service", recorded_at=AT)
    ledger.record("ann", "quality", recorded_at=AT, competitor=" Rival\n& Sons ", note="said  so", recorded_by="Mira")

    assert codes(workspace, data) == {"ann": "quality", "bob": "service"}
    assert [entry.reason for entry in ledger.history("ann")] == ["price", "quality"]
    assert len(ledger.history()) == 3
    newest = ledger.current()["ann"]
    assert (newest.competitor, newest.note, newest.recorded_by, newest.recorded_at) == (
        "Rival & Sons", "said so", "Mira", AT,
    )  # fmt: skip


def test_a_reason_taken_back_no_longer_counts_and_is_not_forgotten(workspace: Workspace, data: DataSet) -> None:
    ledger = workspace.exit_reasons(data)
    ledger.record("ann", "price", recorded_at=AT)
    ledger.withdraw("ann", recorded_at=AT)

    assert codes(workspace, data) == {}
    assert [entry.reason for entry in ledger.history("ann")] == ["price", ""]

    ledger.record("ann", "other", recorded_at=AT)
    assert codes(workspace, data) == {"ann": "other"}


def test_a_new_version_keeps_the_ledger_and_every_version_reads_it(
    workspace: Workspace, data: DataSet, tmp_path: Path
) -> None:
    workspace.exit_reasons(data).record("ann", "price", recorded_at=AT)
    newer = load(tmp_path / "newer", "orders", COLUMNS, [("ann", "2026-04-01", 20)])
    current = published(workspace, [newer], replaces=data.slug)

    assert current.version != data.version
    assert codes(workspace, current) == codes(workspace, data) == {"ann": "price"}


def test_the_ledger_of_a_session_goes_with_the_session(workspace: Workspace, tmp_path: Path) -> None:
    loads = [load(tmp_path / "own", "orders", COLUMNS, [("ann", "2026-03-01", 10)])]
    mine = workspace.keep_for_session("s1", "Mine", loads, currency="CNY", published_at=FIRST_OF_JULY)
    workspace.exit_reasons(mine).record("ann", "price", recorded_at=AT)
    again = workspace.keep_for_session("s1", "Mine", loads, currency="CNY", published_at=FIRST_OF_JULY)
    assert codes(workspace, again) == {"ann": "price"}

    workspace.forget_session("s1")

    assert not list(workspace.root.rglob("exit_reasons.jsonl"))
    with pytest.raises(StoreError, match="no data set"):
        workspace.exit_reasons(mine).record("ann", "price", recorded_at=AT)


def test_what_several_people_record_at_once_is_all_kept(workspace: Workspace, data: DataSet) -> None:
    def record(number: int) -> None:
        Workspace(workspace.root, workspace.database).exit_reasons(data).record(
            f"c{number % 10}", "price", recorded_at=AT + timedelta(seconds=number), note=str(number)
        )

    with ThreadPoolExecutor(8) as people:
        list(people.map(record, range(40)))

    assert {entry.note for entry in workspace.exit_reasons(data).history()} == {str(number) for number in range(40)}
    assert len(codes(workspace, data)) == 10


def test_a_write_that_dies_leaves_the_ledger_as_it_was(
    workspace: Workspace, data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = workspace.exit_reasons(data)
    ledger.record("ann", "price", recorded_at=AT)

    def killed(_file: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        ledger.record("bob", "service", recorded_at=AT)
    monkeypatch.undo()

    assert codes(workspace, data) == {"ann": "price"}
    ledger.record("bob", "quality", recorded_at=AT)
    assert codes(workspace, data) == {"ann": "price", "bob": "quality"}


def test_a_full_disk_is_told_to_the_reader(
    workspace: Workspace, data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files, "_settle", full)
    with pytest.raises(StoreError, match="is full"):
        workspace.exit_reasons(data).record("ann", "price", recorded_at=AT)


def test_an_unknown_reason_and_a_missing_customer_are_refused(workspace: Workspace, data: DataSet) -> None:
    with pytest.raises(StoreError, match="no reason bored"):
        workspace.exit_reasons(data).record("ann", "bored", recorded_at=AT)
    with pytest.raises(StoreError, match="needs a customer"):
        workspace.exit_reasons(data).record(" ", "price", recorded_at=AT)

    assert codes(workspace, data) == {}


def test_an_export_holds_what_counts_and_nothing_a_spreadsheet_would_run(workspace: Workspace, data: DataSet) -> None:
    ledger = workspace.exit_reasons(data)
    ledger.record("=ann", "price", recorded_at=AT, competitor="+Rival", note="@now", recorded_by="-x")
    ledger.record("bob", "other", recorded_at=AT)
    ledger.withdraw("bob", recorded_at=AT)

    written = as_csv(ledger).decode("utf-8-sig")
    assert written.splitlines()[1].startswith('"\'=ann","Price","\'+Rival","\'@now","\'-x",2026-07-02 09:30:00')
    assert len(written.splitlines()) == 2
    parquet = pa.parquet.read_table(pa.BufferReader(as_parquet(ledger))).to_pylist()
    assert [(row["customer_id"], row["reason_code"], row["recorded_at"]) for row in parquet] == [("=ann", "price", AT)]


def test_reasons_are_exported_in_the_language_spoken(workspace: Workspace, data: DataSet) -> None:
    workspace.exit_reasons(data).record("ann", "price", recorded_at=AT)

    with speaking("zh_Hans"):
        assert workspace.exit_reasons(data).table()["reason"].to_pylist() == ["价格"]


def test_an_empty_ledger_exports_its_columns(workspace: Workspace, data: DataSet) -> None:
    assert workspace.exit_reasons(data).table().num_rows == 0
    assert as_csv(workspace.exit_reasons(data)).decode("utf-8-sig").startswith('"Customer","Recorded reason"')
