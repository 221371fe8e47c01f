-- One row per answer to one item; customer_key is null where neither orders nor customers know the customer.
select
    customers.customer_key,
    loaded_surveys.customer_id,
    loaded_surveys.answered_at,
    loaded_surveys.item,
    loaded_surveys.score,
    loaded_surveys.scale_min,
    loaded_surveys.scale_max
from loaded_surveys
left join customers using (customer_id)
