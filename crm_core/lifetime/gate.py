"""The gate in front of lifetime value: each reason not to believe a prediction, as a sentence with its figure.

Behind a closed gate there is no number: what is returned is a `Closed` with its reasons, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from crm_core import formats
from crm_core.language import N_, _
from crm_core.lifetime.maximum_likelihood import Fit
from crm_core.lifetime.purchases import Floats, Spend

FEWEST_REPEAT_BUYERS = 100
SHORTEST_HISTORY_DAYS = 90
SHORTEST_HISTORY_SHARE = 0.5
"""Of the horizon: looking twice as far ahead as back is guessing."""
LONGEST_SILENCE_DAYS = 30
STRONGEST_CORRELATION = 0.3
WIDEST_DRIFT = 0.3
LARGEST_WORTHLESS_SHARE = 0.1
"""Of the repeat buyers: so many may have brought nothing on balance before the model of spend leaves out too much."""

SYMBOLS = {"alpha": "α", "gamma": "γ"}
BOUND_MEANINGS = {
    ("r", "upper"): N_("they all bought at the same pace"),
    ("r", "lower"): N_("nearly nobody came back, and a few came back all the time"),
    ("alpha", "upper"): N_("they all bought at the same slow pace"),
    ("alpha", "lower"): N_("some of them bought without end"),
    ("a", "upper"): N_("they were all as likely to leave after an order"),
    ("a", "lower"): N_("nobody ever left"),
    ("b", "upper"): N_("nobody ever left"),
    ("b", "lower"): N_("everybody left after one order"),
    ("p", "upper"): N_("all orders of a customer were worth the same"),
    ("p", "lower"): N_("nearly all that a customer spent lay in one order"),
    ("q", "upper"): N_("all customers spent alike"),
    ("q", "lower"): N_("spend differed without limit from customer to customer"),
    ("gamma", "upper"): N_("all customers spent alike"),
    ("gamma", "lower"): N_("spend differed without limit from customer to customer"),
}
"""What customers would be like if a parameter lay at a limit of the search: the model holds for no others here."""

MODEL_NAMES = {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD", "gamma_gamma": "Gamma-Gamma"}


@dataclass(frozen=True)
class Reason:
    """Why the gate is closed: which check, and the figures it saw."""

    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self) -> str:
        """The reason in the language now spoken, with its figures."""
        return SENTENCES[self.code](self.figures)


@dataclass(frozen=True)
class Closed:
    """No prediction, and why: at least one reason."""

    reasons: tuple[Reason, ...]

    def sentences(self) -> list[str]:
        """Why there is no figure, in the words of the reader."""
        return [reason.sentence() for reason in self.reasons]


# ---------------------------------------------------------------------- the checks


def too_few_repeat_buyers(customers: int, wanted: int = FEWEST_REPEAT_BUYERS) -> list[Reason]:
    """A reason where fewer customers than `wanted` bought on two days; else none."""
    if customers >= wanted:
        return []
    return [Reason("too_few_repeat_buyers", {"customers": customers, "wanted": wanted})]


def too_short_a_history(history_days: int, horizon_days: int) -> list[Reason]:
    """A reason where the orders go back less far than the horizon needs; else none."""
    wanted = max(SHORTEST_HISTORY_DAYS, round(SHORTEST_HISTORY_SHARE * horizon_days))
    if history_days >= wanted:
        return []
    return [Reason("too_short_a_history", {"days": history_days, "wanted": wanted, "horizon": horizon_days})]


def no_order_lately(silence_days: int) -> list[Reason]:
    """A reason where nobody ordered for too many days before the day shown; else none."""
    return [] if silence_days <= LONGEST_SILENCE_DAYS else [Reason("no_order_lately", {"days": silence_days})]


def doubtful_fit(model: str, names: tuple[str, ...], fit: Fit) -> list[Reason]:
    """No convergence, a parameter at a limit of the search, or a ridge where a peak should be: the first that holds."""
    if fit.at_bound:
        place = fit.at_bound[0]
        side = "upper" if place in fit.at_upper_bound else "lower"
        figures = {"model": model, "name": names[place], "value": float(fit.parameters[place]), "side": side}
        return [Reason("at_bound", figures)]
    if not fit.is_identified:
        place = fit.loosest
        return [Reason("not_identified", {"model": model, "name": names[place], "value": float(fit.parameters[place])})]
    if not fit.has_converged:
        return [Reason("no_convergence", {"model": model, "gain": fit.gain_left})]
    return []


def infinite_mean(q: float) -> list[Reason]:
    """With q at most 1 the mean spend of a new customer has no bound."""
    return [] if q > 1 else [Reason("infinite_mean", {"value": q})]


def worthless_purchases(repeat_buyers: int, worth: int) -> list[Reason]:
    """A reason where the repeat purchases of too many repeat buyers brought nothing; else none."""
    worthless = repeat_buyers - worth
    if worthless <= LARGEST_WORTHLESS_SHARE * repeat_buyers:
        return []
    return [Reason("worthless_purchases", {"customers": worthless, "share": worthless / repeat_buyers})]


def spend_follows_frequency(spend: Spend) -> list[Reason]:
    """Spearman's rank correlation: no currency and no single large order decides it."""
    found = rank_correlation(spend)
    return [] if abs(found) <= STRONGEST_CORRELATION else [Reason("spend_follows_frequency", {"correlation": found})]


