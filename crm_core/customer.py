"""One customer: every figure, and why each label is what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_core.book import Book
from crm_core.churn import ChurnSignals, Reason, churn_signals
from crm_core.errors import CrmError, NotEnoughData
from crm_core.language import _
from crm_core.loyalty import LoyaltyTypes, loyalty_types
from crm_core.settings import DependenceWeights, DimensionWeights, Scenario
from crm_core.value import ValueTiers, tier_label, value_tiers


class UnknownCustomer(CrmError):
    """No customer of this id has bought by the book's day, or the filters hide them."""


@dataclass(frozen=True)
class CustomerView:
    """A customer on the book's day: archive and features in `card`, labels with their reasons.

    `tier_row`, `loyalty_row` and `churn_row` are the customer's rows in those subjects' listings;
    `loyalty_row` is None where no component of dependence has data.
    """

    book: Book
    scenario: Scenario
    customer_id: str
    card: Mapping[str, Any]
    tiers: ValueTiers
    loyalty: LoyaltyTypes | None
    churn: ChurnSignals
    tier_row: Mapping[str, Any]
    loyalty_row: Mapping[str, Any] | None
    churn_row: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the customer is called: by name, else by id."""
        return self.card["name"] or self.customer_id

    @property
    def tier(self) -> str:
        """The name of the customer's value tier."""
        return tier_label(self.scenario.value, self.tier_row["tier_number"])

    @property
    def reasons(self) -> list[Reason]:
        """Why the customer is at risk, the heaviest reason first; empty if no signal shows."""
        return self.churn.reasons(self.churn_row)

    @property
    def expected_next_on(self) -> date | None:
        """The day the next order would come by the customer's usual gap; None if that is unknown."""
        gap = self.churn_row["usual_gap_days"]
        return self.card["last_order_on"] + timedelta(round(gap)) if gap is not None else None

    @cached_property
    def orders(self) -> pa.Table:
        """One row per order, oldest first: ordered_on, order_id, revenue, return_amount, line_count, channel,
        sales_rep."""
        text = "select * from order_timeline order by ordered_on, order_id"
        return self.book.engine.arrow(self.book.recipe("timeline", text, parameters={"customer_id": self.customer_id}))

    @cached_property
    def score_parts(self) -> pa.Table:
        """Why the score: one row per weighted dimension, heaviest contribution first.

        Columns: dimension, label, weight_share (0-1, of this customer's known dimensions), rank
        (0-1, null if the customer lacks it), contribution (points of 100; they add up to the score).
        """
        return self._parts(self.tiers.how.mean.weights, self._levels(self.tiers), DimensionWeights)

    @cached_property
    def dependence_parts(self) -> pa.Table:
        """Why the dependence: the same columns as `score_parts`, adding up to 100 x dependence."""
        if self.loyalty is None:
            return self._parts({}, {}, DependenceWeights)
        return self._parts(self.loyalty.mean.weights, self._ranks(), DependenceWeights)

    def _levels(self, tiers: ValueTiers) -> Mapping[str, Any]:
        text = "select * from value_inputs where customer_id = $customer_id"
        recipe = self.book.recipe("levels", text, parameters={"customer_id": self.customer_id}, parts=(tiers.inputs,))
        row: Mapping[str, Any] = self.book.engine.arrow(recipe).to_pylist()[0]
        return row

    def _ranks(self) -> Mapping[str, Any]:
        assert self.loyalty is not None
        text = "select * from loyalty_inputs where customer_id = $customer_id"
        parts = (self.loyalty.inputs,)
        recipe = self.book.recipe("ranks", text, parameters={"customer_id": self.customer_id}, parts=parts)
        row: Mapping[str, Any] = self.book.engine.arrow(recipe).to_pylist()[0]
        return row

    @staticmethod
    def _parts(
        weights: Mapping[str, float], levels: Mapping[str, Any], settings: type[DimensionWeights | DependenceWeights]
    ) -> pa.Table:
        known = sum(weight for column, weight in weights.items() if levels.get(column) is not None)
        rows = []
        for column, weight in weights.items():
            dimension, level = column.removesuffix("_level"), levels.get(column)
            share = weight / known if known and level is not None else 0.0
            rows.append(
                {
                    "dimension": dimension,
                    "label": _(str(settings.model_fields[dimension].title)),
                    "weight_share": share,
                    "rank": level,
                    "contribution": 100 * share * level if level is not None else 0.0,
                }
            )
        rows.sort(key=lambda row: -float(str(row["contribution"])))
        return pa.Table.from_pylist(rows, schema=PARTS_SCHEMA)


PARTS_SCHEMA = pa.schema(
    [
        ("dimension", pa.string()),
        ("label", pa.string()),
        ("weight_share", pa.float64()),
        ("rank", pa.float64()),
        ("contribution", pa.float64()),
    ]
)


def customer_view(book: Book, customer_id: str, scenario: Scenario | None = None) -> CustomerView:
    """All about one customer under `scenario`, as of the book's day.

    Raises UnknownCustomer if nobody of this id is in view.
    """
    scenario = scenario or Scenario(windows=book.windows)
    recipe = book.recipe("card", "select * from customer_card", parameters={"customer_id": customer_id})
    cards = book.engine.arrow(recipe).to_pylist()
    tiers = value_tiers(book, saved=scenario)
    tier_rows = tiers.listing().only("customer_id", [customer_id]).page(limit=1).to_pylist()
    if not cards or not tier_rows:
        raise UnknownCustomer(
            _("No customer {customer_id} is in view on this day. Change the day or the filters.").format(
                customer_id=customer_id
            )
        )
    churn = churn_signals(book, saved=scenario)
    loyalty, loyalty_row = _loyalty(book, customer_id, scenario)
    churn_row = churn.listing().only("customer_id", [customer_id]).page(limit=1).to_pylist()[0]
    return CustomerView(
        book, scenario, customer_id, cards[0], tiers, loyalty, churn, tier_rows[0], loyalty_row, churn_row
    )


def _loyalty(book: Book, customer_id: str, scenario: Scenario) -> tuple[LoyaltyTypes | None, Mapping[str, Any] | None]:
    try:
        loyalty = loyalty_types(book, saved=scenario)
    except NotEnoughData:
        return None, None
    return loyalty, loyalty.listing().only("customer_id", [customer_id]).page(limit=1).to_pylist()[0]


def customer_search(book: Book, search: str, limit: int = 20) -> pa.Table:
    """Customers in view whose id or name contains `search`: customer_id, name, region, revenue.

    Ids that begin with it come first, then by revenue.
    """
    text = "select * from customer_search order by is_prefix desc, revenue desc, customer_id limit $limit"
    recipe = book.recipe("search", text, parameters={"search": search.strip(), "limit": limit})
    return book.engine.arrow(recipe).drop_columns(["is_prefix"])
