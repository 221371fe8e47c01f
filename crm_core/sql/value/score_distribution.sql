-- One row per score that occurs: how many customers have it and what they bring.
--
-- A score is a whole number of hundredths, 0 to 10000, so equal customers meet in one row.
select
    score_points,
    count(*) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin
from customer_scores
where score_points is not null
group by score_points
