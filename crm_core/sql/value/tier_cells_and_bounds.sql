-- One row per pair of tiers, as tier_cells, and on every row the bounds that the tiers were cut at.
--
-- For methods whose cuts follow from the scores: the customers are read once, for both.
select
    tier_number,
    saved_tier_number,
    sum(customers)::bigint as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(risk_points)::bigint as risk_points,
    sum(customers_with_risk)::bigint as customers_with_risk,
    cut_1,
    cut_2,
    cut_3,
    cut_4,
    cut_5
from tiers_by_score
group by tier_number, saved_tier_number, cut_1, cut_2, cut_3, cut_4, cut_5
