-- Made from the model order_lines by `python -m crm_core.spark_tools update`. Change the model, not this text.
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
), orders AS (
  SELECT
    *
  FROM given_orders
), lines AS (
  SELECT
    keyed_lines.*,
    orders.order_key
  FROM keyed_lines
  INNER JOIN orders
    ON keyed_lines.customer_key = orders.customer_key
    AND keyed_lines.ordered_on = orders.ordered_on
    AND keyed_lines.order_id IS NOT DISTINCT FROM orders.order_id
)
SELECT
  customer_key,
  order_key,
  ordered_on,
  ordered_at,
  amount,
  quantity,
  product_id,
  category,
  discount,
  cost,
  channel,
  sales_rep,
  promised_at,
  delivered_at,
  amount < 0 AS is_return,
  CASE
    WHEN amount > 0 AND NOT category IS NULL
    THEN LEAD(ordered_on) OVER (
      PARTITION BY customer_key, category, amount > 0
      ORDER BY ordered_on NULLS LAST, order_key NULLS LAST, ordered_at NULLS LAST, amount NULLS LAST, quantity NULLS LAST, product_id NULLS LAST, discount NULLS LAST, cost NULLS LAST, channel NULLS LAST, sales_rep NULLS LAST, promised_at NULLS LAST, delivered_at NULLS LAST
    )
  END AS category_next_on
FROM lines
