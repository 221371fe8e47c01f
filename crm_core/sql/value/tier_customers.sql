-- One row per customer in view: what a list of customers shows.
select
    customer_key,
    customer_id,
    tier_number,
    saved_tier_number,
    score_points / 100 as score,
    revenue,
    margin,
    order_count,
    days_since_last_order,
    risk_points / 10000 as risk,
    band
from customer_tiers
