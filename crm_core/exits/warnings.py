"""Which signals had shown before customers left, how early, and whether those who stayed showed them as well.

Each customer who left is looked at on eight days before the exit, evenly spread over the horizon and one signal window
before the last order, with the very models of churn signals: the orders are moved so that each of these days
falls on the book's day. Those who stayed are looked at in the same way, before a day of the period on which they had
not lapsed. What lights up for everybody is no warning.

Of very many customers an even sample is looked at, and every share comes with its error; what is said of one customer
is looked up for that customer, so it is exact in any case.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core.book import Book
from crm_core.churn import SIGNAL_CHANGES, Horizon, risk_rule, signal_label
from crm_core.engine import Recipe
from crm_core.language import N_, _
from crm_core.settings import Scenario

LOOKS = 8
MOST_LOOKED_AT = 50_000
"""From twice as many customers in view on, only every so-manieth is looked at, so that about so many are."""
FEWEST_COMPARED = 20
"""With fewer customers on either side, how many times as often says nothing."""

Z_95 = 1.959964
"""Of a normal distribution, 95 % lie within so many standard deviations of the mean."""

RISKS = {"high_risk": N_("High risk"), "watch_risk": N_("Watch or high risk")}
SIGNALS = (*RISKS, *SIGNAL_CHANGES)
"""What may show before an exit: the two bands of the risk, then each signal."""

NOTHING_OF_PAYMENTS = "select null as customer_key, null as median_days_late, null as overdue_balance where false"
NOTHING_OF_ARCHIVE = "select null as customer_key, null as archive_completeness, null as reference_value where false"
NOTHING_OF_REGIONS = "select null as region, null as revenue_share where false"

LEAD_SCHEMA = pa.schema(
    [
        ("signal", pa.string()),
        ("label", pa.string()),
        ("known", pa.int64()),
        ("shown", pa.int64()),
        ("shown_share", pa.float64()),
        ("while_buying_share", pa.float64()),
        ("median_days", pa.float64()),
        ("share_error", pa.float64()),
        ("stayers_known", pa.int64()),
        ("stayers_share", pa.float64()),
        ("stayers_while_buying_share", pa.float64()),
        ("stayers_error", pa.float64()),
        ("lift", pa.float64()),
        ("while_buying_lift", pa.float64()),
    ]
)


def signal_name(signal: str) -> str:
    """A signal or a band of the risk, in the language now spoken."""
    return _(RISKS[signal]) if signal in RISKS else signal_label(signal)


@dataclass(frozen=True)
class Warnings:
    """What had shown before the exits of the period.

    `first_signals` is the table of one row per customer looked at, one in `every`; `of_some` makes the same rows for
    any customers who left, given as `keys`. `look_days` are the days between two looks.
    """

    book: Book
    first_signals: Recipe
    of_some: Recipe
    lost: Recipe
    every: int
    look_days: int
    horizon_days: int

    @property
    def is_sample(self) -> bool:
        """Whether there are too many customers to look at all of them."""
        return self.every > 1

    @property
    def share_error(self) -> float:
        """How far, at most, a share of all who left may be off in 19 of 20 samples (0-1); 0 if all were looked at."""
        return self._error(self.looked_at)

    @property
    def stayers_error(self) -> float:
        """The same of the shares of those who stayed."""
        return self._error(self.stayers)

    @cached_property
    def months(self) -> pa.Table:
        """One row per month in which somebody looked at left: month, looked_at, warned (of them had been at high risk
        while they still bought), share_error (of warned / looked_at, 0-1)."""
        recipe = self._recipe("warned_months", "select * from warned_months order by month", self.lost)
        found = self.book.engine.small(recipe)
        errors = [self._error(row["looked_at"], row["warned"] / row["looked_at"]) for row in found.to_pylist()]
        return found.append_column("share_error", pa.array(errors, pa.float64()))

    def first_days(self, keys: Sequence[int]) -> pa.Table:
        """One row per customer of these who left in the period: customer_key, and for each signal `<signal>_ahead`,
        how many days ahead of the exit it was first seen, null if never."""
        names = ", ".join(("customer_key", *(f"{signal}_ahead" for signal in SIGNALS)))
        if self.is_sample:
            return self.book.engine.small(
                replace(
                    self.of_some,
                    text=f"select {names} from first_signals",
                    parameters={**self.of_some.parameters, "keys": list(keys)},
                )
            )
        text = f"select {names} from first_signals where customer_key in (select unnest($keys::int[]))"
        recipe = self.book.recipe("first_days", text, parameters={"keys": list(keys)}, parts=(self.first_signals,))
        return self.book.engine.small(recipe)

    @cached_property
    def lead(self) -> pa.Table:
        """One row per signal and band of the risk, the one most told apart first.

        Columns: signal, label; of who left and was looked at: known (could have shown it), shown, shown_share (of the
        known, 0-1), while_buying_share (had shown it on the day of the last order or before), median_days (ahead of
        the exit, of who showed it), share_error (how far a share of all who left may be off, 0 if all were looked at);
        of who stayed: stayers_known, the same shares as stayers_share and stayers_while_buying_share, stayers_error.
        lift and while_buying_lift say how many times as often who left showed it as who stayed; null with fewer than
        20 on either side or where nobody who stayed showed it.
        """
        lead = [self._row(signal) for signal in SIGNALS]
        ordered = sorted(lead[len(RISKS) :], key=lambda row: -(row["shown_share"] or 0) + (row["stayers_share"] or 0))
        return pa.Table.from_pylist([*lead[: len(RISKS)], *ordered], schema=LEAD_SCHEMA)

    @property
    def looked_at(self) -> int:
        """Customers who left whose days before could be looked at."""
        return int(self._counts[True].get("customers", 0))

    @property
    def stayers(self) -> int:
        """Customers who stayed that they are compared with."""
        return int(self._counts[False].get("customers", 0))

    @property
    def warned(self) -> int:
        """Customers who left and had been at high risk before."""
        return int(self._counts[True].get("high_risk_shown", 0))

    @property
    def warned_share(self) -> float | None:
        """Share, 0-1, of the leavers looked at who were warned; None where none could be looked at."""
        return self.warned / self.looked_at if self.looked_at else None

    @property
    def warned_days(self) -> float | None:
        """By how many days half of them had been at high risk before the exit."""
        return self._counts[True].get("high_risk_days")

    @property
    def stayers_warned_share(self) -> float | None:
        """The share of those who stayed who had been at high risk as well."""
        return self._counts[False].get("high_risk_shown", 0) / self.stayers if self.stayers else None

    @property
    def buying_share(self) -> float | None:
        """The share of those who left who had been at high risk while they still bought: a horizon ahead or more.

        From then on silence alone brings everybody who leaves to high risk, so this is what foresight there was.
        """
        return self._counts[True].get("high_risk_while_buying", 0) / self.looked_at if self.looked_at else None

    @property
    def buying_error(self) -> float:
        """How far that share may be off, like `share_error`."""
        return self._error(self.looked_at, self.buying_share)

    @property
    def stayers_buying_error(self) -> float:
        """How far `stayers_buying_share` may be off."""
        return self._error(self.stayers, self.stayers_buying_share)

    @property
    def stayers_buying_share(self) -> float | None:
        """The share of those who stayed who had been at high risk as far ahead."""
        return self._counts[False].get("high_risk_while_buying", 0) / self.stayers if self.stayers else None

    def sql(self) -> str:
        """The query behind the first day of each signal, as it runs."""
        return self.first_signals.query().sql

    @cached_property
    def _counts(self) -> dict[bool, dict[str, Any]]:
        recipe = self._recipe("signal_lead", "select * from signal_lead")
        found = {row["is_leaver"]: row for row in self.book.engine.small(recipe).to_pylist()}
        return {True: found.get(True, {}), False: found.get(False, {})}

    def _recipe(self, name: str, text: str, *parts: Recipe) -> Recipe:
        parameters = {"horizon_days": self.horizon_days}
        return self.book.recipe(name, text, parameters=parameters, parts=(self.first_signals, *parts))

    def _error(self, customers: int, share: float | None = 0.5) -> float:
        """The error of a share among so many customers looked at; that of one half is the largest."""
        return wilson_error(share, customers) if self.is_sample and customers and share is not None else 0.0

    def _row(self, signal: str) -> dict[str, Any]:
        left, stayed = self._counts[True], self._counts[False]
        known, stayers_known = left.get(f"{signal}_known", 0), stayed.get(f"{signal}_known", 0)
        shares = {
            name: counts[f"{signal}_{figure}"] / among if among else None
            for name, counts, figure, among in (
                ("shown_share", left, "shown", known),
                ("while_buying_share", left, "while_buying", known),
                ("stayers_share", stayed, "shown", stayers_known),
                ("stayers_while_buying_share", stayed, "while_buying", stayers_known),
            )
        }
        is_told = min(known, stayers_known) >= FEWEST_COMPARED
        return {
            "signal": signal,
            "label": signal_name(signal),
            "known": known,
            "shown": left.get(f"{signal}_shown", 0),
            "median_days": left.get(f"{signal}_days"),
            "stayers_known": stayers_known,
            "share_error": self._error(known),
            "stayers_error": self._error(stayers_known),
            **shares,
            "lift": _lift(shares["shown_share"], shares["stayers_share"]) if is_told else None,
            "while_buying_lift": _lift(shares["while_buying_share"], shares["stayers_while_buying_share"])
            if is_told
            else None,
        }


def wilson_error(share: float, customers: int) -> float:
    """The longer side of the 95 % interval of Wilson (1927) around a share (0-1) among so many customers."""
    spread = Z_95**2 / customers
    centre = (share + spread / 2) / (1 + spread)
    half = Z_95 * math.sqrt(share * (1 - share) / customers + spread / (4 * customers)) / (1 + spread)
    return half + abs(centre - share)


def _lift(share: float | None, others: float | None) -> float | None:
    return share / others if share is not None and others else None


def look_days(horizon_days: int, window_days: int) -> int:
    """The days between two looks: eight of them reach one signal window before the last order."""
    return -(-(horizon_days + window_days) // LOOKS)


def warnings(book: Book, scenario: Scenario, in_force: Horizon, lost: Recipe) -> Warnings:
    """The days before the exits of the period, looked at through the churn settings in force.

    `lost` is the table of lost customers. What the company's usual rhythm was is taken as of the period's beginning.
    """
    days = look_days(in_force.days, book.windows.window_days)
    every = looked_every(book)
    subjects = {
        "horizon_days": in_force.days,
        "period_days": scenario.exits.period_days,
        "period_start": book.as_of - timedelta(scenario.exits.period_days),
        "looked_every": every,
        "looks": LOOKS,
        "look_days": days,
    }
    subjects["population_gap_days"] = _rhythm_before(book, subjects)
    fixed = scenario.churn.model_copy(update={"horizon_days": in_force.days})
    rule = risk_rule(book, fixed, "stand_changes")
    sample = looked_tables(book)
    where_they_lie = {} if sample else _looked_relations(book)
    stands = book.recipe("exit_stands", parameters=subjects, drafts=where_they_lie, parts=(lost, *sample))
    changes = _changes(book, subjects, where_they_lie, (stands, *sample))
    bound = {**rule.parameters, "shown_from": scenario.exits.shown_from}
    first = book.recipe("first_signals", parameters=bound, drafts=rule.drafts, parts=(changes,))
    of_some = replace(
        _changes(book, {**subjects, **bound}, {**rule.drafts, **ONLY_SOME}, (lost,)), name="first_signals_of_some"
    )
    return Warnings(book, first, of_some, lost, every, days, in_force.days)


def looked_every(book: Book) -> int:
    """One customer in how many in view is looked at: 1 up to twice MOST_LOOKED_AT."""
    return max(1, book.customer_count // MOST_LOOKED_AT)


def looked_tables(book: Book) -> tuple[Recipe, ...]:
    """What the customers of a sample bought, whatever the horizon and the period: `looked_orders` and `looked_lines`.

    Empty where everybody is looked at, since orders are then read where they lie.
    """
    every = looked_every(book)
    if every == 1:
        return ()
    rows = book.data.row_counts["orders"] // every
    return tuple(
        replace(book.recipe(name, parameters={"looked_every": every}, drafts=_all_relations(book)), rows_expected=rows)
        for name in ("looked_orders", "looked_lines")
    )


def _looked_relations(book: Book) -> dict[str, str]:
    return {"looked_orders": book.relations["orders"], "looked_lines": book.relations["order_lines"]}


def _all_relations(book: Book) -> dict[str, str]:
    """The orders and lines themselves, for models in which others stand under these names."""
    return {"all_orders": book.relations["orders"], "all_lines": book.relations["order_lines"]}


ONLY_SOME = {
    "exit_subjects": "select * from leavers_looked_at",
    "looked_customers": "select unnest($keys::int[]) as customer_key",
}
"""In place of the customers looked at those named in `$keys`."""


def _rhythm_before(book: Book, subjects: Mapping[str, Any]) -> float | None:
    """The company's usual gap in days, as it was known when the period began; None if nobody had come back."""
    parameters = {"period_start": subjects["period_start"]}
    found = book.engine.small(book.recipe("rhythm_before", "select * from rhythm_before", parameters=parameters))
    days: float | None = found["population_gap_days"][0].as_py()
    return days


def _changes(book: Book, subjects: Mapping[str, Any], drafts: Mapping[str, str], parts: tuple[Recipe, ...]) -> Recipe:
    """One row per customer looked at and day stood on: the models of churn signals over the orders moved to it."""
    return Recipe(
        "stand_changes",
        parameters={**book.windows.days(book.as_of), **subjects, "has_payments": False, "has_archive": False},
        relations=_all_relations(book),
        drafts={
            "orders": "select * from stand_orders",
            "order_lines": "select * from stand_lines",
            "customers": "select * from stand_customers",
            "population_rhythm": "select $population_gap_days::double as population_gap_days",
            "customer_payments": NOTHING_OF_PAYMENTS,
            "customer_archive": NOTHING_OF_ARCHIVE,
            "region_revenue": NOTHING_OF_REGIONS,
            **drafts,
        },
        parts=parts,
    )
