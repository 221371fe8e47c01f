-- One row per fiftieth of the risk and band: customers and revenue.
select
    least(risk_points // 200, 49) / 50 as risk,
    band,
    count(*) as customers,
    sum(revenue) as revenue
from customer_risk
where risk_points is not null
group by 1, 2
