-- One row: the mean value of a repeat purchase up to $middle_day, and after it up to $as_of.
select
    ratio(
        sum(order_value) filter (where ordered_on <= $middle_day),
        count(gap_days) filter (where ordered_on <= $middle_day)
    ) as earlier_spend,
    ratio(
        sum(order_value) filter (where ordered_on > $middle_day),
        count(gap_days) filter (where ordered_on > $middle_day)
    ) as later_spend
from repeat_orders
