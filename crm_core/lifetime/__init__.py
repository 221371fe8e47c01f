"""What SQL cannot say about the future: models of orders and spend, each in a module with its source.

The only package that needs scipy; import it where it is used, so that the rest starts without it.
"""

from crm_core.lifetime.calibration import HoldOut, hold_out
from crm_core.lifetime.fitting import ModelFit, OrderModels, customers_alive, order_models
from crm_core.lifetime.gate import Closed, Reason
from crm_core.lifetime.lifetime_value import LifetimeValue, lifetime_value

__all__ = [
    "Closed",
    "HoldOut",
    "LifetimeValue",
    "ModelFit",
    "OrderModels",
    "Reason",
    "customers_alive",
    "hold_out",
    "lifetime_value",
    "order_models",
]
