-- Made from the model second_orders by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH orders AS (
  SELECT
    *
  FROM given_orders
), customer_features AS (
  SELECT
    *
  FROM given_customer_features
), customers_in_view AS (
  SELECT
    *
  FROM customer_features
), second_days AS (
  SELECT
    customer_key,
    MIN(ordered_on) AS second_order_on
  FROM orders
  WHERE
    ordered_on <= :as_of AND gap_days > 0
  GROUP BY
    customer_key
)
SELECT
  customers_in_view.customer_key,
  customers_in_view.first_order_on,
  second_days.second_order_on,
  CASE
    WHEN customers_in_view.first_order_on > :lookback_start
    THEN 'recent'
    ELSE 'before'
  END AS segment,
  CAST(DATEDIFF(
    CAST(COALESCE(second_days.second_order_on, :as_of) AS DATE),
    CAST(customers_in_view.first_order_on AS DATE)
  ) AS BIGINT) AS days
FROM customers_in_view
LEFT JOIN second_days
  USING (customer_key)
WHERE
  customers_in_view.first_order_on > :earlier_lookback_start
