"""python -m crm_core load FILE...: files and rows of a database become a data set, with a report in sentences."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

from crm_core import formats
from crm_core.commands.incoming import Came, Part, come_in, read_alike
from crm_core.commands.inspect import questions
from crm_core.commands.progress import shown_on
from crm_core.commands.reading import (
    add_mapping_argument,
    add_reading_arguments,
    add_workspace_argument,
    as_told,
    in_the_language_of_the_shell,
    mapping_at,
    workspace_of,
)
from crm_core.engine.database import Database, shared_database
from crm_core.errors import InputError, StoreError
from crm_core.held import held_already, orders_held
from crm_core.ingest import (
    LoadedTable,
    likely_currency,
    load_table,
    missing_columns,
    problems,
    repeats_between,
    write_set_aside_csv,
)
from crm_core.ingest.archive import ENDINGS
from crm_core.ingest.databases import table_name
from crm_core.ingest.remembered import confirmed_mappings
from crm_core.ingest.words import (
    became,
    held_in_words,
    repeats_in_words,
    told_by_content_in_words,
    understood_together,
)
from crm_core.language import _, ngettext
from crm_core.store import DataSet, Workspace
from crm_core.store.room import room_needed, room_sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="name of the data set; default: that of the first file or table")
    parser.add_argument("--replace", action="store_true", help="in place of the data set of this name, if there is one")
    parser.add_argument("--add", action="store_true", help="beside what the data set of this name holds")
    parser.add_argument("--check-only", action="store_true", help="report, and publish nothing")
    add_mapping_argument(parser)
    parser.add_argument("--currency", help="such as CNY; as the files show it unless told")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DAY", help="the last day that is no future; default: today"
    )
    parser.add_argument("--set-aside", type=Path, metavar="FILE", help="write the rows set aside there, as CSV")
    parser.add_argument("--drop-duplicates", action="store_true", help="set aside lines that repeat another exactly")
    parser.add_argument(
        "--drop-repeated-orders",
        action="store_true",
        help="set aside orders that an earlier file, or the data set added to, holds",
    )
    add_workspace_argument(parser)
    add_reading_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Load what is named, print what became of it, and publish it unless it was only to be checked."""
    with in_the_language_of_the_shell(), tempfile.TemporaryDirectory(prefix="clientele-load-") as folder:
        database = shared_database()
        workspace = workspace_of(arguments, database)
        name = arguments.name or _own_name(arguments)
        upon = _data_set_named(name, workspace) if arguments.add else None
        parts = _parts(arguments, workspace, Path(folder))
        currency = _currency(arguments, parts, upon)
        loads = _loads(arguments, parts, upon, currency, Path(folder), database)
        if arguments.set_aside:
            rows = write_set_aside_csv([load.set_aside for load in loads], arguments.set_aside)
            print(
                ngettext("{count} row set aside lies in {file}.", "{count} rows set aside lie in {file}.", rows).format(
                    count=rows, file=arguments.set_aside
                )
            )
        if arguments.check_only:
            return 0
        room = room_needed([load.accepted for load in loads], workspace.database)
        if room.is_large:
            print(room_sentence(room, workspace.root, workspace.database), file=sys.stderr, flush=True)
        data = _published(arguments, workspace, upon, name, loads, currency)
        print(
            _("{name} is published as {slug}, version {version}. Customers: {customers}; orders: {orders}.").format(
                name=data.name,
                slug=data.slug,
                version=data.version,
                customers=formats.number(data.row_counts["customers"]),
                orders=formats.number(data.row_counts["orders"]),
            )
        )
    return 0


def _parts(arguments: argparse.Namespace, workspace: Workspace, folder: Path) -> list[Part]:
    """What came in and can be loaded; of several tables found in one place those that cannot are left out.

    Raises InputError where a table that was named lacks a column, or nothing can be loaded.
    """
    given = [mapping_at(path) for path in arguments.mapping]
    remembered = confirmed_mappings(workspace.remembered_mappings())
    parts = read_alike(come_in(arguments, folder, given, remembered), given, remembered)
    whole = []
    lacking = []
    for part in parts:
        if not missing_columns(part.mapping):
            whole.append(replace(part, mapping=as_told(part.mapping, arguments)))
            continue
        names = " · ".join(source.file_name for source in part.sources)
        lacking.append(f"{names}: {' '.join(questions(part.source, part.mapping))}")
        if part.is_named:
            raise InputError(lacking[-1])
    if not whole:
        raise InputError(" ".join(lacking))
    for sentence in lacking:
        print(_("Left out: {reason}").format(reason=sentence))
    return whole


