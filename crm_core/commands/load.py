"""python -m crm_core load FILE...: files become a data set of a workspace, with a report in sentences."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from crm_core.commands.inspect import questions
from crm_core.commands.reading import (
    add_reading_arguments,
    add_workspace_argument,
    in_the_language_of_the_shell,
    known_table,
    mapping_at,
    reading_options,
    source_at,
    workspace_of,
)
from crm_core.engine.database import Database, shared_database
from crm_core.errors import InputError, StoreError
from crm_core.ingest import (
    LoadedTable,
    Mapping,
    SourceTable,
    guess_mapping,
    likely_currency,
    load_table,
    missing_columns,
    problems,
    write_set_aside_csv,
)
from crm_core.ingest.words import became, told_by_content_in_words
from crm_core.language import _, ngettext
from crm_core.store import DataSet, Workspace
from crm_core.store.layout import canonical_rows, reading


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--name", help="name of the data set; default: that of the first file")
    parser.add_argument("--replace", action="store_true", help="in place of the data set of this name, if there is one")
    parser.add_argument("--add", action="store_true", help="beside what the data set of this name holds")
    parser.add_argument("--check-only", action="store_true", help="report, and publish nothing")
    parser.add_argument("--table", type=known_table, action="append", default=[], help="once for each file, in order")
    parser.add_argument(
        "--mapping", type=Path, action="append", default=[], help="mapping file; each file takes the one that fits it"
    )
    parser.add_argument("--currency", help="such as CNY; as the files show it unless told")
    parser.add_argument("--as-of", type=date.fromisoformat, help="the last day that is no future; default: today")
    parser.add_argument("--set-aside", type=Path, help="write the rows set aside there, as CSV")
    parser.add_argument("--drop-duplicates", action="store_true", help="set aside lines that repeat another exactly")
    parser.add_argument("--drop-repeated-orders", action="store_true", help="set aside orders an earlier file holds")
    add_reading_arguments(parser)
    add_workspace_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    with in_the_language_of_the_shell(), tempfile.TemporaryDirectory(prefix="clientele-load-") as folder:
        database = shared_database()
        workspace = workspace_of(arguments, database)
        name = arguments.name or arguments.files[0].stem
        upon = _data_set_named(name, workspace) if arguments.add else None
        loads, currency = _loads(arguments, workspace, upon, Path(folder), database)
        if arguments.set_aside:
            rows = write_set_aside_csv([load.set_aside for load in loads], arguments.set_aside)
            print(
                ngettext("{count} row set aside lies in {file}.", "{count} rows set aside lie in {file}.", rows).format(
                    count=rows, file=arguments.set_aside
                )
            )
        if arguments.check_only:
            return 0
        data = _published(arguments, workspace, upon, name, loads, currency)
        print(
            _("{name} is published as {slug}, version {version}: {customers} customers, {orders} orders.").format(
                name=data.name,
                slug=data.slug,
                version=data.version,
                customers=data.row_counts["customers"],
                orders=data.row_counts["orders"],
            )
        )
    return 0


def _loads(
    arguments: argparse.Namespace, workspace: Workspace, upon: DataSet | None, folder: Path, database: Database
) -> tuple[list[LoadedTable], str]:
    """Every file loaded, with its report printed, and the currency of the data set."""
    if len(arguments.table) not in (0, len(arguments.files)):
        raise InputError(_("Say --table once for each file, or not at all."))
    tables = arguments.table or [None] * len(arguments.files)
    mappings = [mapping_at(path) for path in arguments.mapping]
    sources = [source_at(path, reading_options(arguments)) for path in arguments.files]
    chosen = [
        _chosen_mapping(source, table, mappings, workspace) for source, table in zip(sources, tables, strict=True)
    ]
    currency = arguments.currency
    if currency is None:
        seen = [likely_currency(source, mapping) for source, mapping in zip(sources, chosen, strict=True)]
        currency = upon.currency if upon else next((code for code in seen if code), "")
    as_of = arguments.as_of or datetime.now(UTC).astimezone().date()
    loads: list[LoadedTable] = []
    for source, mapping in zip(sources, chosen, strict=True):
        if missing_columns(mapping):
            raise InputError(f"{source.file_name}: {' '.join(questions(source, mapping))}")
        load = load_table(
            source,
            mapping.model_copy(update={"drop_exact_duplicates": True}) if arguments.drop_duplicates else mapping,
            folder / str(len(loads)),
            database=database,
            as_of=as_of,
            earlier=_held(upon, loads) if arguments.drop_repeated_orders else (),
        )
        loads.append(load)
        print(f"{source.file_name} → {load.table_name}: {' · '.join(became(load.report, currency))}")
        for problem in filter(None, [told_by_content_in_words(mapping), *problems(load.report)]):
            print(f"  {problem}")
    return loads, currency


def _chosen_mapping(source: SourceTable, table: str | None, given: Sequence[Mapping], workspace: Workspace) -> Mapping:
    """The mapping a file is loaded by: one given that fits it, one a person confirmed, or the likeliest."""
    for mapping in given:
        if table in (None, mapping.table) and set(mapping.headers_used()) <= set(source.headers):
            return mapping.model_copy(update={"headers": source.headers})
    if given:
        print(_("{file}: none of the mapping files fits it.").format(file=source.file_name), file=sys.stderr)
    return guess_mapping(source, table, _remembered(workspace))


def _remembered(workspace: Workspace) -> list[Mapping]:
    found = []
    for text in workspace.remembered_mappings():
        try:
            found.append(Mapping.model_validate_json(text))
        except ValidationError:
            continue
    return found


def _held(upon: DataSet | None, loads: Sequence[LoadedTable]) -> list[str]:
    """SELECTs of the order lines that the data set and the files before hold."""
    before = [canonical_rows(upon, "orders")] if upon else []
    return before + [reading([load.accepted]) for load in loads if load.table_name == "orders"]


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
