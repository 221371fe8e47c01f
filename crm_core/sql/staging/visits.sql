-- One row per contact with a customer; customer_key is null where neither orders nor customers know the customer.
select
    customers.customer_key,
    loaded_visits.customer_id,
    loaded_visits.visited_at,
    loaded_visits.sales_rep,
    loaded_visits.kind,
    loaded_visits.minutes,
    loaded_visits.cost
from loaded_visits
left join customers using (customer_id)
