-- One row per customer of the back-test: the risk as it would have been shown, and what became of the customer.
--
-- Revenue is that of the look-back window before the day: what was at stake then.
select
    customer_risk.customer_key,
    customer_features.customer_id,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep,
    customer_risk.risk_points / 10000 as risk,
    customer_risk.days_since_last_order,
    customer_features.revenue,
    case
        when customer_risk.has_left and customer_risk.risk_points >= $high_points then 'caught'
        when customer_risk.has_left then 'missed'
        when customer_risk.risk_points >= $high_points then 'false_alarm'
        else 'quiet'
    end as outcome
from customer_risk
inner join customer_features using (customer_key)
inner join customers using (customer_key)
