-- One row per score above the lowest that somebody reaches: the least figure that reaches it.
--
-- rfm_worths holds a figure for each customer, more is better. A score goes to whoever has at least its
-- share of customers strictly below, so equal figures share a score, the lower one, and many equal ones
-- leave scores above theirs to nobody.
with

figures as (
    select
        worth,
        count(*) as customers
    from rfm_worths
    group by worth
),

placed as (
    select
        worth,
        sum(customers) over (order by worth) - customers as customers_below,
        sum(customers) over () as customers_in_all
    from figures
),

steps as (
    select unnest(range(2, $parts + 1)) as score
)

select
    steps.score,
    min(placed.worth) as bound
from placed
inner join steps on placed.customers_below * $parts >= (steps.score - 1) * placed.customers_in_all
group by steps.score
