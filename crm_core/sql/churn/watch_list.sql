-- One row per customer in view: risk, the figures behind it, and what is at stake.
--
-- expected_loss is revenue in the look-back window times risk: what to look at first.
select
    customer_risk.*,
    customer_risk.risk_points / 10000 as risk,
    customer_risk.revenue * customer_risk.risk_points / 10000 as expected_loss,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep
from customer_risk
inner join customers using (customer_key)
