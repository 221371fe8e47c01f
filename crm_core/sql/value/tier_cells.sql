-- One row per pair of tiers, now and under the saved scenario: customers, revenue, margin and risk.
--
-- Summed by tier it is the tier table; off the diagonal it is who moves. risk_points are summed, not
-- averaged, so that cells add up.
select
    tier_number,
    saved_tier_number,
    count(*) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(risk_points)::bigint as risk_points,
    count(risk_points) as customers_with_risk
from customer_tiers
group by tier_number, saved_tier_number
