"""Takes the body of an upload off the wire and onto disk, a megabyte at a time.

Stands in front of Streamlit's own upload address. What Streamlit checks is checked first (the token
against forged requests, the session, the size), the file part is streamed to `workspace/uploads/`, and
Streamlit receives the same request with a short signed note in the file's place. The widget notices
nothing; a file of four gigabytes costs no memory.
"""

import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_core.language import _
from ui import streamlit_seam, uploads

WRITE_BYTES = 1024 * 1024
FRAMING_BYTES = 1024 * 1024  # what a multipart body may have besides the file
KEPT_FREE_BYTES = 256 * 1024 * 1024  # of the disk, whatever is uploaded


class RefusedError(Exception):
    """An upload we do not take: the HTTP status and a sentence for the log and the browser."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class StreamedUploads:
    """ASGI middleware for `PUT` and `DELETE` of `/_stcore/upload_file/{session}/{file}`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.address = re.compile(re.escape(streamlit_seam.base_path()) + r"/_stcore/upload_file/([^/]+)/([^/]+)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = self.address.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if target is None:
            await self.app(scope, receive, send)
        elif scope["method"] == "PUT":
            await self.take(scope, receive, send, *target.groups())
        else:
            answer = Answer(send)
            await self.app(scope, receive, answer)
            if scope["method"] == "DELETE" and answer.is_success:
                uploads.forget_upload(*target.groups())

    async def take(self, scope: Scope, receive: Receive, send: Send, session_id: str, file_id: str) -> None:
        """Stream the file to disk and let Streamlit have the note."""
        try:
            request = checked(Request(scope, receive), session_id)
            part = await stream_to_disk(request, session_id, file_id)
        except RefusedError as refusal:
            response = PlainTextResponse(str(refusal), refusal.status, headers={"Connection": "close"})
            await response(scope, receive, send)
            return
        except ClientDisconnect:
            return
        answer = Answer(send)
        try:
            await self.app(*with_body(scope, receive, part.as_note()), answer)
        finally:
            if not answer.is_success:
                uploads.forget_upload(session_id, file_id)


class Answer:
    """Passes an answer on and remembers whether it was a good one."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.is_success = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_success = 200 <= message["status"] < 300
        await self.send(message)


def checked(request: Request, session_id: str) -> Request:
    """`request`, if Streamlit would take it and the disk has room for it."""
    if not streamlit_seam.has_valid_token(request):
        raise RefusedError(403, _("The request does not carry this page's token. Reload the page."))
    if not streamlit_seam.is_session_alive(session_id):
        raise RefusedError(400, _("This session has ended. Reload the page."))
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal():
        raise RefusedError(400, _("The length of the upload is not a number."))
    if int(announced) > streamlit_seam.upload_limit_bytes() + FRAMING_BYTES:
        raise too_large()
    check_room(int(announced))
    return request


def too_large() -> RefusedError:
    limit = streamlit_seam.upload_limit_bytes() // 1024**2
    return RefusedError(413, _("The file is larger than the {limit} MB this server takes.").format(limit=limit))


def check_room(wanted: int) -> None:
    folder = uploads.uploads_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < wanted + KEPT_FREE_BYTES:
        raise RefusedError(507, _("The server's disk has no room for this file."))


async def stream_to_disk(request: Request, session_id: str, file_id: str) -> "FilePart":
    """Write the one file in the body of `request` to its place; nothing stays behind if that fails."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise RefusedError(400, _("The upload is not a form with a file."))
    async with unfinished_file(session_id, file_id) as file:
        part = FilePart(options[b"boundary"], file)
        try:
            async for chunk in request.stream():
                part.feed(chunk)
                if len(part.waiting) >= WRITE_BYTES:
                    await to_thread.run_sync(part.write)
                    check_room(0)
            await to_thread.run_sync(part.write)
            part.settle(uploads.upload_path(session_id, file_id, part.file_name))
        except FormParserError as error:
            raise RefusedError(400, _("The upload is not a form with a file.")) from error
        except OSError as error:
            raise RefusedError(
                507, _("The server could not write the file: {reason}.").format(reason=error.strerror)
            ) from error
    return part


@asynccontextmanager
async def unfinished_file(session_id: str, file_id: str) -> AsyncIterator[BinaryIO]:
    """A file beside the place where the upload belongs, gone at the end unless it was moved there."""
    place = uploads.upload_path(session_id, file_id, "")
    path = place.with_name(f"{place.name}.{secrets.token_hex(4)}{uploads.UNFINISHED}")
    try:
        with path.open("xb") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


class FilePart:
    """The single file of a multipart body, fed in chunks and written to `file`."""

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self.boundary = boundary
        self.file = file
        self.size = 0
        self.waiting = bytearray()
        self.headers = bytearray()  # of the part, as they came
        self.count = 0
        self.is_whole = False
        self.path = Path(file.name)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )
        self._separator = b": "

    def feed(self, chunk: bytes) -> None:
        self._parser.write(chunk)
        if self.count > 1:
            raise RefusedError(400, _("One file at a time, please."))
        if self.size > streamlit_seam.upload_limit_bytes():
            raise too_large()

    def write(self) -> None:
        """Move what is waiting to disk."""
        self.file.write(self.waiting)
        self.waiting.clear()

    def settle(self, path: Path) -> None:
        """Give the finished file its name."""
        if not self.is_whole or self.count != 1:
            raise RefusedError(400, _("The upload ended before the file did."))
        self.file.flush()
        self.path = self.path.replace(path)

    @property
    def file_name(self) -> str:
        """What the sender calls the file; not to be used as a path."""
        found = re.search(rb'filename="((?:[^"\\]|\\.)*)"', self.headers)
        return found.group(1).decode("utf-8", "replace") if found else ""

    def as_note(self) -> bytes:
        """The same body with the signed note where the file was."""
        note = uploads.written_note(self.path, self.size)
        return b"--%s\r\n%s\r\n%s\r\n--%s--\r\n" % (self.boundary, bytes(self.headers), note, self.boundary)

    def _begin(self) -> None:
        self.count += 1

    def _header(self, data: bytes, start: int, end: int) -> None:
        self.headers += data[start:end]
        self._separator = b": "

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self.headers += self._separator + data[start:end]
        self._separator = b""

    def _header_end(self) -> None:
        self.headers += b"\r\n"

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.waiting += data[start:end]
        self.size += end - start

    def _end(self) -> None:
        self.is_whole = True


def with_body(scope: Scope, receive: Receive, body: bytes) -> tuple[Scope, Receive]:
    """The same request with another body."""
    headers = [
        (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")
    ]
    is_read = False

    async def receive_body() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return {**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}, receive_body
