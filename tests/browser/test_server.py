"""The server in a process of its own, seen from a browser and from the wire."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import visit
from tests.browser.serving import PROJECT_FOLDER, Server, running
from tests.browser.still import wait_until_still

PROBE = PROJECT_FOLDER / "tests" / "browser" / "probe" / "probe_server.py"
BIG = 300_000_000


@contextmanager
def probe(folder: Path) -> Iterator[Server]:
    with running(folder, entry=PROBE, STREAMLIT_SERVER_MAX_UPLOAD_SIZE="400", CLIENTELE_DEMO="off") as server:
        yield server


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A process of the test's own, where it matters what was asked before."""
    with probe(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A process that others have asked before."""
    with probe(tmp_path_factory.mktemp("probe")) as server:
        yield server


def answer_to(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and headers of the answer, good or bad."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers)


def test_a_deep_link_opened_first_shows_the_whole_app(fresh_server: Server, page: Page):
    visit(page, fresh_server.url, "/chart")

    assert page.locator("h1").inner_text() == "Chart"
    assert page.get_by_test_id("stSidebar").get_by_text("The whole app").is_visible()
    assert page.get_by_test_id("stSidebarNavLink").count() == 2


def test_the_browser_asks_nobody_but_us_and_breaks_none_of_our_rules(server: Server, page: Page):
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("console", lambda message: complaints.append(message.text))

    visit(page, server.url, "/chart")
    page.locator("[data-testid=stPlotlyChart] .main-svg").first.wait_for()
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for()

    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert len(asked) > 50
    assert hosts == {"127.0.0.1"}
    assert [complaint for complaint in complaints if "Content Security Policy" in complaint] == []


def test_every_kind_of_answer_carries_the_headers(server: Server):
    script = re.search(r'src="\./(static/js/[^"]+)"', urllib.request.urlopen(server.url).read().decode())
    assert script

    for path in ("", "/chart", "/healthz", "/_stcore/health", f"/{script.group(1)}", "/nowhere/at/all"):
        _status, headers = answer_to(server.url + path)
        assert "frame-ancestors 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path


def test_health_is_open_and_the_inside_is_closed(server: Server):
    assert answer_to(f"{server.url}/healthz")[0] == 200
    assert answer_to(f"{server.url}/readyz")[0] == 200
    assert answer_to(f"{server.url}/_stcore/metrics")[0] == 404
    assert answer_to(f"{server.url}/_stcore/agent/interact", "POST", b"{}")[0] == 404


def test_the_icon_is_ours(server: Server):
    icon = urllib.request.urlopen(f"{server.url}/favicon.png").read()

    assert icon == (PROJECT_FOLDER / "static" / "favicon.png").read_bytes()


def test_an_upload_of_300_mb_costs_no_memory_and_can_be_removed(fresh_server: Server, page: Page, tmp_path: Path):
    big = tmp_path / "orders.csv"
    with big.open("wb") as file:
        for _block in range(BIG // 1_000_000):
            file.write(b"x" * 1_000_000)
    visit(page, fresh_server.url)

    with MemoryWatch(fresh_server.process_id) as memory:
        started = time.monotonic()
        page.locator("input[type=file]").set_input_files(big)
        saved = page.get_by_text("saved 300000000 bytes of orders.csv")
        saved.wait_for(timeout=300_000)
        seconds = time.monotonic() - started

    [path] = (fresh_server.workspace / "uploads").glob("*/*")
    print(f"\n300 MB in {seconds:.1f} s; memory grew by {memory.growth_mb:.0f} MB")
    assert path.stat().st_size == BIG
    assert int(saved.inner_text().rsplit(" ", 1)[1]) < 512
    assert memory.growth_mb < 60

    page.locator("button[aria-label^=Remove]").click()
    saved.wait_for(state="detached")
    wait_until_still(page)
    assert not path.exists()


def test_without_our_server_a_file_comes_through_memory_and_is_let_go_of(tmp_path: Path, page: Page):
    with running(tmp_path, entry=PROBE.with_name("app.py")) as plain:
        visit(page, plain.url)
        file = {"name": "orders.csv", "mimeType": "text/csv", "buffer": b"x" * 100_000}
        page.locator("input[type=file]").set_input_files(file)
        saved = page.get_by_text("saved 100000 bytes of orders.csv")
        assert saved.inner_text().endswith("holding 100000")

        page.get_by_role("button", name="Again").click()
        page.get_by_text(re.compile(r"saved 100000 bytes.*holding \d{1,3}$")).wait_for()

        [path] = (plain.workspace / "uploads").glob("*/*")
        assert path.read_bytes() == b"x" * 100_000


class MemoryWatch:
    """The resident memory of a process: by how much it was ever above the start, in MB."""

    def __init__(self, process_id: int) -> None:
        self.process_id = process_id
        self.done = threading.Event()
        self.seen = [self.measure()]

    def measure(self) -> float:
        return float(psutil.Process(self.process_id).memory_info().rss / 2**20)

    def watch(self) -> None:
        while not self.done.wait(0.05):
            self.seen.append(self.measure())

    def __enter__(self) -> "MemoryWatch":
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.done.set()
        self.thread.join()
        self.seen.append(self.measure())

    @property
    def growth_mb(self) -> float:
        return max(self.seen) - self.seen[0]


def form(data: bytes) -> bytes:
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return head + data + b"\r\n--edge--\r\n"


def put(server: Server, session: str, *, token: bool, length: int | None = None) -> int:
    """The status of an upload sent past the page, with or without a token of the server's own."""
    _status, headers = answer_to(f"{server.url}/_stcore/health")
    value = SimpleCookie(headers["set-cookie"])["_streamlit_xsrf"].value
    sent = {"Content_Type": "multipart/form-data; boundary=edge"}
    sent |= {"Cookie": f"_streamlit_xsrf={value}", "X_Xsrftoken": value} if token else {}
    sent |= {"Content_Length": str(length)} if length else {}
    return answer_to(f"{server.url}/_stcore/upload_file/{session}/one", "PUT", form(b"1,2\n"), **sent)[0]


def session_of(server: Server, page: Page) -> str:
    """The session of an open page, read off the address it uploads to."""
    with page.expect_request(lambda request: request.method == "PUT") as put_request:
        page.locator("input[type=file]").set_input_files({"name": "a", "mimeType": "text/csv", "buffer": b"1"})
    page.get_by_text("saved 1 bytes").wait_for()
    return put_request.value.url.split("/")[-2]


def test_an_upload_past_the_page_is_held_to_the_pages_rules(server: Server, page: Page):
    visit(page, server.url)
    session = session_of(server, page)

    assert put(server, session, token=True) == 204
    assert put(server, session, token=False) == 403
    assert put(server, "00000000-0000-0000-0000-000000000000", token=True) == 400
    assert put(server, session, token=True, length=500_000_000) == 413
