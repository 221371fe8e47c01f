"""The Spark text of the portable models: made from the same files by `python -m crm_core.spark_tools`, and committed.

So a company runs what was tested, and no translator is part of an installation.
"""

from functools import cache
from pathlib import Path

GOLDEN_FOLDER = Path(__file__).parent / "golden"


def golden_path(model: str) -> Path:
    """Where the Spark text of a model lies."""
    return GOLDEN_FOLDER / f"{model}.sql"


@cache
def golden(model: str) -> str:
    """The Spark text of a portable model; its parameters are `:named`."""
    return golden_path(model).read_text(encoding="utf-8")
