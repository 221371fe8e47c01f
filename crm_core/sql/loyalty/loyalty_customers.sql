-- One row per customer in view: what a list by loyalty shows.
select
    customer_key,
    customer_id,
    loyalty_type,
    orders_per_month,
    dependence,
    revenue,
    margin,
    order_count,
    days_since_last_order,
    tier_number,
    band
from customer_loyalty
