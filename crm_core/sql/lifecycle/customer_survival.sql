-- One row per customer in view: days from the first order to the first lapse, or to $as_of without one.
--
-- A lapse is on the day the silence reaches $horizon_days, so nobody lapses sooner than that. It
-- counts even if the customer came back later; see lifecycle_inputs for who bought on that very day.
with

first_lapses as (
    select
        orders.customer_key,
        min(days_between(customers_in_view.first_order_on, orders.ordered_on) - orders.gap_days) as lapse_began
    from orders
    inner join customers_in_view using (customer_key)
    where orders.ordered_on <= $as_of and orders.gap_days > $horizon_days
    group by orders.customer_key
)

select
    customers_in_view.customer_key,
    case
        when first_lapses.lapse_began is not null then first_lapses.lapse_began + $horizon_days
        when customers_in_view.days_since_last_order >= $horizon_days
            then customers_in_view.tenure_days - customers_in_view.days_since_last_order + $horizon_days
        else customers_in_view.tenure_days
    end as days,
    first_lapses.lapse_began is not null or customers_in_view.days_since_last_order >= $horizon_days as has_ended
from customers_in_view
left join first_lapses using (customer_key)
