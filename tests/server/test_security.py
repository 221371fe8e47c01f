"""What every answer tells the browser."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse

from ui import security


def headers_of(path: str = "/", *, scheme: str = "http", sent: dict[str, str] | None = None) -> tuple[int, dict]:
    """The status and headers of the answer to a request for `path`."""
    answers = []

    async def dashboard(scope, receive, send):
        response = PlainTextResponse("hello", headers={"Content-Security-Policy": "default-src *"})
        response.set_cookie("token", "1")
        await response(scope, receive, send)

    async def send(message):
        answers.append(message)

    headers = [(name.encode(), value.encode()) for name, value in (sent or {}).items()]
    scope = {"type": "http", "method": "GET", "path": path, "scheme": scheme, "headers": headers}
    asyncio.run(security.SecurityHeaders(dashboard)(scope, None, send))
    return answers[0]["status"], {name.decode(): value.decode() for name, value in answers[0]["headers"]}


def test_the_policy_names_no_host_but_our_own():
    sources = [word for rule in security.content_security_policy().split("; ") for word in rule.split()[1:]]
    hashes = [word for word in sources if word.startswith("'sha256-")]

    assert set(sources) - set(hashes) == {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert len(hashes) == len(security.inline_script_hashes()) >= 1


def test_inline_scripts_run_only_if_streamlit_ships_them():
    policy = security.content_security_policy()
    [scripts] = [rule for rule in policy.split("; ") if rule.startswith("script-src")]

    assert "unsafe" not in scripts


def test_our_policy_replaces_any_other():
    _status, headers = headers_of()

    assert headers["content-security-policy"] == security.content_security_policy()
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact"])
def test_addresses_about_the_inside_are_closed(path: str):
    status, headers = headers_of(path)

    assert status == 404
    assert "content-security-policy" in headers


@pytest.mark.parametrize(("scheme", "sent"), [("https", {}), ("http", {"x-forwarded-proto": "https"})])
def test_over_https_the_browser_stays_there_and_so_do_cookies(scheme: str, sent: dict[str, str]):
    _status, headers = headers_of(scheme=scheme, sent=sent)

    assert "strict-transport-security" in headers
    assert headers["set-cookie"].endswith("; Secure")


def test_over_http_nothing_promises_https():
    _status, headers = headers_of()

    assert "strict-transport-security" not in headers
    assert "Secure" not in headers["set-cookie"]
