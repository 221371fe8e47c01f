-- One row per customer whose id or name contains $search: those whose id begins with it come first.
select
    customers_in_view.customer_id,
    customers.name,
    customers.region,
    customers_in_view.revenue,
    starts_with(lower(customers_in_view.customer_id), lower($search)) as is_prefix
from customers_in_view
inner join customers using (customer_key)
where contains(lower(concat_ws(' ', customers_in_view.customer_id, customers.name)), lower($search))
