-- Made from the model contracts by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
)
SELECT
  customers.customer_key,
  loaded_contracts.customer_id,
  loaded_contracts.signed_at,
  loaded_contracts.contract_id,
  loaded_contracts.ends_at,
  loaded_contracts.amount,
  loaded_contracts.company_signed
FROM loaded_contracts
LEFT JOIN customers
  USING (customer_id)
