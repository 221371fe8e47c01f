"""Where uploads lie, and that a note cannot be forged."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from crm_core.errors import InputError
from ui import uploads


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIENTELE_WORKSPACE", str(tmp_path))
    return tmp_path


def uploaded(data: bytes, name: str = "orders.csv") -> UploadedFile:
    return UploadedFile(UploadedFileRec("file-1", name, "text/csv", data), FileURLs())


def streamed(data: bytes) -> Path:
    path = uploads.upload_path("session-1", "file-1", "orders.csv")
    path.write_bytes(data)
    return path


def test_a_streamed_file_is_found_by_its_note():
    path = streamed(b"a,b\n1,2\n")

    upload = uploads.saved_upload(uploaded(uploads.written_note(path, 8)))

    assert upload == uploads.Upload(path, "orders.csv", 8)


def test_a_file_that_came_through_memory_is_written_to_disk():
    upload = uploads.saved_upload(uploaded(b"a,b\n1,2\n"))

    assert upload.path.read_bytes() == b"a,b\n1,2\n"
    assert upload.path.suffix == ".csv"
    assert upload.size == 8


def test_an_empty_file_is_a_file():
    assert uploads.saved_upload(uploaded(b"")).path.read_bytes() == b""


def test_a_note_whose_file_has_gone_says_so_in_words():
    path = streamed(b"x")
    note = uploads.written_note(path, 1)
    path.unlink()

    with pytest.raises(InputError, match=r"orders\.csv.*Upload it again"):
        uploads.saved_upload(uploaded(note))


def test_a_changed_note_is_only_a_small_file():
    note = uploads.written_note(streamed(b"x"), 1)
    forged = note.replace(b"\n1\n", b"\n2\n")

    assert uploads.read_note(note) is not None
    assert uploads.read_note(forged) is None


@given(st.binary(max_size=600))
def test_no_bytes_of_somebodys_own_make_a_note(data: bytes):
    assert uploads.read_note(data) is None


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b.csv", "C:\\x.csv", "订单.xlsx", "", ".csv", "x" * 500 + ".CSV"]
)
def test_no_name_leads_out_of_the_sessions_folder(workspace: Path, name: str):
    path = uploads.upload_path("session-1", "file-1", name)

    assert path.parent == workspace / "uploads" / "session-1"
    assert len(path.name) < 50


@pytest.mark.parametrize("session", ["..", "../..", "a/b", "", "a\x00b", "x" * 300])
def test_no_session_leads_out_of_the_uploads_folder(workspace: Path, session: str):
    assert uploads.session_folder(session).parent == workspace / "uploads"
    assert uploads.session_folder(session).name not in ("", ".", "..")


def test_forgetting_one_upload_leaves_the_others():
    first = uploads.upload_path("session-1", "file-1", "a.csv")
    second = uploads.upload_path("session-1", "file-2", "b.csv")
    first.touch()
    second.touch()

    uploads.forget_upload("session-1", "file-1")

    assert list(first.parent.iterdir()) == [second]


def test_leftovers_older_than_the_given_instant_go_and_younger_stay():
    folder = streamed(b"x").parent

    uploads.forget_sessions_before(datetime.now(UTC) - timedelta(minutes=1))
    assert folder.exists()

    uploads.forget_sessions_before(datetime.now(UTC) + timedelta(minutes=1))
    assert not folder.exists()
