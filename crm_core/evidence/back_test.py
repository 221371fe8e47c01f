"""The back-test: stand on an earlier day with what was known then, score, and see who ordered in the days after.

A test on day O looks at the customers who had not lapsed on O and asks whether they bought in the
H days after it, H being the horizon in force. The score comes from the book as it stood on O, so later
orders reach the answer through the outcome alone. Beside the rules stand days since the last order
and, where the model of orders can be relied on, one minus the probability of being alive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from crm_core import formats
from crm_core.book import Book
from crm_core.churn import Horizon, RiskRule, changes, horizon, risk_rule
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.evidence.ranking import Flagged, Ranking
from crm_core.language import N_, _, ngettext
from crm_core.listing import Listing
from crm_core.settings import ChurnSettings

if TYPE_CHECKING:
    from crm_core.lifetime.gate import Reason

FEWEST_OF_EACH = 10
"""With fewer who left, or fewer who stayed, a share says nothing."""
MOST_ORIGINS = 6
SHORTEST_STEP_DAYS = 30
CUSTOMERS_READ_EARLIER = 200_000
"""On the days before the newest one; enough to see how much a figure spreads."""
POINTS = 10_000
DECIMALS_COMPARED = 3
"""Average precision is compared as it is shown: what differs further on is no difference."""
REMEMBERED_TESTS = 64
BELIEF_DIGITS = 6

Figure = Literal["average_precision", "roc_auc"]

RULES = {
    "rules": N_("These settings"),
    "silence": N_("Days since last order alone"),
    "belief": N_("1 − P(alive)"),
}


def rule_name(code: str) -> str:
    """What ordered the customers, in the language now spoken."""
    return _(RULES[code])


# ---------------------------------------------------------------------- one day


@dataclass(frozen=True)
class BackTest:
    """The rules on one earlier day, and what became of the customers in the horizon after it.

    `book` stands on that day. `every` is 1, or tells that only every so many-th customer was read.
    """

    book: Book
    settings: ChurnSettings
    horizon: Horizon
    rule: RiskRule
    inputs: Recipe
    every: int

    @property
    def day(self) -> date:
        """The day the test stands on."""
        return self.book.as_of

    @property
    def is_known(self) -> bool:
        """Whether enough customers left, and enough stayed, to say anything."""
        return min(self.rules.left_count, self.rules.customers - self.rules.left_count) >= FEWEST_OF_EACH

    @cached_property
    def rules(self) -> Ranking:
        """The customers by their risk (0-1) under the settings in force."""
        table = self._small("risk_outcomes", "select * from risk_outcomes")
        points = table["risk_points"].to_numpy() / POINTS
        return Ranking.of(points, *_outcomes(table))

    @cached_property
    def silence(self) -> Ranking:
        """The customers by days since their last order alone."""
        table = self.book.engine.small(
            self.book.recipe("silences", "select * from silence_outcomes", parts=(self.inputs,))
        )
        return Ranking.of(table["days_since_last_order"].to_numpy(), *_outcomes(table))

    @cached_property
    def belief(self) -> Ranking | None:
        """The customers by 1 − P(alive), fitted on what was known that day; None where the gate is closed."""
        return _belief(self.book, self.horizon.days, self.every)[0]

    @property
    def no_belief_because(self) -> list[str]:
        """Why there is no `belief`, in sentences; none if there is one."""
        return [reason.sentence() for reason in _belief(self.book, self.horizon.days, self.every)[1]]

    @property
    def flagged(self) -> Flagged:
        """What flagging from the high cut on catches."""
        return self.rules.from_score(round(POINTS * self.settings.high_from) / POINTS)

    @property
    def flagged_by_silence(self) -> Flagged:
        """What flagging as many customers by days since the last order alone catches."""
        return self.silence.first(self.flagged.flagged)

    def sentence(self) -> str:
        """What the high cut catches and how often it is wrong, in words."""
        if not self.flagged.flagged:
            return _("Flags nobody: of {left} who left within {days} after {day}, none would have been caught.").format(
                **self._figures()
            )
        return _("Catches {recall} of those who left within {days} after {day}; {wrong} in 10 flagged stay.").format(
            **self._figures()
        )

    def against_silence(self) -> str:
        """The same for days since the last order alone, flagging as many; empty while nobody is flagged."""
        if not self.flagged.flagged:
            return ""
        return _("Flagging as many by days since last order alone catches {recall}.").format(
            recall=formats.percent(self.flagged_by_silence.recall, digits=0)
        )

    def by_name(self) -> dict[str, Ranking]:
        """The rankings there are, by the codes of `RULES`."""
        found = {"rules": self.rules, "silence": self.silence}
        return found | {"belief": self.belief} if self.belief else found

    def listing(self) -> Listing:
        """The customers of the test: risk and revenue as of its day, and the outcome by the codes of `OUTCOMES`."""
        return Listing(
            self.book.engine,
            self._recipe("back_test_rows", "select * from back_test_list"),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep",
                "outcome", "risk", "revenue", "days_since_last_order",
            ),
            sorted_by="revenue",
        )  # fmt: skip

    def learning_rows(self, every: int, folds: int) -> pa.Table:
        """One row per customer of the test whose key `every` divides, by key: fold, has_left, days_since_last_order and
        each signal (0-1, null where data is absent)."""
        recipe = self.book.recipe(
            "learned_from",
            "select * from learning_rows order by customer_key",
            parameters={**self.rule.parameters, "learned_every": every, "folds": folds},
            drafts=self.rule.drafts,
            parts=(self.inputs,),
        )
        return self.book.engine.arrow(recipe)

    def sql(self) -> str:
        """The query behind the counts by risk, as it runs, and the one behind what it reads."""
        return (
            f"{self._recipe('risk_outcomes', 'select * from risk_outcomes').query().sql};\n\n{self.inputs.query().sql}"
        )

    def _figures(self) -> dict[str, str]:
        precision = self.flagged.precision
        return {
            "left": formats.customers(self.flagged.left),
            "recall": formats.percent(self.flagged.recall, digits=0),
            "wrong": formats.number(10 * (1 - precision) if precision is not None else None),
            "days": formats.days(self.horizon.days),
            "day": formats.day(self.day),
        }

    def _small(self, name: str, text: str) -> pa.Table:
        return self.book.engine.small(self._recipe(name, text))

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(
            name, text, parameters=self.rule.parameters, drafts=self.rule.drafts, parts=(self.inputs,)
        )


def back_test(book: Book, settings: ChurnSettings) -> BackTest:
    """The test on the newest day it can stand on: the horizon before the book's day.

    Raises NotEnoughData if the history is too short, or too few left or stayed.
    """
    in_force = horizon(book, settings)
    day = origins(book, in_force.days)[0]
    test = stand_on(book, settings, in_force, day)
    if not test.is_known:
        raise NotEnoughData(_too_few(test))
    return test


def stand_on(book: Book, settings: ChurnSettings, in_force: Horizon, day: date, every: int = 1) -> BackTest:
    """The test that stands on `day`; what is known of its outcome ends with the horizon after it."""
    then = book.at(day)
    fixed = settings.model_copy(update={"horizon_days": in_force.days})
    rule = risk_rule(then, fixed, "back_test_inputs")
    return BackTest(then, settings, in_force, rule, _inputs(then, in_force.days, every), every)


def origins(book: Book, horizon_days: int) -> list[date]:
    """The days a test can stand on, the newest first: at most six, at even steps.

    The newest is the horizon before the book's day. A step is a month at least, or the horizon where that is
    shorter, and the earliest day has one signal window of history.
    Raises NotEnoughData if there is none.
    """
    window = book.windows.window_days
    newest = book.as_of - timedelta(horizon_days)
    room = (newest - book.data.first_day).days - window
    if room < 0:
        raise NotEnoughData(
            _(
                "The orders reach back {known}. A back-test takes {wanted}: {window} to score on, and {horizon} to see"
                " who left. Shorten the days after which a customer counts as lapsed, or load more history."
            ).format(
                known=formats.days((book.as_of - book.data.first_day).days),
                wanted=formats.days(window + horizon_days),
                window=formats.days(window),
                horizon=formats.days(horizon_days),
            )
        )
    step = min(horizon_days, max(SHORTEST_STEP_DAYS, room // (MOST_ORIGINS - 1)))
    count = min(MOST_ORIGINS, 1 + room // step)
    return [newest - timedelta(place * step) for place in range(count)]


def _too_few(test: BackTest) -> str:
    found = test.rules
    return _(
        "Of {customers} who had not lapsed on {day}, {left} left within {days} and {stayed} stayed; a figure takes at"
        " least {wanted} of each. Choose another number of days for lapsed, another day, or a wider filter."
    ).format(
        customers=formats.customers(found.customers),
        day=formats.day(test.day),
        left=formats.number(found.left_count),
        days=formats.days(test.horizon.days),
        stayed=formats.number(found.customers - found.left_count),
        wanted=formats.number(FEWEST_OF_EACH),
    )


def _outcomes(table: pa.Table) -> tuple[Any, Any]:
    return table["left_customers"].to_numpy(), table["stayed_customers"].to_numpy()


def _inputs(then: Book, horizon_days: int, every: int) -> Recipe:
    """One row per customer who had not lapsed on the day `then` stands on, with the outcome; kept."""
    return then.recipe(
        "back_test_inputs",
        parameters={
            "horizon_days": horizon_days,
            "outcome_on": then.as_of + timedelta(horizon_days),
            "every": every,
        },
        parts=(changes(then),),
    )


@lru_cache(REMEMBERED_TESTS)
def _belief(then: Book, horizon_days: int, every: int) -> "tuple[Ranking | None, tuple[Reason, ...]]":
    """1 − P(alive), or the reasons why there is none. The gate is asked about the model of orders alone."""
    from crm_core.lifetime.fitting import customer_purchases, order_models

    models = order_models(then)
    doubts = models.doubts(horizon_days)
    if models.fits:
        doubts += models.rejected("auto")
    if doubts:
        return None, tuple(doubts)
    parts = (_inputs(then, horizon_days, every), customer_purchases(then))
    table = then.engine.arrow(then.recipe("histories", "select * from history_outcomes", parts=parts))
    columns = (table[name].to_numpy().astype(float) for name in ("repeat_purchases", "active_days", "tenure_days"))
    alive = models.chosen("auto").model.probability_alive(*columns)
    return Ranking.of((1 - alive).round(BELIEF_DIGITS), *_outcomes(table)), ()


# ---------------------------------------------------------------------- several days


@dataclass(frozen=True)
class Evidence:
    """The tests of one book under one set of settings, the newest first: one at least."""

    tests: tuple[BackTest, ...]

    @property
    def newest(self) -> BackTest:
        """The back-test of the latest day."""
        return self.tests[0]

    @cached_property
    def figures(self) -> pa.Table:
        """One row per day and rule, the oldest day first: day, rule ("rules", "silence", "belief"), label, customers,
        left, left_share, roc_auc, average_precision, flagged, precision, recall, f1, brier (null for silence, which
        is no probability). Each rule flags as many as the settings in force do."""
        return pa.Table.from_pylist(
            [_figures(test, rule, ranking) for test in reversed(self.tests) for rule, ranking in test.by_name().items()]
        )

    def values(self, rule: Literal["rules", "silence"], figure: Figure = "average_precision") -> list[float]:
        """One figure of the settings, or of silence alone, on every day, the oldest first; fits no model."""
        rankings = [test.rules if rule == "rules" else test.silence for test in reversed(self.tests)]
        return [value for each in rankings if (value := getattr(each, figure)) is not None]

    @property
    def wins(self) -> int:
        """The days on which the settings order customers better than days since the last order alone."""
        pairs = zip(self.values("rules"), self.values("silence"), strict=True)
        return sum(round(ours, DECIMALS_COMPARED) > round(theirs, DECIMALS_COMPARED) for ours, theirs in pairs)

    @property
    def beats_silence(self) -> bool:
        """Whether the settings win on most days."""
        return 2 * self.wins > len(self.tests)

    def verdict(self) -> str:
        """Whether the settings beat days since the last order alone, in a sentence with the figures."""
        figures = {
            "ours": formats.number(mean(self.values("rules")), DECIMALS_COMPARED),
            "theirs": formats.number(mean(self.values("silence")), DECIMALS_COMPARED),
            "wins": formats.number(self.wins),
            "days": formats.number(len(self.tests)),
        }
        if self.beats_silence:
            text = ngettext(
                "These settings find those who leave better than days since last order alone, on the one day that can"
                " be tested (average precision {ours} against {theirs}).",
                "These settings find those who leave better than days since last order alone, on {wins} of {days} days"
                " (average precision {ours} against {theirs}).",
                len(self.tests),
            )
        else:
            text = ngettext(
                "These settings do not beat days since last order alone on the one day that can be tested (average"
                " precision {ours} against {theirs}).",
                "These settings do not beat days since last order alone: better on {wins} of {days} days (average"
                " precision {ours} against {theirs}).",
                len(self.tests),
            )
        return text.format(**figures)


def evidence(book: Book, settings: ChurnSettings) -> Evidence:
    """The rules against what happened, on every day a test can stand on.

    On days before the newest one at most some two hundred thousand customers are read.
    Raises NotEnoughData if the history is too short, or too few left or stayed on the newest day.
    """
    newest = back_test(book, settings)
    every = max(1, -(-int(newest.rules.customers) // CUSTOMERS_READ_EARLIER))
    days = origins(book, newest.horizon.days)[1:]
    earlier = (stand_on(book, settings, newest.horizon, day, every) for day in days)
    return Evidence((newest, *(test for test in earlier if test.is_known)))


def _figures(test: BackTest, rule: str, ranking: Ranking) -> dict[str, Any]:
    flagged = test.flagged if rule == "rules" else ranking.first(test.flagged.flagged)
    return {
        "day": test.day,
        "rule": rule,
        "label": rule_name(rule),
        "customers": ranking.customers,
        "left": ranking.left_count,
        "left_share": ranking.left_share,
        "roc_auc": ranking.roc_auc,
        "average_precision": ranking.average_precision,
        "flagged": flagged.flagged,
        "precision": flagged.precision,
        "recall": flagged.recall,
        "f1": flagged.f1,
        "brier": None if rule == "silence" else ranking.brier,
    }


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return sum(values) / len(values) if values else None
