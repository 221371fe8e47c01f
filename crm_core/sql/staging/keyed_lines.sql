-- One row per order line, with its customer's key and its day.
select
    customers.customer_key,
    loaded_orders.order_id,
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
