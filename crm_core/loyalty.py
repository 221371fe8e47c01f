"""Loyalty types: purchase frequency x dependence, four types and what to do for each.

Dependence is the weighted mean of percentile ranks of what is known of a customer's ties to us.
The rules stand in `sql/loyalty/`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core.book import Book
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.labels import LOYALTY_TYPES, loyalty_type_name
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.settings import DependenceWeights, LoyaltySettings, Scenario
from crm_core.weights import WeightedMean, weighted_mean

TREATMENTS: dict[str, str] = {
    "high": N_("Care for them and reward them: they buy often and lean on us."),
    "inertia": N_(
        "Most retention work goes here: they buy by habit, nothing ties them, and they are the easiest to poach."
    ),
    "latent": N_("They lean on us but buy rarely. Find what keeps them from buying and remove it."),
    "zero": N_("Spend nothing on keeping them; treat them decently so that they speak no ill of us."),
}
MOST_POINTS = 1500
COMPONENTS: dict[str, str] = {
    "wallet_share": "wallet_share",
    "regularity": "gap_variation",
    "breadth": "category_count",
    "full_price": "full_price_share",
    "tenure": "tenure_days",
}
"""Each component of dependence and the feature it ranks."""

LOWEST_FREQUENCY = 0.01


FREQUENCIES = "select order_count, round(orders_per_month, 6) as orders_per_month from customers_in_view"


def treatment(loyalty_type: str) -> str:
    """What to do for customers of a type, in the language now spoken."""
    return _(TREATMENTS[loyalty_type])


@dataclass(frozen=True)
class LoyaltyTypes:
    """The customers in view on the frequency x dependence plane.

    `summary_rows` has one row per type that occurs; None is the type of customers of whom no
    component of dependence is known.
    """

    book: Book
    settings: LoyaltySettings
    saved: Scenario
    mean: WeightedMean
    frequency_cut: float
    """Orders per active month from which a customer counts as frequent."""
    proposed_frequency_cut: float
    inputs: Recipe
    summary_rows: pa.Table

    @property
    def dependence_cut(self) -> float:
        """Dependence, 0-1, from which a customer counts as dependent."""
        return self.settings.dependence_cut

    @cached_property
    def summary(self) -> pa.Table:
        """One row per type (high, inertia, latent, zero, and null if it occurs): loyalty_type, type, customers,
        customer_share, revenue, revenue_share, margin, mean_dependence (0-1), customers_at_high_risk."""
        found = {row["loyalty_type"]: row for row in self.summary_rows.to_pylist()}
        customers, revenue = self.customers, self.revenue
        rows = []
        for loyalty_type in [*LOYALTY_TYPES, *({None} & set(found))]:
            row = found.get(loyalty_type, {})
            in_type = row.get("customers", 0)
            brought = row.get("revenue") or Decimal(0)
            rows.append(
                {
                    "loyalty_type": loyalty_type,
                    "type": loyalty_type_name(loyalty_type),
                    "customers": in_type,
                    "customer_share": in_type / customers if customers else None,
                    "revenue": brought,
                    "revenue_share": float(brought / revenue) if revenue else None,
                    "margin": row.get("margin") or Decimal(0),
                    "mean_dependence": row.get("mean_dependence"),
                    "customers_at_high_risk": row.get("customers_at_high_risk", 0),
                }
            )
        return pa.Table.from_pylist(rows, schema=SUMMARY_SCHEMA)

    @property
    def customers(self) -> int:
        """How many customers the types hold together."""
        return int(sum(self.summary_rows["customers"].to_pylist()))

    @property
    def revenue(self) -> Decimal:
        """What they brought in the look-back window, in the currency of the data set."""
        return sum(self.summary_rows["revenue"].to_pylist(), Decimal(0))

    def share_of(self, loyalty_type: str) -> float | None:
        """The share of customers in view that are of a type; None if nobody is in view."""
        rows: list[dict[str, Any]] = self.summary.to_pylist()
        return next((row["customer_share"] for row in rows if row["loyalty_type"] == loyalty_type), None)

    @property
    def is_dense(self) -> bool:
        """Whether there are too many customers to draw each as a point."""
        return self.customers > MOST_POINTS

    def points(self) -> pa.Table:
        """One row per customer (at most 1,500): customer_id, name, orders_per_month, dependence, loyalty_type,
        revenue."""
        listing = self.listing().only("loyalty_type", list(LOYALTY_TYPES))
        return listing.page(limit=MOST_POINTS).select(
            ["customer_id", "name", "orders_per_month", "dependence", "loyalty_type", "revenue"]
        )

    def density(self) -> pa.Table:
        """One row per cell of the plane that holds customers: orders_per_month_from, orders_per_month_to,
        dependence_from, dependence_to, customers."""
        return self.book.engine.small(self._recipe("density", "select * from loyalty_density order by 1, 3"))

    @cached_property
    def moves(self) -> list[dict[str, Any]]:
        """One row per pair of types that differ, under the saved scenario and now; most customers first.

        Columns: from_type, to_type (None where no component of dependence is known), customers, revenue.
        """
        if self.settings == self.saved.loyalty:
            return []
        before = loyalty_types(self.book, self.saved.loyalty, self.saved)
        saved = before._recipe("saved_loyalty", "select customer_key, loyalty_type from customer_loyalty")
        recipe = self.book.recipe(
            "loyalty_moves",
            "select * from loyalty_moves order by customers desc, from_type, to_type",
            parameters=self._parameters,
            drafts=self._drafts,
            parts=(self.inputs, saved),
        )
        rows: list[dict[str, Any]] = self.book.engine.small(recipe).to_pylist()
        return rows

    @property
    def moved_customers(self) -> int:
        """Customers whose type differs from the saved one."""
        return sum(row["customers"] for row in self.moves)

    @property
    def moved_revenue(self) -> Decimal:
        """The revenue of the customers whose type differs from the saved scenario's."""
        return sum((row["revenue"] for row in self.moves), Decimal(0))

    def listing(self) -> Listing:
        """The customers with type, frequency, dependence and revenue; sorted by revenue."""
        return Listing(
            self.book.engine,
            self._recipe("loyalty_list", "select * from loyalty_customers"),
            columns=(
                "customer_id", "name", "region", "industry", "sales_rep", "loyalty_type", "orders_per_month",
                "dependence", "revenue", "margin", "order_count", "days_since_last_order", "tier_number", "band",
            ),
            sorted_by="revenue",
        )  # fmt: skip

    def labels(self, name: str) -> Recipe:
        """One row per customer in view, under `name`: tier, loyalty type and band as saved, and revenue."""
        text = "select customer_key, customer_id, tier_number, loyalty_type, band, revenue from customer_loyalty"
        return self._recipe(name, text)

    def sql(self) -> str:
        """The query behind the type of each customer, as it runs."""
        return self._recipe("loyalty_list", "select * from loyalty_customers").query().sql

    @property
    def _parameters(self) -> dict[str, Any]:
        return _scores_parameters(self.mean, self.frequency_cut, self.dependence_cut)

    @property
    def _drafts(self) -> dict[str, str]:
        return _scores_drafts(self.mean)

    def _recipe(self, name: str, text: str) -> Recipe:
        return _over_scores(self.book, name, text, self.mean, self.frequency_cut, self.dependence_cut, self.inputs)


