"""Read a folder of polluted text files and compare each, cell by cell, with what it should have held.

    python -m benchmarks.polluted FOLDER                  a folder with csv/ and clean/ (files of one name in both)
    python -m benchmarks.polluted FOLDER --corpus OTHER   and a folder of any files: each loads or is refused
    python -m benchmarks.polluted FOLDER --output docs/polluted-files.md

The files are looked at by the reading layer alone (`inspect_file`, `read_raw`), every cell as text: they
are tables of anything, without customers. Nothing of them is kept. Takes about two minutes.
"""

import argparse
import csv
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import SourceTable, inspect_file
from crm_core.ingest.load import read_raw
from crm_core.ingest.raw import cell_names

EQUAL, NOTED, ASIDE, REFUSED, WRONG, CRASHED = "equal", "with a note", "rows set aside", "refused", "wrong", "crashed"
CLASSES = (EQUAL, NOTED, ASIDE, REFUSED, WRONG, CRASHED)
MOST_NAMED = 12


@dataclass(frozen=True)
class Read:
    """One file as read: its headers, its whole records, how many were set aside, what was said about it."""

    source: SourceTable
    rows: list[tuple[str, ...]]
    rows_aside: int


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its class and a word on why."""

    name: str
    outcome: str
    detail: str = ""

    @property
    def kind(self) -> str:
        """The kind of pollution: the file's name without the place it was done to."""
        name = re.sub(r"_row\d+_col\d+|(?<=quote)\d+_col\d+", "", self.name.removesuffix(".csv"))
        return re.sub(r"^(row_field_delimiter)_\d+", r"\1", name)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.polluted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="has csv/ and clean/")
    parser.add_argument("--corpus", type=Path, help="a folder of files of any kind")
    parser.add_argument("--output", type=Path, help="write the report here")
    given = parser.parse_args()
    text = report(list(compared(given.folder)) if given.folder else [], list(tried(given.corpus)) if given.corpus else [])
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    print(text)


# ---------------------------------------------------------------------- reading


def read_file(path: Path, database: Database) -> Read:
    """All of one file as text; InputError where it is refused."""
    source = inspect_file(path, path.name)
    with tempfile.TemporaryDirectory() as folder, database.cursor() as cursor:
        raw = read_raw(source, Path(folder), cursor, lambda _progress: None)
        cells = ", ".join(cell_names(raw.width))
        rows = cursor.execute(f"select {cells} from {raw.relation} where flaw is null order by line").fetchall()
    whole = [tuple(cell or "" for cell in row) for row in rows]
    return Read(source, whole, raw.row_count - len(whole))


def compared(folder: Path) -> Iterator[Outcome]:
    """Every file of `folder`/csv against the file of the same name in `folder`/clean."""
    database = Database(memory_limit="1GB", threads=1)
    for path in sorted((folder / "csv").iterdir()):
        try:
            found = read_file(path, database)
        except InputError as error:
            yield Outcome(path.name, REFUSED, str(error))
        except Exception as error:  # a crash is what is looked for
            yield Outcome(path.name, CRASHED, repr(error))
        else:
            yield judged(path.name, found, clean_rows(folder / "clean" / path.name))
    database.close()


def clean_rows(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def judged(name: str, found: Read, clean: list[tuple[str, ...]]) -> Outcome:
    """Compare what was read with the clean file: its first row is the header where one was found."""
    dialect = found.source.dialect
    has_header = dialect is not None and dialect.has_header
    header, body = (clean[0], clean[1:]) if has_header else ((), clean)
    strange = stray_rows(found.rows, body)
    if strange:
        return Outcome(name, WRONG, f"{len(strange)} rows read otherwise, such as {' | '.join(strange[0])[:80]}")
    missing = len(body) - len(found.rows)
    if missing > found.rows_aside:
        return Outcome(name, WRONG, f"{missing} rows are missing, {found.rows_aside} set aside")
    if found.rows_aside:
        return Outcome(name, ASIDE, f"{found.rows_aside} of {len(body)} set aside")
    if has_header and found.source.headers != header:
        outcome = NOTED if found.source.notes else WRONG
        return Outcome(name, outcome, f"the header reads {', '.join(found.source.headers)[:120]}")
    return Outcome(name, NOTED if found.source.notes else EQUAL, " ".join(found.source.notes))


def stray_rows(rows: list[tuple[str, ...]], clean: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows that are not those of `clean` in their order."""
    place, strange = 0, []
    for row in rows:
        try:
            place = clean.index(row, place) + 1
        except ValueError:
            strange.append(row)
    return strange


def tried(folder: Path) -> Iterator[Outcome]:
    """Every file below `folder`: read or refused."""
    database = Database(memory_limit="1GB", threads=1)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        try:
            found = read_file(path, database)
        except InputError as error:
            yield Outcome(name, REFUSED, str(error))
        except Exception as error:  # a crash is what is looked for
            yield Outcome(name, CRASHED, repr(error))
        else:
            outcome = ASIDE if found.rows_aside else NOTED if found.source.notes else "read"
            yield Outcome(name, outcome, f"{found.rows_aside} of {len(found.rows) + found.rows_aside} rows")
    database.close()


# ---------------------------------------------------------------------- the report


def report(polluted: list[Outcome], corpus: list[Outcome]) -> str:
    return "\n".join([*polluted_table(polluted), *exceptions(polluted), *(f"{o.outcome}\t{o.name}\t{o.detail}" for o in corpus)])


def polluted_table(outcomes: list[Outcome]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        counts[outcome.kind][outcome.outcome] += 1
    for kind, found in sorted(counts.items()):
        yield f"| {kind} | {' | '.join(str(found[name]) for name in CLASSES)} |"


def exceptions(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.outcome not in (EQUAL, ASIDE):
            yield f"- {outcome.name}: {outcome.outcome}: {outcome.detail}"


if __name__ == "__main__":
    main()
