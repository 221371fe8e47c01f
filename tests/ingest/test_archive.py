"""Packed files come out whole, under names that lead nowhere else; what cannot come out says why."""

import bz2
import errno
import gzip
import io
import lzma
import shutil
import stat
import zipfile
from collections import namedtuple
from pathlib import Path

import pyarrow as pa
import pytest

from crm_core.errors import InputError
from crm_core.ingest import Progress, archive, arrivals
from crm_core.ingest.archive import unpack

TABLE = b"customer,date,amount\nann,2026-01-02,10\n"
Room = namedtuple("Room", "total used free")


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as packed:
        for name, content in files:
            packed.writestr(name, content)
    return target.getvalue()


def zstd(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


@pytest.fixture
def come_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Unpack some bytes; names and contents of what came out, and the notes. A megabyte is much here."""
    monkeypatch.setattr(archive, "SMALLEST_LIMIT", 1 << 20)

    def come_out(content: bytes, name: str = "in.zip") -> tuple[list[tuple[str, bytes]], tuple[str, ...]]:
        path = tmp_path / "upload"
        path.write_bytes(content)
        found = unpack(path, name, tmp_path / "out")
        assert all(file.path.parent == tmp_path / "out" for file in found.files)
        return [(file.file_name, file.path.read_bytes()) for file in found.files], found.notes

    return come_out


@pytest.mark.parametrize(
    ("packed", "name"),
    [
        (gzip.compress(TABLE), "orders.csv.gz"),
        (gzip.compress(TABLE[:9]) + gzip.compress(TABLE[9:]), "orders.csv.gz"),
        (bz2.compress(TABLE), "orders.csv.bz2"),
        (lzma.compress(TABLE), "orders.csv.xz"),
        (zstd(TABLE), "orders.csv.zst"),
        (zipped(("orders.csv", TABLE)), "any.zip"),
    ],
    ids=["gz", "two gz in one", "bz2", "xz", "zst", "zip"],  # gz holds the time, so bytes are no name
)
def test_each_packing_gives_back_what_went_in(come_out, packed: bytes, name: str):
    assert come_out(packed, name) == ([("orders.csv", TABLE)], ())


def test_what_is_packed_shows_in_the_bytes_and_not_in_the_name(come_out, tmp_path):
    assert come_out(gzip.compress(TABLE), "orders.csv") == ([("orders.csv", TABLE)], ())

    plain = tmp_path / "plain"
    plain.write_bytes(TABLE)
    assert unpack(plain, "orders.zip", tmp_path).files[0].path == plain


def test_folders_are_walked_and_hidden_files_left_out_with_a_note(come_out):
    packed = zipped(
        ("sales/", b""), ("sales/2025.csv", TABLE), ("__MACOSX/sales/._2025.csv", b"x"), ("sales/.DS_Store", b"x")
    )

    files, notes = come_out(packed)

    assert files == [("2025.csv", TABLE)]
    assert notes == ("2 hidden files were left out: ._2025.csv, .DS_Store.",)


def test_files_of_one_name_keep_their_folders_in_it(come_out):
    files, _notes = come_out(zipped(("2025/orders.csv", TABLE), ("2026/orders.csv", TABLE), ("people.csv", TABLE)))

    assert [name for name, _content in files] == ["2025/orders.csv", "2026/orders.csv", "people.csv"]


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv", "a/../../evil.csv"]
)
def test_no_name_leads_out_of_the_folder(come_out, tmp_path, name: str):
    files, _notes = come_out(zipped((name, TABLE)))

    assert [(shown.rpartition("/")[2], content) for shown, content in files] == [("evil.csv", TABLE)]
    assert {path.name for path in tmp_path.rglob("*evil*")} == set()


def test_a_link_in_an_archive_is_not_followed(come_out):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert [name for name, _content in come_out(zipped((link, b"/etc/passwd"), ("a.csv", TABLE)))[0]] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("2024年订单明细.csv", "gb18030"), ("訂單明細.csv", "big5"), ("été.csv", "cp437"), ("été.csv", "utf-8")],
)
def test_names_are_read_in_the_encoding_their_writer_used(come_out, name: str, encoding: str):
    raw = name.encode(encoding)
    stand_in = "x" * len(raw)  # as long, so that the bytes can be put in its place with no flag set

    packed = zipped((stand_in, TABLE)).replace(stand_in.encode(), raw)

    assert come_out(packed)[0] == [(name, TABLE)]


def test_a_packed_file_in_a_zip_comes_out_and_an_archive_in_it_stays_with_a_note(come_out):
    packed = zipped(("a.csv.gz", gzip.compress(TABLE)), ("inner.zip", zipped(("b.csv", TABLE))))

    files, notes = come_out(packed)

    assert files == [("a.csv", TABLE)]
    assert "inner.zip is an archive inside an archive" in notes[0]


def locked(packed: bytes) -> bytes:
    """The flag of a password set in both headers of the one file of a zip."""
    content = bytearray(packed)
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(TABLE * 50)[:-12], "cut off or damaged"),
        (bz2.compress(TABLE * 50)[:-12], "cut off or damaged"),
        (lzma.compress(TABLE * 50)[:-12], "cut off or damaged"),
        (zstd(TABLE * 5000)[:-12], "cut off or damaged"),
        (b"\x1f\x8b\x08" + b"\0" * 40, "cut off or damaged"),
        (zipped(("a.csv", TABLE * 50))[:-40], "cut off or damaged"),
        (zipped(("a.csv", TABLE), packing=zipfile.ZIP_STORED).replace(b"ann", b"bob"), "cut off or damaged"),
        (locked(zipped(("a.csv", TABLE))), "password"),
        (zipped(), "no file to load"),
        (zipped(("__MACOSX/._a", b"x")), "no file to load"),
        (gzip.compress(b""), "is empty"),
        (gzip.compress(zipped(("a.csv", TABLE))), "another archive"),
        (gzip.compress(b"a.csv".ljust(257, b"\0") + b"ustar" + b"\0" * 250), "another archive"),
        (gzip.compress(bytes(8 << 20), 9), "300 times its size"),
        (zipped(("a.csv", bytes(8 << 20))), "300 times its size"),
        (zipped(*((f"{n}.csv", TABLE) for n in range(501))), "501 files; at most 500"),
    ],
    ids=lambda value: "packed" if isinstance(value, bytes) else None,  # gz holds the time
)
def test_what_does_not_come_out_is_refused_with_a_sentence_and_leaves_nothing(come_out, tmp_path, content, says: str):
    with pytest.raises(InputError, match=says) as refusal:
        come_out(content, "sales.zip")

    assert "sales.zip" in str(refusal.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_zip_that_lies_about_its_sizes_is_not_believed(come_out):
    honest = zipped(("a.csv", bytes(8 << 20)))
    size = (8 << 20).to_bytes(4, "little")

    with pytest.raises(InputError):
        come_out(honest.replace(size, (100).to_bytes(4, "little")))


def test_more_than_the_disk_has_room_for_is_refused(come_out, monkeypatch):
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _folder: Room(10**9, 0, (256 << 20) + 20))

    with pytest.raises(InputError, match="room for"):
        come_out(gzip.compress(TABLE), "a.csv.gz")


def test_a_full_disk_is_a_sentence_and_leaves_nothing(come_out, tmp_path, monkeypatch):
    def full(_self: object, _free: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive._Job, "_refuse_swelling", full)

    with pytest.raises(InputError, match=r"The disk is full: a\.csv\.gz"):
        come_out(gzip.compress(TABLE), "a.csv.gz")
    assert list((tmp_path / "out").iterdir()) == []


def test_unpacking_tells_how_far_it_is_and_stops_when_told(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(zipped(("a.csv", TABLE * 200_000)))
    told: list[Progress] = []

    unpack(path, "a.zip", tmp_path / "out", progress=told.append)

    assert {progress.step for progress in told} == {"unpack"}
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].done == told[-1].total == len(TABLE) * 200_000

    def stop(_progress: Progress) -> None:
        raise KeyboardInterrupt

    shutil.rmtree(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        unpack(path, "a.zip", tmp_path / "out", progress=stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_of_an_archive_what_is_no_table_is_left_out_with_a_note(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(
        zipped(("a.csv", TABLE), ("README.txt", b"Sales of the year,\nas agreed.\n"), ("a.png", b"\x89PNG\r\n"))
    )

    found = arrivals(path, "in.zip", tmp_path / "out")

    assert [file.file_name for file in found.files] == ["a.csv"]
    assert any("a.png is an image" in note for note in found.notes)
    assert any("texts and not tables: README.txt" in note for note in found.notes)


def test_an_archive_with_no_table_in_it_says_what_is_in_it(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(zipped(("a.png", b"\x89PNG\r\n"), ("b.png", b"\x89PNG\r\n")))

    with pytest.raises(InputError, match=r"in\.zip holds nothing that can be loaded\. a\.png is an image"):
        arrivals(path, "in.zip", tmp_path / "out")


def test_a_folder_arrives_like_an_archive(tmp_path):
    folder = tmp_path / "sales"
    (folder / "2025").mkdir(parents=True)
    (folder / "2025" / "orders.csv").write_bytes(TABLE)
    (folder / "people.csv.gz").write_bytes(gzip.compress(b"customer,name,city,birth year\nann,Ann,York,1970\n"))
    (folder / ".hidden").write_bytes(b"x")

    found = arrivals(folder, "sales", tmp_path / "out")

    assert [file.file_name for file in found.files] == ["2025/orders.csv", "people.csv"]
