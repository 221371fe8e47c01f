-- One row per day stood on and order known then: the order, moved so that the day is $as_of.
select
    exit_stands.subject_key as customer_key,
    all_orders.ordered_on + exit_stands.shift_days::int as ordered_on,
    all_orders.revenue,
    all_orders.purchase_amount,
    all_orders.return_amount,
    all_orders.discount,
    all_orders.discounted_amount,
    all_orders.cost,
    all_orders.costed_amount,
    all_orders.is_purchase,
    all_orders.gap_days,
    null::boolean as is_on_time,
    null::date as delivered_on
from all_orders
inner join exit_stands using (customer_key)
where all_orders.ordered_on + exit_stands.shift_days::int <= $as_of
