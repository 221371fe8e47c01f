-- One row: the median of orders per active month over the customers in view who bought in the look-back window.
--
-- Who has not bought in it has a frequency of 0 and would drag the line between rare and frequent down.
select quantile(orders_per_month, 0.5) as orders_per_month
from loyalty_inputs
where order_count > 0
