-- One row per customer in view: each dimension's place between the least (0) and the most (1).
--
-- scaled_measures is customer_measures or customer_logarithms. Where all customers are alike there is no place
-- between, and all stand at 1.
with

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
    from scaled_measures
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
from scaled_measures
cross join extremes
