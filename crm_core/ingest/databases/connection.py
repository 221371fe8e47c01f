"""Which database, and under whose account: a `Connection`, read from a section of Streamlit's secrets.

    [connections.shop]
    url = "postgresql://reader:password@db.example.com:5432/shop"

or, as `st.connection` takes it too, field by field: `dialect`, `host`, `port`, `username`, `password`,
`database`, `query` (further options of the driver, such as `{sslmode = "verify-full"}`). `timeout_seconds`
ends a reading that takes longer.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from crm_core import formats
from crm_core.errors import InputError
from crm_core.language import _

Dialect = Literal["postgresql", "mysql", "sqlite", "duckdb"]

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
OTHER_NAMES: Mapping[str, Dialect] = {"postgres": "postgresql", "mariadb": "mysql", "sqlite3": "sqlite"}
PORTS = {"postgresql": 5432, "mysql": 3306}
IN_A_FILE = ("sqlite", "duckdb")
TIMEOUT_SECONDS = 1800
HIDDEN = "•••"
SHORTEST_HIDDEN = 4


@dataclass(frozen=True)
class Connection:
    """A database and the account it is read under.

    `database` is the path of the file where the database is one (SQLite, DuckDB). `options` go to the
    driver as they are. Neither password nor options show when the connection is printed.
    """

    name: str
    dialect: Dialect
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: int = TIMEOUT_SECONDS

    @property
    def place(self) -> str:
        """Where the database is, for a person to recognise: no account, no password."""
        if self.dialect in IN_A_FILE:
            return Path(self.database).name
        return f"{self.host}:{self.port}/{self.database}"

    def without_secrets(self, text: str) -> str:
        """`text` with the password, however it may be written there, made unreadable.

        A password so short that it stands in ordinary words takes the whole text with it.
        """
        secrets = [self.password, *(value for key, value in self.options.items() if "pass" in key.lower())]
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            if len(secret) < SHORTEST_HIDDEN and secret in text:
                return HIDDEN
            for written in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret)):
                text = text.replace(written, HIDDEN)
        return text


def connection_from(name: str, section: Mapping[str, Any]) -> Connection:
    """The connection that a section of the secrets describes. Raises InputError, which tells no value of it."""
    said = {**_parts_of_url(name, str(section["url"])), **_given(section)} if section.get("url") else _given(section)
    dialect = _dialect(name, str(said.get("dialect", "")))
    database = str(said.get("database", ""))
    if not database:
        raise InputError(_("The connection {name} names no database.").format(name=name))
    try:
        port = int(said.get("port") or PORTS.get(dialect, 0))
        timeout = int(said.get("timeout_seconds") or TIMEOUT_SECONDS)
    except ValueError:
        raise InputError(
            _("The connection {name}: port and timeout_seconds must be whole numbers.").format(name=name)
        ) from None
    return Connection(
        name=name,
        dialect=dialect,
        database=database,
        host=str(said.get("host") or "localhost") if dialect not in IN_A_FILE else "",
        port=port,
        user=str(said.get("username", "")),
        password=str(said.get("password", "")),
        options={str(key): str(value) for key, value in dict(said.get("query") or {}).items()},
        timeout_seconds=max(1, timeout),
    )


def configured_connection(name: str, secrets: Iterable[Path]) -> Connection:
    """The connection called `name` in files of secrets (`secrets.toml`); a later file goes before an earlier one.

    Raises InputError if there is none of that name, or a file is no TOML.
    """
    sections: dict[str, Any] = {}
    for path in secrets:
        sections |= _sections(path)
    if name not in sections:
        known = formats.listed(sorted(sections)) or _("none")
        raise InputError(_("There is no connection {name}. Configured: {known}.").format(name=name, known=known))
    return connection_from(name, sections[name])


def _sections(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("connections", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):  # their words would quote the file
        raise InputError(_("{file} is not written as TOML is.").format(file=path.name)) from None
    return {name: section for name, section in found.items() if isinstance(section, Mapping)}


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a section as it has them; `user` and `dbname` are understood, too."""
    names = {"user": "username", "dbname": "database"}
    known = ("dialect", "host", "port", "username", "password", "database", "query", "timeout_seconds")
    given = {names.get(key, key): value for key, value in section.items() if value not in (None, "")}
    if "dialect" not in given and "url" not in given:
        given["dialect"] = given.get("type", "")
    return {key: given[key] for key in known if key in given}


def _parts_of_url(name: str, url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its words would quote the address, and with it the password
        raise InputError(
            _(
                "The address of the connection {name} cannot be read. A password with characters such as @, / or # "
                'goes into a line of its own: password = "...".'
            ).format(name=name)
        ) from None
    dialect = parts.scheme.partition("+")[0].lower()
    path = parts.path.removeprefix("/")
    return {
        "dialect": dialect,
        "host": unquote(parts.hostname or ""),
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(path),
        "query": dict(parse_qsl(parts.query)),
    }


def _dialect(name: str, said: str) -> Dialect:
    plain = said.partition("+")[0].lower()
    wanted = OTHER_NAMES.get(plain, plain)
    for dialect in DIALECTS:
        if dialect == wanted:
            return dialect
    raise InputError(
        _("The connection {name} is to a kind of database that is not read here. Read are: {dialects}.").format(
            name=name, dialects=formats.listed(["PostgreSQL", "MySQL", "MariaDB", "SQLite", "DuckDB"])
        )
    )
