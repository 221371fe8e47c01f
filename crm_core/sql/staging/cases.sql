-- One row per service case; customer_key is null where neither orders nor customers know the customer.
select
    customers.customer_key,
    loaded_cases.customer_id,
    loaded_cases.opened_at,
    loaded_cases.case_id,
    loaded_cases.kind,
    loaded_cases.severity,
    loaded_cases.first_response_at,
    loaded_cases.closed_at,
    loaded_cases.topic
from loaded_cases
left join customers using (customer_id)
