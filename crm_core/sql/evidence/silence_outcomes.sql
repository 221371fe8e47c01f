-- One row per number of days without an order: the customers who left, and those who stayed.
select
    days_since_last_order,
    count(*) filter (where has_left) as left_customers,
    count(*) filter (where not has_left) as stayed_customers
from back_test_inputs
group by days_since_last_order
