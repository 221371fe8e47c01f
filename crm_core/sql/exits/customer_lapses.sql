-- One row per customer in view and lapse: a silence that reached $horizon_days, ended by a return or not.
--
-- exit_on is the day the silence reached the horizon. Who buys on that very day has not lapsed on any
-- day, so it takes a longer gap. returned_on is null while the silence goes on.
select
    orders.customer_key,
    orders.ordered_on - orders.gap_days as last_on,
    orders.ordered_on - orders.gap_days + $horizon_days::int as exit_on,
    orders.ordered_on as returned_on
from orders
inner join customers_in_view using (customer_key)
where orders.ordered_on <= $as_of and orders.gap_days > $horizon_days

union all

select
    customer_key,
    last_order_on as last_on,
    last_order_on + $horizon_days::int as exit_on,
    null as returned_on
from customers_in_view
where days_since_last_order >= $horizon_days
