-- One row per customer in view: what a list by loyalty shows, with names from the archive.
select
    customer_loyalty.customer_key,
    customer_loyalty.customer_id,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep,
    customer_loyalty.loyalty_type,
    customer_loyalty.orders_per_month,
    customer_loyalty.dependence,
    customer_loyalty.revenue,
    customer_loyalty.margin,
    customer_loyalty.order_count,
    customer_loyalty.days_since_last_order,
    customer_loyalty.tier_number,
    customer_loyalty.band
from customer_loyalty
inner join customers using (customer_key)
