-- One row per customer whose repeat purchases were worth more than nothing: their number and mean value.
select
    repeat_purchases,
    ratio(repeat_value, repeat_purchases) as mean_spend
from customer_purchases
where repeat_purchases > 0 and repeat_value > 0
