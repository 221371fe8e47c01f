-- One row: the share of revenue up to $as_of, of the customers in view, whose cost is unknown; null without revenue.
select ratio(sum(orders.revenue - orders.costed_amount), sum(orders.revenue)) as assumed_share
from orders
inner join customers_in_view using (customer_key)
where orders.ordered_on <= $as_of
