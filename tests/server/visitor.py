"""A visitor without a browser: speaks the dashboard's own WebSocket protocol, so that twenty fit beside the server.

Opens a page, keeps the state of what it moves as a browser would, and waits until the server has said
all it has to say.
"""

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState

STREAM = "/_stcore/stream"
PATIENCE_SECONDS = 600  # a machine may be that busy
LARGEST_MESSAGE = 1 << 28


@dataclass
class Visitor:
    """One open tab.

    `sliders` are those on the page, by label without its figure, each with its fragment; `pages` are the addresses
    of all pages.
    """

    server_url: str
    path: str
    query: str = "lang=en"
    sliders: dict[str, tuple[Slider, str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    bytes_received: int = 0
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _page_hash: str = ""
    _connection: Any = None

    async def __aenter__(self) -> Self:
        address = self.server_url.replace("http", "ws", 1) + STREAM
        self._connection = await websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=LARGEST_MESSAGE, compression=None
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def open(self) -> float:
        """Open the page; seconds until the server had sent all of it."""
        return await self._run("")

    async def move(self, label: str, value: float) -> float:
        """Move one slider; seconds until the server had sent all that changed."""
        slider, fragment = self.sliders[label]
        state = WidgetState(id=slider.id)
        state.double_array_value.data.append(value)
        self._states[slider.id] = state
        return await self._run(fragment)

    async def _run(self, fragment: str) -> float:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = "" if self._page_hash else self.path
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        start = time.perf_counter()
        await self._connection.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._listen_to_the_end()
        return time.perf_counter() - start

    async def _listen_to_the_end(self) -> None:
        """Take in messages until the script finished for good: a run begun anew in between is not the end."""
        while True:
            received = await self._connection.recv()
            self.bytes_received += len(received)
            message = ForwardMsg.FromString(received)
            match message.WhichOneof("type"):
                case "navigation":
                    self._page_hash = message.navigation.page_script_hash
                    self.pages = [page.url_pathname for page in message.navigation.app_pages]
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "delta":
                    self._take_in(message)
                case "script_finished" if message.script_finished in FINISHED:
                    return

    def _take_in(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        match element.WhichOneof("type"):
            case "slider":
                self.sliders[element.slider.label.split(" · ")[0]] = (element.slider, message.delta.fragment_id)
            case "exception":
                self.errors.append(element.exception.message)


FINISHED = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
)
