-- One row per contract; customer_key is null where neither orders nor customers know the customer.
select
    customers.customer_key,
    loaded_contracts.customer_id,
    loaded_contracts.signed_at,
    loaded_contracts.contract_id,
    loaded_contracts.ends_at,
    loaded_contracts.amount,
    loaded_contracts.company_signed
from loaded_contracts
left join customers using (customer_id)
