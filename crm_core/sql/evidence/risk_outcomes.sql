-- One row per risk that occurs, in ten-thousandths: the customers who left, and those who stayed.
--
-- No band takes part, so a cut that moves is answered from what was counted before.
select
    risk_points,
    count(*) filter (where has_left) as left_customers,
    count(*) filter (where not has_left) as stayed_customers
from risk_scores
group by risk_points
