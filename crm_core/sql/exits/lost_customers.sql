-- One row per customer in view who is lost on $as_of: since when, and what a year of the customer had brought.
select
    customers_in_view.customer_key,
    customers_in_view.customer_id,
    customers_in_view.first_order_on,
    customers_in_view.last_order_on as last_on,
    customers_in_view.last_order_on + $horizon_days::int as exit_on,
    days_between(customers_in_view.last_order_on + $horizon_days::int, $as_of) as days_gone,
    last_years.revenue_before,
    last_years.margin_before,
    last_years.returned_share,
    last_years.order_count
from customers_in_view
inner join last_years using (customer_key)
where customers_in_view.days_since_last_order >= $horizon_days
