-- One row per invoice; customer_key is null where neither orders nor customers know the customer.
select
    customers.customer_key,
    loaded_payments.customer_id,
    loaded_payments.invoice_id,
    loaded_payments.due_at,
    loaded_payments.amount,
    loaded_payments.invoiced_at,
    loaded_payments.paid_at,
    loaded_payments.extension_requested
from loaded_payments
left join customers using (customer_id)
