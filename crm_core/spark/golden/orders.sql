-- Made from the model orders by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH customers AS (
  SELECT
    *
  FROM given_customers
), keyed_lines AS (
  SELECT
    customers.customer_key,
    loaded_orders.order_id,
    CAST(loaded_orders.ordered_at AS DATE) AS ordered_on,
    loaded_orders.ordered_at,
    loaded_orders.amount,
    loaded_orders.quantity,
    loaded_orders.product_id,
    loaded_orders.category,
    loaded_orders.discount,
    loaded_orders.cost,
    loaded_orders.channel,
    loaded_orders.sales_rep,
    loaded_orders.promised_at,
    loaded_orders.delivered_at
  FROM loaded_orders
  INNER JOIN customers
    USING (customer_id)
), sums AS (
  SELECT
    customer_key,
    order_id,
    ordered_on,
    MIN(ordered_at) AS first_line_at,
    SUM(amount) AS revenue,
    COALESCE(SUM(amount) FILTER(WHERE
      amount > 0), 0) AS purchase_amount,
    COALESCE(-SUM(amount) FILTER(WHERE
      amount < 0), 0) AS return_amount,
    SUM(discount) AS discount,
    COALESCE(SUM(amount) FILTER(WHERE
      amount > 0 AND NOT discount IS NULL), 0) AS discounted_amount,
    SUM(cost) AS cost,
    COALESCE(SUM(amount) FILTER(WHERE
      NOT cost IS NULL), 0) AS costed_amount,
    SUM(quantity) AS quantity,
    COUNT(*) AS line_count,
    MIN(STRUCT(ordered_at AS said_at, channel AS said)) FILTER(WHERE
      NOT channel IS NULL).said AS channel,
    MIN(STRUCT(ordered_at AS said_at, sales_rep AS said)) FILTER(WHERE
      NOT sales_rep IS NULL).said AS sales_rep,
    BOOL_AND(CAST(delivered_at AS DATE) <= CAST(promised_at AS DATE)) AS is_on_time,
    CAST(MAX(delivered_at) AS DATE) AS delivered_on
  FROM keyed_lines
  GROUP BY
    customer_key,
    order_id,
    ordered_on
), numbered AS (
  SELECT
    *,
    CAST(ROW_NUMBER() OVER (
      ORDER BY customer_key NULLS LAST, ordered_on NULLS LAST, first_line_at NULLS LAST, order_id
    ) AS INT) AS order_key,
    COALESCE(
      ordered_on = MIN(CASE WHEN purchase_amount > 0 THEN ordered_on END) OVER (
        PARTITION BY customer_key, order_id, CASE WHEN order_id IS NULL THEN ordered_on END
      ),
      FALSE
    ) AS is_purchase
  FROM sums
), stepped AS (
  SELECT
    *,
    LAG(ordered_on) OVER (PARTITION BY customer_key, is_purchase ORDER BY order_key NULLS LAST) AS previous_on
  FROM numbered
)
SELECT
  order_key,
  customer_key,
  order_id,
  ordered_on,
  CAST(revenue AS DECIMAL(18, 4)) AS revenue,
  CAST(purchase_amount AS DECIMAL(18, 4)) AS purchase_amount,
  CAST(return_amount AS DECIMAL(18, 4)) AS return_amount,
  CAST(discount AS DECIMAL(18, 4)) AS discount,
  CAST(discounted_amount AS DECIMAL(18, 4)) AS discounted_amount,
  CAST(cost AS DECIMAL(18, 4)) AS cost,
  CAST(costed_amount AS DECIMAL(18, 4)) AS costed_amount,
  CAST(quantity AS DECIMAL(18, 4)) AS quantity,
  CAST(line_count AS INT) AS line_count,
  channel,
  sales_rep,
  is_on_time,
  is_purchase,
  CAST(CASE
    WHEN is_purchase AND previous_on < ordered_on
    THEN CAST(DATEDIFF(CAST(ordered_on AS DATE), CAST(previous_on AS DATE)) AS BIGINT)
  END AS INT) AS gap_days,
  delivered_on
FROM stepped
