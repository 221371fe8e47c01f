-- One row: the returns whose second life has been seen whole, what they had brought in a year before and bring after.
select
    count(*) as returns,
    cast(coalesce(sum(revenue_before), 0) as decimal(18, 4)) as revenue_before,
    cast(coalesce(sum(margin_before), 0) as decimal(18, 4)) as margin_before,
    cast(coalesce(sum(second_revenue), 0) as decimal(18, 4)) as second_revenue,
    cast(coalesce(sum(second_margin), 0) as decimal(18, 4)) as second_margin
from second_lives
