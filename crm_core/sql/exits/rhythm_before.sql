-- One row: the company's usual gap between two purchase days as it was known when the period began.
with

customer_gaps as (
    select
        customer_key,
        quantile(gap_days, 0.5) as median_gap_days
    from orders
    where ordered_on <= $period_start and gap_days is not null
    group by customer_key
)

select quantile(median_gap_days, 0.5) as population_gap_days
from customer_gaps
