"""What every answer tells the browser: run only our scripts, talk only to us, stay out of others' frames."""

import base64
import hashlib
import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import streamlit_seam

# Addresses of Streamlit's that tell strangers about the inside: counters, and an interface for programs.
CLOSED = ("/_stcore/metrics", "/_stcore/agent")

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def inline_script_hashes() -> list[str]:
    """The inline scripts of the installed Streamlit's page, as a content security policy names them."""
    scripts = INLINE_SCRIPT.findall(streamlit_seam.INDEX_PAGE.read_text(encoding="utf-8"))
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return [f"'sha256-{digest}'" for digest in digests]


def content_security_policy() -> str:
    """No host but our own. Styles may stand inline, as Streamlit's and Plotly's do; scripts may not."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *inline_script_hashes()]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


class SecurityHeaders:
    """ASGI middleware: puts the headers on every answer and keeps the closed addresses closed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.closed = tuple(streamlit_seam.base_path() + address for address in CLOSED)
        self.headers = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_encrypted = came_encrypted(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self.completed(message.get("headers", []), is_encrypted)
            await send(message)

        if scope["path"].startswith(self.closed):
            await PlainTextResponse("Not found", 404)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)

    def completed(self, headers: list[tuple[bytes, bytes]], is_encrypted: bool) -> list[tuple[bytes, bytes]]:
        """The answer's own headers and ours; over https cookies stay on https, and so does the browser."""
        ours = {name for name, _value in self.headers}
        kept = [(name, value) for name, value in headers if name.lower() not in ours]
        if not is_encrypted:
            return [*kept, *self.headers]
        kept = [(name, secured(value) if name.lower() == b"set-cookie" else value) for name, value in kept]
        return [*kept, *self.headers, (b"strict-transport-security", b"max-age=31536000")]


def came_encrypted(scope: Scope) -> bool:
    """Whether the reader's browser speaks https, to us or to a proxy in front of us."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
    return bool(scope["scheme"] == "https" or forwarded.split(b",")[0].strip() == b"https")


def secured(cookie: bytes) -> bytes:
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"
