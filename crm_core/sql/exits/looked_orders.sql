-- One row per order of a customer looked at, whenever it was placed.
select
    customer_key,
    ordered_on,
    revenue,
    purchase_amount,
    return_amount,
    discount,
    discounted_amount,
    cost,
    costed_amount,
    is_purchase,
    gap_days
from all_orders
where customer_key in (select customer_key from looked_customers)
