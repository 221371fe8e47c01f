"""What is known of files about to be loaded, so that a rerun does not read them again.

Files that are read alike (three years in three files) stand together: they are mapped once and shown as one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from crm_core.errors import InputError
from crm_core.ingest import (
    Mapping,
    ReadingOptions,
    SourceTable,
    candidate_columns,
    combined,
    guess_mapping,
    inspect_file,
    open_questions,
)
from crm_core.ingest.databases import Origin
from crm_core.ingest.dates import DateReading
from crm_core.ingest.guess import Question
from crm_core.ingest.remembered import confirmed_mappings
from crm_core.ingest.source import Lookup
from crm_core.ingest.together import looked_up
from crm_core.language import ngettext
from ui import session
from ui.uploads import Upload


@dataclass
class Incoming:
    """One table that arrived: a file, or a sheet of one. `number` tells it from others of the same name.

    `known` keeps what was found out about it, so that a rerun does not read it again; `problem` says why
    it could not even be opened.
    """

    number: int
    upload: Upload
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    sheet: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    origin: Origin | None = None  # of rows that a database gave

    @property
    def name(self) -> str:
        return self.upload.file_name

    def source(self, options: ReadingOptions) -> SourceTable:
        """What the file holds when read with `options`. Raises InputError."""
        if self.problem:
            raise InputError(self.problem)
        if self.sheet and options.sheet is None:
            options = options.model_copy(update={"sheet": self.sheet})
        source: SourceTable = once(
            self.known, ("source", options), lambda: inspect_file(self.upload.path, self.name, overrides=options)
        )
        if not self.notes:
            return source
        noted: SourceTable = once(
            self.known, ("noted", options), lambda: replace(source, notes=(*self.notes, *source.notes))
        )
        return noted


@dataclass
class Together:
    """Files that are read alike, most often one: shown, mapped and loaded as one table.

    `number` is that of the first file. `lookup` brings prices from a list among the other files, whose
    number is `list_number`. `is_apart` files a person wants on their own, `is_no_list` one in which
    nothing is to be looked up.
    """

    number: int
    files: tuple[Incoming, ...]
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    lookup: Lookup | None = field(default=None, repr=False)
    list_number: int | None = None
    is_apart: bool = False
    is_no_list: bool = False

    @property
    def name(self) -> str:
        """What the files are called: the one name, or what the names begin with."""
        if len(self.files) == 1:
            return self.files[0].name
        shared = self.files[0].name
        while not all(file.name.startswith(shared) for file in self.files):
            shared = shared[:-1]
        shared = shared.rstrip(" _-.·0123456789")
        return ngettext("{name} · {count} file", "{name} · {count} files", len(self.files)).format(
            name=shared or self.files[0].name, count=len(self.files)
        )

    def sources(self, options: ReadingOptions) -> tuple[SourceTable, ...]:
        """What each file holds, prices looked up. Raises InputError."""
        sources: tuple[SourceTable, ...] = self._once(
            ("sources", options),
            lambda: tuple(
                looked_up(file.source(options), self.lookup) if self.lookup else file.source(options)
                for file in self.files
            ),
        )
        return sources

    def source(self, options: ReadingOptions) -> SourceTable:
        """What the files hold together when read with `options`. Raises InputError."""
        source: SourceTable = self._once(("source", options), lambda: combined(self.sources(options)))
        return source

    def guess(self, options: ReadingOptions, table: str | None) -> Mapping:
        """The likeliest mapping of the file to a table (None: the likeliest table), as remembered or found."""
        mapping: Mapping = self._once(
            ("guess", options, table),
            lambda: guess_mapping(self.source(options), table, remembered_mappings()),
        )
        return mapping

    def questions(self, options: ReadingOptions, mapping: Mapping) -> dict[Question, DateReading]:
        """What only a person can say about the file: the question and what the values show."""
        questions: dict[Question, DateReading] = self._once(
            ("questions", options, mapping.table, tuple(mapping.columns.items()), mapping.date_order),
            lambda: dict(open_questions(self.source(options), mapping)),
        )
        return questions

    def candidates(self, options: ReadingOptions, mapping: Mapping) -> dict[str, tuple[str, ...]]:
        """For required columns the mapping lacks: headers whose values would do."""
        candidates: dict[str, tuple[str, ...]] = self._once(
            ("candidates", options, mapping.table, tuple(mapping.columns.items())),
            lambda: candidate_columns(self.source(options), mapping),
        )
        return candidates

    def is_remembered(self, options: ReadingOptions, mapping: Mapping) -> bool:
        """Whether a person confirmed this very mapping for such a file before."""
        return bool(self._once(("remembered", options, mapping.table), lambda: mapping in remembered_mappings()))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        return once(self.known, key, make)


def once(known: dict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
    """What is known under `key`, found out by `make` the first time."""
    if key not in known:
        known[key] = make()
    return known[key]


def remembered_mappings() -> list[Mapping]:
    """The mappings people confirmed, the newest first."""
    return confirmed_mappings(session.workspace().remembered_mappings())
