-- One row per day stood on and order known then: the order, moved so that the day is $as_of.
select
    exit_stands.subject_key as customer_key,
    looked_orders.ordered_on + exit_stands.shift_days::int as ordered_on,
    looked_orders.revenue,
    looked_orders.purchase_amount,
    looked_orders.return_amount,
    looked_orders.discount,
    looked_orders.discounted_amount,
    looked_orders.cost,
    looked_orders.costed_amount,
    looked_orders.is_purchase,
    looked_orders.gap_days,
    null::boolean as is_on_time,
    null::date as delivered_on
from looked_orders
inner join exit_stands using (customer_key)
where looked_orders.ordered_on + exit_stands.shift_days::int <= $as_of
