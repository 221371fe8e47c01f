-- One row per score that occurs: how many customers have it.
select
    score_points,
    count(*) as customers
from customer_scores
where score_points is not null
group by score_points
