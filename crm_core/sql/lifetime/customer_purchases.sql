-- One row per customer who bought by $as_of: how often, for how long and for how much, as the models count.
--
-- A purchase is a day with an order; a repeat purchase is any but the first. repeat_value is what all days after the
-- first purchase brought, so a return is set against what was bought since.
with

repeated as (
    select
        customer_key,
        sum(order_value) as repeat_value
    from repeat_orders
    group by customer_key
)

select
    customer_features.customer_key,
    customer_features.customer_id,
    customer_features.gap_count as repeat_purchases,
    days_between(customer_features.first_order_on, customer_features.last_order_on) as active_days,
    customer_features.tenure_days,
    customer_features.days_since_last_order,
    customer_features.lifetime_revenue as revenue_to_date,
    cast(coalesce(repeated.repeat_value, 0) as decimal(18, 4)) as repeat_value
from customer_features
left join repeated using (customer_key)