def _currency(arguments: argparse.Namespace, parts: Sequence[Part], upon: DataSet | None) -> str:
    """As told, as the data set added to has it, or as the tables show it."""
    if arguments.currency is not None:
        return str(arguments.currency)
    if upon:
        return upon.currency
    seen = (likely_currency(part.source, part.mapping) for part in parts)
    return next((code for code in seen if code), "")


def _loads(
    arguments: argparse.Namespace,
    parts: Sequence[Part],
    upon: DataSet | None,
    currency: str,
    folder: Path,
    database: Database,
) -> list[LoadedTable]:
    """Every table loaded, with its report printed, and what comes twice."""
    as_of = arguments.as_of or datetime.now(UTC).astimezone().date()
    loads: list[LoadedTable] = []
    for part in parts:
        mapping = part.mapping
        if arguments.drop_duplicates:
            mapping = mapping.model_copy(update={"drop_exact_duplicates": True})
        if part.sources[0].lookup:
            print(understood_together(part.sources))
        for came, source in zip(part.came, part.sources, strict=True):
            with shown_on(sys.stderr, source.file_name) as progress:
                load = load_table(
                    source,
                    mapping.read_with(came.reading, ()),
                    folder / f"loaded {len(loads)}",
                    database=database,
                    as_of=as_of,
                    progress=progress,
                    earlier=orders_held(upon, loads) if arguments.drop_repeated_orders else (),
                )
            loads.append(_with_origin(load, came))
            print(f"{source.file_name} → {load.table_name}: {' · '.join(became(load.report, currency))}")
            for sentence in filter(None, [*source.notes, told_by_content_in_words(mapping), *problems(load.report)]):
                print(f"  {sentence}")
    _tell_what_comes_twice(loads, upon, currency, database)
    return loads


def _with_origin(load: LoadedTable, came: Came) -> LoadedTable:
    return replace(load, origin=asdict(came.origin)) if came.origin else load


def _tell_what_comes_twice(
    loads: Sequence[LoadedTable], upon: DataSet | None, currency: str, database: Database
) -> None:
    """What the tables share, and what of them the data set added to holds already; how to leave it out."""
    said = [repeats_in_words(repeats, currency) for repeats in repeats_between(loads, database)]
    if upon:
        already = held_already(loads, upon, database)
        said += [held_in_words(name, held, upon.name, currency) for name, held in already]
    if said:
        print("\n".join([*said, _("To leave such orders out, say --drop-repeated-orders.")]))


def _own_name(arguments: argparse.Namespace) -> str:
    """What the data set is called unless told: as the first file, table or connection."""
    if arguments.files:
        path = arguments.files[0].resolve()
        if path.is_dir():
            return str(path.name)
        inner = Path(path.stem)
        return inner.stem if path.suffix.lower() in ENDINGS else str(inner)
    if arguments.from_table:
        return table_name(arguments.from_table[0]).name
    return arguments.connection or ""


def _data_set_named(name: str, workspace: Workspace) -> DataSet:
    entries = workspace.data_sets()
    for entry in entries:
        if name in (entry.name, entry.slug):
            return workspace.open(entry.slug)
    known = ", ".join(entry.name for entry in entries) or "–"
    raise StoreError(_("There is no data set {name}. There are: {known}.").format(name=name, known=known))


def _published(
    arguments: argparse.Namespace,
    workspace: Workspace,
    upon: DataSet | None,
    name: str,
    loads: Sequence[LoadedTable],
    currency: str,
) -> DataSet:
    now = datetime.now(UTC)
    if upon:
        return workspace.add_to(upon, loads, published_at=now)
    replaces = None
    if arguments.replace:
        replaces = next((entry.slug for entry in workspace.data_sets() if name in (entry.name, entry.slug)), None)
    return workspace.publish(name, loads, currency=currency, published_at=now, replaces=replaces)
