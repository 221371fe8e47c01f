-- Made from the model later_orders by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH orders AS (
  SELECT
    *
  FROM given_orders
)
SELECT DISTINCT
  customer_key
FROM orders
WHERE
  is_purchase AND ordered_on > :as_of AND ordered_on <= :outcome_on
