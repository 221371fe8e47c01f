-- One row per order line, with the keys of its customer and order.
--
-- category_next_on is the day of the customer's next purchase line in the same category, so on any
-- day exactly one line of a category bought so far looks beyond that day. Lines of equal order
-- are told apart by all they say: only lines that are alike could change places.
with

lines as (
    select
        keyed_lines.*,
        orders.order_key
    from keyed_lines
    inner join orders
        on keyed_lines.customer_key = orders.customer_key
        and keyed_lines.ordered_on = orders.ordered_on
        and keyed_lines.order_id is not distinct from orders.order_id
)

select
    customer_key,
    order_key,
    ordered_on,
    ordered_at,
    amount,
    quantity,
    product_id,
    category,
    discount,
    cost,
    channel,
    sales_rep,
    promised_at,
    delivered_at,
    amount < 0 as is_return,
    case
        when amount > 0 and category is not null
            then lead(ordered_on) over (
                partition by customer_key, category, amount > 0
                order by
                    ordered_on,
                    order_key,
                    ordered_at,
                    amount,
                    quantity,
                    product_id,
                    discount,
                    cost,
                    channel,
                    sales_rep,
                    promised_at,
                    delivered_at
            )
    end as category_next_on
from lines
