"""The book: a data set, a day and a filter; one row per customer in view, as of that day.

Two tables are made once and kept, because everything interactive hangs on them: the features of
all customers, and the rank of each customer in view on each dimension.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crm_core.engine import Engine, Recipe, shared_engine
from crm_core.prepared import FEATURES, computed_features, feature_parameters, prepared_path
from crm_core.settings import DimensionWeights, Normalisation, Scenario, Settings, Windows
from crm_core.store import DataSet, ExitReason
from crm_core.store.selects import reading

if TYPE_CHECKING:
    from crm_core.churn import ChurnSignals
    from crm_core.customer import CustomerView
    from crm_core.evidence import BackTest, Evidence
    from crm_core.exits import Exits
    from crm_core.lifetime import Closed, LifetimeValue
    from crm_core.loyalty import LoyaltyTypes
    from crm_core.overview import Overview
    from crm_core.rfm import Rfm
    from crm_core.settings import ChurnSettings, LifetimeSettings, LoyaltySettings, RfmSettings, ValueSettings
    from crm_core.value import ValueTiers

RELATIONS = ("orders", "order_lines", "customers", "payments", "surveys")
SCALES: dict[Normalisation, str] = {"min_max": "customer_measures", "log_min_max": "customer_logarithms"}


class Filters(Settings):
    """Which customers are in view, by what the archive says of them; an empty field lets all through."""

    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    sales_reps: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()

    def parameters(self) -> dict[str, list[str] | None]:
        """The filters as query parameters: the values let through, null where all are."""
        return {name: list(values) or None for name, values in self.model_dump().items()}

    def __bool__(self) -> bool:
        return any(self.model_dump().values())


FILTER_COLUMNS = {
    "regions": "region",
    "industries": "industry",
    "cities": "city",
    "sales_reps": "sales_rep",
    "genders": "gender",
}


@dataclass(frozen=True)
class Book:
    """The customers of `data` who bought by `as_of` and pass `filters`, with their features."""

    data: DataSet
    as_of: date
    windows: Windows = Windows()
    filters: Filters = Filters()
    engine: Engine = field(default_factory=shared_engine, compare=False, hash=False)

    # ------------------------------------------------------------------ the tables it keeps

    @property
    def relations(self) -> dict[str, str]:
        """The data set's tables, read where they lie."""
        return dict(_relations(self.data))

    @property
    def features(self) -> Recipe:
        """`customer_features`: one row per customer of the data set who bought by `as_of`."""
        return _features(self.data, self.as_of, self.windows)

    def levels(self, normalisation: Normalisation = "percentile") -> Recipe:
        """One row per customer in view: `<dimension>_level`, 0 to 1, for every dimension."""
        return _levels(self.data, self.as_of, self.windows, self.filters, normalisation)

    def recipe(
        self,
        name: str,
        text: str = "",
        *,
        parameters: Mapping[str, Any] | None = None,
        drafts: Mapping[str, str] | None = None,
        parts: tuple[Recipe, ...] = (),
    ) -> Recipe:
        """A recipe over this book's tables: the windows and filters are bound, features and parts are kept."""
        bound = {
            **self.windows.days(self.as_of),
            **self.filters.parameters(),
            **(parameters or {}),
        }
        return Recipe(
            name,
            text=text,
            parameters=bound,
            relations=_relations(self.data),
            drafts={**_view(self.filters), **(drafts or {})},
            parts=(self.features, *parts),
            rows_expected=self.data.row_counts["customers"],
        )

    # ------------------------------------------------------------------ what it holds

    @property
    def customer_count(self) -> int:
        """How many customers are in view."""
        return int(self._value("customer_count", "select count(*) as value from customers_in_view"))

    @property
    def is_empty(self) -> bool:
        """Whether nobody who had bought by the day passes the filters."""
        return self.customer_count == 0

    def filled(self, levels: Recipe) -> dict[str, int]:
        """How many customers have a value, for each level column and for `customer_key`."""
        columns = ["customer_key", *(f"{name}_level" for name in DimensionWeights.model_fields)]
        counts = ", ".join(f"count({column}) as {column}" for column in columns)
        recipe = self.recipe("filled", f"select {counts} from {levels.name}", parts=(levels,))
        return {name: int(column[0].as_py()) for name, column in _columns(self.engine.small(recipe))}

    def choices(self, filter_name: str) -> list[str]:
        """The values that a filter can be set to, in order, over the whole data set."""
        column = FILTER_COLUMNS[filter_name]
        text = f"select distinct {column} as value from customers where {column} is not null order by value limit 2000"
        return list(self.engine.small(self.recipe("choices", text))["value"].to_pylist())

    def _value(self, name: str, text: str) -> Any:
        return self.engine.small(self.recipe(name, text))["value"][0].as_py()

    # ------------------------------------------------------------------ other days, other views

    def at(self, day: date) -> "Book":
        """The same customers' book as it stood on another day."""
        return replace(self, as_of=day)

    def within(self, filters: Filters) -> "Book":
        """The same day, another view."""
        return replace(self, filters=filters)

    def through(self, windows: Windows) -> "Book":
        """The same day and view, looked at through other windows."""
        return replace(self, windows=windows)

    # ------------------------------------------------------------------ the subjects

    def value_tiers(self, settings: "ValueSettings | None" = None, saved: Scenario | None = None) -> "ValueTiers":
        """Who is worth what: see `crm_core.value.value_tiers`."""
        from crm_core.value import value_tiers

        return value_tiers(self, settings, saved)

    def loyalty_types(self, settings: "LoyaltySettings | None" = None, saved: Scenario | None = None) -> "LoyaltyTypes":
        """Who is loyal and in which way: see `crm_core.loyalty.loyalty_types`."""
        from crm_core.loyalty import loyalty_types

        return loyalty_types(self, settings, saved)

    def churn_signals(self, settings: "ChurnSettings | None" = None, saved: Scenario | None = None) -> "ChurnSignals":
        """Who is slipping away and why: see `crm_core.churn.churn_signals`."""
        from crm_core.churn import churn_signals

        return churn_signals(self, settings, saved)

    def back_test(self, settings: "ChurnSettings | None" = None) -> "BackTest":
        """What the churn settings would have said one horizon ago: see `crm_core.evidence.back_test`."""
        from crm_core.evidence import back_test

        return back_test(self, settings or Scenario().churn)

    def evidence(self, settings: "ChurnSettings | None" = None) -> "Evidence":
        """The churn settings against what happened, on several days: see `crm_core.evidence.evidence`."""
        from crm_core.evidence import evidence

        return evidence(self, settings or Scenario().churn)

    def exits(self, scenario: Scenario | None = None, recorded: Mapping[str, ExitReason] | None = None) -> "Exits":
        """Who left, what had shown before, whom to win back: see `crm_core.exits.exits`."""
        from crm_core.exits import exits

        return exits(self, scenario, recorded)

    def rfm(self, settings: "RfmSettings | None" = None, saved: Scenario | None = None) -> "Rfm":
        """Who bought lately, often, for how much: see `crm_core.rfm.rfm`."""
        from crm_core.rfm import rfm

        return rfm(self, settings, saved)

    def lifetime_value(self, settings: "LifetimeSettings | None" = None) -> "LifetimeValue | Closed":
        """What each customer is expected to bring, or why not: see `crm_core.lifetime.lifetime_value`."""
        from crm_core.lifetime import lifetime_value

        return lifetime_value(self, settings)

    def overview(self, scenario: Scenario | None = None, compared_on: date | None = None) -> "Overview":
        """The few figures an executive asks for: see `crm_core.overview.overview`."""
        from crm_core.overview import overview

        return overview(self, scenario, compared_on)

    def customer(self, customer_id: str, scenario: Scenario | None = None) -> "CustomerView":
        """All about one customer: see `crm_core.customer.customer_view`."""
        from crm_core.customer import customer_view

        return customer_view(self, customer_id, scenario)


