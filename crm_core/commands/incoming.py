"""The tables that the arguments name: of files, folders, archives and workbooks, and of a database.

came = come_in(arguments, folder, given, remembered)
parts = read_alike(came, given, remembered)
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_core import formats
from crm_core.commands.reading import reading_options
from crm_core.errors import InputError
from crm_core.ingest import (
    Arrival,
    Arrivals,
    Mapping,
    ReadingOptions,
    SourceTable,
    arrivals,
    combined,
    inspect_file,
    read_together,
    remembered_for,
    same_content,
)
from crm_core.ingest.databases import (
    Connection,
    Origin,
    Query,
    Wanted,
    configured_connection,
    read_query,
    table_name,
    tables,
)
from crm_core.ingest.words import same_content_in_words
from crm_core.ingest.workbook import is_workbook, sheet_heights
from crm_core.language import _

SECRETS = Path(".streamlit") / "secrets.toml"


@dataclass(frozen=True)
class Came:
    """One table that came in and how it was read.

    `table` says what its rows are, if that was said. `is_named` tells one that was asked for by itself from
    one found in a folder, an archive or a workbook.
    """

    source: SourceTable
    reading: ReadingOptions
    table: str | None
    is_named: bool
    origin: Origin | None = None


@dataclass(frozen=True)
class Part:
    """Tables that are read alike, by one mapping."""

    came: tuple[Came, ...]
    sources: tuple[SourceTable, ...]
    mapping: Mapping

    @property
    def source(self) -> SourceTable:
        """All of them as one to look at."""
        return combined(self.sources)

    @property
    def is_named(self) -> bool:
        """Whether any of the tables was asked for by itself."""
        return any(came.is_named for came in self.came)


def come_in(
    arguments: argparse.Namespace, folder: Path, given: Sequence[Mapping] = (), remembered: Sequence[Mapping] = ()
) -> list[Came]:
    """Every table that the arguments name, read as they say, else as a mapping says that fits it.

    What is packed or fetched is written into `folder`. Prints what was left out. Raises InputError.
    """
    options = reading_options(arguments)
    named = [*arguments.files, *arguments.from_table, *arguments.query]
    if not named and not arguments.connection:
        raise InputError(_("Name a file, an archive or a folder, or a connection with a table or a query."))
    if len(arguments.table) not in (0, len(named)):
        raise InputError(_("Say --table once for each file, or not at all."))
    told = iter(arguments.table or [None] * len(named))
    came = []
    for place, path in enumerate(arguments.files):
        came += _from_file(path, folder / str(place), options, next(told), given, remembered)
    for arrival, origin in _fetched(arguments, folder, options):
        source, reading = _read(arrival, options, given, remembered)
        came.append(Came(source, reading, next(told), is_named=True, origin=origin))
    repeated = same_content([each.source.path for each in came])
    for place, other in repeated.items():
        print(same_content_in_words(came[place].source.file_name, came[other].source.file_name))
    return came


def read_alike(came: Sequence[Came], given: Sequence[Mapping] = (), remembered: Sequence[Mapping] = ()) -> list[Part]:
    """The tables in parts that are read alike, by a given mapping that fits, a remembered one or the likeliest."""
    made_for = [
        mapping.model_copy(update={"headers": each.source.headers})
        for each in came
        for mapping in given
        if _fits(mapping, each.table, each.source)
    ]
    places = {(each.source.path, each.source.file_name): each for each in came}
    found = read_together([each.source for each in came], [each.table for each in came], [*made_for, *remembered])
    parts = []
    for alike in found:
        mine = tuple(places[source.path, source.file_name] for source in alike.sources)
        mapping = _given_for(alike.sources, mine[0].table, given) or alike.mapping
        if given and mapping is alike.mapping:
            names = formats.listed(source.file_name for source in alike.sources)
            print(_("{file}: none of the mapping files fits it.").format(file=names), file=sys.stderr)
        parts.append(Part(mine, alike.sources, mapping))
    _tell_what_is_not_needed(came, parts)
    return parts


def _tell_what_is_not_needed(came: Sequence[Came], parts: Sequence[Part]) -> None:
    """Lists like the one that gives the prices, of which only that one is read."""
    used = {id(each) for part in parts for each in part.came}
    used |= {id(source.lookup.table) for part in parts for source in part.sources if source.lookup}
    for each in came:
        if id(each) not in used and id(each.source) not in used:
            print(_("Left out: {reason}").format(reason=_not_needed(each)))


def _not_needed(came: Came) -> str:
    return _("{file}: the prices are looked up in another list like it.").format(file=came.source.file_name)


def connection_of(arguments: argparse.Namespace) -> Connection:
    """The connection named. Raises InputError."""
    if arguments.secrets and not arguments.secrets.is_file():
        raise InputError(_("There is no file {file}.").format(file=arguments.secrets))
    secrets = [arguments.secrets] if arguments.secrets else [Path.home() / SECRETS, SECRETS]
    return configured_connection(arguments.connection, secrets)


def _from_file(
    path: Path,
    folder: Path,
    options: ReadingOptions,
    table: str | None,
    given: Sequence[Mapping],
    remembered: Sequence[Mapping],
) -> list[Came]:
    if not path.exists():
        raise InputError(_("There is no file {file}.").format(file=path))
    folder.mkdir()
    found = _sheets_meant(path, options, given) or arrivals(path, path.resolve().name, folder, options=options)
    for note in found.notes:
        print(note)
    return [
        Came(*_read(arrival, options, given, remembered), table, is_named=len(found.files) == 1)
        for arrival in found.files
    ]


def _sheets_meant(path: Path, options: ReadingOptions, given: Sequence[Mapping]) -> Arrivals | None:
    """The sheets of a workbook that the given mappings were made for; None if they name none of it."""
    named = {mapping.reading.sheet for mapping in given} - {None}
    if options.sheet is not None or not named or not path.is_file() or not is_workbook(path):
        return None
    sheets = [sheet for sheet in sheet_heights(path, path.name) if sheet in named]
    found = [Arrival(path, f"{path.name} · {sheet}", options.model_copy(update={"sheet": sheet})) for sheet in sheets]
    return Arrivals(tuple(found)) if found else None


def _fetched(arguments: argparse.Namespace, folder: Path, options: ReadingOptions) -> list[tuple[Arrival, Origin]]:
    """The rows of the tables and queries asked for, on disk."""
    wanted: list[Wanted] = [*map(table_name, arguments.from_table), *map(Query, arguments.query)]
    if not arguments.connection:
        if wanted:
            raise InputError(_("Say with --connection which database to read."))
        return []
    connection = connection_of(arguments)
    if not wanted:
        names = formats.listed(found.table.words for found in tables(connection)) or _("none")
        raise InputError(
            _("Say --from-table or --query. The tables of {name}: {tables}.").format(name=connection.name, tables=names)
        )
    fetched = [read_query(connection, each, folder) for each in wanted]
    for rows in fetched:
        for note in rows.notes:
            print(f"{rows.file_name}: {note}")
    return [(Arrival(rows.path, rows.file_name, options), rows.origin) for rows in fetched]


def _read(
    arrival: Arrival, said: ReadingOptions, given: Sequence[Mapping], remembered: Sequence[Mapping]
) -> tuple[SourceTable, ReadingOptions]:
    """What an arrival holds and how it was read: as said, as a mapping says that then fits it, else as found."""
    for mapping in given:
        reading = _upon(mapping.reading, arrival.options)
        if reading == arrival.options:
            continue
        try:
            source = inspect_file(arrival.path, arrival.file_name, overrides=reading)
        except InputError:
            continue
        if _fits(mapping, None, source):
            return source, reading
    source = arrival.source()
    if said != ReadingOptions() or any(_fits(mapping, None, source) for mapping in given):
        return source, arrival.options

    def read(reading: ReadingOptions) -> SourceTable:
        return inspect_file(arrival.path, arrival.file_name, overrides=_upon(reading, arrival.options))

    known = remembered_for(source, remembered, read)
    if known is None:
        return source, arrival.options
    return read(known.reading), _upon(known.reading, arrival.options)


def _upon(reading: ReadingOptions, said: ReadingOptions) -> ReadingOptions:
    """`reading` where `said` leaves the decision open."""
    return reading.model_copy(update=said.model_dump(exclude_none=True))


def _given_for(sources: Sequence[SourceTable], table: str | None, given: Sequence[Mapping]) -> Mapping | None:
    for mapping in given:
        if all(_fits(mapping, table, source) for source in sources):
            return mapping.model_copy(update={"headers": combined(sources).headers})
    return None


def _fits(mapping: Mapping, table: str | None, source: SourceTable) -> bool:
    return table in (None, mapping.table) and set(mapping.headers_used()) <= set(source.headers)
