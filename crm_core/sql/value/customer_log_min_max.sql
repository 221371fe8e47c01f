-- One row per customer in view: each dimension's place between the least (0) and the most (1), in logarithms.
--
-- The logarithm is symmetric, sign(x) * ln(1 + |x|), so that negative margins and early payments keep
-- their order. Money counts in hundredths of the average, so that its unit does not matter. Where
-- all customers are alike they all stand at 1.
with

units as (
    select
        greatest(ratio(sum(abs(revenue)), 100 * count(revenue)), 1e-9) as revenue_unit,
        greatest(ratio(sum(abs(margin)), 100 * count(margin)), 1e-9) as margin_unit
    from customers_in_view
),

measures as (
    select
        customer_key,
        sign(revenue) * ln(1 + abs(cast(revenue as double)) / revenue_unit) as revenue,
        sign(margin) * ln(1 + abs(cast(margin as double)) / margin_unit) as margin,
        sign(order_count) * ln(1 + abs(cast(order_count as double))) as order_count,
        -1 * sign(days_since_last_order) * ln(1 + abs(cast(days_since_last_order as double))) as freshness,
        sign(growth) * ln(1 + abs(cast(growth as double))) as growth,
        -1 * sign(gap_variation) * ln(1 + abs(cast(gap_variation as double))) as regularity,
        sign(category_count) * ln(1 + abs(cast(category_count as double))) as breadth,
        sign(tenure_days) * ln(1 + abs(cast(tenure_days as double))) as tenure,
        sign(full_price_share) * ln(1 + abs(cast(full_price_share as double))) as full_price,
        -1 * sign(return_share) * ln(1 + abs(cast(return_share as double))) as few_returns,
        sign(wallet_share) * ln(1 + abs(cast(wallet_share as double))) as wallet_share,
        sign(market_newness) * ln(1 + abs(cast(market_newness as double))) as market_newness,
        -1 * sign(median_days_late) * ln(1 + abs(cast(median_days_late as double))) as punctuality,
        sign(archive_completeness) * ln(1 + abs(cast(archive_completeness as double))) as archive,
        sign(reference_value) * ln(1 + abs(cast(reference_value as double))) as reference
    from customers_in_view
    cross join units
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
    1 - (revenue_most - revenue) / greatest(revenue_most - revenue_least, 1e-12) as revenue_level,
    1 - (margin_most - margin) / greatest(margin_most - margin_least, 1e-12) as margin_level,
    1 - (order_count_most - order_count) / greatest(order_count_most - order_count_least, 1e-12) as order_count_level,
    1 - (freshness_most - freshness) / greatest(freshness_most - freshness_least, 1e-12) as freshness_level,
    1 - (growth_most - growth) / greatest(growth_most - growth_least, 1e-12) as growth_level,
    1 - (regularity_most - regularity) / greatest(regularity_most - regularity_least, 1e-12) as regularity_level,
    1 - (breadth_most - breadth) / greatest(breadth_most - breadth_least, 1e-12) as breadth_level,
    1 - (tenure_most - tenure) / greatest(tenure_most - tenure_least, 1e-12) as tenure_level,
    1 - (full_price_most - full_price) / greatest(full_price_most - full_price_least, 1e-12) as full_price_level,
    1 - (few_returns_most - few_returns) / greatest(few_returns_most - few_returns_least, 1e-12) as few_returns_level,
    1 - (wallet_share_most - wallet_share) / greatest(wallet_share_most - wallet_share_least, 1e-12)
        as wallet_share_level,
    1 - (market_newness_most - market_newness) / greatest(market_newness_most - market_newness_least, 1e-12)
        as market_newness_level,
    1 - (punctuality_most - punctuality) / greatest(punctuality_most - punctuality_least, 1e-12) as punctuality_level,
    1 - (archive_most - archive) / greatest(archive_most - archive_least, 1e-12) as archive_level,
    1 - (reference_most - reference) / greatest(reference_most - reference_least, 1e-12) as reference_level
from measures
cross join extremes
