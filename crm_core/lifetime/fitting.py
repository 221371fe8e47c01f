"""From a book to fitted models: read once, fitted once, remembered; the gate is asked on the way.

Models are fitted on all customers of the data set, never on a filtered view: a filter chooses who
is shown, and changes nobody's figure.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Literal

import numpy as np

from crm_core.book import Book, Filters
from crm_core.engine import Recipe
from crm_core.lifetime import beta_geometric, gamma_gamma, gate
from crm_core.lifetime.beta_geometric import BetaGeometric
from crm_core.lifetime.bg_nbd import BgNbd
from crm_core.lifetime.gamma_gamma import GammaGamma
from crm_core.lifetime.gate import Closed, Reason
from crm_core.lifetime.maximum_likelihood import Fit
from crm_core.lifetime.mbg_nbd import MbgNbd
from crm_core.lifetime.purchases import Purchases, Spend

Measure = Literal["revenue", "margin"]
MODELS: dict[str, type[BetaGeometric]] = {"bg_nbd": BgNbd, "mbg_nbd": MbgNbd}
ALIKE = 2.0
"""Log-likelihoods no further apart say nothing about which of two models with as many parameters is true."""
REMEMBERED_FITS = 64


@dataclass(frozen=True, eq=False)
class ModelFit:
    """One model of orders fitted to a book's customers, and what speaks against it."""

    model: BetaGeometric
    fit: Fit
    doubts: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """The name of the model that was fitted."""
        return self.model.name


@dataclass(frozen=True, eq=False)
class OrderModels:
    """Both models of orders, fitted on all customers of a book, whether in view or not."""

    purchases: Purchases
    fits: dict[str, ModelFit]
    history_days: int
    silence_days: int

    def doubts(self, horizon_days: int) -> list[Reason]:
        """What speaks against looking so far ahead, whatever the model."""
        return [
            *gate.too_few_repeat_buyers(self.purchases.repeat_buyer_count),
            *gate.too_short_a_history(self.history_days, horizon_days),
            *gate.no_order_lately(self.silence_days),
        ]

    def chosen(self, wanted: str) -> ModelFit:
        """The model to use: the one wanted; with "auto" the better one of those without doubts.

        Where both fit alike it is MBG/NBD, which lets one-time buyers leave.
        """
        if wanted != "auto":
            return self.fits[wanted]
        plain, modified = self.fits["bg_nbd"], self.fits["mbg_nbd"]
        if bool(plain.doubts) != bool(modified.doubts):
            return modified if plain.doubts else plain
        better = plain.fit.log_likelihood > modified.fit.log_likelihood + ALIKE
        return plain if better else modified

    def rejected(self, wanted: str) -> list[Reason]:
        """Why no model can be used: nothing if one can; with "auto" what speaks against each."""
        if not self.chosen(wanted).doubts:
            return []
        tried = self.fits.values() if wanted == "auto" else [self.fits[wanted]]
        return [doubt for each in tried for doubt in each.doubts]


def customer_purchases(book: Book, measure: Measure = "revenue") -> Recipe:
    """One row per customer of the data set: x, t_x, T and the value of repeat purchases, by `measure`."""
    return book.recipe("customer_purchases", parameters={"counts_margin": measure == "margin"})


def purchases_of(book: Book) -> Purchases:
    """The histories of all customers of the data set who bought by the book's day, in days."""
    recipe = book.recipe("groups", "select * from purchase_groups", parts=(customer_purchases(book),))
    table = book.engine.arrow(recipe)
    return Purchases.grouped(*(table[name].to_numpy() for name in table.column_names))


def spend_of(book: Book, measure: Measure) -> Spend:
    """What repeat purchases were worth, of customers to whom they were worth more than nothing."""
    recipe = book.recipe("spend", "select * from repeat_spend", parts=(customer_purchases(book, measure),))
    table = book.engine.arrow(recipe)
    repeats, spend = (table[name].to_numpy().astype(np.float64) for name in table.column_names)
    order = np.lexsort((spend, repeats))
    return Spend(repeats[order], spend[order])


def order_models(book: Book) -> OrderModels:
    """Both models of orders for a book; equal books are fitted once. Too few repeat buyers are not fitted."""
    return _order_models(replace(book, filters=Filters()))


@lru_cache(REMEMBERED_FITS)
def _order_models(book: Book) -> OrderModels:
    purchases = purchases_of(book)
    fits = {}
    if not gate.too_few_repeat_buyers(purchases.repeat_buyer_count):
        for name, model in MODELS.items():
            fitted, fit = model.fit(purchases)
            fits[name] = ModelFit(fitted, fit, tuple(gate.doubtful_fit(name, beta_geometric.PARAMETER_NAMES, fit)))
    silences = purchases.tenure_days - purchases.active_days
    return OrderModels(
        purchases,
        fits,
        history_days=int(purchases.tenure_days.max(initial=0)),
        silence_days=int(silences.min()) if len(silences) else 0,
    )


def customers_alive(book: Book, model: str = "auto") -> "Recipe | Closed":
    """One row per customer of the data set: customer_key, customer_id, x, t_x, T and probability_alive (0-1).

    For a churn signal or a baseline: needs no model of spend and no horizon, so its gate asks for less.
    """
    models = order_models(book)
    doubts = models.doubts(horizon_days=0) or models.rejected(model)
    if doubts:
        return Closed(tuple(doubts))
    parameters = alive_parameters(models.chosen(model).model)
    return book.recipe("customers_alive", parameters=parameters, parts=(customer_purchases(book),))


def alive_parameters(model: BetaGeometric) -> dict[str, float]:
    """What `customers_alive` binds."""
    return {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "first_toss": model.first_toss}


def spend_model(book: Book, measure: Measure) -> "GammaGamma | Closed":
    """The model of spend for a book; equal books are fitted once."""
    return _spend_model(replace(book, filters=Filters()), measure)


@lru_cache(REMEMBERED_FITS)
def _spend_model(book: Book, measure: Measure) -> "GammaGamma | Closed":
    repeat_buyers = order_models(book).purchases.repeat_buyer_count
    spend = spend_of(book, measure)
    doubts = gate.worthless_purchases(repeat_buyers, spend.customer_count)
    doubts = doubts or gate.too_few_repeat_buyers(spend.customer_count)
    if doubts:
        return Closed(tuple(doubts))
    model, fit = GammaGamma.fit(spend)
    doubts = [
        *(gate.doubtful_fit("gamma_gamma", gamma_gamma.PARAMETER_NAMES, fit) or gate.infinite_mean(model.q)),
        *gate.spend_follows_frequency(spend),
        *_drift(book, measure),
    ]
    return Closed(tuple(doubts)) if doubts else model


def _drift(book: Book, measure: Measure) -> list[Reason]:
    middle = book.as_of - timedelta(order_models(book).history_days // 2)
    parameters = {"counts_margin": measure == "margin", "middle_day": middle}
    recipe = book.recipe("halves", "select * from spend_halves", parameters=parameters)
    row = book.engine.arrow(recipe).to_pylist()[0]
    return gate.spend_drifts(row["earlier_spend"], row["later_spend"], book.data.currency)
