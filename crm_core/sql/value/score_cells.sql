-- One row per score, tier set by a rule and saved tier that occur together: customers and what they bring.
--
-- A score is a whole number of hundredths, so a million customers meet in some ten thousand rows;
-- cuts and tiers then follow from these without reading the customers again.
select
    score_points,
    override_tier,
    saved_tier_number,
    count(*) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(risk_points) as risk_points,
    count(risk_points) as customers_with_risk
from customer_scores
group by score_points, override_tier, saved_tier_number
