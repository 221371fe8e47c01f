"""The demo company: an invented wholesaler whose customers were planted, so that the product can be asked to find them.

    python -m crm_core.demo --output data

`plants.py` holds every parameter; data/README.md says what the product should make of each plant.
"""

from crm_core.demo.company import demo_tables, write_demo

__all__ = ["demo_tables", "write_demo"]
