-- Made from the model customer_survival by `python -m crm_core.spark_tools update`. Change the model, not this text.
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
), first_lapses AS (
  SELECT
    orders.customer_key,
    MIN(
      CAST(DATEDIFF(CAST(orders.ordered_on AS DATE), CAST(customers_in_view.first_order_on AS DATE)) AS BIGINT) - orders.gap_days
    ) AS lapse_began
  FROM orders
  INNER JOIN customers_in_view
    USING (customer_key)
  WHERE
    orders.ordered_on <= :as_of AND orders.gap_days > :horizon_days
  GROUP BY
    orders.customer_key
)
SELECT
  customers_in_view.customer_key,
  CASE
    WHEN NOT first_lapses.lapse_began IS NULL
    THEN first_lapses.lapse_began + :horizon_days
    WHEN customers_in_view.days_since_last_order >= :horizon_days
    THEN customers_in_view.tenure_days - customers_in_view.days_since_last_order + :horizon_days
    ELSE customers_in_view.tenure_days
  END AS days,
  NOT first_lapses.lapse_began IS NULL
  OR customers_in_view.days_since_last_order >= :horizon_days AS has_ended
FROM customers_in_view
LEFT JOIN first_lapses
  USING (customer_key)
