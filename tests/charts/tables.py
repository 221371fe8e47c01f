"""A small finished table for each chart, as the subject modules hand them over."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from crm_core import charts
from crm_core.charts import Chart
from crm_core.labels import STAGES, stage_name

AS_OF = date(2026, 6, 30)


def table(columns: str, *rows: tuple[object, ...]) -> pa.Table:
    """A table from the names of its columns and its rows."""
    return pa.Table.from_pylist([dict(zip(columns.split(), row, strict=True)) for row in rows])


def summary() -> pa.Table:
    return table(
        "tier_number tier customers customer_share revenue revenue_share margin mean_risk lower_score",
        (1, "A", 720, 0.2, Decimal("12345678.5"), 0.674, Decimal("3345678"), 0.21, 71.2),
        (2, "B", 1080, 0.3, Decimal("4100000"), 0.224, Decimal("1100000"), 0.34, 52.8),
        (3, "C", 1080, 0.3, Decimal("1500000"), 0.082, None, 0.46, 30.1),
        (4, "D", 720, 0.2, Decimal("366000"), 0.02, Decimal("-12000"), None, None),
    )


def curve() -> pa.Table:
    return table("customer_share revenue_share", *((place / 50, (place / 50) ** 0.25) for place in range(1, 51)))


def marks() -> pa.Table:
    return table(
        "customer_share revenue_share tier", (0.2, 0.2**0.25, "A"), (0.5, 0.5**0.25, "B"), (0.8, 0.8**0.25, "C")
    )


def distribution() -> pa.Table:
    def tier(score: int) -> tuple[int, str]:
        return next(
            (number, name)
            for lower, number, name in ((71, 1, "A"), (53, 2, "B"), (30, 3, "C"), (0, 4, "D"))
            if score >= lower
        )

    return table(
        "score customers tier_number tier",
        *((float(score), 10 + 40 * score // 100 * (100 - score) // 30, *tier(score)) for score in range(2, 98)),
    )


def cuts() -> pa.Table:
    return table("score tier", (71.0, "A"), (53.0, "B"), (30.0, "C"))


def cells() -> pa.Table:
    names = ("low", "middle", "high")
    return table(
        "x_level y_level x_label y_label customers revenue tier_number",
        *(
            (x, y, names[x - 1], names[y - 1], 40 * (4 - x) * y, Decimal(90_000 * x * x * y), max(1, 6 - x - y))
            for x in (1, 2, 3)
            for y in (1, 2, 3)
        ),
    )


def moves() -> pa.Table:
    def moved(before: int, after: int, customers: int) -> tuple[object, ...]:
        return before, "ABCD"[before - 1], after, "ABCD"[after - 1], customers, Decimal(customers * 5100)

    return table(
        "from_tier_number from_tier to_tier_number to_tier customers revenue",
        *(moved(*move) for move in ((1, 1, 640), (1, 2, 80), (2, 1, 95), (2, 2, 870), (2, 3, 115), (3, 2, 102))),
        *(moved(*move) for move in ((3, 3, 933), (3, 4, 45), (4, 3, 14), (4, 4, 706))),
    )


def behaviours() -> pa.Table:
    return table(
        "type customers revenue",
        ("loyal", 612, Decimal(9_200_000)),
        ("fast_growing", 288, Decimal(3_100_000)),
        ("worth_cultivating", 702, Decimal(2_900_000)),
        ("sleeping", 911, Decimal(1_300_000)),
        ("other", 1087, Decimal(1_800_000)),
    )


def points(count: int = 600) -> pa.Table:
    def point(place: int) -> tuple[object, ...]:
        frequency = 0.12 * 60 ** ((place * 0.618) % 1)
        dependence = (place * 0.414) % 1
        kind = {(False, False): "zero", (True, False): "inertia", (False, True): "latent", (True, True): "high"}
        return (
            f"C{place:05}",
            f"客户 {place}",
            frequency,
            dependence,
            kind[frequency >= 1, dependence >= 0.5],
            Decimal(place),
        )

    return table("customer_id name orders_per_month dependence loyalty_type revenue", *map(point, range(count)))


def density() -> pa.Table:
    edges = [0.1 * 1.25**place for place in range(22)]
    return table(
        "orders_per_month_from orders_per_month_to dependence_from dependence_to customers",
        *(
            (edges[x], edges[x + 1], y / 20, (y + 1) / 20, int(9000 / (1 + (x - 8) ** 2 + (y - 9) ** 2)))
            for x in range(21)
            for y in range(20)
        ),
    )


def loyalty() -> pa.Table:
    return table(
        "loyalty_type customers customer_share revenue revenue_share mean_dependence",
        ("zero", 1404, 0.39, Decimal(1_200_000), 0.066, 0.31),
        ("inertia", 756, 0.21, Decimal(5_400_000), 0.295, 0.36),
        ("latent", 612, 0.17, Decimal(2_100_000), 0.115, 0.66),
        ("high", 828, 0.23, Decimal(9_611_678), 0.524, 0.71),
    )


def risks() -> pa.Table:
    def band(risk: float) -> str:
        return "low" if risk < 0.4 else "watch" if risk < 0.7 else "high"

    bins = [place / 50 for place in range(50)]
    return table(
        "risk customers band",
        *((risk, int(160 * (1 - risk) ** 1.5) + 2, band(risk)) for risk in bins),
        *((risk, 12, "lost") for risk in bins[38:]),
    )


def risk_tiers() -> pa.Table:
    parts = {1: (520, 130, 60, 10), 2: (640, 240, 140, 60), 3: (420, 300, 230, 130), 4: (120, 150, 210, 240)}
    return table(
        "tier_number tier band customers revenue",
        *(
            (number, "ABCD"[number - 1], band, customers, Decimal(customers * 9000 // number))
            for number, counts in parts.items()
            for band, customers in zip(("low", "watch", "high", "lost"), counts, strict=True)
        ),
    )


def signals() -> pa.Table:
    return table(
        "signal label mean_strength customers_showing revenue",
        ("overdue", "Overdue for an order", 0.42, 1204, Decimal(2_400_000)),
        ("spend_falling", "Spend falling", 0.31, 890, Decimal(3_100_000)),
        ("categories_falling", "Categories falling", 0.18, 402, Decimal(800_000)),
        ("returns_rising", "Returns rising", None, None, None),
    )


def gaps() -> pa.Table:
    return table("gap_days customer_share", *((days, 1 - 2.72 ** (-days / 60)) for days in range(1, 400, 4)))


def cut_points() -> pa.Table:
    return table(
        "cut flagged precision recall",
        *((step / 50, 900.0 - 18 * step, 0.2 + step / 100, 1 - step / 50) for step in range(50)),
        (1.0, 0.0, None, 0.0),
    )


def tenths() -> pa.Table:
    shares = [0.7, 0.5, 0.3, 0.2, 0.1, 0.1, 0.04, 0.03, 0.02, 0.01]
    return table(
        "part left_share lift caught_share",
        *((place + 1, share, share / 0.2, sum(shares[: place + 1]) / 2) for place, share in enumerate(shares)),
    )


def risk_bins() -> pa.Table:
    return table(
        "mean_score customers left_share left_share_low left_share_high",
        *((step / 10 + 0.04, 90.0, step / 12, max(0.0, step / 12 - 0.05), step / 12 + 0.05) for step in range(10)),
    )


def tested_days() -> pa.Table:
    def day(month: int) -> list[tuple[object, ...]]:
        rules = [("rules", "O1", 0.4), ("silence", "O2", 0.45), *([("belief", "O3", 0.5)] if month > 2 else [])]
        return [(date(2025, month, 1), rule, label, first + month / 100, 0.8, 0.22) for rule, label, first in rules]

    return table(
        "day rule label average_precision roc_auc left_share", *(row for month in range(1, 7) for row in day(month))
    )


def orders() -> pa.Table:
    return table(
        "ordered_on revenue order_id channel",
        *(
            (date(2023, 9, 1) + timedelta(days=31 * place), Decimal(900 + 137 * (place * 7 % 11)), f"O{place}", "web")
            for place in range(30)
        ),
        (date(2026, 4, 2), Decimal(-450), "R1", None),
    )


def parts() -> pa.Table:
    return table(
        "dimension label weight_share rank contribution",
        ("revenue", "Revenue", 0.4, 0.91, 36.4),
        ("margin", "Margin", 0.2, 0.8, 16.0),
        ("growth", "Growth", 0.2, 0.35, 7.0),
        ("regularity", "Regularity", 0.2, 0.6, 12.0),
        ("wallet", "Share of wallet", 0.0, None, None),
    )


def months() -> pa.Table:
    return table(
        "month revenue active_customers",
        *(
            (
                date(2023 + place // 12, place % 12 + 1, 1),
                Decimal(400_000 + 15_000 * place + 90_000 * (place % 12 > 8)),
                700 + 12 * place,
            )
            for place in range(6, 42)
        ),
    )


def rfm_grid() -> pa.Table:
    return table(
        "x_level y_level x_label y_label customers revenue segments",
        *(
            (x, y, f"F{x} · {x}", f"R{y} · {10 - y}", 30 * x * (y - 1), Decimal(9_000 * x * (y - 1)), ["web"])
            for x in (1, 2, 3)
            for y in (1, 2, 3)
        ),
    )


def rfm_segments() -> pa.Table:
    return table(
        "segment_number segment customers customer_share revenue revenue_share mean_days mean_orders",
        (1, "web", 40, 0.4, Decimal("90000"), 0.9, 6.2, 14.5),
        (2, "low", 0, 0.0, Decimal("0"), 0.0, None, None),
        (0, "middle", 60, 0.6, Decimal("10000"), 0.1, 88.0, 1.5),
    )


def rfm_scores() -> pa.Table:
    return table(
        "measure title score label customers revenue",
        *(
            (measure, "Revenue", score, f"{score}0", 50 * score, Decimal(1000 * score))
            for measure in ("days", "orders", "revenue")
            for score in (3, 2, 1)
        ),
    )


def stages() -> pa.Table:
    return table(
        "stage label customers customer_share earlier_customers revenue revenue_share",
        *(
            (stage, stage_name(stage), 40 * place, 40 * place / 1120, 1120 - 40 * place, Decimal(place), place / 28)
            for place, stage in enumerate(STAGES)
        ),
    )


def stage_flows() -> pa.Table:
    return table(
        "from_stage to_stage customers revenue earlier_revenue",
        ("mature", "mature", 300, Decimal(9000), Decimal(8000)),
        ("mature", "declining", 40, Decimal(400), Decimal(1400)),
        ("unknown", "new", 12, Decimal(90), Decimal(0)),
    )


def tier_flows() -> pa.Table:
    return table(
        "from_tier_number from_tier to_tier_number to_tier customers revenue earlier_revenue",
        (1, "A", 1, "A", 90, Decimal(9000), Decimal(8000)),
        (1, "A", 2, "B", 5, Decimal(200), Decimal(800)),
        (2, "B", 1, "A", 7, Decimal(900), Decimal(300)),
        (0, "-", 2, "B", 3, Decimal(20), Decimal(0)),
    )


def cohorts(count: int = 6, period_months: int = 1) -> pa.Table:
    def cell(cohort: int, age: int) -> tuple[object, ...]:
        first = date(2024 + cohort * period_months // 12, cohort * period_months % 12 + 1, 1)
        if cohort + age >= count:
            return first, age, None, None, None, None
        return first, age, 100 - 10 * age, max(0, 1 - age / 10), Decimal(1000), 1 / (age + 1)

    return table(
        "cohort age customers customer_share revenue revenue_share",
        *(cell(cohort, age) for cohort in range(count) for age in range(count)),
    )


def survival(pace: float = 0.01) -> pa.Table:
    return table(
        "days survival lower upper",
        *((day, 1 - pace * day, max(0.0, 0.95 - pace * day), min(1.0, 1.05 - pace * day)) for day in range(1, 80)),
        (90, 0.0, None, None),
    )


def newcomers() -> pa.Table:
    return table("month customers confirmed", *((date(2026, month, 1), 10 * month, 4 * month) for month in range(1, 7)))


def steadiness() -> pa.Table:
    return table("tier_number tier customers steady_share mean_kept", (1, "A", 20, 0.9, 0.98), (2, "B", 30, 0.8, 0.95))


def value_steps() -> pa.Table:
    return table(
        "value_from value_below customers expected_value",
        (15.17, 151.7, 477, Decimal("12250.7")),
        (151.7, 1517.0, 501, Decimal("332917.5")),
        (1517.0, 15170.0, 1253, Decimal("8156511.2")),
    )


def value_curve() -> pa.Table:
    return table("customer_share value_share gini", (0.05, 0.31, 0.72), (0.2, 0.739, 0.72), (1.0, 1.0, 0.72))


def best_customers() -> pa.Table:
    return table(
        "customer_id name expected_value future_rank revenue_to_date past_rank probability_alive",
        ("O1", "甲", Decimal("1517082.5"), 1, Decimal("5060815.7"), 1, 0.9987),
        ("O2", None, Decimal("1327772.4"), 2, Decimal("439006.1"), 31, 0.912),
    )


def chances() -> pa.Table:
    return table(
        "repeat_purchases days_since_last_order probability_alive",
        *((count, days, 1 / (1 + 0.001 * count * days)) for count in range(6) for days in range(0, 1000, 50)),
    )


def alive_days() -> pa.Table:
    return table(
        "day is_purchase probability_alive",
        *((date(2026, 1, 1) + timedelta(place), place % 60 == 0, 1 - (place % 60) / 100) for place in range(181)),
    )


def repeats() -> pa.Table:
    return table(
        "repeat_purchases customers bg_nbd mbg_nbd", *((count, 400 - count, 252.5, 360.7) for count in range(8))
    )


def order_models() -> pa.Table:
    return table("model label is_used", ("bg_nbd", "BG/NBD", False), ("mbg_nbd", "MBG/NBD", True))


def weeks() -> pa.Table:
    return table(
        "week ends_on orders expected_orders",
        *((week, AS_OF - timedelta(7 * (26 - week)), 500 * week, 480.5 * week) for week in range(1, 27)),
    )


def held_out() -> pa.Table:
    return table("repeat_purchases customers orders expected_orders", (0, 366, 524, 817.5), (1, 0, 0, 0.0))


def bridge() -> pa.Table:
    return table(
        "step label profit_from profit_to",
        ("now", "Revenue", 0.0, 91_100_000.0),
        ("churn", "Growth", 91_100_000.0, 100_700_000.0),
        ("cost", "Margin", 100_700_000.0, 98_000_000.0),
        ("then", "Revenue", 0.0, 98_000_000.0),
    )


def swings() -> pa.Table:
    return table(
        "driver label worse_value better_value profit_worse profit_better swing",
        ("margin", "Margin", 15226.0, 18609.6, 88_000_000.0, 108_000_000.0, 20_000_000.0),
        ("churn", "Growth", 0.185, 0.151, 94_600_000.0, 101_500_000.0, 6_900_000.0),
        ("won", "Revenue", 513.0, 627.0, 96_000_000.0, 100_000_000.0, 4_000_000.0),
    )


def exit_months() -> pa.Table:
    return table(
        "month customers revenue warned warned_error",
        *(
            (date(2025 + place // 12, place % 12 + 1, 1), 40 + place, Decimal(900_000 + 31_000 * place), 30, 0)
            for place in range(6, 19)
        ),
    )


def signal_lead() -> pa.Table:
    return table(
        "signal label shown_share stayers_share lift median_days"
        " while_buying_share stayers_while_buying_share while_buying_lift share_error stayers_error",
        ("high_risk", "Regularity", 0.91, 0.12, 7.6, 136.0, 0.31, 0.1, 3.1, 0.0, 0.0),
        ("overdue_order", "Growth", 1.0, 0.42, 2.4, 204.0, 0.28, 0.2, 1.4, 0.0, 0.0),
        ("returns_rising", "Revenue", 0.05, 0.0, None, 272.0, 0.02, None, None, 0.0, 0.0),
        ("discount_rising", "Margin", None, 0.1, None, None, None, 0.1, None, 0.0, 0.0),
    )


def exit_reasons() -> pa.Table:
    return table(
        "reason label customers revenue revenue_share",
        ("price", "Margin", 31, Decimal("910000"), 0.41),
        ("service", "Growth", 12, Decimal("310000"), 0.14),
        ("not_recorded", "Revenue", 52, Decimal("1000000"), 0.45),
    )


def return_curve() -> pa.Table:
    return table(
        "months_gone chance at_risk returned",
        *((month, 0.17 * 0.9**month, 1100 - 60 * month, 9) for month in range(12)),
    )


def let_go() -> pa.Table:
    return table(
        "let_go label customers value_before regain_profit",
        ("brought_nothing", "Margin", 4, Decimal("-1200"), None),
        ("not_worth", "Growth", 120, Decimal("31000"), Decimal("-5100")),
    )


CHARTS: dict[str, Callable[[], Chart]] = {
    "pyramid": lambda: charts.pyramid(summary(), "CNY"),
    "lorenz": lambda: charts.lorenz(curve(), 0.631, marks(), "CNY"),
    "score_histogram": lambda: charts.score_histogram(distribution(), cuts()),
    "value_matrix": lambda: charts.value_matrix(cells(), "Revenue", "Growth", "CNY"),
    "moves_matrix": lambda: charts.moves_matrix(moves(), "CNY"),
    "behaviour_types": lambda: charts.behaviour_types(behaviours(), "CNY"),
    "loyalty_plane": lambda: charts.loyalty_plane(points(), frequency_cut=1.0, dependence_cut=0.5, currency="CNY"),
    "loyalty_plane as density": lambda: charts.loyalty_plane(None, density(), frequency_cut=1.0, dependence_cut=0.5),
    "loyalty_shares": lambda: charts.loyalty_shares(loyalty(), "CNY"),
    "risk_histogram": lambda: charts.risk_histogram(risks(), 0.4, 0.7),
    "risk_by_tier": lambda: charts.risk_by_tier(risk_tiers(), "CNY"),
    "revenue_at_risk": lambda: charts.revenue_at_risk(risk_tiers(), "CNY"),
    "signal_bars": lambda: charts.signal_bars(signals(), "CNY"),
    "gap_curve": lambda: charts.gap_curve(gaps(), 180),
    "cut_curve": lambda: charts.cut_curve(cut_points(), 0.6, {"flagged": 360.0, "precision": 0.5, "recall": 0.4}),
    "lift_bars": lambda: charts.lift_bars(tenths(), tenths(), 0.2),
    "calibration_curve": lambda: charts.calibration_curve(risk_bins()),
    "evidence_over_time": lambda: charts.evidence_over_time(tested_days()),
    "order_timeline": lambda: charts.order_timeline(orders(), AS_OF, date(2026, 4, 28), "CNY"),
    "score_waterfall": lambda: charts.score_waterfall(parts(), 71.4),
    "rank_bars": lambda: charts.rank_bars(parts()),
    "monthly_trend": lambda: charts.monthly_trend(months(), "CNY"),
    "rfm_grid": lambda: charts.rfm_grid(rfm_grid(), "CNY"),
    "rfm_segments": lambda: charts.rfm_segments(rfm_segments(), "CNY"),
    "rfm_treemap": lambda: charts.rfm_treemap(rfm_segments(), "CNY"),
    "rfm_scores": lambda: charts.rfm_scores(rfm_scores(), "CNY"),
    "stage_bars": lambda: charts.stage_bars(stages(), "CNY"),
    "stage_flows": lambda: charts.stage_flows(stage_flows(), date(2026, 3, 31), AS_OF, "CNY"),
    "tier_flows": lambda: charts.tier_flows(tier_flows(), date(2026, 3, 31), AS_OF, 4, "CNY"),
    "retention_triangle": lambda: charts.retention_triangle(cohorts(), currency="CNY"),
    "retention_triangle by quarter": lambda: charts.retention_triangle(cohorts(8, 3), 3, "CNY", by_revenue=True),
    "retention_triangle of years": lambda: charts.retention_triangle(cohorts(36), currency="CNY"),
    "survival_curves": lambda: charts.survival_curves({"1": survival(), "2": survival(0.008)}, 30),
    "second_order_curves": lambda: charts.second_order_curves({"1": survival()}),
    "newcomer_months": lambda: charts.newcomer_months(newcomers()),
    "stability_bars": lambda: charts.stability_bars(steadiness()),
    "expected_value_steps": lambda: charts.expected_value_steps(value_steps(), "CNY"),
    "expected_concentration": lambda: charts.expected_concentration(value_curve()),
    "future_and_past": lambda: charts.future_and_past(best_customers(), "Revenue", "CNY"),
    "future_and_past by past": lambda: charts.future_and_past(best_customers(), "Margin", "CNY", by_future=False),
    "alive_grid": lambda: charts.alive_grid(chances(), even_odds=((2, 500),)),
    "alive_over_time": lambda: charts.alive_over_time(alive_days(), "O1"),
    "repeat_counts": lambda: charts.repeat_counts(repeats(), order_models()),
    "hold_out_weeks": lambda: charts.hold_out_weeks(weeks(), AS_OF - timedelta(182)),
    "hold_out_by_count": lambda: charts.hold_out_by_count(held_out()),
    "profit_bridge": lambda: charts.profit_bridge(bridge(), "CNY"),
    "tornado": lambda: charts.tornado(swings(), 98_000_000.0, "CNY"),
    "exit_months": lambda: charts.exit_months(exit_months(), "CNY"),
    "signals_before_exit": lambda: charts.signals_before_exit(signal_lead()),
    "signals_before_exit while buying": lambda: charts.signals_before_exit(signal_lead(), while_buying=True),
    "exit_reasons": lambda: charts.exit_reasons(exit_reasons(), "CNY"),
    "return_chance": lambda: charts.return_chance(return_curve(), 365),
    "let_go": lambda: charts.let_go(let_go(), "CNY"),
}
