-- One row per tier, risk band, band as saved and fiftieth of the risk: customers and revenue.
--
-- All that the page draws comes from these few rows, so that a slider costs one pass.
select
    tier_number,
    band,
    saved_band,
    least(risk_points // 200, 49) as risk_bin,
    count(*) as customers,
    sum(revenue) as revenue
from customer_risk
group by tier_number, band, saved_band, risk_bin
