-- One row per customer in view: each dimension as a percentile rank, 0 (least) to 1 (most).
--
-- The share of the others who have less, stretched so that who leads stands at 1 even when several
-- lead: else weight on a dimension would count against its own leaders. Equal customers get equal
-- ranks; where all are alike, all lead. A customer who lacks a dimension has no rank in it and is
-- not counted among the others. Fewer days, gaps, returns and delays rank higher.
with

ranks as (
    select
        customer_key,
        case when revenue is not null then
            percent_rank() over (partition by revenue is null order by revenue)
        end as revenue,
        case when margin is not null then
            percent_rank() over (partition by margin is null order by margin)
        end as margin,
        case when order_count is not null then
            percent_rank() over (partition by order_count is null order by order_count)
        end as order_count,
        case when days_since_last_order is not null then
            percent_rank() over (partition by days_since_last_order is null order by days_since_last_order desc)
        end as freshness,
        case when growth is not null then
            percent_rank() over (partition by growth is null order by growth)
        end as growth,
        case when gap_variation is not null then
            percent_rank() over (partition by gap_variation is null order by gap_variation desc)
        end as regularity,
        case when category_count is not null then
            percent_rank() over (partition by category_count is null order by category_count)
        end as breadth,
        case when tenure_days is not null then
            percent_rank() over (partition by tenure_days is null order by tenure_days)
        end as tenure,
        case when full_price_share is not null then
            percent_rank() over (partition by full_price_share is null order by full_price_share)
        end as full_price,
        case when return_share is not null then
            percent_rank() over (partition by return_share is null order by return_share desc)
        end as few_returns,
        case when wallet_share is not null then
            percent_rank() over (partition by wallet_share is null order by wallet_share)
        end as wallet_share,
        case when market_newness is not null then
            percent_rank() over (partition by market_newness is null order by market_newness)
        end as market_newness,
        case when median_days_late is not null then
            percent_rank() over (partition by median_days_late is null order by median_days_late desc)
        end as punctuality,
        case when archive_completeness is not null then
            percent_rank() over (partition by archive_completeness is null order by archive_completeness)
        end as archive,
        case when reference_value is not null then
            percent_rank() over (partition by reference_value is null order by reference_value)
        end as reference
    from customers_in_view
),

leaders as (
    select
        max(revenue) as revenue_most,
        max(margin) as margin_most,
        max(order_count) as order_count_most,
        max(freshness) as freshness_most,
        max(growth) as growth_most,
        max(regularity) as regularity_most,
        max(breadth) as breadth_most,
        max(tenure) as tenure_most,
        max(full_price) as full_price_most,
        max(few_returns) as few_returns_most,
        max(wallet_share) as wallet_share_most,
        max(market_newness) as market_newness_most,
        max(punctuality) as punctuality_most,
        max(archive) as archive_most,
        max(reference) as reference_most
    from ranks
)

select
    customer_key,
    case when revenue_most > 0 then revenue / revenue_most else 1 + revenue end as revenue_level,
    case when margin_most > 0 then margin / margin_most else 1 + margin end as margin_level,
    case when order_count_most > 0 then order_count / order_count_most else 1 + order_count end as order_count_level,
    case when freshness_most > 0 then freshness / freshness_most else 1 + freshness end as freshness_level,
    case when growth_most > 0 then growth / growth_most else 1 + growth end as growth_level,
    case when regularity_most > 0 then regularity / regularity_most else 1 + regularity end as regularity_level,
    case when breadth_most > 0 then breadth / breadth_most else 1 + breadth end as breadth_level,
    case when tenure_most > 0 then tenure / tenure_most else 1 + tenure end as tenure_level,
    case when full_price_most > 0 then full_price / full_price_most else 1 + full_price end as full_price_level,
    case when few_returns_most > 0 then few_returns / few_returns_most else 1 + few_returns end as few_returns_level,
    case when wallet_share_most > 0 then wallet_share / wallet_share_most else 1 + wallet_share end
        as wallet_share_level,
    case when market_newness_most > 0 then market_newness / market_newness_most else 1 + market_newness end
        as market_newness_level,
    case when punctuality_most > 0 then punctuality / punctuality_most else 1 + punctuality end as punctuality_level,
    case when archive_most > 0 then archive / archive_most else 1 + archive end as archive_level,
    case when reference_most > 0 then reference / reference_most else 1 + reference end as reference_level
from ranks
cross join leaders
