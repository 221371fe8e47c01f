"""Uploaded files lie on disk, a folder a session; Streamlit only holds a short signed note of each.

    workspace/uploads/<session>/<name made here>.csv

`server.py` writes the body of an upload there as it arrives and passes the note on. Under plain
`streamlit run app.py` the bytes come through memory, and `saved_upload` brings both to the same state.
"""

import hashlib
import hmac
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from crm_core.errors import InputError
from crm_core.language import _
from ui import streamlit_seam

PROJECT_FOLDER = Path(__file__).parent.parent
NOTE_HEAD = b"clientele upload"
LONGEST_NOTE = 512
UNFINISHED = ".part"

_secret = secrets.token_bytes(32)  # of this process: a note from elsewhere is not ours


@dataclass(frozen=True)
class Upload:
    """A file somebody sent: where it lies, what they call it, how many bytes it has."""

    path: Path
    file_name: str
    size: int


def workspace_folder() -> Path:
    """Where data sets, scenarios and uploads are kept: $CLIENTELE_WORKSPACE, else `workspace/` in the project."""
    return Path(os.environ.get("CLIENTELE_WORKSPACE") or PROJECT_FOLDER / "workspace").absolute()


def uploads_folder() -> Path:
    return workspace_folder() / "uploads"


def saved_upload(uploaded: UploadedFile) -> Upload:
    """The file on disk behind the value of `st.file_uploader`.

    Raises InputError if it is no longer there.
    """
    note = read_note(uploaded.getvalue()) if uploaded.size <= LONGEST_NOTE else None
    if note is None:
        return _save(uploaded)
    if not note.path.exists():
        raise InputError(
            _("{file_name}: the uploaded file is no longer here. Upload it again.").format(file_name=uploaded.name)
        )
    return Upload(note.path, uploaded.name, note.size)


def _save(uploaded: UploadedFile) -> Upload:
    """Write the bytes that came through memory to disk and let go of them."""
    path = upload_path(streamlit_seam.current_session(), uploaded.file_id, uploaded.name)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    unfinished.write_bytes(uploaded.getbuffer())
    unfinished.replace(path)
    streamlit_seam.replace_upload(uploaded, written_note(path, uploaded.size))
    return Upload(path, uploaded.name, uploaded.size)


def upload_path(session_id: str, file_id: str, file_name: str) -> Path:
    """Where the upload belongs. Its folder exists afterwards, for our eyes only.

    The name is made here, so nothing a browser sends can lead out of the folder; of the sender's name
    only the ending stays, if it looks like one.
    """
    folder = session_folder(session_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = re.search(r"\.[a-z0-9]{1,8}$", file_name.lower())
    return folder / f"{_stem(session_id, file_id)}{ending.group() if ending else ''}"


def session_folder(session_id: str) -> Path:
    """The folder of a session's uploads, which need not exist."""
    is_plain = re.fullmatch(r"[A-Za-z0-9-]{1,64}", session_id)
    return uploads_folder() / (session_id if is_plain else _digest(session_id))


def forget_upload(session_id: str, file_id: str) -> None:
    """Delete one upload, if it is there."""
    for path in session_folder(session_id).glob(f"{_stem(session_id, file_id)}*"):
        path.unlink(missing_ok=True)


def forget_session(session_id: str) -> None:
    """Delete all uploads of a session."""
    shutil.rmtree(session_folder(session_id), ignore_errors=True)


def forget_sessions_before(instant: datetime) -> None:
    """Delete what sessions left that have uploaded nothing since `instant`."""
    if not uploads_folder().exists():
        return
    for folder in uploads_folder().iterdir():
        if folder.stat().st_mtime < instant.timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def written_note(path: Path, size: int) -> bytes:
    """What Streamlit holds instead of the file: its place and size, signed."""
    statement = b"\n".join([NOTE_HEAD, str(path.relative_to(uploads_folder())).encode(), str(size).encode()])
    return statement + b"\n" + _signature(statement)


def read_note(data: bytes) -> Upload | None:
    """The upload a note speaks of; None if `data` is anything but a note written by this process."""
    statement, _newline, signature = data.rpartition(b"\n")
    if not hmac.compare_digest(signature, _signature(statement)):
        return None
    _head, place, size = statement.split(b"\n")
    return Upload(uploads_folder() / place.decode(), "", int(size))


def _signature(statement: bytes) -> bytes:
    return hmac.new(_secret, statement, hashlib.sha256).hexdigest().encode()


def _stem(session_id: str, file_id: str) -> str:
    return _digest(f"{session_id}/{file_id}")


def _digest(text: str) -> str:
    return hmac.new(_secret, text.encode(), hashlib.sha256).hexdigest()[:32]
