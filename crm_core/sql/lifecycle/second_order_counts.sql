-- One row per window, month of the first order and days to the second: how many came back, how many have not yet.
select
    segment,
    date_trunc('month', first_order_on)::date as month,
    days::int as days,
    count(second_order_on) as ended,
    count(*) - count(second_order_on) as still_open
from second_orders
group by 1, 2, 3
