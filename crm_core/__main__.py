"""python -m crm_core COMMAND: what the dashboard does, for a shell, a schedule or a cluster."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from crm_core.errors import CrmError

# Name → what it is for. The module `crm_core.commands.<name>` is imported only where its command runs; it has
# `add_arguments(parser)` and `run(arguments) -> int`, the exit status.
COMMANDS: dict[str, str] = {
    "features": "Prepare customer features ahead, on this machine or on a Spark cluster.",
    "inspect": "What a file holds and how it would be read.",
    "load": "Load files into a data set of a workspace.",
    "export": "Write a table of a data set to a file that can be loaded again.",
}

STOPPED = 130  # what a shell says of a command ended by Ctrl+C


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; a failure a person can put right is one line on stderr and status 2; Ctrl+C is status 130."""
    given = list(sys.argv[1:] if words is None else words)
    parser = argparse.ArgumentParser(prog="python -m crm_core")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        if given[:1] == [name]:
            module = import_module(f"crm_core.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    arguments = parser.parse_args(given)
    try:
        return int(arguments.run(arguments))
    except CrmError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
