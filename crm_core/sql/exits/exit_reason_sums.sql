-- One row per recorded reason and competitor of who left in the period: customers and what a year of them had brought.
select
    reason,
    competitor,
    count(*) as customers,
    sum(revenue_before) as revenue
from exits_of_period
group by reason, competitor
