-- One row per customer who left in the period and is still away: value before and recorded reason.
select
    lost_customers.*,
    date_trunc('month', lost_customers.exit_on)::date as exit_month,
    coalesce(recorded_reasons.reason, 'not_recorded') as reason,
    recorded_reasons.competitor
from lost_customers
left join recorded_reasons using (customer_id)
where lost_customers.exit_on > $period_start
