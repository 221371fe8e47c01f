"""Churn signals: who is slipping away, how strongly, and why, in words with figures.

A signal is one reason to look at a customer, 0 to 1, absent where its data is absent; the risk is
the weighted mean of the signals present and no probability. The rules stand in `sql/churn/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.labels import RISK_BANDS, risk_band_name
from crm_core.language import _, ngettext
from crm_core.listing import Listing
from crm_core.settings import ChurnSettings, Scenario, SignalWeights
from crm_core.weights import WeightedMean, weighted_mean

FALLBACK_HORIZON_DAYS = 180
FEWEST_RETURNING_CUSTOMERS = 20
SHORTEST_HORIZON_DAYS, LONGEST_HORIZON_DAYS = 7, 1095
MOST_REASONS = 3
LEAST_REASON_SHARE = 0.05

SIGNAL_CHANGES: dict[str, str] = {
    "overdue_order": "gaps_silent",
    "spend_falling": "spend_fall",
    "season_falling": "season_fall",
    "orders_falling": "orders_fall",
    "categories_falling": "categories_fall",
    "discount_rising": "discount_rise",
    "returns_rising": "returns_rise",
}
"""Each signal and the figure it grows with."""


def signal_label(signal: str) -> str:
    """The name of a signal in the language now spoken."""
    return _(str(SignalWeights.model_fields[signal].title))


# ---------------------------------------------------------------------- the horizon


@dataclass(frozen=True)
class Horizon:
    """After how many days without an order a customer counts as lapsed, and where that comes from.

    `source` is "set" (by the manager), "proposed" (from the gaps of `returning_customers`) or
    "fallback" (too few of them to propose from).
    """

    days: int
    source: str
    returning_customers: int

    def explained(self) -> str:
        """Where the horizon comes from, as a sentence."""
        if self.source == "set":
            return _("No order for {days} means lapsed, as set here.").format(days=formats.days(self.days))
        if self.source == "proposed":
            return _(
                "No order for {days} means lapsed: 95 % of {customers} who came back never stayed away that long."
            ).format(days=formats.days(self.days), customers=formats.customers(self.returning_customers))
        return _(
            "No order for {days} means lapsed: an assumption, since only {customers} ever came back. Set your own."
        ).format(days=formats.days(self.days), customers=formats.customers(self.returning_customers))


def horizon(book: Book, settings: ChurnSettings) -> Horizon:
    """The horizon in force: the manager's, or the gap that 95 % of returning customers stay under."""
    row = book.engine.small(book.recipe("horizon", "select * from proposed_horizon")).to_pylist()[0]
    returning = int(row["returning_customers"])
    if settings.horizon_days is not None:
        return Horizon(settings.horizon_days, "set", returning)
    if returning < FEWEST_RETURNING_CUSTOMERS:
        return Horizon(FALLBACK_HORIZON_DAYS, "fallback", returning)
    days = min(max(int(row["horizon_days"]), SHORTEST_HORIZON_DAYS), LONGEST_HORIZON_DAYS)
    return Horizon(days, "proposed", returning)


# ---------------------------------------------------------------------- the risk


@dataclass(frozen=True)
class RiskRule:
    """How the risk of each customer is computed for one book under one set of settings."""

    mean: WeightedMean | None
    drafts: Mapping[str, str]
    parameters: Mapping[str, Any]
    horizon: Horizon


def absent_signals(book: Book) -> list[str]:
    """The signals that no customer of the data set has the data for."""
    known = known_signals(book)
    return [signal for signal in SIGNAL_CHANGES if not known[signal]]


def changes(book: Book) -> Recipe:
    """One row per customer of the data set: the figures that the signals stand on."""
    return book.recipe("customer_changes")


def known_signals(book: Book) -> dict[str, int]:
    """How many customers of the data set each signal can be computed for."""
    counts = ", ".join(f"count({change}) as {signal}" for signal, change in SIGNAL_CHANGES.items())
    text = f"select {counts}, count(*) as customers from customer_changes"
    row: dict[str, int] = book.engine.small(book.recipe("known", text, parts=(changes(book),))).to_pylist()[0]
    return row


