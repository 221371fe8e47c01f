-- One row per customer in view: three scores, 1 is the worst, and the segment that holds them.
--
-- A score is one more than the bounds a customer reaches: fewer days than a bound, or as much as it.
-- segment_number is 0 where the table holds no segment for the scores.
with

scored as (
    select
        *,
        1 + len(list_filter(cast($days_bounds as double[]), lambda bound : days_since_last_order < bound))
            as freshness_score,
        1 + len(list_filter(cast($orders_bounds as double[]), lambda bound : order_count >= bound))
            as order_score,
        1 + len(list_filter(cast($revenue_bounds as double[]), lambda bound : cast(revenue as double) >= bound))
            as revenue_score
    from rfm_inputs
)

select
    scored.*,
    coalesce(rfm_cells.segment_number, 0) as segment_number
from scored
left join rfm_cells using (freshness_score, order_score, revenue_score)
