-- One row per customer in view: each dimension as a percentile rank, 0 (least) to 1 (most).
--
-- Equal customers get equal ranks. A customer who lacks a dimension has no rank in it and is not
-- counted among the others. Fewer days, gaps, returns and delays rank higher.
select
    customer_key,
    case when revenue is not null then
        percent_rank() over (partition by revenue is null order by revenue)
    end as revenue_level,
    case when margin is not null then
        percent_rank() over (partition by margin is null order by margin)
    end as margin_level,
    case when order_count is not null then
        percent_rank() over (partition by order_count is null order by order_count)
    end as order_count_level,
    case when days_since_last_order is not null then
        percent_rank() over (partition by days_since_last_order is null order by days_since_last_order desc)
    end as freshness_level,
    case when growth is not null then
        percent_rank() over (partition by growth is null order by growth)
    end as growth_level,
    case when gap_variation is not null then
        percent_rank() over (partition by gap_variation is null order by gap_variation desc)
    end as regularity_level,
    case when category_count is not null then
        percent_rank() over (partition by category_count is null order by category_count)
    end as breadth_level,
    case when tenure_days is not null then
        percent_rank() over (partition by tenure_days is null order by tenure_days)
    end as tenure_level,
    case when full_price_share is not null then
        percent_rank() over (partition by full_price_share is null order by full_price_share)
    end as full_price_level,
    case when return_share is not null then
        percent_rank() over (partition by return_share is null order by return_share desc)
    end as few_returns_level,
    case when wallet_share is not null then
        percent_rank() over (partition by wallet_share is null order by wallet_share)
    end as wallet_share_level,
    case when market_newness is not null then
        percent_rank() over (partition by market_newness is null order by market_newness)
    end as market_newness_level,
    case when median_days_late is not null then
        percent_rank() over (partition by median_days_late is null order by median_days_late desc)
    end as punctuality_level,
    case when archive_completeness is not null then
        percent_rank() over (partition by archive_completeness is null order by archive_completeness)
    end as archive_level,
    case when reference_value is not null then
        percent_rank() over (partition by reference_value is null order by reference_value)
    end as reference_level
from customers_in_view
