-- One row per customer whose signals are looked at: who left in the period, and a sample of who stayed.
--
-- reference_on is the exit, or for who stayed a day of the period on which they had not lapsed: spread evenly over
-- it, the same on every run. Both had bought a horizon before that day, so that both could have left on it.
with

stayed as (
    select
        customer_key,
        first_order_on,
        $as_of - (customer_key::bigint * 7919 % $period_days)::int as reference_on
    from customers_in_view
    where days_since_last_order < $horizon_days and customer_key % $stayers_every = 0
),

not_lapsed as (
    select distinct orders.customer_key
    from orders
    inner join stayed using (customer_key)
    where
        orders.is_purchase
        and orders.ordered_on > stayed.reference_on - $horizon_days::int
        and orders.ordered_on <= stayed.reference_on
)

select
    customer_key,
    exit_on as reference_on,
    true as is_leaver
from lost_customers
where exit_on > $period_start

union all

select
    customer_key,
    reference_on,
    false as is_leaver
from stayed
where
    first_order_on <= reference_on - $horizon_days::int
    and customer_key in (select customer_key from not_lapsed)
