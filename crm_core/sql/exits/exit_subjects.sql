-- One row per customer whose signals are looked at: who left in the period, and who stayed.
--
-- reference_on is the exit, or for who stayed a day of the period on which they had not lapsed: spread evenly over
-- it, the same on every run. Both had bought a horizon before that day, so that both could have left on it.
with

stayed as (
    select
        customers_in_view.customer_key,
        customers_in_view.first_order_on,
        $as_of - (customers_in_view.customer_key::bigint * 7919 % $period_days)::int as reference_on
    from customers_in_view
    inner join looked_customers using (customer_key)
    where customers_in_view.days_since_last_order < $horizon_days
),

not_lapsed as (
    select distinct looked_orders.customer_key
    from looked_orders
    inner join stayed using (customer_key)
    where
        looked_orders.is_purchase
        and looked_orders.ordered_on > stayed.reference_on - $horizon_days::int
        and looked_orders.ordered_on <= stayed.reference_on
)

select
    customer_key,
    first_order_on,
    reference_on,
    false as is_leaver
from stayed
where
    first_order_on <= reference_on - $horizon_days::int
    and customer_key in (select customer_key from not_lapsed)

union all

select *
from leavers_looked_at
