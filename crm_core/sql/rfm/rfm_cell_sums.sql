-- One row per cell that holds customers: how many, what they bring, and their segment.
select
    freshness_score,
    order_score,
    revenue_score,
    segment_number,
    count(*) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(days_since_last_order) as days,
    sum(order_count) as orders
from customer_rfm
group by freshness_score, order_score, revenue_score, segment_number
