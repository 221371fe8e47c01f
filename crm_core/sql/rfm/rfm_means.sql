-- One row: how many customers in view ordered in the look-back window, and the mean of each measure over them.
select
    count(*) as customers,
    ratio(sum(days_since_last_order), count(*)) as days,
    ratio(sum(order_count), count(*)) as orders,
    ratio(sum(revenue), count(*)) as revenue
from rfm_inputs
where order_count > 0
