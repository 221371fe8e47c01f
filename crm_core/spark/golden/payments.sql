-- Made from the model payments by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
)
SELECT
  customers.customer_key,
  loaded_payments.customer_id,
  loaded_payments.invoice_id,
  loaded_payments.due_at,
  loaded_payments.amount,
  loaded_payments.invoiced_at,
  loaded_payments.paid_at,
  loaded_payments.extension_requested
FROM loaded_payments
LEFT JOIN customers
  USING (customer_id)
