"""Shops drawn at random: few customers, so that ties, gaps and empty windows are common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crm_core.book import Book, Filters
from crm_core.settings import Scenario, Windows
from tests.books import book_of, data_set, loyalty_rows, risk_rows, tier_rows

AS_OF = date(2026, 3, 31)
WINDOWS = Windows(lookback_days=120, window_days=30)
CUSTOMERS = ("ann", "bob", "cid", "dan", "eve", "fay")
REGIONS = (None, "East", "West")
MONEY_COLUMNS = {
    "orders": ("amount", "discount", "cost"),
    "customers": ("wallet", "credit_limit"),
    "payments": ("amount",),
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shop:
    """Rows of the canonical tables, as `tests.books.data_set` takes them."""

    orders: Sequence[Row]
    customers: Sequence[Row]
    payments: Sequence[Row]

    def book(self, as_of: date = AS_OF, filters: Filters | None = None) -> Book:
        data = data_set({"orders": self.orders, "customers": self.customers, "payments": self.payments})
        return book_of(data, as_of, windows=WINDOWS, filters=filters)

    def in_unit(self, factor: int) -> "Shop":
        """The same shop with its money counted in another unit."""
        return Shop(
            **{
                table: [
                    {
                        name: value * factor if name in columns and value is not None else value
                        for name, value in row.items()
                    }
                    for row in getattr(self, table)
                ]
                for table, columns in MONEY_COLUMNS.items()
            }
        )

    def reordered(self, draw: Any) -> "Shop":
        """The same rows in another order."""
        return Shop(*(draw(st.permutations(rows)) for rows in (self.orders, self.customers, self.payments)))

    def with_orders(self, more: Sequence[Row]) -> "Shop":
        return replace(self, orders=[*self.orders, *more])

    def with_twin(self, customer: str, twin: str) -> "Shop":
        """The same shop with another customer about whom everything is the same."""
        return Shop(
            *(
                [*rows, *({**row, "customer_id": twin} for row in rows if row["customer_id"] == customer)]
                for rows in (self.orders, self.customers, self.payments)
            )
        )


cents = st.integers(1, 30_000).map(lambda value: Decimal(value) / 100)
round_sums = st.sampled_from([Decimal(10), Decimal(20), Decimal(50)])  # ties are common
amounts = st.one_of(round_sums, cents, st.sampled_from([Decimal(-10), Decimal("-0.5")]))


def days(first: int, last: int) -> st.SearchStrategy[date]:
    return st.integers(first, last).map(lambda back: AS_OF - timedelta(back))


@st.composite
def order_lines(
    draw: st.DrawFn, *, between: st.SearchStrategy[date] | None = None, least: int = 1, most: int = 30
) -> list[Row]:
    return draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "customer_id": st.sampled_from(CUSTOMERS),
                    "ordered_at": days(0, 300) if between is None else between,
                    "amount": amounts,
                    "category": st.sampled_from([None, "tea", "oil", "soy"]),
                    "discount": st.sampled_from([None, Decimal(0), Decimal(5)]),
                    "cost": st.sampled_from([None, Decimal(4), Decimal(30)]),
                }
            ),
            min_size=least,
            max_size=most,
        )
    )


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """A shop where somebody has bought by AS_OF."""
    orders = draw(order_lines())
    orders.append({"customer_id": "ann", "ordered_at": AS_OF - timedelta(40), "amount": Decimal(10)})
    customers = [
        {
            "customer_id": customer,
            "region": draw(st.sampled_from(REGIONS)),
            "wallet": draw(st.sampled_from([None, Decimal(100), Decimal(900)])),
        }
        for customer in draw(st.lists(st.sampled_from(CUSTOMERS), unique=True))
    ]
    payments = [
        {
            "customer_id": customer,
            "invoice_id": str(place),
            "due_at": draw(days(0, 200)),
            "paid_at": draw(st.one_of(st.none(), days(0, 150))),
            "amount": draw(round_sums),
        }
        for place, customer in enumerate(draw(st.lists(st.sampled_from(CUSTOMERS), max_size=4)))
    ]
    return Shop(orders, customers, payments)


MATRIX = {"x_dimension": "revenue", "y_dimension": "order_count", "x_cuts": [0.5, 0.8], "y_cuts": [0.5]}
SCENARIOS = [
    Scenario(windows=WINDOWS).with_changes(
        {"value.method": method, "value.normalisation": scale, "value.matrix": MATRIX}
    )
    for method, scale in [
        ("quotas", "percentile"),
        ("thresholds", "min_max"),
        ("value_share", "log_min_max"),
        ("matrix", "percentile"),
    ]
]
scenarios = st.sampled_from(SCENARIOS)


def labels(book: Book, scenario: Scenario) -> dict[str, tuple[Any, ...]]:
    """Tier, score, loyalty type, dependence, band and risk of each customer in view."""
    loyalty, risk = loyalty_rows(book, scenario), risk_rows(book, scenario)
    return {
        customer: (
            row["tier_number"],
            row["score"],
            loyalty[customer]["loyalty_type"],
            loyalty[customer]["dependence"],
            risk[customer]["band"],
            risk[customer]["risk"],
        )
        for customer, row in tier_rows(book, scenario).items()
    }
