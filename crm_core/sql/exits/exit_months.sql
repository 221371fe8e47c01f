-- One row per month of exit: customers who left, what a year of them had brought, and how many had been at high risk
-- while they still bought, a horizon ahead or more.
select
    date_trunc('month', exit_on)::date as month,
    count(*) as customers,
    sum(revenue_before) as revenue,
    count(*) filter (where high_risk_ahead >= $horizon_days) as warned
from exits_of_period
group by 1
