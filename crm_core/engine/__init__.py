"""Composes SQL models and runs them; the only place that opens DuckDB."""

from crm_core.engine.composer import Query, compose, compose_text, models
from crm_core.engine.database import Database, shared_database
from crm_core.engine.kept import Engine, Recipe, shared_engine

__all__ = [
    "Database",
    "Engine",
    "Query",
    "Recipe",
    "compose",
    "compose_text",
    "models",
    "shared_database",
    "shared_engine",
]
