-- One row per month of exit: customers who left, and what a year of them had brought.
select
    date_trunc('month', exit_on)::date as month,
    count(*) as customers,
    sum(revenue_before) as revenue
from lost_customers
where exit_on > $period_start
group by 1
