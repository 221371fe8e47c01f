"""Exit management: who left and what had shown before, why, who came back, whom to win back and whom to let go.

A customer leaves on the day the silence reaches the horizon of churn signals: the last order plus so many days. A
return is an order after a silence that was longer. The rules stand in `sql/exits/`.
"""

from crm_core.exits.leaving import Exits, exits, once_a_day
from crm_core.exits.returning import ReturnCurve, Returns, SecondLife, pooled_decreasing
from crm_core.exits.warnings import SIGNALS, Warnings
from crm_core.exits.win_back import LET_GO, WinBack, let_go_name

__all__ = [
    "LET_GO",
    "SIGNALS",
    "Exits",
    "ReturnCurve",
    "Returns",
    "SecondLife",
    "Warnings",
    "WinBack",
    "exits",
    "let_go_name",
    "once_a_day",
    "pooled_decreasing",
]
