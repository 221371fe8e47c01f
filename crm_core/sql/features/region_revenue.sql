-- One row per region: its share of the company's revenue in the look-back window.
with

revenue_by_region as (
    select
        region,
        sum(revenue) as revenue
    from customer_orders
    inner join customers using (customer_key)
    where region is not null and revenue > 0
    group by region
),

total as (
    select sum(revenue) as revenue
    from revenue_by_region
)

select
    revenue_by_region.region,
    ratio(revenue_by_region.revenue, total.revenue) as revenue_share
from revenue_by_region
cross join total
