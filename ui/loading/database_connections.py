"""Rows from a database: which connection, which table or query, the first rows, and then like any file.

Only connections that the secrets of this installation name can be used. Nobody types a host or a password
into the page, so nobody can make this machine call others.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.connections import BaseConnection
from streamlit.delta_generator import DeltaGenerator

from crm_core import formats
from crm_core.errors import CrmError, InputError
from crm_core.ingest import Progress
from crm_core.ingest.databases import (
    Connection,
    Origin,
    Query,
    TableFound,
    Wanted,
    connection_from,
    preview,
    read_query,
    tables,
)
from crm_core.language import _
from crm_core.store import DataSet
from ui import session, streamlit_seam, uploads
from ui.frame import escaped
from ui.loading import arrived
from ui.loading.incoming import Together

OPEN, FOUND, SEEN, REPLACES = "from a database", "tables of connections", "rows seen", "replaces"
CLOSE = "close the databases"
TABLE, QUERY = "table", "query"
EXAMPLE_QUERY = "select customer_id, ordered_at, amount from orders"
EXAMPLE = """[connections.shop]
url = "postgresql://reader@db.example.com:5432/shop"
password = "..."

[connections.till]
url = "mysql://reader@till.example.com:3306/till?ssl_verify_cert=true"
password = "..."

[connections.archive]
url = "sqlite:////data/archive.db"
"""

Look = Callable[[Together], object]


class DatabaseConnection(BaseConnection[Connection]):
    """What the secrets say of one connection. Each reading opens the database anew, and closes it."""

    def _connect(self, **_nothing: Any) -> Connection:
        return connection_from(self._connection_name, self._secrets.to_dict())

    @property
    def settings(self) -> Connection:
        return self._instance


def names() -> list[str]:
    """The connections of the secrets, in their order."""
    if not st.secrets.load_if_toml_exists():
        return []
    sections = st.secrets.get("connections", {})
    return [name for name, section in sections.items() if isinstance(section, Mapping)]


def connection(name: str) -> Connection:
    """A connection by its name. Raises InputError if the secrets describe none that can be read here."""
    return st.connection(name, type=DatabaseConnection).settings


def panel(look: Look) -> None:
    """Choose rows of a database and put them among the files; `look` is taken at what came."""
    if st.session_state.pop(CLOSE, False):
        st.session_state[OPEN] = False
    place = st.expander(_("From a database"), icon=":material/database:", key=OPEN, on_change="rerun")
    if not place.open:
        return
    with place:
        known = names()
        if not known:
            none_configured()
            return
        fetch_again(look)
        head = st.container(horizontal=True, vertical_alignment="bottom")
        name = head.selectbox(_("Connection"), known, key="connection", width=220, persist_state="session")
        try:
            chosen(connection(name), look, head)
        except CrmError as error:
            st.error(escaped(str(error)), icon=":material/error:")
        st.caption(
            _(
                "Read only, under the account of the connection: whoever can open this page can read what that "
                "account can."
            )
        )


def none_configured() -> None:
    st.write(
        _(
            "No connection is set up. Whoever runs this server adds one to `.streamlit/secrets.toml` and starts it "
            "again; hosts and passwords are never typed in here."
        )
    )
    st.code(EXAMPLE, language="toml")


def chosen(at: Connection, look: Look, head: DeltaGenerator) -> None:
    """The controls of one connection: a table or a query, its first rows, and the button that fetches."""
    way = head.segmented_control(
        _("What to read"),
        [TABLE, QUERY],
        format_func=lambda way: _("A table") if way == TABLE else _("A query"),
        default=TABLE,
        required=True,
        key="table or query",
        label_visibility="collapsed",
    )
    wanted, estimate = chosen_table(at, head) if way == TABLE else (written_query(), None)
    with st.container(horizontal=True):
        wants_look = st.button(_("First rows"), icon=":material/preview:", disabled=wanted is None, key="first rows")
        wants_all = st.button(
            _("Fetch all rows"),
            type="primary",
            icon=":material/download:",
            disabled=wanted is None,
            key="fetch rows",
            help=_("They are then mapped and checked like a file."),
        )
    if wanted is None:
        return
    if wants_look:
        with st.spinner(_("Asking the database ...")):
            st.session_state[SEEN] = (at.name, wanted, preview(at, wanted))
    seen = st.session_state.get(SEEN)
    if seen and seen[:2] == (at.name, wanted):
        st.dataframe(seen[2], hide_index=True, height=210, alt=_("The first rows as text"))
    if wants_all and fetch(at, wanted, estimate, look):
        settle()


def chosen_table(at: Connection, head: DeltaGenerator) -> tuple[Wanted | None, int | None]:
    """A table of the database and the server's estimate of its rows."""
    found = found_tables(at)
    if not found:
        st.info(_("The account of this connection may read no table here."), icon=":material/info:")
        return None, None
    table: TableFound = head.selectbox(
        _("Table"), found, format_func=described, key=f"table of {at.name}", width=400, persist_state="session"
    )
    if head.button("", icon=":material/refresh:", help=_("Ask for the tables again"), key="ask again"):
        st.session_state[FOUND].pop(at.name, None)
        st.rerun(scope="fragment")
    return table.table, table.row_estimate


