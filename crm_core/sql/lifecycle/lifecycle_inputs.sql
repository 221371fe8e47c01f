-- One row per customer in view and per prospect: the facts that stages stand on.
--
-- returned_on is the last purchase that ended a lapse. It takes a gap longer than $horizon_days: who buys
-- on the very day the horizon ends has not lapsed on any day.
with

returns as (
    select
        customer_key,
        max(ordered_on) as returned_on
    from orders
    where ordered_on <= $as_of and gap_days > $horizon_days
    group by customer_key
)

select
    customers_in_view.customer_key,
    customers_in_view.customer_id,
    customers_in_view.gap_count + 1 as purchase_days,
    customers_in_view.days_since_last_order,
    customers_in_view.tenure_days,
    days_between(returns.returned_on, $as_of) as days_since_return,
    customers_in_view.growth,
    customers_in_view.order_count,
    customers_in_view.revenue
from customers_in_view
left join returns using (customer_key)

union all

select
    customer_key,
    customer_id,
    0 as purchase_days,
    null as days_since_last_order,
    null as tenure_days,
    null as days_since_return,
    null as growth,
    0 as order_count,
    0 as revenue
from prospects_in_view
