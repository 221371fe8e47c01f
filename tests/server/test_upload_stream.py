"""The body of an upload goes to disk, and nothing stays of what is refused or broken off."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from ui import streamlit_seam, upload_stream, uploads

LIMIT = 5_000_000
HEAD = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: text/csv\r\n\r\n'
TAIL = b"\r\n--edge--\r\n"


class Downstream:
    """Stands for Streamlit: keeps the files it is given and answers with `status`."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.files: list[tuple[str, bytes]] = []

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        if request.method == "PUT":
            async with request.form() as form:
                self.files = [(file.filename, await file.read()) for file in form.values()]
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIENTELE_WORKSPACE", str(tmp_path))
    monkeypatch.setattr(streamlit_seam, "has_valid_token", lambda request: "x-xsrftoken" in request.headers)
    monkeypatch.setattr(streamlit_seam, "is_session_alive", lambda session: session == "here")
    monkeypatch.setattr(streamlit_seam, "upload_limit_bytes", lambda: LIMIT)
    return tmp_path


def send(
    downstream: Downstream,
    chunks: Iterable[bytes],
    *,
    method: str = "PUT",
    session: str = "here",
    token: bool = True,
    length: int | None = None,
    breaks_off: bool = False,
) -> int | None:
    """The status of the answer, None if there was none."""
    headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
    headers += [(b"x-xsrftoken", b"1")] if token else []
    headers += [(b"content-length", str(length).encode())] if length is not None else []
    path = f"/_stcore/upload_file/{session}/file-1"
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"} if breaks_off else {"type": "http.request", "body": b""})
    answers = []

    async def receive():
        return messages.pop(0)

    async def answer(message):
        answers.append(message)

    asyncio.run(upload_stream.StreamedUploads(downstream)(scope, receive, answer))
    return answers[0]["status"] if answers else None


def body(data: bytes, name: bytes = b"orders.csv") -> bytes:
    return HEAD % name + data + TAIL


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def files_in(workspace: Path) -> list[Path]:
    return [path for path in workspace.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_the_file_arrives_whole_however_the_wire_cuts_it(workspace: Path, size: int):
    data = b"id,amount\r\n--edg\r\n--edge\n1,2\r\n" * 3
    downstream = Downstream()

    status = send(downstream, in_pieces(body(data), size))

    assert status == 204
    assert [path.read_bytes() for path in files_in(workspace)] == [data]


def test_streamlit_receives_the_name_and_a_note_of_the_file():
    downstream = Downstream()

    send(downstream, [body(b"1,2\n", "订单 2026.csv".encode())])

    [(name, data)] = downstream.files
    note = uploads.read_note(data)
    assert name == "订单 2026.csv"
    assert note is not None
    assert (note.size, note.path.read_bytes(), note.path.suffix) == (4, b"1,2\n", ".csv")


def test_no_more_than_a_megabyte_or_two_waits_in_memory(monkeypatch: pytest.MonkeyPatch):
    waited = []
    feed = upload_stream.FilePart.feed
    monkeypatch.setattr(
        upload_stream.FilePart, "feed", lambda part, chunk: (feed(part, chunk), waited.append(len(part.waiting)))
    )

    send(Downstream(), in_pieces(body(b"x" * (LIMIT - 1)), 65_536))

    assert max(waited) < 2 * upload_stream.WRITE_BYTES


def test_a_request_without_the_pages_token_is_refused(workspace: Path):
    downstream = Downstream()

    assert send(downstream, [body(b"x")], token=False) == 403
    assert (downstream.files, files_in(workspace)) == ([], [])


def test_an_unknown_session_is_refused(workspace: Path):
    assert send(Downstream(), [body(b"x")], session="elsewhere") == 400
    assert files_in(workspace) == []


def test_a_file_of_exactly_the_limit_is_taken():
    assert send(Downstream(), in_pieces(body(b"x" * LIMIT), 500_000)) == 204


def test_a_file_one_byte_over_the_limit_is_refused_and_leaves_nothing(workspace: Path):
    assert send(Downstream(), in_pieces(body(b"x" * (LIMIT + 1)), 500_000)) == 413
    assert files_in(workspace) == []


def test_an_announced_length_over_the_limit_is_refused_before_the_body_is_read():
    assert send(Downstream(), [], length=LIMIT * 2) == 413


def test_a_full_disk_is_said_before_the_body_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upload_stream, "KEPT_FREE_BYTES", 1 << 60)

    assert send(Downstream(), [], length=10) == 507


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(part: upload_stream.FilePart) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload_stream.FilePart, "write", fail)

    assert send(Downstream(), [body(b"x")]) == 507
    assert files_in(workspace) == []


def test_an_upload_that_breaks_off_leaves_nothing(workspace: Path):
    assert send(Downstream(), [HEAD % b"orders.csv", b"x" * 2_000_000], breaks_off=True) is None
    assert files_in(workspace) == []


def test_a_body_that_ends_early_is_refused_and_leaves_nothing(workspace: Path):
    assert send(Downstream(), [HEAD % b"orders.csv", b"half"]) == 400
    assert files_in(workspace) == []


@pytest.mark.parametrize("chunk", [b"no form at all", HEAD % b"a.csv" + b"1\r\n" + HEAD % b"b.csv" + b"2" + TAIL])
def test_a_body_that_is_not_one_file_is_refused(workspace: Path, chunk: bytes):
    assert send(Downstream(), [chunk]) == 400
    assert files_in(workspace) == []


def test_a_file_streamlit_will_not_have_does_not_stay(workspace: Path):
    assert send(Downstream(status=400), [body(b"x")]) == 400
    assert files_in(workspace) == []


def test_removing_the_file_in_the_widget_removes_it_from_disk(workspace: Path):
    send(Downstream(), [body(b"x")])
    assert len(files_in(workspace)) == 1

    send(Downstream(), [], method="DELETE")
    assert files_in(workspace) == []


def test_a_refused_removal_removes_nothing(workspace: Path):
    send(Downstream(), [body(b"x")])

    send(Downstream(status=403), [], method="DELETE")

    assert len(files_in(workspace)) == 1
