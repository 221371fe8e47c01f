"""Order lines by the million, for measuring: as plain as a company's export, and as uneven as its customers.

    python -m benchmarks.generate --lines 20000000 --customers 500000 --output lines.parquet

Written by DuckDB from a range and a hash, so nothing is held in memory and the same arguments give the same rows.
"""

import argparse
import time
from datetime import date
from pathlib import Path

from crm_core.engine.database import Database

FIRST_DAY = date(2023, 7, 1)
DAY_COUNT = 1096
CATEGORY_COUNT = 40
# Fifteen lines are five orders of one to five lines; the place of a line in the fifteen gives its order.
ORDER_OF_PLACE = [order for order in range(5) for _ in range(order + 1)]

# One row per order line: customer_id (text), order_id, ordered_at, amount, quantity, product_id, category, discount and
# cost.
#
# Line n of the file is line (n * $stride) mod $lines of the company, so an order's lines lie apart and no column is
# sorted. The first $customers orders go one to each customer, so that all are there; the rest lean to the first ones
# (the cube of an even draw). Amounts are heavy-tailed by customer and by line: the top fifth bring 60 to 70 % of
# revenue. 2 % of the lines are returns, 5 % have no cost.
ORDER_LINES = """
with

numbered as (
    select (range * $stride + $offset) % $lines as line_number
    from range($lines)
),

placed as (
    select
        line_number,
        line_number // 15 * 5 + ($order_of_place)[1 + line_number % 15] as order_number
    from numbered
),

drawn as (
    select
        line_number,
        order_number,
        (hash(order_number, $seed) >> 11)::double / 9007199254740992.0 as order_draw,
        (hash(order_number, $seed + 1) >> 11)::double / 9007199254740992.0 as day_draw,
        hash(line_number, $seed + 2) as line_bits
    from placed
),

owned as (
    select
        *,
        case
            when order_number < $customers then order_number
            else least(floor($customers * (pow(order_draw + 0.02, 3) - 0.000008) / 1.0612)::bigint, $customers - 1)
        end as customer_number,
        (line_bits % 65536)::double / 65536.0 as line_draw,
        ((line_bits >> 16) % 65536)::double / 65536.0 as product_draw,
        ((line_bits >> 32) % 1000)::integer as chance
    from drawn
),

priced as (
    select
        *,
        hash(customer_number, $seed + 3) as customer_bits,
        floor($category_count * pow(product_draw, 1.5))::integer as category_number,
        (1 + 9 * pow(line_draw, 4))::integer as pieces
    from owned
),

valued as (
    select
        *,
        round(12.0 * pieces / pow(1.02 - (customer_bits % 1024)::double / 1024.0, 0.6) * (0.5 + line_draw), 2) as spend
    from priced
)

select
    'C' || lpad((customer_number * 7919 % $customers)::varchar, 8, '0') as customer_id,
    'SO' || lpad(order_number::varchar, 9, '0') as order_id,
    $first_day::date + floor($day_count * pow(day_draw, 0.85))::integer as ordered_at,
    (case when chance < 20 then -spend else spend end)::decimal(18, 2) as amount,
    case when chance < 20 then -pieces else pieces end as quantity,
    'P' || lpad((category_number * 25 + line_bits % 25)::varchar, 4, '0') as product_id,
    'Category ' || lpad((1 + category_number)::varchar, 2, '0') as category,
    (case when customer_bits % 3 = 0 then spend * 0.1 else 0 end)::decimal(18, 2) as discount,
    (case when chance < 950 then (case when chance < 20 then -0.7 else 0.7 end) * spend end)::decimal(18, 2) as cost
from valued
"""


def generate_order_lines(lines: int, customers: int, seed: int, path: Path) -> None:
    """Write `lines` order lines of `customers` customers over three years to a Parquet file, unsorted.

    About three lines an order. The customers are all there if there are at least as many orders.
    """
    database = Database()
    parameters = {
        "lines": lines,
        "customers": customers,
        "seed": seed,
        "stride": _coprime_stride(lines),
        "offset": seed % lines,
        "order_of_place": ORDER_OF_PLACE,
        "category_count": CATEGORY_COUNT,
        "first_day": FIRST_DAY,
        "day_count": DAY_COUNT,
        "path": str(path),
    }
    database.execute(
        f"copy ({ORDER_LINES}) to $path (format parquet, compression zstd, compression_level 1)", parameters
    )
    database.close()


def _coprime_stride(lines: int) -> int:
    """A prime that does not divide `lines`, so that stepping by it visits each line once."""
    return next(prime for prime in (7_368_787, 15_485_863, 32_452_843) if lines % prime)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--customers", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    began = time.perf_counter()
    generate_order_lines(arguments.lines, arguments.customers, arguments.seed, arguments.output)
    size = arguments.output.stat().st_size / 1e6
    print(f"{arguments.output}: {arguments.lines:,} lines, {size:.0f} MB, {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
