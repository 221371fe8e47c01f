"""The first answer names the scripts that pages will need."""

import asyncio
import re

import pytest
from starlette.responses import FileResponse, PlainTextResponse, Response

from ui import early_scripts, streamlit_seam

PAGE = streamlit_seam.INDEX_PAGE


def answer(response: Response, method: str = "GET") -> tuple[dict[str, str], bytes]:
    """The headers and the body that a browser gets where the dashboard answers with `response`."""
    sent = []

    async def dashboard(scope, receive, send):
        await response(scope, receive, send)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "headers": []}
    asyncio.run(early_scripts.EarlyScripts(dashboard)(scope, None, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:])


def named_in(page: bytes) -> list[str]:
    return re.findall(r'rel="modulepreload"[^>]* href="\./static/js/([^"]+)"', page.decode())


@pytest.mark.parametrize("element", early_scripts.ELEMENTS)
def test_the_installed_streamlit_has_a_script_for_each_element(element: str):
    assert (streamlit_seam.SCRIPTS / early_scripts.script_of(element)).is_file()


def test_a_script_comes_with_all_that_it_imports():
    early = set(early_scripts.early_scripts())

    assert early_scripts.script_of("Slider") in early
    assert {name.split(".")[0] for name in early} >= {"moment", "useFormReset", "WidgetLabel"}


def test_the_page_names_each_script_once_and_is_as_long_as_it_says():
    headers, page = answer(FileResponse(PAGE))

    names = named_in(page)
    assert len(names) == len(set(names))
    assert set(names) >= set(early_scripts.early_scripts())
    assert int(headers["content-length"]) == len(page)
    assert "etag" not in headers


def test_nothing_else_of_the_page_changes():
    _headers, page = answer(FileResponse(PAGE))

    assert page.replace(early_scripts.links(), b"") == PAGE.read_bytes()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_answers_pass_as_they_are(method: str):
    response = PlainTextResponse("</head>")

    headers, body = answer(response, method)
    assert body == b"</head>"
    assert headers == {name.decode(): value.decode() for name, value in response.raw_headers}


def test_a_page_that_is_only_asked_about_is_described_as_it_is():
    headers, body = answer(FileResponse(PAGE), "HEAD")

    assert body == b""
    assert "etag" in headers
