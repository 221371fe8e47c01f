"""What laying out a data set takes of the disk: said, and refused where there is too little, before the work begins.

Measured on generated order lines of nine columns, 1 to 100 million of them (docs/performance.md): 20 bytes a line stay,
and at most 136 a line are spilled on the way, at 100 million lines in 7 GB.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from crm_core import formats
from crm_core.engine import Database
from crm_core.errors import StoreError
from crm_core.language import _

KEPT_BYTES_A_ROW = 30
KEPT_SHARE_OF_INPUT = 1.5  # of Parquet files that come in: rows longer than those measured take more
SPILLED_BYTES_A_ROW = 160
MEMORY_SHARE_THAT_HOLDS_ALL = 0.25  # of the database's memory; what would spill less than that is sorted in memory
WORTH_SAYING_BYTES = 100_000_000


@dataclass(frozen=True)
class Room:
    """Bytes that a layout needs: to keep in the data set's folder, and to spill while it works."""

    kept_bytes: int
    spilled_bytes: int

    @property
    def is_large(self) -> bool:
        """Whether a person who is about to wait wants to know."""
        return self.kept_bytes + self.spilled_bytes >= WORTH_SAYING_BYTES

    def spilled_elsewhere(self) -> "Room":
        """The same where another engine sorts: its parts lie beside the file that they are joined into."""
        return Room(kept_bytes=2 * self.kept_bytes, spilled_bytes=0)


def room_needed(files: Sequence[Path], database: Database, row_count: int | None = None) -> Room:
    """What the rows of Parquet files take, laid out by this database: rather too much.

    `row_count` counts rows that an earlier version brings as well.
    """
    rows = sum(pq.read_metadata(path).num_rows for path in files) if row_count is None else row_count
    came_bytes = sum(path.stat().st_size for path in files)
    spilled = rows * SPILLED_BYTES_A_ROW
    return Room(
        kept_bytes=max(rows * KEPT_BYTES_A_ROW, round(came_bytes * KEPT_SHARE_OF_INPUT)),
        spilled_bytes=spilled if spilled > database.memory_bytes() * MEMORY_SHARE_THAT_HOLDS_ALL else 0,
    )


def ensure_room(room: Room, folder: Path, database: Database) -> None:
    """Raises StoreError if a disk has less free than laying out in `folder` will take; nothing was begun then."""
    disks: dict[int, tuple[Path, int]] = {}
    for place, size in ((folder, room.kept_bytes), (database.spill_folder, room.spilled_bytes)):
        first, before = disks.get(place.stat().st_dev, (place, 0))
        disks[place.stat().st_dev] = (first, before + size)
    for place, size in disks.values():
        free = shutil.disk_usage(place).free
        if size > free:
            raise StoreError(
                _("This may need {needed} of disk in {folder}, and {free} are free. Free some space first.").format(
                    needed=_size(size), folder=place, free=_size(free)
                )
            )


def room_sentence(room: Room, folder: Path, database: Database) -> str:
    """What will be needed, for a person who is about to wait."""
    if not room.spilled_bytes:
        return _("Needs up to {size} of disk in {folder}.").format(size=_size(room.kept_bytes), folder=folder)
    return _("Needs up to {size} of disk in {folder}, and {spilled} in {spill_folder} while it works.").format(
        size=_size(room.kept_bytes),
        folder=folder,
        spilled=_size(room.spilled_bytes),
        spill_folder=database.spill_folder.parent,
    )


def _size(size: int) -> str:
    """5.2 GB, 31 MB."""
    megabytes = size / 1e6
    if megabytes < 1000:
        return _("{count} MB").format(count=formats.number(max(1, megabytes)))
    return _("{count} GB").format(count=formats.number(megabytes / 1000, digits=1))