def risk_rule(book: Book, settings: ChurnSettings, inputs: str) -> RiskRule:
    """Everything that stands between the figures in `inputs` and a risk band for each customer."""
    known = known_signals(book)
    mean = weighted_mean(settings.weights.model_dump(), known, known["customers"])
    expression = f"coalesce(round(10000 * {mean.expression}), 0)::int" if mean else "0"
    in_force = horizon(book, settings)
    return RiskRule(
        mean,
        drafts={
            "signal_inputs": f"select * from {inputs}",
            "risk_scores": f"select *, {expression} as risk_points from customer_signals",
        },
        parameters={
            **(mean.parameters if mean else {}),
            **{f"{signal}_at": value for signal, value in settings.sensitivity.model_dump().items()},
            "horizon_days": in_force.days,
            "watch_points": round(10000 * settings.watch_from),
            "high_points": round(10000 * settings.high_from),
        },
        horizon=in_force,
    )


def saved_risk(book: Book, settings: ChurnSettings) -> Recipe:
    """One row per customer of the data set: `customer_key`, `risk_points` and `band` under `settings`."""
    rule = risk_rule(book, settings, "customer_changes")
    return book.recipe(
        "saved_risk",
        "select customer_key, risk_points, band from customer_risk",
        parameters=rule.parameters,
        drafts=rule.drafts,
        parts=(changes(book),),
    )


# ---------------------------------------------------------------------- reasons in words


@dataclass(frozen=True)
class Reason:
    """Why a customer is at risk: the signal, its strength (0-1), its part of the risk, a sentence."""

    signal: str
    label: str
    strength: float
    risk_share: float
    sentence: str


def reasons(row: Mapping[str, Any], weights: SignalWeights, currency: str, window_days: int) -> list[Reason]:
    """The signals a customer shows, the heaviest first, each with the figures behind it.

    `row` is a row of the watch list.
    """
    found = []
    present = {name: value for name, value in weights.model_dump().items() if row.get(name) is not None}
    total = sum(present.values())
    for signal, signal_weight in present.items():
        if row[signal] > 0 and signal_weight > 0:
            sentence = SENTENCES[signal](row, currency, window_days)
            share = row[signal] * signal_weight / total
            found.append(Reason(signal, signal_label(signal), row[signal], share, sentence))
    return sorted(found, key=lambda reason: -reason.risk_share)


