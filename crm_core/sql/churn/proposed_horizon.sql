-- One row: the gap that 95 % of returning customers have always stayed under, in whole days.
select
    ceil(quantile(longest_gap_days, 0.95))::int as horizon_days,
    count(*) as returning_customers
from customer_features
where gap_count > 0
