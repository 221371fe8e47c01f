-- One row per customer in view who first bought in the look-back window or the one before: the second order.
--
-- It is the next day with a purchase: several orders on the first day are one step. days runs to
-- it, or to $as_of where it has not come.
with

second_days as (
    select
        customer_key,
        min(ordered_on) as second_order_on
    from orders
    where ordered_on <= $as_of and gap_days > 0
    group by customer_key
)

select
    customers_in_view.customer_key,
    customers_in_view.first_order_on,
    second_days.second_order_on,
    case when customers_in_view.first_order_on > $lookback_start then 'recent' else 'before' end as segment,
    days_between(customers_in_view.first_order_on, coalesce(second_days.second_order_on, $as_of)) as days
from customers_in_view
left join second_days using (customer_key)
where customers_in_view.first_order_on > $earlier_lookback_start
