-- One row per history that the models of orders tell apart: the customers who left, and those who stayed.
select
    customer_purchases.repeat_purchases,
    customer_purchases.active_days,
    customer_purchases.tenure_days,
    count(*) filter (where back_test_inputs.has_left) as left_customers,
    count(*) filter (where not back_test_inputs.has_left) as stayed_customers
from back_test_inputs
inner join customer_purchases using (customer_key)
group by customer_purchases.repeat_purchases, customer_purchases.active_days, customer_purchases.tenure_days
