"""Scripts that pages will need, which the browser fetches while it has nothing else to do.

Streamlit's page loads the script of an element (a table, a slider, a picture) when one is first drawn, and each of
those names a dozen others. The page that draws many of them first would wait for all of that.
"""

import json
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import streamlit_seam

ELEMENTS = (
    # The sidebar and the first page.
    "Selectbox", "DateInput", "Multiselect", "ButtonGroup", "Metric", "PageLink", "PlotlyChart", "embed",
    "vega-interpreter",
    # What the other pages open with.
    "DataFrame", "Button", "Slider", "NumberInput", "TextInput", "DownloadButton", "Pagination", "rehype-katex",
)  # fmt: skip
"""The elements that our pages open with, by the names of their scripts, soonest first."""

NAMED = re.compile(r"""(?:from|import)\s*["`]\./([^"`]+\.js)["`]""")
FIRST_LINES = 20_000
IN_PAGE = re.compile(r"static/js/([^\"]+\.js)")


@cache
def early_scripts() -> list[list[str]]:
    """For each of `ELEMENTS` its script and those it imports, without what the page or an element before it named."""
    here = set(IN_PAGE.findall(streamlit_seam.INDEX_PAGE.read_text(encoding="utf-8")))
    early = []
    for element in ELEMENTS:
        early.append([name for name in with_imports(script_of(element)) if name not in here])
        here.update(early[-1])
    return early


def script_of(element: str) -> str:
    """The script that draws an element. Raises LookupError if the installed Streamlit has none of this name."""
    named = re.compile(rf"{re.escape(element)}\.[\w-]{{8}}\.js")
    for path in streamlit_seam.SCRIPTS.glob(f"{element}.*.js"):
        if named.fullmatch(path.name):
            return path.name
    raise LookupError(element)


def with_imports(script: str) -> list[str]:
    """A script and all that it imports as it starts, each once."""
    found = [script]
    for name in found:
        found += [other for other in imports(name) if other not in found]
    return found


def imports(script: str) -> list[str]:
    """What a script imports by its first lines."""
    with (streamlit_seam.SCRIPTS / script).open(encoding="utf-8") as text:
        return list(dict.fromkeys(NAMED.findall(text.read(FIRST_LINES))))


ADDRESS = "/early-scripts.js"
FETCHING = Path(__file__).parent.parent / "static" / "early_scripts.js"
LINK = f'<script type="module" async src=".{ADDRESS}"></script>\n'.encode()
"""What the page's head says of it: with `async` nothing waits for it."""


def fetching() -> str:
    """The script that fetches the early scripts."""
    return f"const elements = {json.dumps(early_scripts())};\n{FETCHING.read_text(encoding='utf-8')}"


async def fetching_answer(_request: Request) -> Response:
    return Response(fetching(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


class EarlyScripts:
    """ASGI middleware: has the page, which is the same for all addresses, fetch the early scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            await self.app(pages_unpacked(scope), receive, WithScript(send))
        else:
            await self.app(scope, receive, send)


def pages_unpacked(scope: Scope) -> Scope:
    """A request; where it is for a page, one that asks for it as it is: nothing can be put into a packed one."""
    if b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


class WithScript:
    """Sends an answer on; where it is a page, whole and with the link in its head."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.held: Message | None = None
        self.page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and is_page(message):
            self.held = message
        elif self.held is None:
            await self.send(message)
        else:
            self.page += message.get("body", b"")
            if not message.get("more_body"):
                await self.send_page(self.held)

    async def send_page(self, start: Message) -> None:
        page = self.page.replace(b"</head>", LINK + b"</head>", 1)
        kept = [(name, value) for name, value in start["headers"] if name.lower() not in OF_THE_FILE]
        await self.send({**start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
        await self.send({"type": "http.response.body", "body": page})


# Headers that speak of the page as it lies on disk.
OF_THE_FILE = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


def is_page(start: Message) -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    return bool(start["status"] == 200 and kind.startswith(b"text/html"))
