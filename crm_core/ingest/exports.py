"""Exports of well-known shops whose headers mean something else there than anywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.ingest.headings import key_of


@dataclass(frozen=True)
class Export:
    """What a file from such a shop holds: our columns → its headers, extras → its headers."""

    name: str
    columns: dict[str, str]
    extras: dict[str, str]


# Which headers betray the shop; then ours → theirs. A column the file lacks is left out.
EXPORTS: tuple[tuple[tuple[str, ...], Export], ...] = (
    (
        ("Name", "Email", "Financial Status", "Lineitem quantity", "Lineitem price"),
        Export(  # an order's total stands on its first line alone, so the lines' own prices are taken
            "Shopify",
            {
                "customer_id": "Email",
                "ordered_at": "Created at",
                "order_id": "Name",
                "quantity": "Lineitem quantity",
                "product_id": "Lineitem name",
                "channel": "Source",
            },
            {"unit_price": "Lineitem price"},
        ),
    ),
    (
        ("id", "Amount", "Amount Refunded", "Currency", "Customer ID"),
        Export(
            "Stripe",
            {
                "customer_id": "Customer ID",
                "ordered_at": "Created date (UTC)",
                "amount": "Amount",
                "order_id": "id",
            },
            {"refund": "Amount Refunded", "status": "Status"},
        ),
    ),
    (
        ("Order Number", "Order Status", "Order Date", "Order Total Amount", "Email (Billing)"),
        Export(
            "WooCommerce",
            {
                "customer_id": "Email (Billing)",
                "ordered_at": "Order Date",
                "amount": "Order Line Subtotal",
                "order_id": "Order Number",
                "quantity": "Quantity",
                "product_id": "Item Name",
            },
            {"unit_price": "Item Cost", "status": "Order Status"},
        ),
    ),
)


def known_export(headers: Sequence[str]) -> Export | None:
    """The shop a file with these headers comes from, with the headers as they stand in it."""
    keys = {key_of(header): header for header in reversed(headers)}
    for marks, export in EXPORTS:
        if all(key_of(mark) in keys for mark in marks):
            return Export(export.name, _present(export.columns, keys), _present(export.extras, keys))
    return None


def _present(names: dict[str, str], keys: dict[str, str]) -> dict[str, str]:
    return {ours: keys[key_of(theirs)] for ours, theirs in names.items() if key_of(theirs) in keys}
