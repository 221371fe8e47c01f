-- One row per customer in view: what each dimension measures, turned so that more is better.
select
    customer_key,
    cast(revenue as double) as revenue,
    cast(margin as double) as margin,
    cast(order_count as double) as order_count,
    -cast(days_since_last_order as double) as freshness,
    cast(growth as double) as growth,
    -cast(gap_variation as double) as regularity,
    cast(category_count as double) as breadth,
    cast(tenure_days as double) as tenure,
    cast(full_price_share as double) as full_price,
    -cast(return_share as double) as few_returns,
    cast(wallet_share as double) as wallet_share,
    cast(market_newness as double) as market_newness,
    -cast(median_days_late as double) as punctuality,
    cast(archive_completeness as double) as archive,
    cast(reference_value as double) as reference
from customers_in_view
