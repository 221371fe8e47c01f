"""python -m crm_core inspect FILE...: what was understood of files, and the mapping they would be loaded by."""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from crm_core import formats
from crm_core.commands.incoming import Part, come_in, connection_of, read_alike
from crm_core.commands.reading import (
    add_mapping_argument,
    add_reading_arguments,
    as_told,
    in_the_language_of_the_shell,
    mapping_at,
)
from crm_core.errors import InputError
from crm_core.ingest import (
    Mapping,
    SourceTable,
    candidate_columns,
    missing_columns,
    open_questions,
    written_mapping,
)
from crm_core.ingest.databases import TableName, table_name, tables
from crm_core.ingest.date_question import order_question_in_words
from crm_core.ingest.words import (
    rules_in_words,
    told_by_content_in_words,
    understood,
    understood_together,
)
from crm_core.language import _
from crm_core.schema import TABLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_mapping_argument(parser)
    parser.add_argument(
        "--mapping-out",
        type=Path,
        metavar="FILE",
        help="write the mapping there, to be corrected and given to load; numbered where tables are several",
    )
    add_reading_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Describe what is named; of a connection alone, list what it may read."""
    with in_the_language_of_the_shell(), tempfile.TemporaryDirectory(prefix="clientele-inspect-") as folder:
        if arguments.connection and not (arguments.files or arguments.from_table or arguments.query):
            for found in tables(connection_of(arguments)):
                print(_as_asked_for(found.table))
            return 0
        given = [mapping_at(path) for path in arguments.mapping]
        parts = read_alike(come_in(arguments, Path(folder), given), given)
        parts = [replace(part, mapping=as_told(part.mapping, arguments)) for part in parts]
        for part in parts:
            print("\n".join(description(part)))
        if arguments.mapping_out:
            _write_mappings(parts, arguments.mapping_out)
    return 0


def _as_asked_for(table: TableName) -> str:
    """The name of a table as --from-table takes it: in quotes only where it needs them."""
    try:
        return table.words if table_name(table.words) == table else table.written
    except InputError:
        return table.written


def _write_mappings(parts: Sequence[Part], path: Path) -> None:
    """A file for each table, numbered where there are several."""
    for number, part in enumerate(parts, start=1):
        target = path if len(parts) == 1 else path.with_stem(f"{path.stem}-{number}")
        mapping = part.mapping.model_copy(update={"reading": part.came[0].reading})
        target.write_text(written_mapping(mapping), encoding="utf-8")
        if len(parts) > 1:
            print(_("The mapping of {file} lies in {place}.").format(file=part.sources[0].file_name, place=target))


def description(part: Part) -> list[str]:
    """The files, their columns with samples and what each becomes, the rules, and what only a person can say."""
    source, mapping = part.source, part.mapping
    table = TABLES[mapping.table]
    ours = {header: _(table.column(name).label) for name, header in mapping.columns.items()}
    if mapping.unit_price:
        ours[mapping.unit_price] = _("Price of a piece")
    lines = [*_what_came(part), *source.notes]
    lines.append(_("Table: {table}. {grain}").format(table=_(table.label), grain=_(table.grain)))
    for column in source.columns:
        samples = " · ".join(column.samples[:3]) or _("empty")
        lines.append(f"  {column.header} → {ours.get(column.header, '–')}  ({samples})")
    lines.extend(filter(None, [rules_in_words(mapping), told_by_content_in_words(mapping)]))
    return [*lines, *questions(source, mapping)]


def _what_came(part: Part) -> Iterator[str]:
    """Each file in a line, and what they are together."""
    if len(part.sources) == 1:
        yield f"{part.sources[0].file_name}: {understood_together(part.sources)}"
        return
    for source in part.sources:
        yield f"{source.file_name}: {understood(source)}"
    yield understood_together(part.sources)


def questions(source: SourceTable, mapping: Mapping) -> list[str]:
    """What the file leaves open, as sentences."""
    candidates = candidate_columns(source, mapping)
    asked = []
    for name in missing_columns(mapping):
        label = _(TABLES[mapping.table].column(name).label)
        if name in candidates:
            asked.append(
                _("No column for {missing}. By what they hold it could be: {candidates}.").format(
                    missing=label, candidates=formats.listed(candidates[name])
                )
            )
        else:
            asked.append(_("No column for {missing}.").format(missing=label))
    for reading in open_questions(source, mapping).values():
        asked.append(f"{order_question_in_words(reading)} {_('Say which with --date-order.')}")
    return asked
