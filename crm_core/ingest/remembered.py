"""Mappings that people confirmed, held against a file that comes later."""

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from crm_core.errors import InputError
from crm_core.ingest.contents import says_nothing
from crm_core.ingest.mapping import Mapping
from crm_core.ingest.matching import content_suits
from crm_core.ingest.source import ReadingOptions, SourceTable
from crm_core.schema import TABLES


def confirmed_mappings(texts: Iterable[str]) -> list[Mapping]:
    """Mappings from the JSON they were kept as, in their order; those of an older release are left out."""
    found = []
    for text in texts:
        try:
            found.append(Mapping.model_validate_json(text))
        except ValidationError:
            continue
    return found


def is_made_for(mapping: Mapping, source: SourceTable) -> bool:
    """Whether a mapping was made for these headers; where they say nothing the values must suit it, too."""
    if set(mapping.headers) != set(source.headers):
        return False
    told = [(name, header) for name, header in mapping.columns.items() if says_nothing(header)]
    columns = TABLES[mapping.table]
    return all(content_suits(columns.column(name), source.column(header)) > 0 for name, header in told)


def remembered_for(
    source: SourceTable, remembered: Iterable[Mapping], read: Callable[[ReadingOptions], SourceTable]
) -> Mapping | None:
    """The newest remembered mapping of a file that looked as `source` does, and was read in a way somebody chose.

    `source` is the file with nothing chosen; `read` reads it as it is asked to. None where the newest had
    nothing chosen, or where the file, read as that one was, has other headers than that one.
    """
    for mapping in remembered:
        if mapping.reading == ReadingOptions():
            if is_made_for(mapping, source):
                return None
        elif set(mapping.headers_as_found) == set(source.headers):
            try:
                return mapping if is_made_for(mapping, read(mapping.reading)) else None
            except InputError:
                return None
    return None


def similar_mapping(source: SourceTable, guess: Mapping, remembered: Iterable[Mapping]) -> Mapping | None:
    """A remembered mapping of a file with a few other columns, all of whose headers are here, if it differs.

    It is offered, never taken unasked. None for headers that say nothing.
    """
    for mapping in remembered:
        used = mapping.headers_used()
        fits = mapping.table == guess.table and set(used) <= set(source.headers)
        if not fits or set(mapping.headers) == set(source.headers) or any(map(says_nothing, used)):
            continue
        offered = mapping.model_copy(update={"headers": source.headers}).read_with(
            guess.reading, guess.headers_as_found
        )
        return offered if offered != guess else None
    return None
