"""Data sets, scenarios and mappings on disk; see docs/decisions/0001-immutable-data-sets.md."""

from crm_core.store.adding import RowSetAside
from crm_core.store.data_set import DataSet
from crm_core.store.exit_reasons import ExitReason, ExitReasons
from crm_core.store.loads import CanonicalTable, LoadedTable
from crm_core.store.manifest import SourceEntry, TableEntry
from crm_core.store.scenarios import ScenarioEntry
from crm_core.store.workspace import DataSetEntry, VersionEntry, Workspace

__all__ = [
    "CanonicalTable",
    "DataSet",
    "DataSetEntry",
    "ExitReason",
    "ExitReasons",
    "LoadedTable",
    "RowSetAside",
    "ScenarioEntry",
    "SourceEntry",
    "TableEntry",
    "VersionEntry",
    "Workspace",
]