SUMMARY_SCHEMA = pa.schema(
    [
        ("loyalty_type", pa.string()),
        ("type", pa.string()),
        ("customers", pa.int64()),
        ("customer_share", pa.float64()),
        ("revenue", pa.decimal128(38, 4)),
        ("revenue_share", pa.float64()),
        ("margin", pa.decimal128(38, 4)),
        ("mean_dependence", pa.float64()),
        ("customers_at_high_risk", pa.int64()),
    ]
)


def _over_scores(
    book: Book, name: str, text: str, mean: WeightedMean, frequency_cut: float, dependence_cut: float, inputs: Recipe
) -> Recipe:
    return book.recipe(
        name,
        text,
        parameters=_scores_parameters(mean, frequency_cut, dependence_cut),
        drafts=_scores_drafts(mean),
        parts=(inputs,),
    )


def _scores_parameters(mean: WeightedMean, frequency_cut: float, dependence_cut: float) -> dict[str, Any]:
    return {**mean.parameters, "frequency_cut": frequency_cut, "dependence_cut": dependence_cut}


def _scores_drafts(mean: WeightedMean) -> dict[str, str]:
    return {"loyalty_scores": f"select *, round({mean.expression}, 6) as dependence from loyalty_inputs"}


def absent_components(book: Book) -> list[str]:
    """The components of dependence that no customer in view has data for."""
    filled = book.filled(book.levels())
    return [name for name in DependenceWeights.model_fields if not filled[f"{name}_level"]]