def described(found: TableFound) -> str:
    """A table with what the server believes of its size."""
    if found.is_view:
        return formats.labelled(found.table.words, _("a view"))
    if found.row_estimate is None:
        return found.table.words
    return formats.labelled(
        found.table.words, _("about {count} rows").format(count=formats.compact(found.row_estimate))
    )


def found_tables(at: Connection) -> list[TableFound]:
    """The tables as the database named them when it was last asked in this session."""
    known: dict[str, tuple[Connection, list[TableFound]]] = st.session_state.setdefault(FOUND, {})
    if at.name not in known or known[at.name][0] != at:
        with st.spinner(_("Asking the database ...")):
            known[at.name] = (at, tables(at))
    return known[at.name][1]


def written_query() -> Query | None:
    """The query as typed; None, and why, while it cannot be one."""
    text = st.text_area(
        _("Query"),
        key="query",
        height=120,
        placeholder=EXAMPLE_QUERY,
        persist_state="session",
    )
    if not text.strip():
        return None
    try:
        return Query(text)
    except InputError as error:
        st.warning(escaped(str(error)), icon=":material/warning:")
        return None


# ---------------------------------------------------------------------- fetching


class Stopped(Exception):
    """Something was pressed while rows were being fetched."""


def fetch(at: Connection, wanted: Wanted, estimate: int | None, look: Look) -> bool:
    """Bring all rows here and put them among the files; False if a press on anything stopped it.

    Raises InputError.
    """
    bar = st.progress(0.0, _("Asking the database ..."))
    stop = st.empty()
    stop.button(_("Stop"), icon=":material/stop_circle:", key="stop fetching")
    begun = time.monotonic()

    def tell(progress: Progress) -> None:
        if streamlit_seam.has_request_waiting():
            raise Stopped
        seconds = max(time.monotonic() - begun, 0.001)
        bar.progress(
            min(progress.share, 0.99) if progress.total else 0.0,
            _("{rows} rows, {rate} a second").format(
                rows=formats.number(progress.done), rate=formats.compact(progress.done / seconds)
            ),
        )

    try:
        folder = uploads.session_folder(streamlit_seam.current_session())
        arrived.take_in_rows(read_query(at, wanted, folder, progress=tell, row_estimate=estimate))
        look(arrived.incoming()[-1])
        return True
    except Stopped:
        return False
    finally:
        bar.empty()
        stop.empty()


def fetch_again(look: Look) -> None:
    """Where the data set shown came from a database: the way to its newest rows."""
    data = session.current_data()
    if data is None or arrived.incoming():
        return
    origins = [Origin(**source.origin) for source in data.sources if source.origin]
    if not origins:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="again"):
        st.markdown(
            _("**{name}** came from a database. Its newest rows make a new version, with the same columns.").format(
                name=escaped(data.name)
            )
        )
        is_wanted = st.button(_("Fetch again"), icon=":material/sync:", key="fetch again")
    if is_wanted:
        try:
            if not all(fetch(connection(origin.connection), origin.wanted(), None, look) for origin in origins):
                return
        except CrmError as error:
            st.error(escaped(str(error)), icon=":material/error:")
            return
        offer_in_place_of(data)
        settle()


def offer_in_place_of(data: DataSet) -> None:
    """A data set for everybody is what its newest rows go in place of, unless corrected."""
    if not data.is_session:
        st.session_state[REPLACES] = data.slug


def settle() -> None:
    """Show what came among the files, and close up here."""
    st.session_state.pop(SEEN, None)
    st.session_state[CLOSE] = True
    st.rerun()
