"""Scripts that pages will need, named in the first answer, so that the browser has them before they are asked for.

Streamlit's page loads the script of an element (a table, a slider, a picture) when one is first drawn, and each of
those names a dozen others. The page that draws many of them first would wait for all of that.
"""

import re
from functools import cache

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


def early_scripts() -> list[str]:
    """The scripts of `ELEMENTS` and those they import, without what the page itself names."""
    page = streamlit_seam.INDEX_PAGE.read_text(encoding="utf-8")
    here = set(IN_PAGE.findall(page))
    early: list[str] = []
    for element in ELEMENTS:
        for name in with_imports(script_of(element)):
            if name not in here:
                here.add(name)
                early.append(name)
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


@cache
def imports(script: str) -> list[str]:
    """What a script imports by its first lines."""
    with (streamlit_seam.SCRIPTS / script).open(encoding="utf-8") as text:
        return list(dict.fromkeys(NAMED.findall(text.read(FIRST_LINES))))


def links() -> bytes:
    """The early scripts as a page's head names them: fetched when nothing more urgent is, and not run."""
    lines = [
        f'<link rel="modulepreload" crossorigin fetchpriority="low" href="./static/js/{name}">\n'
        for name in early_scripts()
    ]
    return "".join(lines).encode()


class EarlyScripts:
    """ASGI middleware: puts the links into the head of the page, which is the same for all addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.links = links()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            await self.app(scope, receive, WithLinks(self.links, send))
        else:
            await self.app(scope, receive, send)


class WithLinks:
    """Sends an answer on; where it is a page, whole and with the links in it."""

    def __init__(self, links: bytes, send: Send) -> None:
        self.links = links
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
        page = self.page.replace(b"</head>", self.links + b"</head>", 1)
        kept = [(name, value) for name, value in start["headers"] if name.lower() not in OF_THE_FILE]
        await self.send({**start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
        await self.send({"type": "http.response.body", "body": page})


# Headers that speak of the page as it lies on disk.
OF_THE_FILE = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


def is_page(start: Message) -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    return bool(start["status"] == 200 and kind.startswith(b"text/html"))
