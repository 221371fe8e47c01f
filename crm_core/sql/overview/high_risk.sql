-- One row: the customers in view at high risk, and their revenue in the look-back window.
select
    count(*) filter (where customer_risk.band = 'high') as customers_at_risk,
    coalesce(sum(customer_risk.revenue) filter (where customer_risk.band = 'high'), 0) as revenue_at_risk
from customer_risk
inner join customers_in_view using (customer_key)
