-- One row per customer in view: what is expected over the horizon beside what was brought, and the place by each.
--
-- A place is 1 for the most; equal amounts share the better place.
select
    lifetime_predictions.*,
    customers_in_view.revenue,
    customers_in_view.margin,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep,
    rank() over (order by lifetime_predictions.expected_value desc) as future_rank,
    rank() over (order by lifetime_predictions.revenue_to_date desc) as past_rank
from lifetime_predictions
inner join customers_in_view using (customer_key)
inner join customers using (customer_key)
