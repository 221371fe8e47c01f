"""The server: the dashboard with a warm start, safe headers, streamed uploads and health checks.

    make run        or        streamlit run server.py        or        uvicorn server:app

`streamlit run app.py` works too, without any of that.
"""

import asyncio
import ctypes
import gc
import importlib
import logging
import os
import pkgutil
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import ui
from crm_core.engine.database import shared_database
from crm_core.errors import CrmError
from crm_core.language import _
from crm_core.store import Workspace
from ui import demo, early_scripts, session, streamlit_seam, uploads
from ui.security import SecurityHeaders
from ui.upload_stream import StreamedUploads

PROJECT_FOLDER = Path(__file__).parent
SWEEP_SECONDS = 60
REST_SECONDS = 1.0
LEFTOVERS_STAY = timedelta(days=1)
M_ARENA_MAX = -8  # as <malloc.h> of the GNU library names it

log = logging.getLogger("clientele")


# --- starting and stopping -------------------------------------------------------------------------


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, bool]]:
    """Everything that must be so before the first reader comes."""
    keep_memory_together()
    session.tell_time_by(lambda: datetime.now(UTC))
    streamlit_seam.ignore_pages_folder()
    streamlit_seam.never_ask_for_our_address()
    await to_thread.run_sync(warm_up, datetime.now(UTC) - LEFTOVERS_STAY)
    if address := streamlit_seam.address():
        print(_("Clientele is ready: {address}").format(address=address), flush=True)
    beside_readers = [asyncio.create_task(forget_gone_sessions()), asyncio.create_task(rehearse())]
    try:
        yield {"ready": True}
    finally:
        for task in beside_readers:
            task.cancel()
        await asyncio.gather(*beside_readers, return_exceptions=True)


def keep_memory_together() -> None:
    """Let threads share as many heaps as there are cores; elsewhere than with the GNU library nothing changes.

    It gives threads up to eight heaps a core, and each run of a page is a thread: what one frees another cannot use,
    and over hundreds of runs each heap grows to the most that ever ran in it.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, max(2, os.cpu_count() or 1))


def warm_up(leftovers_before: datetime) -> None:
    """Import and open what the first page needs, then take it out of the garbage collector's rounds.

    Streamlit collects garbage after each run; freezing what is here for good makes a slider's move
    cost half. What a person can put right (a full disk, a damaged data set) must not keep the server
    down: `/readyz` and the pages say what is wrong.
    """
    import plotly.graph_objects as go

    go.Figure(go.Bar(x=[1], y=[1])).to_json()
    for page in pkgutil.iter_modules([str(PROJECT_FOLDER / "pages")]):
        importlib.import_module(f"pages.{page.name}")
    try:
        forget_leftovers(leftovers_before)
        if demo.is_wanted() and not session.shared_data_sets():
            print(_("Preparing the demo company, this once ..."), flush=True)
        ui.warm_up()
    except (CrmError, OSError) as error:
        log.warning("%s", error)
    gc.collect()
    gc.freeze()


async def rehearse() -> None:
    """Open each page once for nobody, so that whoever opens it first waits for no import and no computation.

    Between two pages readers go first. Where a page takes long on this data, its first reader sees the steps instead.
    """
    try:
        if await to_thread.run_sync(ui.opens_at_once):
            _first, *others = await streamlit_seam.visit("")
            for page in others:
                await readers_rest()
                await streamlit_seam.visit(page)
    except (CrmError, OSError) as error:
        log.warning("%s", error)


async def readers_rest() -> None:
    """Wait until nobody has asked for anything for a second."""
    while streamlit_seam.serves_a_reader() or time.monotonic() < Asked.latest + REST_SECONDS:
        if streamlit_seam.serves_a_reader():
            Asked.latest = time.monotonic()
        await asyncio.sleep(REST_SECONDS / 20)


class Asked:
    """ASGI middleware: notes when anybody last asked for anything (seconds of a clock that only goes forward)."""

    latest = -inf

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        Asked.latest = time.monotonic()
        await self.app(scope, receive, send)


def forget_leftovers(instant: datetime) -> None:
    """Delete what sessions of an earlier process left that nobody used since `instant`."""
    uploads.forget_sessions_before(instant)
    Workspace(uploads.workspace_folder(), shared_database()).forget_sessions_older_than(instant)


async def forget_gone_sessions() -> None:
    """Delete the uploads and private data sets of sessions that ended, once a minute, and what runs left in memory.

    Left to itself Python collects objects that name each other once there are many, and figures among them are large.
    """
    sessions = EndedSessions()
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        gc.collect()
        with suppress(OSError):
            for folder in sessions.folders(time.monotonic()):
                await to_thread.run_sync(shutil.rmtree, folder, True)


class EndedSessions:
    """Knows which folders named after a session can go.

    A folder goes when its session was alive in this process and has not been for longer than a browser
    may come back. Sessions of another process that shares the workspace are none of our business.
    """

    def __init__(self) -> None:
        self.last_alive: dict[str, float] = {}

    def folders(self, now: float) -> list[Path]:
        """The folders that can go at `now` (seconds of a clock that only goes forward)."""
        workspace = uploads.workspace_folder()
        found = [folder for kind in ("uploads", "sessions") for folder in (workspace / kind).glob("*")]
        here = {folder.name for folder in found}
        self.last_alive = {name: instant for name, instant in self.last_alive.items() if name in here}
        for folder in found:
            if streamlit_seam.is_session_alive(folder.name):
                self.last_alive[folder.name] = now
        grace = streamlit_seam.session_lifetime_seconds() + SWEEP_SECONDS
        return [folder for folder in found if self.last_alive.get(folder.name, now) < now - grace]


# --- addresses besides the dashboard's -------------------------------------------------------------


async def alive(_request: Request) -> Response:
    """The process runs and its loop turns."""
    return PlainTextResponse("ok")


async def ready(_request: Request) -> Response:
    """The engine answers and the workspace can be written: readers may be sent here."""
    problems = await to_thread.run_sync(problems_now)
    return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)


def problems_now() -> list[str]:
    problems = []
    try:
        workspace = uploads.workspace_folder()
        workspace.mkdir(parents=True, exist_ok=True)
        (workspace / ".writable").touch()
    except OSError as error:
        problems.append(_("The workspace cannot be written: {reason}.").format(reason=error.strerror))
    if shared_database().rows("select 1") != [(1,)]:
        problems.append(_("The database engine does not answer."))
    return problems


async def icon(_request: Request) -> Response:
    return FileResponse(PROJECT_FOLDER / "static" / "favicon.png", headers={"Cache-Control": "max-age=86400"})


async def first_page(request: Request) -> Response:
    """The first page stands at the root, so its own name would be told as not found; what the address carries stays."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


def routes() -> list[Route]:
    base = streamlit_seam.base_path()
    return [
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route(f"{base}/favicon.png", icon),
        Route(f"{base}/overview", first_page),
        Route(base + early_scripts.ADDRESS, early_scripts.fetching_answer),
    ]


def middleware() -> list[Middleware]:
    return [
        Middleware(Asked),
        Middleware(SecurityHeaders),
        Middleware(early_scripts.EarlyScripts),
        Middleware(StreamedUploads),
    ]


app = st.App(PROJECT_FOLDER / "app.py", lifespan=lifespan, routes=routes(), middleware=middleware())
