-- One row per customer in view: each dimension's place between the least (0) and the most (1).
--
-- Where all customers are alike there is no place between, and all stand at 0.
with

measures as (
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
),

extremes as (
    select
        min(revenue) as revenue_least,
        max(revenue) as revenue_most,
        min(margin) as margin_least,
        max(margin) as margin_most,
        min(order_count) as order_count_least,
        max(order_count) as order_count_most,
        min(freshness) as freshness_least,
        max(freshness) as freshness_most,
        min(growth) as growth_least,
        max(growth) as growth_most,
        min(regularity) as regularity_least,
        max(regularity) as regularity_most,
        min(breadth) as breadth_least,
        max(breadth) as breadth_most,
        min(tenure) as tenure_least,
        max(tenure) as tenure_most,
        min(full_price) as full_price_least,
        max(full_price) as full_price_most,
        min(few_returns) as few_returns_least,
        max(few_returns) as few_returns_most,
        min(wallet_share) as wallet_share_least,
        max(wallet_share) as wallet_share_most,
        min(market_newness) as market_newness_least,
        max(market_newness) as market_newness_most,
        min(punctuality) as punctuality_least,
        max(punctuality) as punctuality_most,
        min(archive) as archive_least,
        max(archive) as archive_most,
        min(reference) as reference_least,
        max(reference) as reference_most
    from measures
)

select
    customer_key,
    (revenue - revenue_least) / greatest(revenue_most - revenue_least, 1e-12) as revenue_level,
    (margin - margin_least) / greatest(margin_most - margin_least, 1e-12) as margin_level,
    (order_count - order_count_least) / greatest(order_count_most - order_count_least, 1e-12) as order_count_level,
    (freshness - freshness_least) / greatest(freshness_most - freshness_least, 1e-12) as freshness_level,
    (growth - growth_least) / greatest(growth_most - growth_least, 1e-12) as growth_level,
    (regularity - regularity_least) / greatest(regularity_most - regularity_least, 1e-12) as regularity_level,
    (breadth - breadth_least) / greatest(breadth_most - breadth_least, 1e-12) as breadth_level,
    (tenure - tenure_least) / greatest(tenure_most - tenure_least, 1e-12) as tenure_level,
    (full_price - full_price_least) / greatest(full_price_most - full_price_least, 1e-12) as full_price_level,
    (few_returns - few_returns_least) / greatest(few_returns_most - few_returns_least, 1e-12) as few_returns_level,
    (wallet_share - wallet_share_least) / greatest(wallet_share_most - wallet_share_least, 1e-12) as wallet_share_level,
    (market_newness - market_newness_least) / greatest(market_newness_most - market_newness_least, 1e-12) as market_newness_level,
    (punctuality - punctuality_least) / greatest(punctuality_most - punctuality_least, 1e-12) as punctuality_level,
    (archive - archive_least) / greatest(archive_most - archive_least, 1e-12) as archive_level,
    (reference - reference_least) / greatest(reference_most - reference_least, 1e-12) as reference_level
from measures
cross join extremes
