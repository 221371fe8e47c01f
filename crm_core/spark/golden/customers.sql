-- Made from the model customers by `python -m crm_core.spark_tools update`. Change the model, not this text.
WITH filled AS (
  SELECT
    *,
    CAST((
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
      NOT parent_id IS NULL
    ) AS INT) + CAST((
      NOT created_at IS NULL
    ) AS INT) + CAST((
      NOT birth_year IS NULL
    ) AS INT) + CAST((
      NOT gender IS NULL
    ) AS INT) + CAST((
      NOT phone IS NULL
    ) AS INT) + CAST((
      NOT email IS NULL
    ) AS INT) + CAST((
      NOT address IS NULL
    ) AS INT) + CAST((
      NOT licence_no IS NULL
    ) AS INT) + CAST((
      NOT influence_industry IS NULL
    ) AS INT) + CAST((
      NOT influence_rank IS NULL
    ) AS INT) + CAST((
      NOT influence_fame IS NULL
    ) AS INT) + CAST((
      NOT wallet IS NULL
    ) AS INT) + CAST((
      NOT credit_limit IS NULL
    ) AS INT) AS filled_count
  FROM loaded_customers
), ranked_customers AS (
  SELECT
    load_number,
    source_file,
    source_line,
    customer_id,
    name,
    industry,
    region,
    city,
    sales_rep,
    parent_id,
    created_at,
    birth_year,
    gender,
    phone,
    email,
    address,
    licence_no,
    influence_industry,
    influence_rank,
    influence_fame,
    wallet,
    credit_limit,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY filled_count DESC, name ASC NULLS LAST, industry ASC NULLS LAST, region ASC NULLS LAST, city ASC NULLS LAST, sales_rep ASC NULLS LAST, parent_id ASC NULLS LAST, created_at ASC NULLS LAST, birth_year ASC NULLS LAST, gender ASC NULLS LAST, phone ASC NULLS LAST, email ASC NULLS LAST, address ASC NULLS LAST, licence_no ASC NULLS LAST, influence_industry ASC NULLS LAST, influence_rank ASC NULLS LAST, influence_fame ASC NULLS LAST, wallet ASC NULLS LAST, credit_limit ASC NULLS LAST, source_file ASC NULLS LAST, source_line ASC NULLS LAST
    ) AS place
  FROM filled
), buyers AS (
  SELECT
    customer_id,
    CAST(MIN(ordered_at) AS DATE) AS first_ordered_on,
    CAST(MAX(ordered_at) AS DATE) AS last_ordered_on
  FROM loaded_orders
  GROUP BY
    customer_id
), archived AS (
  SELECT
    *
  FROM ranked_customers
  WHERE
    place = 1
), everyone AS (
  SELECT
    customer_id
  FROM buyers
  UNION
  SELECT
    customer_id
  FROM archived
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY everyone.customer_id NULLS LAST) AS INT) AS customer_key,
  everyone.customer_id,
  archived.name,
  archived.industry,
  archived.region,
  archived.city,
  archived.sales_rep,
  archived.parent_id,
  archived.created_at,
  archived.birth_year,
  archived.gender,
  archived.phone,
  archived.email,
  archived.address,
  archived.licence_no,
  archived.influence_industry,
  archived.influence_rank,
  archived.influence_fame,
  archived.wallet,
  archived.credit_limit,
  buyers.first_ordered_on,
  buyers.last_ordered_on
FROM everyone
LEFT JOIN archived
  USING (customer_id)
LEFT JOIN buyers
  USING (customer_id)
