"""A server that speaks MySQL's protocol and gives set answers: what the driver does with the wire, without MySQL.

The column types and bytes are those that MariaDB 10.11 sends for such columns. It knows nothing of SQL:
what a real server makes of our statements is in docs/runs.md.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mysql_mimic import IdentityProvider, MysqlServer, NativePasswordAuthPlugin, ResultColumn, User
from mysql_mimic.charset import CharacterSet
from mysql_mimic.errors import MysqlError
from mysql_mimic.results import ResultSet
from mysql_mimic.session import BaseSession
from mysql_mimic.types import ColumnType
from mysql_mimic.variables import GlobalVariables, SessionVariables

PASSWORD = "till-word-9/ä"
Answer = Callable[[str], ResultSet | None]


@dataclass
class Till:
    """A running server; `heard` are the statements it got."""

    port: int
    heard: list[str] = field(default_factory=list)


def column(name: str, kind: ColumnType, is_binary: bool = False) -> ResultColumn:
    """A column whose values are given as the bytes on the wire."""
    charset = CharacterSet.binary if is_binary else CharacterSet.utf8mb4
    return ResultColumn(name, kind, charset, text_encoder=lambda _column, value: value)


def refusal(number: int, words: str) -> MysqlError:
    return MysqlError(words, number)


@contextmanager
def mysql_server(answer: Answer, version: str = "10.11.19-MariaDB") -> Iterator[Till]:
    """Answer queries as `answer` says, for one user `reader`, until the end."""
    till = Till(0)

    class OneUser(IdentityProvider):
        def get_plugins(self) -> Sequence[Any]:
            return [NativePasswordAuthPlugin()]

        async def get_user(self, username: str) -> User | None:
            known = NativePasswordAuthPlugin.create_auth_string(PASSWORD)
            return User(username, known, NativePasswordAuthPlugin.name) if username == "reader" else None

    class Session(BaseSession):
        def __init__(self) -> None:
            self.variables = SessionVariables(GlobalVariables())
            self.variables.set("version", version, force=True)
            self.username = self.database = None

        async def handle_query(self, sql: str, attrs: dict[str, str]) -> ResultSet | None:
            till.heard.append(sql)
            return answer(sql) if sql.lower().lstrip().startswith("select") else None

    loop = asyncio.new_event_loop()
    server = MysqlServer(session_factory=Session, identity_provider=OneUser())
    loop.run_until_complete(server.start_server(host="127.0.0.1", port=0))
    till.port = server._server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield till
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result(120)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(120)
        loop.close()


async def _ended(server: MysqlServer) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if others:
        await asyncio.wait(others, timeout=5)  # they end by themselves once the client is gone
