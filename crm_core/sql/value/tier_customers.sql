-- One row per customer in view: what a list of customers shows, with names from the archive.
select
    customer_tiers.customer_key,
    customer_tiers.customer_id,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep,
    customer_tiers.tier_number,
    customer_tiers.saved_tier_number,
    customer_tiers.score_points / 100 as score,
    customer_tiers.revenue,
    customer_tiers.margin,
    customer_tiers.order_count,
    customer_tiers.days_since_last_order,
    customer_tiers.risk_points / 10000 as risk,
    customer_tiers.band
from customer_tiers
inner join customers using (customer_key)
