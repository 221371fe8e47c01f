-- One row per customer in view: what RFM looks at, with the tier and band as saved.
select
    customer_key,
    customer_id,
    days_since_last_order,
    order_count,
    revenue,
    margin,
    saved_tier_number as tier_number,
    band
from value_inputs
