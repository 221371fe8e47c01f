"""What the commands that read files have in common: arguments, the workspace, the language of the shell."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import Mapping, ReadingOptions, SourceTable, inspect_file, read_mapping
from crm_core.language import SOURCE_LANGUAGE, _, speaking
from crm_core.schema import TABLES
from crm_core.store import Workspace


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoding", help="such as gb18030; found by itself unless told")
    parser.add_argument("--delimiter", help="what parts the fields; found by itself unless told")
    parser.add_argument("--header-line", type=int, help="line of the header, 0 if there is none")
    parser.add_argument("--sheet", help="sheet of a workbook")


def reading_options(arguments: argparse.Namespace) -> ReadingOptions:
    delimiter = "\t" if arguments.delimiter == "\\t" else arguments.delimiter
    return ReadingOptions(
        encoding=arguments.encoding, delimiter=delimiter, header_line=arguments.header_line, sheet=arguments.sheet
    )


def add_workspace_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", type=Path, help="default: $CLIENTELE_WORKSPACE, else ./workspace")


def workspace_of(arguments: argparse.Namespace, database: Database) -> Workspace:
    return Workspace(arguments.workspace or Path(os.environ.get("CLIENTELE_WORKSPACE") or "workspace"), database)


def source_at(path: Path, options: ReadingOptions) -> SourceTable:
    """What the file at `path` holds. Raises InputError."""
    if not path.is_file():
        raise InputError(_("There is no file {file}.").format(file=path))
    return inspect_file(path, path.name, overrides=options)


def mapping_at(path: Path) -> Mapping:
    """The mapping in a file. Raises InputError."""
    if not path.is_file():
        raise InputError(_("There is no file {file}.").format(file=path))
    return read_mapping(path.read_text(encoding="utf-8-sig"), path.name)


def known_table(name: str) -> str:
    if name not in TABLES:
        raise argparse.ArgumentTypeError(f"{name}: one of {', '.join(TABLES)}")
    return name


@contextmanager
def in_the_language_of_the_shell() -> Iterator[None]:
    """Speak Chinese where the shell does ($LC_ALL, $LC_MESSAGES or $LANG), else English."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    with speaking("zh_Hans" if named.lower().startswith("zh") else SOURCE_LANGUAGE):
        yield
