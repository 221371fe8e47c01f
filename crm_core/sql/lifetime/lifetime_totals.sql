-- One row: the customers in view together.
select
    count(*) as customers,
    sum(probability_alive) as customers_alive,
    sum(expected_orders) as expected_orders,
    sum(expected_value) as expected_value,
    ratio(sum(expected_value), count(*)) as mean_value,
    quantile(expected_value, 0.5) as median_value
from lifetime_of_view
