-- Made from the model surveys by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
)
SELECT
  customers.customer_key,
  loaded_surveys.customer_id,
  loaded_surveys.answered_at,
  loaded_surveys.item,
  loaded_surveys.score,
  loaded_surveys.scale_min,
  loaded_surveys.scale_max
FROM loaded_surveys
LEFT JOIN customers
  USING (customer_id)
