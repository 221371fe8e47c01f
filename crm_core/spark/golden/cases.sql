-- Made from the model cases by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
)
SELECT
  customers.customer_key,
  loaded_cases.customer_id,
  loaded_cases.opened_at,
  loaded_cases.case_id,
  loaded_cases.kind,
  loaded_cases.severity,
  loaded_cases.first_response_at,
  loaded_cases.closed_at,
  loaded_cases.topic
FROM loaded_cases
LEFT JOIN customers
  USING (customer_id)
