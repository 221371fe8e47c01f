"""Finished table in, picture out. A chart computes nothing beyond where to draw.

Every function takes a pyarrow table whose columns its docstring names and returns a `Chart`: the figure,
the finding as its title, and the alt text.
"""

from crm_core.charts.churn import gap_curve, revenue_at_risk, risk_by_tier, risk_histogram, signal_bars
from crm_core.charts.customer import order_timeline, rank_bars, score_waterfall
from crm_core.charts.economics import profit_bridge, tornado
from crm_core.charts.evidence import calibration_curve, cut_curve, evidence_over_time, lift_bars
from crm_core.charts.exits import exit_months, exit_reasons, let_go, return_chance, signals_before_exit
from crm_core.charts.lifecycle import (
    newcomer_months,
    retention_triangle,
    second_order_curves,
    stage_bars,
    stage_flows,
    survival_curves,
    tier_flows,
)
from crm_core.charts.lifetime import (
    alive_grid,
    alive_over_time,
    expected_concentration,
    expected_value_steps,
    future_and_past,
    hold_out_by_count,
    hold_out_weeks,
    repeat_counts,
)
from crm_core.charts.loyalty import MOST_POINTS, loyalty_plane, loyalty_shares
from crm_core.charts.rfm import rfm_grid, rfm_scores, rfm_segments, rfm_treemap
from crm_core.charts.style import Chart
from crm_core.charts.trend import monthly_trend
from crm_core.charts.value import (
    behaviour_types,
    lorenz,
    moves_matrix,
    pyramid,
    score_histogram,
    stability_bars,
    value_matrix,
)

__all__ = [
    "MOST_POINTS",
    "Chart",
    "alive_grid",
    "alive_over_time",
    "behaviour_types",
    "calibration_curve",
    "cut_curve",
    "evidence_over_time",
    "exit_months",
    "exit_reasons",
    "expected_concentration",
    "expected_value_steps",
    "future_and_past",
    "gap_curve",
    "hold_out_by_count",
    "hold_out_weeks",
    "let_go",
    "lift_bars",
    "lorenz",
    "loyalty_plane",
    "loyalty_shares",
    "monthly_trend",
    "moves_matrix",
    "newcomer_months",
    "order_timeline",
    "profit_bridge",
    "pyramid",
    "rank_bars",
    "repeat_counts",
    "retention_triangle",
    "return_chance",
    "revenue_at_risk",
    "rfm_grid",
    "rfm_scores",
    "rfm_segments",
    "rfm_treemap",
    "risk_by_tier",
    "risk_histogram",
    "score_histogram",
    "score_waterfall",
    "second_order_curves",
    "signal_bars",
    "signals_before_exit",
    "stability_bars",
    "stage_bars",
    "stage_flows",
    "survival_curves",
    "tier_flows",
    "tornado",
    "value_matrix",
]
