"""What the commands that read files have in common: arguments, the workspace, the language of the shell."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import Mapping, ReadingOptions, read_mapping
from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.dates import DateOrder
from crm_core.language import SOURCE_LANGUAGE, _, speaking
from crm_core.schema import TABLES
from crm_core.store import Workspace


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files and rows, and how they are read."""
    parser.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="a file, packed or not, a workbook, an archive or a folder"
    )
    database = parser.add_argument_group("from a database")
    database.add_argument("--connection", metavar="NAME", help="a connection of the secrets: [connections.NAME]")
    database.add_argument(
        "--from-table", action="append", default=[], metavar="[SCHEMA.]TABLE", help="all its rows; may be repeated"
    )
    database.add_argument(
        "--query", action="append", default=[], metavar="SQL", help="the rows of a SELECT; may be repeated"
    )
    database.add_argument(
        "--secrets", type=Path, metavar="FILE", help="default: .streamlit/secrets.toml, here or else in the home folder"
    )
    told = parser.add_argument_group(
        "how files are read", "Found by itself, or as a mapping file says, unless told here for all files."
    )
    told.add_argument(
        "--table",
        type=known_table,
        action="append",
        default=[],
        metavar="TABLE",
        help=f"what the rows are, once for each FILE, then each --from-table, then each --query: {', '.join(TABLES)}",
    )
    told.add_argument("--encoding", help="such as gb18030")
    told.add_argument("--delimiter", help=r"what parts the fields, such as ';' or '\t'")
    told.add_argument("--quote", help="what quotes a field; '' if nothing does")
    told.add_argument("--escape", help=r"what stands before a quote inside quotes, such as '\'; '' if it is doubled")
    told.add_argument("--header-line", type=int, metavar="LINE", help="first line of the header, 0 if there is none")
    told.add_argument("--header-rows", type=int, metavar="COUNT", help="rows the header takes, joined to one")
    told.add_argument("--sheet", help="sheet of a workbook")
    told.add_argument(
        "--pad-short-rows",
        action=argparse.BooleanOptionalAction,
        help="whether rows with too few fields are whole, their last cells empty",
    )
    told.add_argument(
        "--months-as-rows",
        action=argparse.BooleanOptionalAction,
        help="whether a table with one column a month is read as one row a month",
    )
    told.add_argument("--months-year", type=int, metavar="YEAR", help="of months whose headers name no year")
    told.add_argument(
        "--date-order", choices=get_args(DateOrder), help="order of day, month and year where the dates do not show it"
    )
    told.add_argument("--decimal-mark", choices=get_args(DecimalMark), help="as each column shows unless told")


def reading_options(arguments: argparse.Namespace) -> ReadingOptions:
    """What was said of how files are read. Raises InputError."""
    said = {name: getattr(arguments, name) for name in ReadingOptions.model_fields}
    if said["delimiter"] == "\\t":
        said["delimiter"] = "\t"
    try:
        return ReadingOptions(**said)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"--{'-'.join(map(str, first['loc'])).replace('_', '-')}: {first['msg']}.") from None


def as_told(mapping: Mapping, arguments: argparse.Namespace) -> Mapping:
    """The mapping with the order of dates and the decimal mark that were said."""
    said = {name: getattr(arguments, name) for name in ("date_order", "decimal_mark")}
    return mapping.model_copy(update={name: value for name, value in said.items() if value})


def add_mapping_argument(parser: argparse.ArgumentParser) -> None:
    """Mapping files, each for the tables it fits."""
    parser.add_argument(
        "--mapping",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a mapping file; may be repeated, each table takes the first that fits it",
    )


def add_workspace_argument(parser: argparse.ArgumentParser) -> None:
    """Where the data sets are kept."""
    parser.add_argument(
        "--workspace", type=Path, metavar="FOLDER", help="default: $CLIENTELE_WORKSPACE, else ./workspace"
    )


def workspace_of(arguments: argparse.Namespace, database: Database) -> Workspace:
    """The workspace that is named, else that of the environment, else the one in this folder."""
    return Workspace(arguments.workspace or Path(os.environ.get("CLIENTELE_WORKSPACE") or "workspace"), database)


def mapping_at(path: Path) -> Mapping:
    """The mapping in a file. Raises InputError."""
    if not path.is_file():
        raise InputError(_("There is no file {file}.").format(file=path))
    return read_mapping(path.read_text(encoding="utf-8-sig", errors="replace"), path.name)


def known_table(name: str) -> str:
    """The name of a canonical table, or an argument error that names them all."""
    if name not in TABLES:
        raise argparse.ArgumentTypeError(f"{name}: one of {', '.join(TABLES)}")
    return name


@contextmanager
def in_the_language_of_the_shell() -> Iterator[None]:
    """Speak Chinese where the shell does ($LC_ALL, $LC_MESSAGES or $LANG), else English."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    with speaking("zh_Hans" if named.lower().startswith("zh") else SOURCE_LANGUAGE):
        yield
