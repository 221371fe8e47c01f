-- One row per order of customer $customer_id by $as_of.
select
    orders.ordered_on,
    orders.order_id,
    orders.revenue,
    orders.return_amount,
    orders.line_count,
    orders.channel,
    orders.sales_rep
from orders
inner join customers using (customer_key)
where customers.customer_id = $customer_id and orders.ordered_on <= $as_of
