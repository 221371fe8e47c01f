-- Made from the model cohort_cells by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customer_features AS (
  SELECT
    *
  FROM given_customer_features
), customers_in_view AS (
  SELECT
    *
  FROM customer_features
), orders AS (
  SELECT
    *
  FROM given_orders
), first_periods AS (
  SELECT
    customer_key,
    first_order_on,
    CAST(FLOOR(
      (
        CAST(YEAR(first_order_on) * 12 + MONTH(first_order_on) - 1 AS DOUBLE) / NULLIF(CAST(:period_months AS DOUBLE), 0)
      )
    ) AS INT) AS cohort
  FROM customers_in_view
  WHERE
    first_order_on <= :observed_until
), customer_periods AS (
  SELECT
    first_periods.cohort,
    orders.customer_key,
    CAST(FLOOR(
      (
        CAST(YEAR(orders.ordered_on) * 12 + MONTH(orders.ordered_on) - 1 AS DOUBLE) / NULLIF(CAST(:period_months AS DOUBLE), 0)
      )
    ) AS INT) - first_periods.cohort AS age,
    SUM(orders.revenue) AS revenue,
    MAX(CAST(orders.is_purchase AS INT)) AS has_bought
  FROM orders
  INNER JOIN first_periods
    USING (customer_key)
  WHERE
    orders.ordered_on BETWEEN first_periods.first_order_on AND :observed_until
  GROUP BY
    first_periods.cohort,
    orders.customer_key,
    age
)
SELECT
  cohort,
  age,
  CAST(SUM(has_bought) AS INT) AS customers,
  SUM(revenue) AS revenue
FROM customer_periods
GROUP BY
  cohort,
  age
