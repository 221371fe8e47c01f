-- One row per loyalty type that occurs (null: no component of dependence is known).
select
    loyalty_type,
    count(*) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    mean(dependence) as mean_dependence,
    count(*) filter (where band = 'high') as customers_at_high_risk
from customer_loyalty
group by loyalty_type
