-- Made from the model customer_features by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH orders AS (
  SELECT
    *
  FROM given_orders
), known_orders AS (
  SELECT
    *,
    ordered_on > :lookback_start AS in_lookback,
    ordered_on > :earlier_lookback_start AND ordered_on <= :lookback_start AS in_year_before,
    ordered_on > :window_start AS in_window,
    ordered_on > :earlier_window_start AND ordered_on <= :window_start AS in_earlier_window,
    ordered_on > :season_window_start AND ordered_on <= :season_window_end AS in_season_window
  FROM orders
  WHERE
    ordered_on <= :as_of
), sums AS (
  SELECT
    customer_key,
    MIN(CASE WHEN is_purchase THEN ordered_on END) AS first_order_on,
    MAX(CASE WHEN is_purchase THEN ordered_on END) AS last_order_on,
    COUNT(CASE WHEN is_purchase THEN 1 END) AS lifetime_order_count,
    SUM(revenue) AS lifetime_revenue,
    COUNT(CASE WHEN in_lookback AND is_purchase THEN 1 END) AS order_count,
    SUM(CASE WHEN in_lookback THEN revenue END) AS revenue,
    SUM(CASE WHEN in_lookback THEN purchase_amount END) AS purchase_amount,
    SUM(CASE WHEN in_lookback THEN return_amount END) AS return_amount,
    SUM(CASE WHEN in_lookback THEN discount END) AS discount,
    SUM(CASE WHEN in_lookback THEN discounted_amount END) AS discounted_amount,
    SUM(CASE WHEN in_lookback THEN cost END) AS cost,
    SUM(CASE WHEN in_lookback THEN costed_amount END) AS costed_amount,
    COUNT(CASE WHEN in_lookback AND delivered_on <= :as_of AND is_on_time THEN 1 END) AS on_time_count,
    COUNT(CASE WHEN in_lookback AND delivered_on <= :as_of THEN is_on_time END) AS promised_count,
    SUM(CASE WHEN in_year_before THEN revenue END) AS revenue_year_before,
    COUNT(CASE WHEN in_year_before AND is_purchase THEN 1 END) AS order_count_year_before,
    SUM(CASE WHEN in_window THEN revenue END) AS revenue_window,
    COUNT(CASE WHEN in_window AND is_purchase THEN 1 END) AS order_count_window,
    SUM(CASE WHEN in_window THEN purchase_amount END) AS purchase_amount_window,
    SUM(CASE WHEN in_window THEN return_amount END) AS return_amount_window,
    SUM(CASE WHEN in_window THEN discount END) AS discount_window,
    SUM(CASE WHEN in_window THEN discounted_amount END) AS discounted_amount_window,
    SUM(CASE WHEN in_earlier_window THEN revenue END) AS revenue_earlier_window,
    COUNT(CASE WHEN in_earlier_window AND is_purchase THEN 1 END) AS order_count_earlier_window,
    SUM(CASE WHEN in_earlier_window THEN purchase_amount END) AS purchase_amount_earlier_window,
    SUM(CASE WHEN in_earlier_window THEN return_amount END) AS return_amount_earlier_window,
    SUM(CASE WHEN in_earlier_window THEN discount END) AS discount_earlier_window,
    SUM(CASE WHEN in_earlier_window THEN discounted_amount END) AS discounted_amount_earlier_window,
    SUM(CASE WHEN in_season_window THEN revenue END) AS revenue_season_window,
    COUNT(gap_days) AS gap_count,
    SUM(gap_days) AS gap_sum,
    SUM(CAST(gap_days AS BIGINT) * gap_days) AS gap_square_sum,
    MAX(gap_days) AS longest_gap_days,
    PERCENTILE(CAST(gap_days AS DOUBLE), 0.5) AS median_gap_days
  FROM known_orders
  GROUP BY
    customer_key
), customer_orders AS (
  SELECT
    *
  FROM sums
  WHERE
    lifetime_order_count > 0
), customers AS (
  SELECT
    *
  FROM given_customers
), order_lines AS (
  SELECT
    *
  FROM given_order_lines
), customer_categories AS (
  SELECT
    customer_key,
    COUNT(*) FILTER(WHERE
      ordered_on > :lookback_start AND COALESCE(category_next_on, :never) > :as_of) AS category_count,
    COUNT(*) FILTER(WHERE
      ordered_on > :window_start AND COALESCE(category_next_on, :never) > :as_of) AS category_count_window,
    COUNT(*) FILTER(WHERE
      ordered_on > :earlier_window_start
      AND ordered_on <= :window_start
      AND COALESCE(category_next_on, :never) > :window_start) AS category_count_earlier_window
  FROM order_lines
  WHERE
    ordered_on <= :as_of AND amount > 0 AND NOT category IS NULL
  GROUP BY
    customer_key
), payments AS (
  SELECT
    *
  FROM given_payments
), known_invoices AS (
  SELECT
    customer_key,
    amount,
    due_at,
    CASE WHEN CAST(paid_at AS DATE) <= :as_of THEN CAST(paid_at AS DATE) END AS paid_on
  FROM payments
  WHERE
    CAST(COALESCE(invoiced_at, due_at) AS DATE) <= :as_of
), customer_payments AS (
  SELECT
    customer_key,
    PERCENTILE(
      CAST(CAST(DATEDIFF(CAST(paid_on AS DATE), CAST(due_at AS DATE)) AS BIGINT) AS DOUBLE),
      0.5
    ) AS median_days_late,
    SUM(amount) FILTER(WHERE
      paid_on IS NULL AND CAST(due_at AS DATE) < :as_of) AS overdue_balance
  FROM known_invoices
  GROUP BY
    customer_key
), customer_archive AS (
  SELECT
    customer_key,
    (
      CAST(CAST((
        NOT name IS NULL
      ) AS INT) + CAST((
        NOT industry IS NULL
      ) AS INT) + CAST((
        NOT region IS NULL
      ) AS INT) + CAST((
        NOT city IS NULL
      ) AS INT) + CAST((
        NOT sales_rep IS NULL
      ) AS INT) + CAST((
        NOT email IS NULL
      ) AS INT) + 2 * CAST((
        NOT phone IS NULL
      ) AS INT) + 2 * CAST((
        NOT address IS NULL
      ) AS INT) + 2 * CAST((
        NOT licence_no IS NULL
      ) AS INT) AS DOUBLE) / NULLIF(CAST(12 AS DOUBLE), 0)
    ) AS archive_completeness,
    (
      CAST(COALESCE(influence_industry, 0) + COALESCE(influence_rank, 0) + COALESCE(influence_fame, 0) AS DOUBLE) / NULLIF(
        CAST(100 * (
          CAST((
            NOT influence_industry IS NULL
          ) AS INT) + CAST((
            NOT influence_rank IS NULL
          ) AS INT) + CAST((
            NOT influence_fame IS NULL
          ) AS INT)
        ) AS DOUBLE),
        0
      )
    ) AS reference_value
  FROM customers
), revenue_by_region AS (
  SELECT
    region,
    SUM(revenue) AS revenue
  FROM customer_orders
  INNER JOIN customers
    USING (customer_key)
  WHERE
    NOT region IS NULL AND revenue > 0
  GROUP BY
    region
), total AS (
  SELECT
    SUM(revenue) AS revenue
  FROM revenue_by_region
), region_revenue AS (
  SELECT
    revenue_by_region.region,
    (
      CAST(revenue_by_region.revenue AS DOUBLE) / NULLIF(CAST(total.revenue AS DOUBLE), 0)
    ) AS revenue_share
  FROM revenue_by_region
  CROSS JOIN total
), facts AS (
  SELECT
    customer_orders.*,
    customers.customer_id,
    customers.wallet,
    customers.region,
    CAST(COALESCE(customer_orders.revenue, 0) AS DECIMAL(18, 4)) AS revenue_net,
    CAST(COALESCE(customer_orders.costed_amount, 0) AS DECIMAL(18, 4)) AS costed,
    (
      CAST(customer_orders.gap_sum AS DOUBLE) / NULLIF(CAST(customer_orders.gap_count AS DOUBLE), 0)
    ) AS mean_gap,
    CAST(DATEDIFF(CAST(:as_of AS DATE), CAST(customer_orders.first_order_on AS DATE)) AS BIGINT) AS tenure_days,
    LEAST(
      :lookback_days,
      CAST(DATEDIFF(CAST(:as_of AS DATE), CAST(customer_orders.first_order_on AS DATE)) AS BIGINT) - :lookback_days + 1
    ) AS earlier_days
  FROM customer_orders
  INNER JOIN customers
    USING (customer_key)
)
SELECT
  facts.customer_key,
  facts.customer_id,
  facts.first_order_on,
  facts.last_order_on,
  facts.lifetime_order_count,
  CAST(COALESCE(facts.lifetime_revenue, 0) AS DECIMAL(18, 4)) AS lifetime_revenue,
  CAST(DATEDIFF(CAST(:as_of AS DATE), CAST(facts.last_order_on AS DATE)) AS BIGINT) AS days_since_last_order,
  facts.tenure_days,
  facts.order_count,
  facts.revenue_net AS revenue,
  CAST(facts.costed - COALESCE(facts.cost, 0) + CAST(CAST(:default_margin_rate AS DECIMAL(18, 4)) * (
    facts.revenue_net - facts.costed
  ) AS DECIMAL(18, 4)) AS DECIMAL(18, 4)) AS margin,
  CASE
    WHEN facts.revenue_net = 0
    THEN 0
    ELSE LEAST(
      1,
      ROUND(
        ABS(
          (
            CAST(facts.revenue_net - facts.costed AS DOUBLE) / NULLIF(CAST(facts.revenue_net AS DOUBLE), 0)
          )
        ),
        6
      )
    )
  END AS margin_assumed_share,
  ROUND(
    (
      CAST(facts.costed - COALESCE(facts.cost, 0) + :default_margin_rate * (
        facts.revenue_net - facts.costed
      ) AS DOUBLE) / NULLIF(CAST(facts.revenue_net AS DOUBLE), 0)
    ),
    9
  ) AS margin_rate,
  (
    CAST(facts.purchase_amount AS DOUBLE) / NULLIF(CAST(facts.order_count AS DOUBLE), 0)
  ) AS average_order_value,
  (
    CAST(facts.order_count AS DOUBLE) / NULLIF(
      CAST(GREATEST(
        1,
        (
          CAST(LEAST(facts.tenure_days, :lookback_days) AS DOUBLE) / NULLIF(CAST(30.4375 AS DOUBLE), 0)
        )
      ) AS DOUBLE),
      0
    )
  ) AS orders_per_month,
  facts.gap_count,
  facts.mean_gap AS mean_gap_days,
  facts.median_gap_days,
  facts.longest_gap_days,
  CASE
    WHEN facts.gap_count > 1
    THEN ROUND(
      (
        CAST(SQRT(
          GREATEST(
            0,
            (
              CAST(facts.gap_count * facts.gap_square_sum - facts.gap_sum * facts.gap_sum AS DOUBLE) / NULLIF(CAST(facts.gap_count * (
                facts.gap_count - 1
              ) AS DOUBLE), 0)
            )
          )
        ) AS DOUBLE) / NULLIF(CAST(facts.mean_gap AS DOUBLE), 0)
      ),
      9
    )
  END AS gap_variation,
  CASE
    WHEN facts.earlier_days >= :window_days
    THEN ROUND(
      (
        CAST(facts.revenue_net * facts.earlier_days AS DOUBLE) / NULLIF(
          CAST(NULLIF(GREATEST(facts.revenue_year_before, 0), 0) * :lookback_days AS DOUBLE),
          0
        )
      ) - 1,
      9
    )
  END AS growth,
  CAST(COALESCE(facts.revenue_year_before, 0) AS DECIMAL(18, 4)) AS revenue_year_before,
  facts.order_count_year_before,
  CAST(COALESCE(facts.revenue_window, 0) AS DECIMAL(18, 4)) AS revenue_window,
  CAST(COALESCE(facts.revenue_earlier_window, 0) AS DECIMAL(18, 4)) AS revenue_earlier_window,
  CAST(facts.revenue_season_window AS DECIMAL(18, 4)) AS revenue_season_window,
  facts.order_count_window,
  facts.order_count_earlier_window,
  customer_categories.category_count,
  customer_categories.category_count_window,
  customer_categories.category_count_earlier_window,
  ROUND(
    1 - (
      CAST(facts.discount AS DOUBLE) / NULLIF(CAST(facts.discount + facts.discounted_amount AS DOUBLE), 0)
    ),
    9
  ) AS full_price_share,
  ROUND(
    (
      CAST(facts.discount_window AS DOUBLE) / NULLIF(CAST(facts.discount_window + facts.discounted_amount_window AS DOUBLE), 0)
    ),
    9
  ) AS discount_share_window,
  ROUND(
    (
      CAST(facts.discount_earlier_window AS DOUBLE) / NULLIF(
        CAST(facts.discount_earlier_window + facts.discounted_amount_earlier_window AS DOUBLE),
        0
      )
    ),
    9
  ) AS discount_share_earlier_window,
  ROUND(
    (
      CAST(facts.return_amount AS DOUBLE) / NULLIF(CAST(facts.purchase_amount AS DOUBLE), 0)
    ),
    9
  ) AS return_share,
  ROUND(
    (
      CAST(facts.return_amount_window AS DOUBLE) / NULLIF(CAST(facts.purchase_amount_window AS DOUBLE), 0)
    ),
    9
  ) AS return_share_window,
  ROUND(
    (
      CAST(facts.return_amount_earlier_window AS DOUBLE) / NULLIF(CAST(facts.purchase_amount_earlier_window AS DOUBLE), 0)
    ),
    9
  ) AS return_share_earlier_window,
  ROUND(
    (
      CAST(facts.revenue_net * :year_days AS DOUBLE) / NULLIF(CAST(facts.wallet * :lookback_days AS DOUBLE), 0)
    ),
    9
  ) AS wallet_share,
  ROUND(
    (
      CAST(facts.on_time_count AS DOUBLE) / NULLIF(CAST(facts.promised_count AS DOUBLE), 0)
    ),
    9
  ) AS on_time_share,
  CASE WHEN :has_payments THEN customer_payments.median_days_late END AS median_days_late,
  CASE
    WHEN :has_payments
    THEN CAST(COALESCE(customer_payments.overdue_balance, 0) AS DECIMAL(18, 4))
  END AS overdue_balance,
  CASE WHEN :has_archive THEN ROUND(customer_archive.archive_completeness, 9) END AS archive_completeness,
  ROUND(customer_archive.reference_value, 9) AS reference_value,
  ROUND(1 - region_revenue.revenue_share, 9) AS market_newness
FROM facts
LEFT JOIN customer_categories
  USING (customer_key)
LEFT JOIN customer_payments
  USING (customer_key)
LEFT JOIN customer_archive
  USING (customer_key)
LEFT JOIN region_revenue
  ON facts.region = region_revenue.region
