-- One row per customer who bought by $as_of: what is expected over the horizon.
--
-- A purchase is worth the customer's own mean, drawn towards everybody's the more the fewer were seen. Expected value
-- is discounted by the days on which the orders are expected.
with

priced as (
    select
        customers_alive.*,
        orders_if_alive.orders_if_alive,
        orders_if_alive.discounted_orders_if_alive,
        $p * ($gamma + greatest(0, customers_alive.repeat_value)::double)
        / ($p * customers_alive.repeat_purchases + $q - 1) as expected_spend
    from customers_alive
    inner join orders_if_alive using (repeat_purchases, tenure_days)
)

select
    customer_key,
    customer_id,
    repeat_purchases,
    active_days,
    tenure_days,
    days_since_last_order,
    revenue_to_date,
    probability_alive,
    probability_alive * orders_if_alive as expected_orders,
    expected_spend::decimal(18, 4) as expected_spend,
    (probability_alive * discounted_orders_if_alive * expected_spend)::decimal(18, 4) as expected_value
from priced
