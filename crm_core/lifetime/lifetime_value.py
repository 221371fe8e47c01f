"""Lifetime value: what each customer is expected to bring over a horizon, or why nobody can say.

Orders by BG/NBD or MBG/NBD, their value by Gamma-Gamma, discounted by the day they are expected on.
Time is in days throughout, money in the data set's currency; value is revenue or margin, as set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import log
from typing import Any

import numpy as np
import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.language import _
from crm_core.lifetime.beta_geometric import PARAMETER_NAMES, BetaGeometric
from crm_core.lifetime.calibration import HoldOut, hold_out, repeat_counts
from crm_core.lifetime.fitting import (
    ALIKE,
    ModelFit,
    OrderModels,
    alive_parameters,
    customer_purchases,
    order_models,
    spend_model,
)
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.gate import MODEL_NAMES, Closed
from crm_core.lifetime.purchases import Purchases
from crm_core.listing import Listing
from crm_core.settings import LifetimeSettings

DAYS_A_YEAR = 365
MOST_GRID_ORDERS = 20
GRID_STEPS = 40

LISTED = (
    "customer_id", "name", "region", "industry", "sales_rep",
    "expected_value", "future_rank", "revenue_to_date", "past_rank", "probability_alive", "expected_orders",
    "expected_spend", "repeat_purchases", "active_days", "tenure_days", "days_since_last_order", "revenue", "margin",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class LifetimeValue:
    """The expected future of the customers in view under one set of settings: an open gate."""

    book: Book
    settings: LifetimeSettings
    models: OrderModels
    used: ModelFit
    spend: GammaGamma
    predictions: Recipe

    # ------------------------------------------------------------------ the customers

    def listing(self) -> Listing:
        """The customers in view with what is expected of each over the horizon; sorted by expected value.

        expected_value (discounted; revenue or margin, as set), probability_alive (0-1), expected_orders,
        expected_spend (of one order), revenue_to_date, and the place by future and by past (1 is best).
        """
        return Listing(
            self.book.engine,
            self._recipe("lifetime_list", "select * from lifetime_of_view"),
            columns=LISTED,
            sorted_by="expected_value",
        )

    @cached_property
    def totals(self) -> Mapping[str, Any]:
        """The customers in view together: customers, customers_alive (sum of probabilities), expected_orders,
        expected_value, mean_value, median_value."""
        row: dict[str, Any] = self._small("lifetime_sums", "select * from lifetime_totals").to_pylist()[0]
        return row

    def distribution(self) -> pa.Table:
        """One row per step of expected value that holds customers, twenty even factors from least to most:
        value_from, value_below, customers, expected_value."""
        return self._small("lifetime_steps", "select * from lifetime_distribution order by value_from")

    def concentration(self) -> pa.Table:
        """The Lorenz curve of expected value read from the top: customer_share, value_share, gini on every row."""
        return self._small("lifetime_curve", "select * from lifetime_concentration order by customer_share")

    @cached_property
    def margin_assumed_share(self) -> float | None:
        """The share (0-1) of the revenue so far for which the margin is assumed because its cost is unknown; None
        where revenue is counted."""
        if self.settings.measure == "revenue":
            return None
        recipe = self.book.recipe("assumed", "select * from assumed_costs")
        found: float | None = self.book.engine.small(recipe)["assumed_share"][0].as_py()
        return found

    # ------------------------------------------------------------------ the models

    def comparison(self) -> pa.Table:
        """One row per model of orders: model, label, log_likelihood, r, alpha (days), a, b, their standard errors
        (r_error ...), is_used, doubt (a sentence, or null)."""
        return pa.Table.from_pylist([self._compared(each) for each in self.models.fits.values()])

    def why_this_model(self) -> str:
        """Which model of orders is used, and why, in one sentence with the log-likelihoods."""
        used, other = self.used, next(each for each in self.models.fits.values() if each is not self.used)
        figures = {
            "used": MODEL_NAMES[used.name],
            "other": MODEL_NAMES[other.name],
            "value": formats.number(used.fit.log_likelihood, 1),
            "against": formats.number(other.fit.log_likelihood, 1),
        }
        if self.settings.model != "auto":
            return _("{used} is used, as set here (log-likelihood {value}; {other}: {against}).").format(**figures)
        if other.doubts:
            return _("{used} is used: the fit of {other} cannot be relied on (log-likelihood {value}).").format(
                **figures
            )
        if abs(used.fit.log_likelihood - other.fit.log_likelihood) <= ALIKE:
            return _(
                "{used} is used: both describe the orders alike (log-likelihood {value}; {other}: {against}),"
                " and {other} would take every one-time buyer to stay for ever."
            ).format(**figures)
        return _("{used} is used: it describes the orders better (log-likelihood {value}; {other}: {against}).").format(
            **figures
        )

    def repeat_counts(self) -> pa.Table:
        """How many customers bought again 0, 1 ... 7 or more times, beside how many each model expects to: see
        `calibration.repeat_counts`."""
        return repeat_counts(self.models)

    def hold_out(self, days: int | None = None) -> HoldOut | Closed:
        """The model fitted on an earlier day beside what came after it: see `calibration.hold_out`."""
        return hold_out(self.book, self.settings.model, days)

    # ------------------------------------------------------------------ pictures of P(alive)

    def alive_grid(self) -> pa.Table:
        """P(alive) of a customer who first bought as long ago as the history reaches: one row per repeat_purchases
        (0 to 20 at most) and days_since_last_order (at most 41 steps), with probability_alive."""
        tenure = float(self.models.history_days)
        most = min(MOST_GRID_ORDERS, int(self.models.purchases.repeat_purchases.max()))
        silences = np.unique(np.round(np.linspace(0, tenure, GRID_STEPS + 1)))
        repeats, silent = (each.ravel() for each in np.meshgrid(np.arange(most + 1.0), silences, indexing="ij"))
        # no repeat purchase means silence since the first: there is one such customer for each tenure
        active = np.where(repeats > 0, tenure - silent, 0.0)
        since_first = np.where(repeats > 0, tenure, silent)
        return pa.table(
            {
                "repeat_purchases": pa.array(repeats.astype(np.int64)),
                "days_since_last_order": pa.array(silent.astype(np.int64)),
                "probability_alive": pa.array(self.used.model.probability_alive(repeats, active, since_first)),
            }
        )

    def alive_over_time(self, customer_id: str) -> pa.Table:
        """One customer, a row per day from the first purchase to the book's day: day, is_purchase, probability_alive
        (by the model as fitted today). Raises NotEnoughData if the customer has not bought by that day."""
        bought = self.book.recipe(
            "bought", "select * from purchase_days order by ordered_on", parameters={"customer_id": customer_id}
        )
        days = self.book.engine.arrow(bought)["ordered_on"].to_pylist()
        if not days:
            raise NotEnoughData(
                _("{customer} has not bought anything by {day}.").format(
                    customer=customer_id, day=formats.day(self.book.as_of)
                )
            )
        ages = np.arange((self.book.as_of - days[0]).days + 1, dtype=np.float64)
        purchase_ages = np.array([(day - days[0]).days for day in days], dtype=np.float64)
        repeats = np.searchsorted(purchase_ages, ages, side="right") - 1
        return pa.table(
            {
                "day": pa.array([days[0] + timedelta(int(age)) for age in ages]),
                "is_purchase": pa.array(np.isin(ages, purchase_ages)),
                "probability_alive": pa.array(
                    self.used.model.probability_alive(repeats.astype(np.float64), purchase_ages[repeats], ages)
                ),
            }
        )

    def sql(self) -> str:
        """The query behind the expected value of each customer, as it runs."""
        return self.predictions.query().sql

    # ------------------------------------------------------------------ inside

    def _compared(self, each: ModelFit) -> dict[str, Any]:
        errors = {
            f"{name}_error": float(error) for name, error in zip(PARAMETER_NAMES, each.fit.standard_errors, strict=True)
        }
        return {
            "model": each.name,
            "label": MODEL_NAMES[each.name],
            "log_likelihood": each.fit.log_likelihood,
            **{name: float(value) for name, value in zip(PARAMETER_NAMES, each.fit.parameters, strict=True)},
            **errors,
            "is_used": each is self.used,
            "doubt": each.doubts[0].sentence() if each.doubts else None,
        }

    def _small(self, name: str, text: str) -> pa.Table:
        return self.book.engine.small(self._recipe(name, text))

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(name, text, parts=(self.predictions,))


def lifetime_value(book: Book, settings: LifetimeSettings | None = None) -> LifetimeValue | Closed:
    """What the customers in view are expected to bring over the horizon, or the reasons why that cannot be said.

    Raises NotEnoughData if no customer is in view.
    """
    settings = settings or LifetimeSettings()
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    models = order_models(book)
    doubts = models.doubts(settings.horizon_days)
    if not models.fits:
        return Closed(tuple(doubts))
    used = models.chosen(settings.model)
    spend = spend_model(book, settings.measure)
    doubts += models.rejected(settings.model)
    if isinstance(spend, Closed) or doubts:
        return Closed((*doubts, *(spend.reasons if isinstance(spend, Closed) else ())))
    return LifetimeValue(book, settings, models, used, spend, _predictions(book, settings, models, used, spend))


def _predictions(
    book: Book, settings: LifetimeSettings, models: OrderModels, used: ModelFit, spend: GammaGamma
) -> Recipe:
    """One row per customer of the data set, kept: what the models expect of each."""
    return book.recipe(
        "lifetime_predictions",
        parameters=prediction_parameters(used.model, spend),
        parts=(customer_purchases(book, settings.measure), orders_if_alive(used.model, models.purchases, settings)),
    )


def prediction_parameters(model: BetaGeometric, spend: GammaGamma) -> dict[str, float]:
    """What `lifetime_predictions` binds."""
    return {**alive_parameters(model), "p": spend.p, "q": spend.q, "gamma": spend.gamma}


def orders_if_alive(model: BetaGeometric, purchases: Purchases, settings: LifetimeSettings) -> Recipe:
    """One row per number of repeat purchases and tenure that occurs: the expected orders of a customer alive now."""
    repeats, tenure, _customers = purchases.by_tenure(purchases.customers)
    daily_rate = log(1 + settings.annual_discount_rate) / DAYS_A_YEAR
    orders, discounted = model.orders_if_alive(repeats, tenure, float(settings.horizon_days), daily_rate)
    return Recipe(
        "orders_if_alive",
        parameters={
            "listed_repeat_purchases": repeats.tolist(),
            "listed_tenure_days": tenure.tolist(),
            "listed_orders": orders.tolist(),
            "listed_discounted_orders": discounted.tolist(),
        },
    )
