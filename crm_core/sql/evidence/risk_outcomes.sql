-- One row per risk that occurs, in ten-thousandths: the customers who left, and those who stayed.
select
    risk_points,
    count(*) filter (where has_left) as left_customers,
    count(*) filter (where not has_left) as stayed_customers
from customer_risk
group by risk_points
