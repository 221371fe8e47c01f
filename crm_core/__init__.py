"""Customer value, loyalty and churn from a table of orders; see docs/notebook.md.

    import crm_core

    book = crm_core.open_book(orders)
    book.value_tiers().summary.to_pandas()

What is named here is imported when first used, so that `import crm_core` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm_core.book import Book, Filters
    from crm_core.errors import CrmError
    from crm_core.notebook import open_book
    from crm_core.settings import Scenario
    from crm_core.store import DataSet, Workspace

__all__ = ["Book", "CrmError", "DataSet", "Filters", "Scenario", "Workspace", "open_book"]

_HOMES = {
    "Book": "book",
    "CrmError": "errors",
    "DataSet": "store",
    "Filters": "book",
    "Scenario": "settings",
    "Workspace": "store",
    "open_book": "notebook",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"crm_core.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