# ---------------------------------------------------------------------- recipes asked for again and again

REMEMBERED_RECIPES = 256


@lru_cache(REMEMBERED_RECIPES)
def _relations(data: DataSet) -> Mapping[str, str]:
    return {name: data.relation(name) for name in RELATIONS}


@lru_cache(REMEMBERED_RECIPES)
def _features(data: DataSet, as_of: date, windows: Windows) -> Recipe:
    """Read what was prepared for this very data set, day and windows; else compute it."""
    prepared = prepared_path(data, as_of, windows)
    if not prepared.exists():
        return computed_features(data, feature_parameters(data, as_of, windows))
    relations = {"prepared_features": reading([prepared])}
    rows_expected = data.row_counts["customers"]
    return Recipe(FEATURES, text="select * from prepared_features", relations=relations, rows_expected=rows_expected)


@lru_cache(REMEMBERED_RECIPES)
def _levels(data: DataSet, as_of: date, windows: Windows, filters: Filters, normalisation: Normalisation) -> Recipe:
    scale = {"scaled_measures": f"select * from {SCALES[normalisation]}"} if normalisation in SCALES else {}
    return Recipe(
        "customer_min_max" if scale else "customer_ranks",
        parameters=filters.parameters(),
        relations={"customers": data.relation("customers")},
        drafts={**_view(filters), **scale},
        parts=(_features(data, as_of, windows),),
        rows_expected=data.row_counts["customers"],
    )


def _view(filters: Filters) -> dict[str, str]:
    """Without a filter everybody is in view, and the archive need not be read to know it."""
    return {} if filters else {"customers_in_view": "select * from customer_features"}


def _columns(table: pa.Table) -> list[tuple[str, Any]]:
    return list(zip(table.column_names, table.columns, strict=True))
