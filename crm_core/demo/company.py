"""The demo company whole: every canonical table, and what was planted."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.demo import words
from crm_core.demo.archive import REP_NAMES, customers_table, draw_ids, draw_portfolio, serving_rep
from crm_core.demo.columns import days, instants, labels, money, texts
from crm_core.demo.contact import contracts_table, visits_table
from crm_core.demo.orders import Lines, Orders, draw_lines, draw_orders, order_ids
from crm_core.demo.payments import payments_table
from crm_core.demo.plants import DAY_COUNT, SEED
from crm_core.demo.rhythm import order_days
from crm_core.demo.service import cases_table, surveys_table
from crm_core.demo.traits import PLANT_NAMES, Flags, Texts, Traits, draw_traits


def demo_tables(seed: int = SEED) -> dict[str, pa.Table]:
    """The canonical tables of the demo company by name, and `planted` beside them. Same seed, same tables."""
    streams = iter(np.random.default_rng(seed).spawn(16))
    traits = draw_traits(next(streams))
    ids = draw_ids(traits, next(streams))
    portfolio = draw_portfolio(traits, next(streams))
    customer, day, is_alive = order_days(traits, next(streams))
    rep = serving_rep(portfolio, customer, day, next(streams))
    orders = draw_orders(traits, customer, day, rep, next(streams))
    lines = draw_lines(traits, orders, next(streams))
    return {
        "orders": orders_table(traits, ids, orders, lines),
        "customers": customers_table(traits, ids, portfolio, orders, lines, next(streams)).sort_by("customer_id"),
        "payments": payments_table(traits, ids, orders, lines, next(streams)),
        "cases": cases_table(traits, ids, orders, next(streams)),
        "surveys": surveys_table(traits, ids, orders, next(streams)),
        "visits": visits_table(traits, ids, portfolio, next(streams)),
        "contracts": contracts_table(traits, ids, portfolio, next(streams)),
        "planted": planted_table(traits, ids, is_alive).sort_by("customer_id"),
    }


def orders_table(traits: Traits, ids: Texts, orders: Orders, lines: Lines) -> pa.Table:
    """One row per order line, in the order of time."""
    order = lines.order
    bought = ~lines.is_return
    codes = [code for code, _, _ in words.CATEGORIES.values()]
    products = [f"{code}-{number + 1:03d}" for code in codes for number in range(words.PRODUCTS_A_CATEGORY)]
    table = pa.table(
        {
            "order_id": texts(order_ids(orders, lines)),
            "customer_id": texts(ids[orders.customer[order]]),
            "ordered_at": instants(lines.minute),
            "amount": money(lines.amount),
            "quantity": pa.array(lines.quantity),
            "product_id": labels(lines.category * words.PRODUCTS_A_CATEGORY + lines.product, products),
            "category": labels(lines.category, list(words.CATEGORIES)),
            "discount": money(lines.discount),
            "cost": money(lines.cost),
            "channel": labels(orders.channel[order], list(words.CHANNELS)),
            "sales_rep": labels(orders.rep[order], REP_NAMES),
            "promised_at": days(orders.promised[order], bought & (orders.promised[order] >= 0)),
            "delivered_at": days(orders.delivered[order], bought & (orders.delivered[order] >= 0)),
        }
    )
    return table.take(np.lexsort((np.arange(len(order)), order, lines.is_return, lines.minute)))


def planted_table(traits: Traits, ids: Texts, is_alive: Flags) -> pa.Table:
    """One row per customer: its plant and, where they apply, the values it was drawn with."""
    background = traits.is_plant("background")
    changes = traits.changed < DAY_COUNT
    return pa.table(
        {
            "customer_id": texts(ids),
            "plant": labels(traits.plant, list(PLANT_NAMES)),
            "changed_on": days(traits.changed, changes),
            "wallet_share": pa.array(np.round(traits.wallet_share, 4)),
            "orders_per_day": pa.array(traits.purchase_rate, mask=~background),
            "dropout_probability": pa.array(traits.dropout_probability, mask=~background),
            "mean_order_value": pa.array(np.round(traits.order_value, 2), mask=~background),
            "is_alive": pa.array(is_alive, mask=~background),
        }
    )


def write_demo(folder: Path, seed: int = SEED) -> dict[str, pa.Table]:
    """Write each table as <name>.parquet, byte for byte the same for the same package versions."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = demo_tables(seed)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=9, store_schema=False)
    return tables
