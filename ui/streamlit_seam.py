"""What we use of Streamlit that it does not promise, each with the reason; a new release is checked here.

Everything else in the product calls Streamlit's documented interface only.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import streamlit
from starlette.requests import Request
from streamlit import config, net_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, SessionClient, get_instance
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.session_state import SessionState, _is_stale_widget
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web.server.server_util import get_url, is_xsrf_enabled
from streamlit.web.server.starlette.starlette_app_utils import validate_xsrf_token
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

INDEX_PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
SCRIPTS = INDEX_PAGE.parent / "static" / "js"


def ignore_pages_folder() -> None:
    """Let `app.py` alone decide what the pages are.

    Streamlit takes a folder named `pages` for pages of its own until `st.navigation` has run once in
    the process: a deep link opened first would run a page's file alone, past `app.py`.
    """
    PagesManager.uses_pages_directory = False


def never_ask_for_our_address() -> None:
    """Streamlit asks a public service for this machine's address to guess who may connect; we do not."""
    net_util.get_external_ip = lambda: None


def forget_gone_widgets() -> None:
    """Let a session forget what it knows of widgets that are no longer on its page.

    Streamlit drops the value of such a widget and keeps its description and key for as long as the tab is open:
    with them the arguments of its callback. A chart is a new widget whenever its figure changes, so each move of a
    slider left one behind, with the book and the scenario that its figure was made from. What is to be remembered
    beyond its page (`persist_state`) stays.
    """
    SessionState._remove_stale_widgets = _remove_stale_widgets_whole  # type: ignore[method-assign]  # Streamlit offers no hook where it does this


def has_valid_token(request: Request) -> bool:
    """Whether `request` carries the token that keeps other sites from uploading in a reader's name."""
    if not is_xsrf_enabled():
        return True
    return bool(validate_xsrf_token(request.headers.get("X-Xsrftoken"), request.cookies.get(XSRF_COOKIE_NAME)))


def is_session_alive(session_id: str) -> bool:
    """Whether a browser is connected to this process under `session_id`."""
    return Runtime.exists() and get_instance().is_active_session(session_id)


def session_lifetime_seconds() -> float:
    """How long a session may come back after its browser has gone."""
    return float(config.get_option("server.disconnectedSessionTTL"))


def upload_limit_bytes() -> int:
    return int(config.get_option("server.maxUploadSize")) * 1024 * 1024


def address() -> str | None:
    """Where a browser finds us, if `streamlit run` chose the port; another server knows its own."""
    if config._server_mode != "starlette-app":
        return None
    host = config.get_option("browser.serverAddress" if listens_everywhere() else "server.address")
    return str(get_url(host))


def listens_everywhere() -> bool:
    return config.get_option("server.address") in (None, "", "0.0.0.0", "::")


def base_path() -> str:
    """The path the dashboard is served under: "" or "/crm"."""
    path = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


async def visit(page: str) -> list[str]:
    """Run a page as for a reader who opens it first, and throw away what it says; the addresses of all pages.

    On the server's event loop, while the runtime runs.
    """
    runtime = get_instance()
    nobody = _Nobody()
    session = runtime.connect_session(nobody, {})
    try:
        opening = BackMsg()
        opening.rerun_script.page_name = page
        runtime.handle_backmsg(session, opening)
        await nobody.has_seen_all.wait()
    finally:
        runtime.close_session(session)
    return nobody.pages


class _Nobody(SessionClient):
    """In the place of a browser: notes which pages there are, and when all of one was said."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.has_seen_all = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        match msg.WhichOneof("type"):
            case "navigation":
                self.pages = [page.url_pathname for page in msg.navigation.app_pages]
            case "script_finished" if msg.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.has_seen_all.set()


def serves_a_reader() -> bool:
    """Whether a page is being made for anybody just now."""
    sessions = get_instance()._session_mgr.list_active_sessions()
    return any(each.session._state is AppSessionState.APP_IS_RUNNING for each in sessions)


def current_session() -> str:
    """The session whose script is running, in letters, digits and hyphens; "" outside of one."""
    context = get_script_run_ctx()
    return re.sub(r"[^A-Za-z0-9-]", "-", context.session_id) if context else ""


def has_request_waiting() -> bool:
    """Whether something was pressed since the script began.

    A press inside a fragment waits until the fragment has run, however long that takes; what runs long asks here.
    """
    context = get_script_run_ctx()
    requests: Any = context.script_requests if context else None
    return requests is not None and requests._state is not ScriptRequestType.CONTINUE


def replace_upload(uploaded: UploadedFile, data: bytes) -> None:
    """Hold `data` instead of the bytes of `uploaded`; the widget shows the file as before."""
    context = get_script_run_ctx()
    if context is None:
        return
    manager: Any = context.uploaded_file_mgr
    manager.add_file(context.session_id, UploadedFileRec(uploaded.file_id, uploaded.name, uploaded.type, data))


_remove_stale_values = SessionState._remove_stale_widgets


def _remove_stale_widgets_whole(self: SessionState, active_widget_ids: frozenset[str]) -> None:
    """`SessionState._remove_stale_widgets`, and what it leaves of the widgets it removes."""
    _remove_stale_values(self, active_widget_ids)
    context = get_script_run_ctx()
    if context is None:
        return
    described, keys = self._new_widget_state.widget_metadata, self._key_id_mapper
    for widget, description in list(described.items()):
        if self._persist_tracker.scope_of(widget) is None and _is_stale_widget(
            description, active_widget_ids, context.fragment_ids_this_run
        ):
            del described[widget]
            key = keys._id_key_mapping.pop(widget, None)
            if key is not None and keys._key_id_mapping.get(key) == widget:
                del keys._key_id_mapping[key]
