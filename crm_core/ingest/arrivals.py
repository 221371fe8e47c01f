"""What comes in at once: a file, a folder, an archive, a workbook of several tables. One arrival a table.

files = arrivals(path, "sales.zip", folder)
sources = [inspect_file(file.path, file.file_name, overrides=file.options) for file in files.files]
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm_core import formats
from crm_core.errors import InputError
from crm_core.ingest.archive import MOST_FILES, NAMES_SHOWN, PackedFile, unpack
from crm_core.ingest.guess import guess_mapping
from crm_core.ingest.headings import is_heading
from crm_core.ingest.inspect import inspect_file
from crm_core.ingest.mapping import missing_columns
from crm_core.ingest.source import ProgressListener, ReadingOptions, SourceTable
from crm_core.ingest.workbook import is_workbook, sheet_heights
from crm_core.language import _

FEWEST_ROWS = 2  # a header and a row: less is no table


@dataclass(frozen=True)
class Arrival:
    """One table that came in: the file it lies in, what the reader calls it, how it must be read (the sheet)."""

    path: Path
    file_name: str
    options: ReadingOptions = ReadingOptions()
    known: SourceTable | None = field(default=None, repr=False, compare=False)

    def source(self) -> SourceTable:
        """What it holds. Raises InputError."""
        return self.known or inspect_file(self.path, self.file_name, overrides=self.options)


@dataclass(frozen=True)
class Arrivals:
    """The tables that came in, and sentences about what was left out."""

    files: tuple[Arrival, ...]
    notes: tuple[str, ...] = ()


def arrivals(
    path: Path,
    file_name: str,
    folder: Path,
    *,
    options: ReadingOptions = ReadingOptions(),
    progress: ProgressListener | None = None,
) -> Arrivals:
    """The tables in a file or folder; what is packed is written into `folder` and must stay there while it is read.

    `options` say how each file is read; with a sheet named, that is the one of every workbook.

    Of an archive or a folder, files that hold no table are left out with a note; a file that came alone is
    given back whatever it holds. Of a workbook with several sheets every one that could be loaded as it is
    is an arrival of its own.

    Raises InputError if an archive cannot be unpacked, or if nothing in it is a table.
    """
    found, notes = _files(path, file_name, folder, progress)
    known: dict[Path, SourceTable] = {}
    if path.is_dir() or len(found) > 1 or (found[0].path != path and notes):
        known, left_out = _tables(found, file_name, options)
        found = tuple(file for file in found if file.path in known)
        notes += left_out
    files: list[Arrival] = []
    for file in found:
        sheets, left_out = _sheets(file, known.get(file.path), options)
        files.extend(sheets)
        notes += left_out
    return Arrivals(tuple(files), notes)


def _files(
    path: Path, file_name: str, folder: Path, progress: ProgressListener | None
) -> tuple[tuple[PackedFile, ...], tuple[str, ...]]:
    """All files, archives in a folder unpacked."""
    if not path.is_dir():
        unpacked = unpack(path, file_name, folder, progress=progress)
        return unpacked.files, unpacked.notes
    files: list[PackedFile] = []
    notes: tuple[str, ...] = ()
    for inner in _inside(path):
        unpacked = unpack(inner, inner.relative_to(path).as_posix(), folder, progress=progress)
        files.extend(unpacked.files)
        notes += unpacked.notes
        if len(files) > MOST_FILES:
            raise InputError(
                _("{file} holds {count} files; at most {most} can be loaded at once.").format(
                    file=file_name, count=formats.number(len(files)), most=MOST_FILES
                )
            )
    if not files:
        raise InputError(_("{file} holds no file to load.").format(file=file_name))
    return tuple(files), notes


def _inside(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it, hidden ones and links left out, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if (
            path.is_file()
            and not path.is_symlink()
            and not any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
        ):
            yield path


def _tables(
    files: tuple[PackedFile, ...], file_name: str, options: ReadingOptions
) -> tuple[dict[Path, SourceTable], tuple[str, ...]]:
    """What those of several files hold that are tables, and why the others are none."""
    tables: dict[Path, SourceTable] = {}
    problems: list[str] = []
    wordy: list[str] = []
    for file in files:
        try:
            source = inspect_file(file.path, file.file_name, overrides=options)
        except InputError as error:
            problems.append(str(error))
            continue
        if _is_prose(source):
            wordy.append(file.file_name)
        else:
            tables[file.path] = source
    if not tables:
        reasons = [*problems, *(_("{file} is a text, not a table.").format(file=name) for name in wordy)]
        raise InputError(
            formats.sentences(_("{file} holds nothing that can be loaded.").format(file=file_name), *reasons[:3])
        )
    notes = [_("Left out: {reason}").format(reason=problem) for problem in problems[:NAMES_SHOWN]]
    if len(problems) > NAMES_SHOWN:
        notes.append(_("{count} more files could not be read.").format(count=len(problems) - NAMES_SHOWN))
    if wordy:
        notes.append(_("Left out, as they are texts and not tables: {names}.").format(names=formats.listed(wordy)))
    return tables, tuple(notes)


def _is_prose(source: SourceTable) -> bool:
    """A note or a licence: a text whose columns have no name we know and no number or date in them."""
    return source.format == "text" and not any(
        column.content in ("number", "date") or is_heading(column.header) for column in source.columns
    )


def _sheets(
    file: PackedFile, known: SourceTable | None, options: ReadingOptions
) -> tuple[list[Arrival], tuple[str, ...]]:
    """The tables of a workbook: the fullest sheet, and each other one that could be loaded as it is."""
    alone = [Arrival(file.path, file.file_name, options, known=known)]
    if options.sheet is not None or not is_workbook(file.path):
        return alone, ()
    try:
        heights = sheet_heights(file.path, file.file_name)
    except InputError:
        return alone, ()  # whoever reads the file says why
    filled = [name for name, height in heights.items() if height >= FEWEST_ROWS]
    if len(filled) < 2:
        return alone, ()
    fullest = max(filled, key=lambda name: heights[name])
    chosen = [name for name in filled if name == fullest or _maps_itself(file, _of_sheet(options, name))]
    others = [name for name in filled if name not in chosen]
    notes = (
        (_("{file}: not loaded are the sheets {names}.").format(file=file.file_name, names=formats.listed(others)),)
        if others
        else ()
    )
    if len(chosen) == 1:
        return alone, notes
    return [Arrival(file.path, f"{file.file_name} · {name}", _of_sheet(options, name)) for name in chosen], notes


def _of_sheet(options: ReadingOptions, sheet: str) -> ReadingOptions:
    return options.model_copy(update={"sheet": sheet})


def _maps_itself(file: PackedFile, options: ReadingOptions) -> bool:
    """Whether a sheet could be loaded with nobody's help."""
    try:
        source = inspect_file(file.path, file.file_name, overrides=options)
        return not missing_columns(guess_mapping(source))
    except InputError:
        return False
