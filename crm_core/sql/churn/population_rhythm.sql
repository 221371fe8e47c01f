-- One row: the company's usual gap between two purchase days, the median over returning customers.
select
    quantile(median_gap_days, 0.5) as population_gap_days,
    count(*) as returning_customers
from customer_features
where gap_count > 0
