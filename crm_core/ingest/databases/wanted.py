"""What is to be read from a database: a table by its name, or the rows of a query."""

import re
from dataclasses import dataclass

from crm_core.errors import InputError
from crm_core.language import _

READS = ("select", "with", "values", "table", "from")
_COMMENT = re.compile(r"\s+|--[^\n]*(\n|$)|#[^\n]*(\n|$)|/\*.*?\*/", re.DOTALL)
_NAME = r'\s*("(?:[^"]|"")+"|`(?:[^`]|``)+`|[^\s."`][^."`]*)\s*'
_NAMES = re.compile(rf"(?:{_NAME}\.)?{_NAME}")


@dataclass(frozen=True)
class TableName:
    """A table or view; `schema` is "" where the database looks for it by itself."""

    schema: str
    name: str

    @property
    def words(self) -> str:
        """The table as a person reads it: its schema, if it has one, and its name."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def written(self) -> str:
        """The name so that `table_name` reads it back, whatever it holds."""
        return ".".join(identifier(name) for name in (self.schema, self.name) if name)


@dataclass(frozen=True)
class Query:
    """One statement that reads. Anything else is refused here, and again by the database."""

    text: str

    def __post_init__(self) -> None:
        text = self.text.strip().rstrip(";").rstrip()
        if not text:
            raise InputError(_("The query is empty."))
        if first_word(text) not in READS:
            raise InputError(_("Only a query that reads can be used: one that begins with SELECT or WITH."))
        object.__setattr__(self, "text", text)


Wanted = TableName | Query


def table_name(written: str) -> TableName:
    """A name as people write it: `orders`, `shop.orders`, `"My shop"."Order lines"`. Raises InputError."""
    parts = _NAMES.fullmatch(written)
    if parts is None:
        raise InputError(
            _(
                '{name} is not the name of a table. Write it as schema.table, with "quotes" where a name has points.'
            ).format(name=written)
        )
    schema, name = parts.groups()
    return TableName(_bare(schema.strip()) if schema else "", _bare(name.strip()))


def first_word(text: str) -> str:
    """The first word of a statement in lower case, comments and opening brackets left out."""
    place = 0
    while place < len(text):
        if text[place] == "(":
            place += 1
        elif found := _COMMENT.match(text, place):
            place = found.end()
        else:
            break
    word = re.match(r"[A-Za-z]+", text[place:])
    return word.group().lower() if word else ""


def identifier(name: str, mark: str = '"') -> str:
    """`name` quoted, whatever it holds; a name with a NUL is no name. Raises InputError."""
    if not name or "\0" in name:
        raise InputError(_("A table has a name without special signs."))
    return mark + name.replace(mark, mark * 2) + mark


def statement(wanted: Wanted, mark: str = '"') -> str:
    """The SELECT of all rows wanted; `mark` is what the database quotes names with."""
    if isinstance(wanted, Query):
        return wanted.text
    names = [wanted.schema, wanted.name] if wanted.schema else [wanted.name]
    return f"select * from {'.'.join(identifier(name, mark) for name in names)}"


def _bare(written: str) -> str:
    for mark in ('"', "`"):
        if written.startswith(mark):
            return written[1:-1].replace(mark * 2, mark)
    return written
