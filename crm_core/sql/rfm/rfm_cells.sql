-- One row per cell of the segment table in force that a segment holds: three scores and the segment.
select
    unnest($cell_freshness_scores) as freshness_score,
    unnest($cell_order_scores) as order_score,
    unnest($cell_revenue_scores) as revenue_score,
    unnest($cell_segment_numbers) as segment_number
