"""The models as a real parser reads them."""

from functools import cache

import sqlglot
from sqlglot import exp

from crm_core.engine import models
from crm_core.engine.composer import SQL_FOLDER, code


@cache
def parsed(model: str) -> exp.Expression:
    return sqlglot.parse_one(models()[model], dialect="duckdb")


def folder_of(model: str) -> str:
    return next(SQL_FOLDER.rglob(f"{model}.sql")).parent.name


def models_in(folder: str) -> list[str]:
    return sorted(path.stem for path in (SQL_FOLDER / folder).glob("*.sql"))


def own_steps(tree: exp.Expression) -> set[str]:
    """The names of a model's common table expressions."""
    return {step.alias for step in tree.find_all(exp.CTE)}


def tables_read(tree: exp.Expression) -> set[str]:
    """The names behind FROM and JOIN, a model's own steps among them."""
    return {table.name for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}


def functions_called(tree: exp.Expression) -> set[str]:
    """The names of all functions, in lower case, as DuckDB calls them."""
    found = set()
    for node in tree.find_all(exp.Func):
        if isinstance(node, exp.Anonymous):
            found.add(node.name.lower())
        elif isinstance(node, exp.Struct):  # written as {'name': value}
            found.add("struct_pack")
        elif not isinstance(node, (exp.Case, exp.If, exp.And, exp.Or, exp.Cast, exp.Connector)):
            found.add(node.sql(dialect="duckdb").split("(")[0].split(" ")[0].lower())
    return found


__all__ = ["code", "folder_of", "functions_called", "models_in", "own_steps", "parsed", "tables_read"]
