"""Why customers left, as people recorded it: a ledger beside the versions of a data set.

    <slug>/exit_reasons.jsonl   one line an entry, the oldest first; nothing is ever taken out
    <slug>/.lock                the lock of its names, held while an entry is added: a moment

The ledger belongs to the data set, not to one of its versions, so a new version keeps it; that of a data set of
one session goes with the session. Readers take no lock: the file is replaced whole, also when two people write at once.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import pyarrow as pa

from crm_core.errors import StoreError
from crm_core.labels import EXIT_REASONS, exit_reason_name
from crm_core.language import _
from crm_core.store.data_set import DataSet, unknown_data_set
from crm_core.store.files import locked, told_to_the_reader, write_whole

LEDGER, LOCK = "exit_reasons.jsonl", ".lock"
WITHDRAWN = ""
LONGEST_NAME, LONGEST_NOTE = 120, 1000

EXPORT_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("reason", pa.string()),
        ("reason_code", pa.string()),
        ("competitor", pa.string()),
        ("note", pa.string()),
        ("recorded_by", pa.string()),
        ("recorded_at", pa.timestamp("s", "UTC")),
    ]
)


@dataclass(frozen=True)
class ExitReason:
    """An entry: `reason` is a key of EXIT_REASONS, or `WITHDRAWN` where one recorded before no longer holds."""

    customer_id: str
    reason: str
    competitor: str
    note: str
    recorded_by: str
    recorded_at: datetime


class ExitReasons:
    """The ledger of one data set."""

    def __init__(self, data_set: DataSet) -> None:
        self._home = data_set.folder.parent.parent
        self._slug = data_set.slug

    def record(
        self,
        customer_id: str,
        reason: str,
        *,
        recorded_at: datetime,
        competitor: str = "",
        note: str = "",
        recorded_by: str = "",
    ) -> ExitReason:
        """Add why a customer left; from now on it counts in place of what was recorded before.

        Raises StoreError for a reason that is not in EXIT_REASONS, without a customer, if the data set is gone or if
        the disk refuses.
        """
        if reason not in EXIT_REASONS:
            known = ", ".join(EXIT_REASONS)
            raise StoreError(_("There is no reason {reason}. There are: {known}.").format(reason=reason, known=known))
        entry = ExitReason(
            customer_id, reason, _line(competitor, LONGEST_NAME), _line(note, LONGEST_NOTE),
            _line(recorded_by, LONGEST_NAME), _in_utc(recorded_at),
        )  # fmt: skip
        return self._add(entry)

    def withdraw(self, customer_id: str, *, recorded_at: datetime, recorded_by: str = "") -> ExitReason:
        """Let no reason count for a customer; what was recorded stays in the history."""
        return self._add(
            ExitReason(customer_id, WITHDRAWN, "", "", _line(recorded_by, LONGEST_NAME), _in_utc(recorded_at))
        )

    def history(self, customer_id: str | None = None) -> list[ExitReason]:
        """All entries, or those of one customer, in the order they were added."""
        return [entry for entry in self._entries() if customer_id in (None, entry.customer_id)]

    def current(self) -> Mapping[str, ExitReason]:
        """The reason that counts for each customer who has one: the one added last."""
        latest = {entry.customer_id: entry for entry in self._entries()}
        return {customer_id: entry for customer_id, entry in latest.items() if entry.reason != WITHDRAWN}

    def table(self) -> pa.Table:
        """The reasons that count, one row per customer by id: `reason` in words, `reason_code` as it is kept."""
        rows = [
            asdict(entry) | {"reason": exit_reason_name(entry.reason), "reason_code": entry.reason}
            for _customer, entry in sorted(self.current().items())
        ]
        return pa.Table.from_pylist(rows, schema=EXPORT_SCHEMA)

    def _add(self, entry: ExitReason) -> ExitReason:
        if not entry.customer_id.strip():
            raise StoreError(_("A reason needs a customer. Choose one from the list and record again."))
        if not self._home.is_dir():
            raise unknown_data_set(self._slug)
        written = json.dumps(asdict(entry) | {"recorded_at": entry.recorded_at.isoformat()}, ensure_ascii=False)
        with told_to_the_reader(self._home), locked(self._home / LOCK):
            write_whole(self._home / LEDGER, f"{self._text()}{written}\n")
        return entry

    def _entries(self) -> list[ExitReason]:
        return [_entry(line) for line in self._text().split("\n") if line]

    def _text(self) -> str:
        try:
            return (self._home / LEDGER).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""


def _entry(line: str) -> ExitReason:
    content = json.loads(line)
    return ExitReason(**content | {"recorded_at": datetime.fromisoformat(content["recorded_at"])})


def _line(text: str, longest: int) -> str:
    """What a person typed, on one line and not longer than it may be."""
    return " ".join(text.split())[:longest]


def _in_utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
