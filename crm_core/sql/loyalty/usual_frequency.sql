-- One row: the median of orders per active month over the customers in view.
select quantile(orders_per_month, 0.5) as orders_per_month
from loyalty_inputs
