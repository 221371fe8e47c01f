-- One row per day on which the customer $customer_id bought, up to $as_of.
select distinct orders.ordered_on
from orders
inner join customers using (customer_key)
where customers.customer_id = $customer_id and orders.is_purchase and orders.ordered_on <= $as_of
