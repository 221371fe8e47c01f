"""The page fetches the scripts that other pages will need."""

import asyncio

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, PlainTextResponse, Response

from ui import early_scripts, streamlit_seam

PAGE = streamlit_seam.INDEX_PAGE


def answer(response: Response, method: str = "GET", packed=lambda app: app, asked=()) -> tuple[dict[str, str], bytes]:
    """The headers and the body that a browser gets where the dashboard answers with `response`."""
    sent = []

    async def dashboard(scope, receive, send):
        await response(scope, receive, send)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "headers": [*asked], "asgi": {"spec_version": "2.4"}}
    asyncio.run(early_scripts.EarlyScripts(packed(dashboard))(scope, None, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("element", early_scripts.ELEMENTS)
def test_the_installed_streamlit_has_a_script_for_each_element(element: str):
    assert (streamlit_seam.SCRIPTS / early_scripts.script_of(element)).is_file()


def test_a_script_comes_with_all_that_it_imports():
    early = early_scripts.early_scripts()[early_scripts.ELEMENTS.index("Slider")]

    assert early_scripts.script_of("Slider") == early[0]
    assert "withCalculatedWidth" in {name.split(".")[0] for name in early}


def test_no_script_is_named_twice_and_none_that_the_page_itself_names():
    early = [name for scripts in early_scripts.early_scripts() for name in scripts]

    assert len(early) == len(set(early))
    assert not [name for name in early if name in PAGE.read_text(encoding="utf-8")]


def test_the_page_asks_for_what_fetches_them_and_is_as_long_as_it_says():
    headers, page = answer(FileResponse(PAGE))

    assert page.count(b'src="./early-scripts.js"') == 1
    assert page.replace(early_scripts.LINK, b"") == PAGE.read_bytes()
    assert int(headers["content-length"]) == len(page)
    assert "etag" not in headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_answers_pass_as_they_are(method: str):
    response = PlainTextResponse("</head>")

    headers, body = answer(response, method)
    assert body == b"</head>"
    assert headers == {name.decode(): value.decode() for name, value in response.raw_headers}


def test_a_browser_that_takes_packed_pages_gets_the_script_too():
    def packed(app):
        return GZipMiddleware(app, minimum_size=1)

    asked = [(b"accept", b"text/html,*/*"), (b"accept-encoding", b"gzip, br")]
    headers, page = answer(FileResponse(PAGE), packed=packed, asked=asked)

    assert "content-encoding" not in headers
    assert early_scripts.LINK in page


def test_a_page_that_is_only_asked_about_is_described_as_it_is():
    headers, body = answer(FileResponse(PAGE), "HEAD")

    assert body == b""
    assert "etag" in headers
