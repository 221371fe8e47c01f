-- One row per customer in view: risk, the figures behind it, and what is at stake.
--
-- expected_loss is revenue in the look-back window times risk: what to look at first.
select
    *,
    risk_points / 10000 as risk,
    revenue * risk_points / 10000 as expected_loss
from customer_risk