def _rounded_down(frequency: float) -> float:
    """Two decimals for the slider, never above: who buys as often as the median is frequent."""
    return max(LOWEST_FREQUENCY, math.floor(round(100 * frequency, 6)) / 100)


def dependence(book: Book, settings: LoyaltySettings) -> WeightedMean | None:
    """The weighted mean over the components that have weight and data; None if there are none."""
    counts = ", ".join(f"count({feature}) as {name}_level" for name, feature in COMPONENTS.items())
    recipe = book.recipe("components", f"select count(*) as customers, {counts} from customers_in_view")
    known: dict[str, int] = book.engine.small(recipe).to_pylist()[0]
    weights = {f"{name}_level": weight for name, weight in settings.weights.model_dump().items()}
    return weighted_mean(weights, known, known["customers"])


def _usual_frequency(book: Book, *, drafts: Mapping[str, str] | None = None, parts: tuple[Recipe, ...] = ()) -> float:
    """The proposed cut: the median of orders per active month, rounded down."""
    usual = book.engine.small(book.recipe("usual", "select * from usual_frequency", drafts=drafts, parts=parts))
    return _rounded_down(usual["orders_per_month"][0].as_py() or LOWEST_FREQUENCY)


@dataclass(frozen=True)
class LoyaltyRule:
    """What stands between the features of a book and the loyalty type of each customer, tiers unknown."""

    drafts: Mapping[str, str]
    parameters: Mapping[str, Any]


def loyalty_rule(book: Book, settings: LoyaltySettings) -> LoyaltyRule:
    """The types as `loyalty_types` finds them, for a query of the caller's own: no table is kept for it."""
    drafts = {"loyalty_inputs": "select * from loyalty_figures"}
    mean = dependence(book, settings)
    if mean is None:
        unknown = {"loyalty_scores": "select *, null::double as dependence from loyalty_inputs"}
        return LoyaltyRule(drafts | unknown, {"frequency_cut": 0.0, "dependence_cut": settings.dependence_cut})
    in_view = {"loyalty_inputs": FREQUENCIES}
    cut = settings.frequency_cut if settings.frequency_cut is not None else _usual_frequency(book, drafts=in_view)
    return LoyaltyRule(drafts | _scores_drafts(mean), _scores_parameters(mean, cut, settings.dependence_cut))


def loyalty_types(book: Book, settings: LoyaltySettings | None = None, saved: Scenario | None = None) -> LoyaltyTypes:
    """Place each customer in view on the frequency x dependence plane.

    One row per customer in the listing: `orders_per_month` (orders per active month of the look-back
    window), `dependence` (0-1, mean of the known components), `loyalty_type` ("zero", "inertia",
    "latent", "high"; null where no component of dependence is known).

    Raises NotEnoughData if no customer is in view or no weighted component has data.
    """
    from crm_core.value import value_inputs

    saved = saved or Scenario(windows=book.windows)
    settings = settings or saved.loyalty
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    inputs = book.recipe(
        "loyalty_inputs",
        "select * from loyalty_inputs_of_view",
        parts=(book.levels(), value_inputs(book, saved, saved.value.normalisation)),
    )
    mean = dependence(book, settings)
    if mean is None:
        raise NotEnoughData(_("No component of dependence with weight has data here. Give weight to another one."))
    proposed = _usual_frequency(book, parts=(inputs,))
    cut = settings.frequency_cut if settings.frequency_cut is not None else proposed
    recipe = _over_scores(book, "summary", "select * from loyalty_summary", mean, cut, settings.dependence_cut, inputs)
    return LoyaltyTypes(book, settings, saved, mean, cut, proposed, inputs, book.engine.small(recipe))
