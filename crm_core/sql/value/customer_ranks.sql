-- One row per customer in view: each dimension as a percentile rank, 0 (least) to 1 (most).
--
-- The share of the others who have less, stretched so that who leads stands at 1 even when several
-- lead: else weight on a dimension would count against its own leaders. Equal customers get equal
-- ranks; where all are alike, all lead. A customer who lacks a dimension has no rank in it and is
-- not counted among the others. Fewer days, gaps, returns and delays rank higher.
--
-- Values are ranked, not customers: equal values are counted first, so that what is sorted is short.
with

revenue_ranks as (
    select
        revenue,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            revenue,
            sum(count(*)) over (order by revenue) - count(*) as fewer
        from customers_in_view
        where revenue is not null
        group by revenue
    ) as counted
),

margin_ranks as (
    select
        margin,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            margin,
            sum(count(*)) over (order by margin) - count(*) as fewer
        from customers_in_view
        where margin is not null
        group by margin
    ) as counted
),

order_count_ranks as (
    select
        order_count,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            order_count,
            sum(count(*)) over (order by order_count) - count(*) as fewer
        from customers_in_view
        where order_count is not null
        group by order_count
    ) as counted
),

freshness_ranks as (
    select
        days_since_last_order,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            days_since_last_order,
            sum(count(*)) over (order by days_since_last_order desc) - count(*) as fewer
        from customers_in_view
        where days_since_last_order is not null
        group by days_since_last_order
    ) as counted
),

growth_ranks as (
    select
        growth,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            growth,
            sum(count(*)) over (order by growth) - count(*) as fewer
        from customers_in_view
        where growth is not null
        group by growth
    ) as counted
),

regularity_ranks as (
    select
        gap_variation,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            gap_variation,
            sum(count(*)) over (order by gap_variation desc) - count(*) as fewer
        from customers_in_view
        where gap_variation is not null
        group by gap_variation
    ) as counted
),

breadth_ranks as (
    select
        category_count,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            category_count,
            sum(count(*)) over (order by category_count) - count(*) as fewer
        from customers_in_view
        where category_count is not null
        group by category_count
    ) as counted
),

tenure_ranks as (
    select
        tenure_days,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            tenure_days,
            sum(count(*)) over (order by tenure_days) - count(*) as fewer
        from customers_in_view
        where tenure_days is not null
        group by tenure_days
    ) as counted
),

full_price_ranks as (
    select
        full_price_share,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            full_price_share,
            sum(count(*)) over (order by full_price_share) - count(*) as fewer
        from customers_in_view
        where full_price_share is not null
        group by full_price_share
    ) as counted
),

few_returns_ranks as (
    select
        return_share,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            return_share,
            sum(count(*)) over (order by return_share desc) - count(*) as fewer
        from customers_in_view
        where return_share is not null
        group by return_share
    ) as counted
),

wallet_share_ranks as (
    select
        wallet_share,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            wallet_share,
            sum(count(*)) over (order by wallet_share) - count(*) as fewer
        from customers_in_view
        where wallet_share is not null
        group by wallet_share
    ) as counted
),

market_newness_ranks as (
    select
        market_newness,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            market_newness,
            sum(count(*)) over (order by market_newness) - count(*) as fewer
        from customers_in_view
        where market_newness is not null
        group by market_newness
    ) as counted
),

punctuality_ranks as (
    select
        median_days_late,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            median_days_late,
            sum(count(*)) over (order by median_days_late desc) - count(*) as fewer
        from customers_in_view
        where median_days_late is not null
        group by median_days_late
    ) as counted
),

archive_ranks as (
    select
        archive_completeness,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            archive_completeness,
            sum(count(*)) over (order by archive_completeness) - count(*) as fewer
        from customers_in_view
        where archive_completeness is not null
        group by archive_completeness
    ) as counted
),

reference_ranks as (
    select
        reference_value,
        coalesce(ratio(fewer, max(fewer) over ()), 1) as level
    from (
        select
            reference_value,
            sum(count(*)) over (order by reference_value) - count(*) as fewer
        from customers_in_view
        where reference_value is not null
        group by reference_value
    ) as counted
)

select
    customers_in_view.customer_key,
    revenue_ranks.level as revenue_level,
    margin_ranks.level as margin_level,
    order_count_ranks.level as order_count_level,
    freshness_ranks.level as freshness_level,
    growth_ranks.level as growth_level,
    regularity_ranks.level as regularity_level,
    breadth_ranks.level as breadth_level,
    tenure_ranks.level as tenure_level,
    full_price_ranks.level as full_price_level,
    few_returns_ranks.level as few_returns_level,
    wallet_share_ranks.level as wallet_share_level,
    market_newness_ranks.level as market_newness_level,
    punctuality_ranks.level as punctuality_level,
    archive_ranks.level as archive_level,
    reference_ranks.level as reference_level
from customers_in_view
left join revenue_ranks on customers_in_view.revenue = revenue_ranks.revenue
left join margin_ranks on customers_in_view.margin = margin_ranks.margin
left join order_count_ranks on customers_in_view.order_count = order_count_ranks.order_count
left join freshness_ranks on customers_in_view.days_since_last_order = freshness_ranks.days_since_last_order
left join growth_ranks on customers_in_view.growth = growth_ranks.growth
left join regularity_ranks on customers_in_view.gap_variation = regularity_ranks.gap_variation
left join breadth_ranks on customers_in_view.category_count = breadth_ranks.category_count
left join tenure_ranks on customers_in_view.tenure_days = tenure_ranks.tenure_days
left join full_price_ranks on customers_in_view.full_price_share = full_price_ranks.full_price_share
left join few_returns_ranks on customers_in_view.return_share = few_returns_ranks.return_share
left join wallet_share_ranks on customers_in_view.wallet_share = wallet_share_ranks.wallet_share
left join market_newness_ranks on customers_in_view.market_newness = market_newness_ranks.market_newness
left join punctuality_ranks on customers_in_view.median_days_late = punctuality_ranks.median_days_late
left join archive_ranks on customers_in_view.archive_completeness = archive_ranks.archive_completeness
left join reference_ranks on customers_in_view.reference_value = reference_ranks.reference_value
