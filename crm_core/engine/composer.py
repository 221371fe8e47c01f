"""Puts a SQL model's ancestors in front of it as common table expressions.

A model is a file under `sql/`: one SELECT whose file name is the table name other files read. The
composer looks for the names of other models behind FROM and JOIN, and prepends their text, so that
reviewing a rule needs the file alone. Names given by the caller (a materialised table, a Parquet
file, a short SELECT) stand in for models and end the search.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

SQL_FOLDER = Path(__file__).parent.parent / "sql"

COMMENT_OR_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
SOURCE = re.compile(r"\b(?<!distinct )(?:from|join)\s+([a-z_][a-z0-9_]*)\b(?!\s*\()")
PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")

REMEMBERED_TEXTS = 4096  # the models, and the short SELECTs that sliders ask for again and again


@dataclass(frozen=True)
class Query:
    """SQL ready to run: its text and the names of the parameters it binds."""

    sql: str
    parameters: frozenset[str]

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters this query uses, out of `values`; a missing one is a KeyError."""
        return {name: values[name] for name in self.parameters}


@cache
def models() -> dict[str, str]:
    """Every model by name. Two files of one name are a mistake in the tree."""
    found: dict[str, str] = {}
    for path in sorted(SQL_FOLDER.rglob("*.sql")):
        if path.stem in found:
            raise ValueError(f"two models are named {path.stem}")
        found[path.stem] = path.read_text(encoding="utf-8").strip()
    return found


@lru_cache(REMEMBERED_TEXTS)
def code(sql: str) -> str:
    """`sql` without comments and without the inside of text literals."""
    return COMMENT_OR_TEXT.sub(lambda found: "" if found[0].startswith("--") else "''", sql)


def sources(sql: str) -> list[str]:
    """The names read behind FROM and JOIN, in order of appearance, each once."""
    return list(_sources(sql))


@lru_cache(REMEMBERED_TEXTS)
def _sources(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(SOURCE.findall(code(sql))))


@lru_cache(REMEMBERED_TEXTS)
def parameters(sql: str) -> frozenset[str]:
    """The names of the `$parameters` in `sql`."""
    return frozenset(PARAMETER.findall(code(sql)))


def compose(model: str, given: Mapping[str, str] | None = None) -> Query:
    """The query for `model` with all it stands on.

    `given` maps a name to SQL that replaces the model of that name: a table's name or a SELECT.
    Raises KeyError if `model` is not a model.
    """
    replaced = given or {}
    steps: dict[str, str] = {}
    _collect(models()[model], replaced, steps)
    return _assemble(steps.items(), models()[model])


def compose_text(text: str, given: Mapping[str, str] | None = None) -> Query:
    """Like `compose`, for a SELECT written by the caller over models."""
    steps: dict[str, str] = {}
    _collect(text, given or {}, steps)
    return _assemble(steps.items(), text)


def _collect(text: str, given: Mapping[str, str], steps: dict[str, str]) -> None:
    for name in _sources(text):
        if name in steps:
            continue
        if name in given:
            body = given[name]
            body = body if " " in body.strip() else f"select * from {body}"
        elif name in models():
            body = models()[name]
        else:
            continue
        _collect(body, {other: sql for other, sql in given.items() if other != name}, steps)
        steps[name] = body


def _assemble(steps: Collection[tuple[str, str]], text: str) -> Query:
    ancestors = [f"{name} as (\n{_indented(body)}\n)" for name, body in steps]
    sql = _with_steps(ancestors, text) if ancestors else text
    bound = frozenset[str]().union(parameters(text), *(parameters(body) for _name, body in steps))
    return Query(sql=sql, parameters=bound)


def _with_steps(ancestors: list[str], text: str) -> str:
    """Join the ancestors with the model's own steps, if it begins with WITH."""
    head, body = _leading_comment(text)
    own = re.match(r"with\s+", body)
    joined = ",\n\n".join(ancestors)
    rest = f",\n\n{body[own.end() :]}" if own else f"\n\n{body}"
    return f"{head}with\n\n{joined}{rest}"


def _leading_comment(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and (not lines[count].strip() or lines[count].lstrip().startswith("--")):
        count += 1
    return "".join(lines[:count]), "".join(lines[count:])


@lru_cache(REMEMBERED_TEXTS)
def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.strip().splitlines())
