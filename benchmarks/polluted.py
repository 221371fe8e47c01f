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
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crm_core.engine.database import Database
from crm_core.errors import InputError
from crm_core.ingest import SourceTable, arrivals, inspect_file
from crm_core.ingest.load import read_raw
from crm_core.ingest.raw import cell_names

EQUAL, NOTED, ASIDE, REFUSED = "equal", "equal, with a note", "some rows set aside", "refused"
UNSEEN, WRONG, CRASHED = "wrong, cannot be seen", "wrong", "crashed"
CLASSES = (EQUAL, NOTED, ASIDE, REFUSED, UNSEEN, WRONG, CRASHED)
READ, READ_NOTED = "read whole", "read, with a note"
CORPUS_CLASSES = (READ, READ_NOTED, ASIDE, REFUSED, CRASHED)

# Kinds of pollution that no reader can see, or that this one reads on purpose in another way than the clean file.
ON_PURPOSE = {
    "file_multitable_same": "two tables of the same columns, one below the other. The second header is set aside as "
    "“the header again”, and its rows are read on: lists printed page by page look exactly so. Every line is accounted "
    "for; the clean file holds the first table alone.",
    "file_quotation_char_0x27": "quoted by apostrophes, but with the doubled quotation marks of the old quoting left "
    'inside. By the file\'s own marks a value then reads 48"" where the clean file has 48"; rows whose apostrophes do '
    "not close are set aside.",
}
REMARKS = {
    "file_header_multirow_2": "two header rows of the same words; the clean file repeats each word (`DATE DATE`).",
    "file_header_multirow_3": "the same with three.",
    "row_extra_quote": "in the header (9 files): the names are read without the quotation mark, and the note says so.",
    "row_more_sep": "in the header (9 files): the empty name is left out, and the note says so.",
    "row_less_sep": "in the header (8 files): a name less than columns. Which one cannot be known: the note asks.",
    "row_field_delimiter_0x20": "in the header (1 file): its other delimiter is found, and the note says so.",
    "file_no_payload": "the file is empty.",
    "file_header_only": "a header and no rows.",
}


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
    polluted = list(compared(given.folder)) if given.folder else []
    text = report(polluted, list(tried(given.corpus)) if given.corpus else [], date.today())
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    print(text)


# ---------------------------------------------------------------------- reading


def read_file(path: Path, database: Database) -> Read:
    """All of one file as text; InputError where it is refused."""
    return read_source(inspect_file(path, path.name), database)


def read_source(source: SourceTable, database: Database) -> Read:
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
    again = sum(row == found.source.headers for row in found.rows) if has_header else 0  # set aside when loaded
    rows = [row for row in found.rows if not has_header or row != found.source.headers]
    rows_aside = found.rows_aside + again
    wrong = UNSEEN if Outcome(name, "").kind in ON_PURPOSE else WRONG
    strange = stray_rows(rows, body)
    if strange:
        return Outcome(name, wrong, f"{len(strange)} rows read otherwise, such as {' | '.join(strange[0])[:80]}")
    if len(body) - len(rows) > rows_aside:
        return Outcome(name, wrong, f"{len(body) - len(rows)} rows are missing, {rows_aside} set aside")
    notes = " ".join(found.source.notes)
    if has_header and found.source.headers != header and not notes:
        return Outcome(name, wrong, f"the header reads {', '.join(found.source.headers)[:120]}")
    if rows_aside:
        return Outcome(name, ASIDE, f"{rows_aside} set aside, {len(rows)} of {len(body)} kept")
    return Outcome(name, NOTED if notes else EQUAL, notes)


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
            with tempfile.TemporaryDirectory() as unpacked:  # packed files are what is in them
                arrived = arrivals(path, path.name, Path(unpacked)).files
                found = [read_source(arrival.source(), database) for arrival in arrived]
        except InputError as error:
            yield Outcome(name, REFUSED, str(error))
        except Exception as error:  # a crash is what is looked for
            yield Outcome(name, CRASHED, repr(error))
        else:
            aside = sum(read.rows_aside for read in found)
            has_notes = any(read.source.notes for read in found)
            outcome = ASIDE if aside else READ_NOTED if has_notes else READ
            yield Outcome(name, outcome, f"{aside} of {aside + sum(len(read.rows) for read in found)} rows")
    database.close()


# ---------------------------------------------------------------------- the report


def report(polluted: list[Outcome], corpus: list[Outcome], day: date) -> str:
    parts = [INTRODUCTION.format(day=day, version=version()), *polluted_part(polluted), *corpus_part(corpus)]
    return "\n".join(parts) + "\n"


def version() -> str:
    with Path("pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def polluted_part(outcomes: list[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    by_kind = counted((outcome.kind, outcome.outcome) for outcome in outcomes)
    yield f"\n## {len(outcomes):,} polluted files\n"
    yield from table("kind", CLASSES, by_kind)
    yield "\nNamed:\n"
    for kind, remark in sorted((ON_PURPOSE | REMARKS).items()):
        if kind in by_kind:
            yield f"- `{kind}`: {remark}"
    for outcome in outcomes:
        if outcome.outcome in (WRONG, CRASHED):
            yield f"- `{outcome.name}`: **{outcome.outcome}**: {outcome.detail}"


def corpus_part(outcomes: list[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    yield f"\n## {len(outcomes):,} files of other tools' tests\n"
    yield from table(
        "from", CORPUS_CLASSES, counted((outcome.name.split("/")[0], outcome.outcome) for outcome in outcomes)
    )
    yield "\nRefused, with the sentence shown:\n"
    for outcome in outcomes:
        if outcome.outcome in (REFUSED, CRASHED):
            yield f"- `{outcome.name}`: {outcome.detail}"


def counted(pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, outcome in pairs:
        counts[kind][outcome] += 1
    return counts


def table(first: str, classes: tuple[str, ...], counts: dict[str, Counter[str]]) -> Iterator[str]:
    yield f"| {first} | {' | '.join(classes)} |"
    yield f"|---|{'---:|' * len(classes)}"
    total: Counter[str] = sum(counts.values(), Counter())
    for name, found in [*sorted(counts.items()), ("all", total)]:
        yield f"| {name} | {' | '.join(str(found[outcome] or '') for outcome in classes)} |"


INTRODUCTION = """# Polluted files

What becomes of text files that are broken in known ways. Each file of the [Pollock benchmark](https://github.com/HPI-Information-Systems/Pollock)
is one table with one fault put in: a delimiter too many or too few at each place of it, a quotation mark too many,
another delimiter in one row, two tables, two headers. Beside each lies the clean file it should read as. Every cell of
every file is compared with it.

- **equal**: every cell and name as in the clean file.
- **equal, with a note**: every cell, and a sentence on the Data page says what was put right or is to be checked.
- **some rows set aside**: all others equal; those set aside are listed with line and reason, and can be put right.
- **refused**: with a sentence that says why.
- **wrong, cannot be seen**: read otherwise than the clean file has it, and named below with the reason.
- **wrong**: read otherwise without a word. Must be zero.

Measured on {day} with version {version}. To repeat it, with the benchmark's `polluted_files` unpacked somewhere:

    python -m benchmarks.polluted polluted_files --corpus a_folder_of_any_files --output docs/polluted-files.md"""


if __name__ == "__main__":
    main()
