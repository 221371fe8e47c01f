-- One row per order line, with its customer's key and its day.
--
-- unnamed_on is the day of a line without order_id, and null for the others: (customer_key,
-- order_id, unnamed_on) names the order a line belongs to.
select
    customers.customer_key,
    loaded_orders.order_id,
    case when loaded_orders.order_id is null then cast(loaded_orders.ordered_at as date) end as unnamed_on,
    cast(loaded_orders.ordered_at as date) as ordered_on,
    loaded_orders.ordered_at,
    loaded_orders.amount,
    loaded_orders.quantity,
    loaded_orders.product_id,
    loaded_orders.category,
    loaded_orders.discount,
    loaded_orders.cost,
    loaded_orders.channel,
    loaded_orders.sales_rep,
    loaded_orders.promised_at,
    loaded_orders.delivered_at
from loaded_orders
inner join customers using (customer_id)
