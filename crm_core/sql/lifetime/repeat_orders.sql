-- One row per order after a customer's first purchase day, up to $as_of: its day, its value, its gap if it is a
-- purchase that ended one.
select
    orders.customer_key,
    orders.ordered_on,
    orders.gap_days,
    case
        when $counts_margin
            then orders.costed_amount - coalesce(orders.cost, 0)
                + $default_margin_rate * (orders.revenue - orders.costed_amount)
        else orders.revenue
    end as order_value
from orders
inner join customer_features using (customer_key)
where orders.ordered_on <= $as_of and orders.ordered_on > customer_features.first_order_on
