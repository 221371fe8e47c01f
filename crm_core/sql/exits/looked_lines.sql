-- One row per order line of a known category and a customer looked at.
select
    customer_key,
    ordered_on,
    amount,
    category,
    category_next_on
from all_lines
where category is not null and customer_key in (select customer_key from looked_customers)
