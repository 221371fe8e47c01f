-- One row per score that occurs: how many customers have it and what they bring, as score_distribution.
select
    score_points,
    sum(customers)::bigint as customers,
    sum(revenue) as revenue,
    sum(margin) as margin
from score_cells
where score_points is not null
group by score_points
