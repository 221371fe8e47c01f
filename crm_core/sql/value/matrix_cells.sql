-- One row per cell of the matrix that holds customers.
select
    x_level,
    y_level,
    min(tier_number) as tier_number,
    count(*) as customers,
    sum(revenue) as revenue
from tiers_by_matrix
where x_level is not null
group by x_level, y_level
