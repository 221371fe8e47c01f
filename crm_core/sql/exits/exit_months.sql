-- One row per month of exit: customers who left, what a year of them had brought, how many had been at high risk.
select
    date_trunc('month', exit_on)::date as month,
    count(*) as customers,
    sum(revenue_before) as revenue,
    count(high_risk_ahead) as warned
from exits_of_period
group by 1
