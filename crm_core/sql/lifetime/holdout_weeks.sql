-- One row per week after $as_of with a repeat purchase: how many the customers known on $as_of made in it.
--
-- Week 1 is the first seven days after $as_of; weeks end with $holdout_end.
select
    ceil(ratio(days_between($as_of, orders.ordered_on), 7))::int as week,
    count(orders.gap_days) as orders
from orders
inner join customer_features using (customer_key)
where orders.ordered_on > $as_of and orders.ordered_on <= $holdout_end and orders.gap_days is not null
group by week
