-- One row per customer who left in the period and is still away: value before, first warning, recorded reason.
select
    lost_customers.*,
    first_signals.* exclude (customer_key, is_leaver),
    date_trunc('month', lost_customers.exit_on)::date as exit_month,
    coalesce(recorded_reasons.reason, 'not_recorded') as reason,
    recorded_reasons.competitor
from lost_customers
left join first_signals using (customer_key)
left join recorded_reasons using (customer_id)
where lost_customers.exit_on > $period_start
