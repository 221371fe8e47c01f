"""The demo's invoices: one a customer and month, paid more or less on time."""

from datetime import timedelta

import numpy as np
import pyarrow as pa

from crm_core.demo.columns import days, money, texts
from crm_core.demo.orders import MINUTES_A_DAY, Lines, Orders
from crm_core.demo.plants import DAY_COUNT, FIRST_DAY, LATE_DAYS
from crm_core.demo.traits import Floats, Integers, Texts, Traits

TERM_DAYS = 30
NEVER_PAID_SHARE = 0.15  # of the lapsed customers' last invoices
EXTENSION_SHARE = 0.008  # of all invoices
LATE_EXTENSION_SHARE = 0.35  # of a late payer's, once late

MONTHS = [FIRST_DAY + timedelta(days=number) for number in range(DAY_COUNT)]
MONTH_OF_DAY = np.array([(day.year - FIRST_DAY.year) * 12 + day.month - FIRST_DAY.month for day in MONTHS])
MONTH_END = np.array([np.flatnonzero(month == MONTH_OF_DAY)[-1] for month in range(MONTH_OF_DAY[-1] + 1)])


def payments_table(traits: Traits, ids: Texts, orders: Orders, lines: Lines, random: np.random.Generator) -> pa.Table:
    """One row per invoice: a customer's purchases less returns of one month, if that is money we are owed."""
    customer, invoiced, amount = _monthly(traits, orders, lines)
    count = len(customer)
    due = invoiced + TERM_DAYS
    late = traits.is_plant("late_payer")[customer]
    progress = np.where(late, traits.progress(customer, invoiced), 0.0)
    usual = _usual_days_late(traits, random)[customer]
    paid = due + np.rint(usual + (LATE_DAYS - usual) * progress + random.normal(0, 4, count)).astype(np.int64)
    paid = np.maximum(paid, invoiced + 1)

    last = np.zeros(traits.count, dtype=np.int64)
    np.maximum.at(last, customer, invoiced)
    lapsed = traits.is_plant("lapsed")[customer] & (invoiced == last[customer])
    never_paid = lapsed & (random.random(count) < NEVER_PAID_SHARE)
    asks = random.random(count) < np.where(progress > 0.3, LATE_EXTENSION_SHARE, EXTENSION_SHARE)
    number = np.array([f"INV{value:06d}" for value in range(1, count + 1)], dtype=object)
    return pa.table(
        {
            "customer_id": texts(ids[customer]),
            "invoice_id": texts(number),
            "invoiced_at": days(invoiced),
            "due_at": days(due),
            "amount": money(amount),
            "paid_at": days(paid, (paid < DAY_COUNT) & ~never_paid),
            "extension_requested": pa.array(asks),
        }
    )


def _monthly(traits: Traits, orders: Orders, lines: Lines) -> tuple[Integers, Integers, Floats]:
    """Customer, last day of the month, net amount; in the order of time."""
    months = len(MONTH_END)
    customer, month = orders.customer[lines.order], MONTH_OF_DAY[lines.minute // MINUTES_A_DAY]
    net = np.bincount(month * traits.count + customer, lines.amount, months * traits.count)
    owed = np.flatnonzero(np.round(net, 2) > 0)
    return owed % traits.count, MONTH_END[owed // traits.count], np.round(net[owed], 2)


def _usual_days_late(traits: Traits, random: np.random.Generator) -> Floats:
    """Most pay a little early, some a week or two late, the loyal on the day."""
    prompt = traits.is_plant("high_loyalty") | traits.is_plant("latent") | traits.is_plant("whale")
    sloppy = random.random(traits.count) < np.where(prompt, 0.02, 0.25)
    return np.where(sloppy, random.uniform(4, 18, traits.count), random.uniform(-8, 1, traits.count))
