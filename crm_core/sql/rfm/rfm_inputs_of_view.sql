-- One row per customer in view: what RFM looks at, and nothing that takes a rank of everybody to know.
select
    customer_key,
    customer_id,
    days_since_last_order,
    order_count,
    revenue,
    margin
from customers_in_view
