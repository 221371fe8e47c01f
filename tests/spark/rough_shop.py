"""Order lines made to catch two engines at differing: ties, nulls, returns, month ends, odd names and thin money."""

from pathlib import Path

from crm_core.engine import Database
from crm_core.store import CanonicalTable
from crm_core.store.selects import quoted

# One row per order line. Days crowd around the ends of months, leap day and New Year; hours around midnight. Names
# sort differently as UTF-8, UTF-16 and by a locale. A quarter of four-digit amounts ends halfway between two roundings.
ORDERS = """
with

drawn as (
    select
        range as line,
        (hash(range, 1) >> 1)::bigint as a,
        (hash(range, 2) >> 1)::bigint as b,
        (hash(range, 3) >> 1)::bigint as c,
        (hash(range // 3, 4) >> 1)::bigint as o
    from range($lines)
)

select
    ['C', 'c', '客户', '😀', 'ｚ', ' C', 'Ç', 'c '][1 + (o % $customers) % 8] || (o % $customers) as customer_id,
    (
        [date '2024-02-29', date '2023-12-31', date '2024-01-01', date '2025-06-30', date '2025-03-31'][1 + o // 7 % 5]
        - (o // 64 % 3 * 364)::int
        + [0, 0, 0, 1, -1, 30, 90][1 + o // 512 % 7]::int
    )
    + ['00:00:00', '00:00:00', '23:59:59.999999', '00:00:00.000001', '12:00:00'][1 + a % 5]::time as ordered_at,
    case
        when a // 8 % 40 = 0 then 0
        when a // 8 % 40 < 5 then -1
        else 1
    end * ([10, 19.99, 0.0002, 1234567.8902, 33.3333, 10][1 + a // 512 % 6])::decimal(18, 4) as amount,
    case when o // 4096 % 4 > 0 then 'O' || (o % 100003) end as order_id,
    case when b % 5 > 0 then (1 + b // 8 % 4)::decimal(18, 4) end as quantity,
    case when b // 64 % 6 > 0 then 'P' || b // 64 % 6 end as product_id,
    case when b // 512 % 5 > 0 then ['Shoes', 'shoes', '鞋', ''][1 + b // 4096 % 4] end as category,
    case when c % 3 > 0 then ([0, 0.5, 2.25])[1 + c // 4 % 3]::decimal(18, 4) end as discount,
    case when c // 16 % 3 > 0 then ([7, 13.37, 0.0001])[1 + c // 64 % 3]::decimal(18, 4) end as cost,
    case when c // 256 % 4 > 0 then ['shop', 'web', 'Web'][1 + c // 1024 % 3] end as channel,
    case when c // 4096 % 4 > 0 then ['李', 'Ann', 'ann'][1 + c // 16384 % 3] end as sales_rep,
    case when c // 65536 % 3 > 0 then ordered_at + interval 3 day end as promised_at,
    case when c // 262144 % 3 > 0 then ordered_at + to_days((c // 1048576 % 6)::int) end as delivered_at
from drawn
"""

# One row per entry of the archive: some customers twice, some who never bought, some not at all.
CUSTOMERS = """
with

drawn as (
    select
        range % $customers as customer,
        (hash(range, 5) >> 1)::bigint as a,
        (hash(range, 6) >> 1)::bigint as b
    from range(($customers * 1.1)::bigint)
)

select
    ['C', 'c', '客户', '😀', 'ｚ', ' C', 'Ç', 'c '][1 + customer % 8] || customer as customer_id,
    case when a % 3 > 0 then 'Name ' || a // 8 % 7 end as name,
    case when a // 64 % 4 > 0 then ['East', 'east', '华东', 'Östlich'][1 + a // 512 % 4] end as region,
    case when a // 4096 % 3 > 0 then a // 32768 % 5000 / 8 end::decimal(18, 4) as wallet,
    case when b % 3 > 0 then (b // 8 % 101)::decimal(18, 4) end as influence_rank,
    case when b // 1024 % 2 > 0 then 'known' end as phone
from drawn
where b // 4096 % 10 > 0
"""

# One row per invoice: open, paid early, late, on the day; some of nobody known.
PAYMENTS = """
with

drawn as (
    select
        range as invoice,
        range % ($customers + 9) as customer,
        (hash(range, 7) >> 1)::bigint as a
    from range($customers + 9)
)

select
    ['C', 'c', '客户', '😀', 'ｚ', ' C', 'Ç', 'c '][1 + customer % 8] || customer as customer_id,
    'I' || invoice as invoice_id,
    date '2025-05-31' + (a % 3)::int as due_at,
    case when a // 4 % 2 > 0 then date '2025-05-01' end as invoiced_at,
    case when a // 8 % 3 > 0 then (date '2025-05-31' + (a // 32 % 9)::int) + time '23:59:59' end as paid_at,
    ([1, 0.3333, -2])[1 + a // 512 % 3]::decimal(18, 4) as amount
from drawn
"""


def rough_shop(lines: int, customers: int, folder: Path, database: Database) -> list[CanonicalTable]:
    """Write the shop's tables as Parquet, the orders in two parts."""
    bound = {"lines": lines, "customers": customers}
    half = f"line < {lines // 2}"
    orders = [_written(ORDERS + f"where {which}", folder / f"orders-{part}.parquet", bound, database)
              for part, which in enumerate((half, f"not {half}"))]  # fmt: skip
    others = {"customers": CUSTOMERS, "payments": PAYMENTS}
    return [CanonicalTable("orders", tuple(orders))] + [
        CanonicalTable(table, (_written(rows, folder / f"{table}.parquet", {"customers": customers}, database),))
        for table, rows in others.items()
    ]


def _written(rows: str, path: Path, bound: dict[str, int], database: Database) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    database.execute(f"copy ({rows}) to {quoted(str(path))} (format parquet)", bound)
    return path
