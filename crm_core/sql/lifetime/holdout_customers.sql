-- One row per combination of repeat purchases, active days and tenure on $as_of: customers, and the repeat
-- purchases they made from then to $holdout_end.
with

later as (
    select
        customer_key,
        count(gap_days) as later_orders
    from orders
    where ordered_on > $as_of and ordered_on <= $holdout_end
    group by customer_key
)

select
    customer_purchases.repeat_purchases,
    customer_purchases.active_days,
    customer_purchases.tenure_days,
    count(*) as customers,
    coalesce(sum(later.later_orders), 0)::bigint as later_orders
from customer_purchases
left join later using (customer_key)
group by customer_purchases.repeat_purchases, customer_purchases.active_days, customer_purchases.tenure_days
