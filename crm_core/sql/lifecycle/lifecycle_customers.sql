-- One row per customer in view and per prospect: what a list by stage shows.
select
    current_stages.customer_key,
    current_stages.customer_id,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep,
    current_stages.stage,
    coalesce(earlier_stages.stage, 'unknown') as earlier_stage,
    current_stages.revenue,
    earlier_stages.revenue as earlier_revenue,
    round(current_stages.growth, 6) as growth,
    current_stages.order_count,
    current_stages.days_since_last_order,
    current_stages.tenure_days
from current_stages
inner join customers using (customer_key)
left join earlier_stages using (customer_key)
