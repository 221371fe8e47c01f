-- One row per order after a customer's first purchase day, up to $as_of: its day, its value, its gap if it is a
-- purchase that ended one. A margin is rounded to the decimal, so that sums do not depend on their order.
select
    order_margins.customer_key,
    order_margins.ordered_on,
    order_margins.gap_days,
    case
        when $counts_margin then cast(order_margins.margin as decimal(18, 4))
        else order_margins.revenue
    end as order_value
from order_margins
inner join customer_features using (customer_key)
where order_margins.ordered_on <= $as_of and order_margins.ordered_on > customer_features.first_order_on
