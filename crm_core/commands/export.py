"""python -m crm_core export SLUG TABLE FILE: a table of a data set as a file that can be loaded again."""

import argparse
from pathlib import Path

from crm_core.commands.reading import (
    add_workspace_argument,
    in_the_language_of_the_shell,
    known_table,
    workspace_of,
)
from crm_core.engine.database import shared_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data_set", metavar="SLUG", help="the data set, as its folder is called")
    parser.add_argument("table", type=known_table, metavar="TABLE")
    parser.add_argument("file", type=Path, help="ends in .csv or .parquet")
    add_workspace_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the table and print where it lies."""
    with in_the_language_of_the_shell():
        workspace = workspace_of(arguments, shared_database())
        print(workspace.export(workspace.open(arguments.data_set), arguments.table, arguments.file))
    return 0
