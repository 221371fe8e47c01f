-- One row per tier and risk band: customers, revenue, and how many were in another band as saved.
select
    tier_number,
    band,
    saved_band,
    count(*) as customers,
    sum(revenue) as revenue
from customer_risk
group by tier_number, band, saved_band
