-- One row per number of days: the share of returning customers whose longest gap stayed under it.
with

longest as (
    select
        longest_gap_days,
        count(*) as customers
    from customer_features
    where gap_count > 0
    group by longest_gap_days
)

select
    longest_gap_days as gap_days,
    ratio(sum(customers) over (order by longest_gap_days), sum(customers) over ()) as customer_share
from longest
