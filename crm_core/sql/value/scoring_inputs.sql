-- One row per customer in view: the levels of all dimensions and the figures that rules may ask for.
select
    customer_levels.*,
    customers_in_view.customer_id,
    customers_in_view.revenue,
    customers_in_view.margin,
    customers_in_view.margin_rate,
    customers_in_view.order_count,
    customers_in_view.lifetime_revenue,
    customers_in_view.days_since_last_order,
    customers_in_view.tenure_days,
    customers_in_view.wallet_share,
    customers_in_view.median_days_late,
    customers_in_view.overdue_balance,
    customers_in_view.return_share
from customer_levels
inner join customers_in_view using (customer_key)
