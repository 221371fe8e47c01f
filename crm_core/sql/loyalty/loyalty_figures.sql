-- One row per customer in view: purchase frequency and the components of dependence, 0 to 1.
select
    customers_in_view.customer_key,
    customers_in_view.customer_id,
    customers_in_view.revenue,
    customers_in_view.margin,
    customers_in_view.order_count,
    customers_in_view.days_since_last_order,
    round(customers_in_view.orders_per_month, 6) as orders_per_month,
    customer_ranks.wallet_share_level,
    customer_ranks.regularity_level,
    customer_ranks.breadth_level,
    customer_ranks.full_price_level,
    customer_ranks.tenure_level
from customers_in_view
inner join customer_ranks using (customer_key)
