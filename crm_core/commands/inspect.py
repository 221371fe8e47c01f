"""python -m crm_core inspect FILE: what was understood of a file, and the mapping it would be loaded by."""

import argparse
from pathlib import Path

from crm_core import formats
from crm_core.commands.reading import (
    add_reading_arguments,
    in_the_language_of_the_shell,
    known_table,
    reading_options,
    source_at,
)
from crm_core.ingest import (
    Mapping,
    SourceTable,
    candidate_columns,
    guess_mapping,
    missing_columns,
    open_questions,
    written_mapping,
)
from crm_core.ingest.words import rules_in_words, told_by_content_in_words, understood
from crm_core.language import _
from crm_core.schema import TABLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--table", type=known_table, help="the table its rows belong to; guessed unless told")
    parser.add_argument("--mapping-out", type=Path, help="write the mapping there, to be corrected and given to load")
    add_reading_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    with in_the_language_of_the_shell():
        source = source_at(arguments.file, reading_options(arguments))
        mapping = guess_mapping(source, arguments.table)
        print("\n".join(description(source, mapping)))
        if arguments.mapping_out:
            arguments.mapping_out.write_text(written_mapping(mapping), encoding="utf-8")
    return 0


def description(source: SourceTable, mapping: Mapping) -> list[str]:
    """The file, its columns with samples and what each becomes, the rules, and what only a person can say."""
    table = TABLES[mapping.table]
    ours = {header: _(table.column(name).label) for name, header in mapping.columns.items()}
    if mapping.unit_price:
        ours[mapping.unit_price] = _("Price of a piece")
    lines = [f"{source.file_name}: {understood(source)}", *source.notes]
    lines.append(_("Table: {table}. {grain}").format(table=_(table.label), grain=_(table.grain)))
    for column in source.columns:
        samples = " · ".join(column.samples[:3]) or _("empty")
        lines.append(f"  {column.header} → {ours.get(column.header, '–')}  ({samples})")
    lines.extend(filter(None, [rules_in_words(mapping), told_by_content_in_words(mapping)]))
    return [*lines, *questions(source, mapping)]


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
    for examples in open_questions(source, mapping).values():
        asked.append(
            _("Nothing shows whether {examples} begin with the day or the month: say which (date_order).").format(
                examples=formats.listed(examples)
            )
        )
    return asked
