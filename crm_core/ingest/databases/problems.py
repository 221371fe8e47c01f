"""What can go wrong with a database, as sentences; a driver's own words are passed on without the password."""

from collections.abc import Mapping
from typing import Literal

from crm_core.errors import InputError
from crm_core.ingest.databases.connection import Connection
from crm_core.language import N_, _

Trouble = Literal["unreachable", "encryption", "login", "database", "permission", "timeout", "query", "connection"]

SENTENCES: Mapping[Trouble, str] = {
    "unreachable": N_("{name}: the database at {place} does not answer. Is it running, and may this machine reach it?"),
    "encryption": N_(
        "{name}: no encrypted connection to {place} that can be trusted. Correct the certificates in the secrets."
    ),
    "login": N_("{name}: the database does not accept the user or the password. Correct them in the secrets."),
    "database": N_("{name}: the server has no database of the name in the secrets."),
    "permission": N_("{name}: the account of this connection may not read this. Ask for the right to SELECT."),
    "timeout": N_("{name}: not done within {seconds} seconds, and stopped. Ask for less, or raise timeout_seconds."),
    "query": N_("{name}: the database cannot run this query."),
    "connection": N_("{name}: the connection failed."),
}


def database_error(connection: Connection, trouble: Trouble, said: str, seconds: int | None = None) -> InputError:
    """The sentence for a trouble, with what the server said of it."""
    sentence = _(SENTENCES[trouble]).format(
        name=connection.name, place=connection.place, seconds=seconds or connection.timeout_seconds
    )
    words = " ".join(connection.without_secrets(said).split())
    return InputError(_("{sentence} It said: {words}").format(sentence=sentence, words=words) if words else sentence)