def _overdue(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    return _("No order for {days}; usually one every {gap}").format(
        days=formats.days(row["days_since_last_order"]), gap=formats.days(round(row["usual_gap_days"]))
    )


def _spend(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    return _("Revenue {now} in {days}, {before} in the {days} before").format(
        now=formats.money(row["revenue_window"], currency),
        before=formats.money(row["revenue_earlier_window"], currency),
        days=formats.days(window_days),
    )


def _season(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    return _("Revenue {now} in {days}, {before} in the same season last year").format(
        now=formats.money(row["revenue_window"], currency),
        before=formats.money(row["revenue_season_window"], currency),
        days=formats.days(window_days),
    )


def _orders(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    now = row["order_count_window"]
    return ngettext(
        "{now} order in {days}, {before} in the {days} before",
        "{now} orders in {days}, {before} in the {days} before",
        now,
    ).format(now=now, before=row["order_count_earlier_window"], days=formats.days(window_days))


def _categories(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    now = row["category_count_window"] or 0
    return ngettext(
        "{now} category in {days}, {before} in the {days} before",
        "{now} categories in {days}, {before} in the {days} before",
        now,
    ).format(now=now, before=row["category_count_earlier_window"], days=formats.days(window_days))


def _discounts(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    return _("Discounts {now} of list price, {before} in the {days} before").format(
        now=formats.percent(row["discount_share_window"]),
        before=formats.percent(row["discount_share_earlier_window"]),
        days=formats.days(window_days),
    )


def _returns(row: Mapping[str, Any], currency: str, window_days: int) -> str:
    return _("Returned {now} of what was bought, {before} in the {days} before").format(
        now=formats.percent(row["return_share_window"]),
        before=formats.percent(row["return_share_earlier_window"] or 0),
        days=formats.days(window_days),
    )


SENTENCES: dict[str, Callable[[Mapping[str, Any], str, int], str]] = {
    "overdue_order": _overdue,
    "spend_falling": _spend,
    "season_falling": _season,
    "orders_falling": _orders,
    "categories_falling": _categories,
    "discount_rising": _discounts,
    "returns_rising": _returns,
}


# ---------------------------------------------------------------------- the result


@dataclass(frozen=True)
class ChurnSignals:
    """The risk of the customers in view under one set of settings, beside the saved ones.

    `cells` has one row per tier, band now, band as saved and fiftieth of the risk.
    """

    book: Book
    settings: ChurnSettings
    saved: Scenario
    rule: RiskRule
    inputs: Recipe
    cells: pa.Table

    @property
    def horizon(self) -> Horizon:
        """After how many days without an order a customer counts as lapsed, and where that comes from."""
        return self.rule.horizon

    @property
    def is_known(self) -> bool:
        """Whether any signal has both weight and data; without one every risk is zero."""
        return self.rule.mean is not None

    @cached_property
    def bands(self) -> pa.Table:
        """One row per band, from low to lost, empty ones included: band, label, customers, customer_share,
        revenue, revenue_share."""
        rows = []
        customers, revenue = self.customers, self.revenue
        for band in RISK_BANDS:
            cells = [row for row in self._rows if row["band"] == band]
            in_band = sum(row["customers"] for row in cells)
            brought = sum((row["revenue"] for row in cells), Decimal(0))
            rows.append(
                {
                    "band": band,
                    "label": risk_band_name(band),
                    "customers": in_band,
                    "customer_share": in_band / customers if customers else None,
                    "revenue": brought,
                    "revenue_share": float(brought / revenue) if revenue else None,
                }
            )
        return pa.Table.from_pylist(rows)

    @cached_property
    def by_tier(self) -> pa.Table:
        """One row per saved tier and band that holds customers: tier_number, tier, band, customers, revenue."""
        from crm_core.value import tier_label

        sums: dict[tuple[int, str], list[Any]] = {}
        for row in self._rows:
            cell = sums.setdefault((row["tier_number"], row["band"]), [0, Decimal(0)])
            cell[0] += row["customers"]
            cell[1] += row["revenue"]
        bands = list(RISK_BANDS)
        ordered = sorted(sums.items(), key=lambda item: (item[0][0], bands.index(item[0][1])))
        return pa.Table.from_pylist(
            [
                {
                    "tier_number": tier,
                    "tier": tier_label(self.saved.value, tier),
                    "band": band,
                    "customers": customers,
                    "revenue": revenue,
                }
                for (tier, band), (customers, revenue) in ordered
            ]
        )

    @property
    def customers(self) -> int:
        """How many customers are in view."""
        return sum(row["customers"] for row in self._rows)

    @property
    def revenue(self) -> Decimal:
        """What they brought in the look-back window, in the currency of the data set."""
        return sum((row["revenue"] for row in self._rows), Decimal(0))

    def customers_in(self, *bands: str) -> int:
        """How many customers are in any of these risk bands."""
        return sum(row["customers"] for row in self._rows if row["band"] in bands)

    def revenue_in(self, *bands: str) -> Decimal:
        """Revenue in the look-back window of the customers in these bands."""
        return sum((row["revenue"] for row in self._rows if row["band"] in bands), Decimal(0))

    def saved_customers_in(self, *bands: str) -> int:
        """Customers who are in these bands under the saved settings."""
        return sum(row["customers"] for row in self._rows if row["saved_band"] in bands)

    def saved_revenue_in(self, *bands: str) -> Decimal:
        """Revenue of the customers who are in these bands under the saved settings."""
        return sum((row["revenue"] for row in self._rows if row["saved_band"] in bands), Decimal(0))

    def largest_moves(self, limit: int = 3) -> list[dict[str, Any]]:
        """Who changes band against the saved settings, most revenue first.

        At most `limit` rows: from_band, to_band, customers, revenue.
        """
        sums: dict[tuple[str, str], list[Any]] = {}
        for row in self._rows:
            if row["band"] != row["saved_band"]:
                cell = sums.setdefault((row["saved_band"], row["band"]), [0, Decimal(0)])
                cell[0] += row["customers"]
                cell[1] += row["revenue"]
        moves = [
            {"from_band": before, "to_band": now, "customers": customers, "revenue": revenue}
            for (before, now), (customers, revenue) in sums.items()
        ]
        return sorted(moves, key=lambda move: (-move["revenue"], -move["customers"]))[:limit]

    @property
    def moved_customers(self) -> int:
        """Customers whose band differs from the saved one."""
        return sum(row["customers"] for row in self._rows if row["band"] != row["saved_band"])

    @property
    def moved_revenue(self) -> Decimal:
        """The revenue of the customers whose band differs from the saved scenario's."""
        return sum((row["revenue"] for row in self._rows if row["band"] != row["saved_band"]), Decimal(0))

    def distribution(self) -> pa.Table:
        """One row per fiftieth of the risk and band: risk (lower edge), band, customers, revenue."""
        sums: dict[tuple[int, str], list[Any]] = {}
        for row in self._rows:
            cell = sums.setdefault((row["risk_bin"], row["band"]), [0, Decimal(0)])
            cell[0] += row["customers"]
            cell[1] += row["revenue"]
        return pa.Table.from_pylist(
            [
                {"risk": risk_bin / 50, "band": band, "customers": customers, "revenue": revenue}
                for (risk_bin, band), (customers, revenue) in sorted(sums.items())
            ]
        )

    def signals(self) -> pa.Table:
        """One row per signal: signal, label, known (customers it can be computed for), customers_showing,
        mean_strength (of those showing it, 0-1), revenue (theirs), weight_share."""
        row = self.book.engine.small(self._recipe("signals", "select * from signal_summary")).to_pylist()[0]
        shares = self.rule.mean.shares if self.rule.mean else {}
        return pa.Table.from_pylist(
            [
                {
                    "signal": signal,
                    "label": signal_label(signal),
                    "known": row[f"{signal}_known"],
                    "customers_showing": row[f"{signal}_showing"],
                    "mean_strength": row[f"{signal}_strength"],
                    "revenue": row[f"{signal}_revenue"] or Decimal(0),
                    "weight_share": shares.get(signal, 0.0),
                }
                for signal in SIGNAL_CHANGES
            ]
        )

    def gap_curve(self) -> pa.Table:
        """One row per number of days: gap_days, customer_share (whose longest gap stayed within it)."""
        return self.book.engine.small(self.book.recipe("gaps", "select * from gap_curve order by gap_days"))

    def listing(self) -> Listing:
        """The customers with risk, band and the figures behind them; sorted by revenue times risk."""
        return Listing(
            self.book.engine,
            self._recipe("churn_list", "select * from watch_list"),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "tier_number", "band", "risk",
                "revenue", "expected_loss", "margin", "days_since_last_order", "usual_gap_days",
                "revenue_window", "revenue_earlier_window", "revenue_season_window",
                "order_count_window", "order_count_earlier_window",
                "category_count_window", "category_count_earlier_window",
                "discount_share_window", "discount_share_earlier_window",
                "return_share_window", "return_share_earlier_window", *SIGNAL_CHANGES,
            ),
            sorted_by="expected_loss",
        )  # fmt: skip

    def reasons(self, row: Mapping[str, Any]) -> list[Reason]:
        """Why the customer in this row of the listing is at risk, the heaviest reason first."""
        return reasons(row, self.settings.weights, self.book.data.currency, self.book.windows.window_days)

    def why(self, row: Mapping[str, Any]) -> str:
        """The weightiest reasons of the customer in this row of the listing, in one line of words with figures."""
        found = self.reasons(row)
        told = [reason for reason in found[:MOST_REASONS] if reason.risk_share >= LEAST_REASON_SHARE] or found[:1]
        return " · ".join(reason.sentence for reason in told)

    def sql(self) -> str:
        """The query behind the risk of each customer, as it runs."""
        return self._recipe("churn_list", "select * from watch_list").query().sql

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cells.to_pylist()
        return rows

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(
            name, text, parameters=self.rule.parameters, drafts=self.rule.drafts, parts=(self.inputs,)
        )


def churn_signals(book: Book, settings: ChurnSettings | None = None, saved: Scenario | None = None) -> ChurnSignals:
    """Compute the signals, the risk and its band for every customer in view, beside the saved ones.

    One pass over one narrow table. Without `settings` the saved ones apply.
    Raises NotEnoughData if no customer is in view.
    """
    from crm_core.value import value_inputs

    saved = saved or Scenario(windows=book.windows)
    settings = settings or saved.churn
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    inputs = book.recipe(
        "risk_inputs",
        "select * from risk_inputs_of_view",
        parts=(changes(book), value_inputs(book, saved, saved.value.normalisation)),
    )
    rule = risk_rule(book, settings, "risk_inputs")
    recipe = book.recipe(
        "cells", "select * from band_cells", parameters=rule.parameters, drafts=rule.drafts, parts=(inputs,)
    )
    return ChurnSignals(book, settings, saved, rule, inputs, book.engine.small(recipe))