def spend_drifts(earlier: float | None, later: float | None, currency: str) -> list[Reason]:
    """A reason where mean spend of late is far from what it was before; else none."""
    if not earlier or later is None or earlier < 0 or abs(round(later / earlier - 1, 9)) <= WIDEST_DRIFT:
        return []
    return [Reason("spend_drifts", {"earlier": earlier, "later": later, "currency": currency})]


def rank_correlation(spend: Spend) -> float:
    """Of repeat purchases with mean spend, over customers, -1 to 1; 0 where either is the same for all."""
    ranks = np.stack([_mean_ranks(spend.repeat_purchases), _mean_ranks(spend.mean_spend)])
    if spend.customer_count < 2 or not ranks.std(axis=1).all():
        return 0.0
    both: Floats = np.asarray(np.corrcoef(ranks))
    return float(both[0, 1])


def _mean_ranks(values: Floats) -> Floats:
    """1 for the smallest; equal values share the mean of their places."""
    _values, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Floats = np.cumsum(counts) - (counts - 1) / 2
    return shared[place]


# ---------------------------------------------------------------------- in words


def _few(figures: Mapping[str, Any]) -> str:
    return _(
        "Only {customers} bought on more than one day; the models need {wanted}."
        " Choose a later day or load more history."
    ).format(customers=formats.customers(figures["customers"]), wanted=formats.number(figures["wanted"]))


def _short(figures: Mapping[str, Any]) -> str:
    return _(
        "The orders reach back {days}; to look {horizon} ahead takes {wanted}."
        " Shorten the horizon or load more history."
    ).format(
        days=formats.days(figures["days"]),
        horizon=formats.days(figures["horizon"]),
        wanted=formats.days(figures["wanted"]),
    )


def _silent(figures: Mapping[str, Any]) -> str:
    return _(
        "Nobody has ordered for {days}, so every customer would look lost. Choose a day on which the data are complete."
    ).format(days=formats.days(figures["days"]))


def _bound(figures: Mapping[str, Any]) -> str:
    return _(
        "{model} does not describe these customers: it would only if {meaning} ({name} runs off to {value})."
    ).format(
        model=MODEL_NAMES[figures["model"]],
        meaning=_(BOUND_MEANINGS[figures["name"], figures["side"]]),
        name=SYMBOLS.get(figures["name"], figures["name"]),
        value=formats.compact(figures["value"]),
    )


def _ridge(figures: Mapping[str, Any]) -> str:
    return _(
        "These orders say too little for {model}: quite different versions of it describe them equally well ({name} may"
        " be {value}, or many times as much or as little). A longer history may decide."
    ).format(
        model=MODEL_NAMES[figures["model"]],
        name=SYMBOLS.get(figures["name"], figures["name"]),
        value=formats.compact(figures["value"]),
    )


def _unfinished(figures: Mapping[str, Any]) -> str:
    gain = figures["gain"]
    return _(
        "The search for the {model} that describes these orders best came to no end (its log-likelihood could still"
        " rise by {gain}), so its figures cannot be relied on."
    ).format(model=MODEL_NAMES[figures["model"]], gain=formats.compact(gain if isfinite(gain) else None))


def _infinite(figures: Mapping[str, Any]) -> str:
    return _(
        "Spend differs so wildly between customers that a few could outweigh all others, and no mean can be expected"
        " (q of Gamma-Gamma is {value}; it takes more than 1)."
    ).format(value=formats.number(figures["value"], 2))


def _worthless(figures: Mapping[str, Any]) -> str:
    return _(
        "{customers} who came back ({share}) brought nothing on balance since;"
        " the model of spend describes only those who bring something."
    ).format(customers=formats.customers(figures["customers"]), share=formats.percent(figures["share"]))


def _follows(figures: Mapping[str, Any]) -> str:
    text = (
        _(
            "Who buys more often also spends more each time (rank correlation {figure});"
            " the model of spend takes the two to be unrelated."
        )
        if figures["correlation"] > 0
        else _(
            "Who buys more often spends less each time (rank correlation {figure});"
            " the model of spend takes the two to be unrelated."
        )
    )
    return text.format(figure=formats.number(figures["correlation"], 2))


def _drifts(figures: Mapping[str, Any]) -> str:
    earlier, later, currency = figures["earlier"], figures["later"], figures["currency"]
    return _(
        "A repeat purchase was worth {earlier} in the first half of the history and {later} in the second ({change});"
        " the model of spend takes it to stay the same."
    ).format(
        earlier=formats.money(earlier, currency),
        later=formats.money(later, currency),
        change=formats.percent(later / earlier - 1, signed=True),
    )


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "too_few_repeat_buyers": _few,
    "too_short_a_history": _short,
    "no_order_lately": _silent,
    "at_bound": _bound,
    "not_identified": _ridge,
    "no_convergence": _unfinished,
    "infinite_mean": _infinite,
    "worthless_purchases": _worthless,
    "spend_follows_frequency": _follows,
    "spend_drifts": _drifts,
}
