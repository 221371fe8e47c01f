-- One row per customer in view who had not lapsed on $as_of: the figures known then, and whether the customer left.
--
-- Who buys nothing for the horizon after $as_of has left. With $every above 1 only every so many-th
-- customer is read: enough to see by how much a figure spreads from day to day.
select
    customer_changes.customer_key,
    customer_changes.days_since_last_order,
    customer_changes.gaps_silent,
    customer_changes.spend_fall,
    customer_changes.season_fall,
    customer_changes.orders_fall,
    customer_changes.categories_fall,
    customer_changes.discount_rise,
    customer_changes.returns_rise,
    later_orders.customer_key is null as has_left
from customer_changes
inner join customers_in_view using (customer_key)
left join later_orders on customer_changes.customer_key = later_orders.customer_key
where
    customer_changes.days_since_last_order < $horizon_days
    and customer_changes.customer_key % $every = 0
