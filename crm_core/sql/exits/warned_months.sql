-- One row per month of exit: leavers looked at, and how many of them had been at high risk while they still bought, a
-- horizon ahead or more.
select
    date_trunc('month', lost_customers.exit_on)::date as month,
    count(*) as looked_at,
    count(*) filter (where first_signals.high_risk_ahead >= $horizon_days) as warned
from first_signals
inner join lost_customers using (customer_key)
where first_signals.is_leaver
group by 1
