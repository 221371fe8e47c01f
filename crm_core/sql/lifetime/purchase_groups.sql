-- One row per combination of repeat purchases, active days and tenure that occurs: how many customers share it.
select
    repeat_purchases,
    active_days,
    tenure_days,
    count(*) as customers
from customer_purchases
group by repeat_purchases, active_days, tenure_days
