-- Made from the model visits by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
)
SELECT
  customers.customer_key,
  loaded_visits.customer_id,
  loaded_visits.visited_at,
  loaded_visits.sales_rep,
  loaded_visits.kind,
  loaded_visits.minutes,
  loaded_visits.cost
FROM loaded_visits
LEFT JOIN customers
  USING (customer_id)
