-- One row: how many customers in view bought in the earlier year, were kept and were won, and what the later year
-- brought.
--
-- Kept are those who bought in both years. Won are those who bought in the later year alone: new ones, and returned
-- ones whose last purchase lay before both years. Left in the earlier year, they brought nothing but returns, if
-- anything; that is counted with the kept, so that the sums are those of the year.
select
    count(*) filter (where bought_before) as customers_before,
    count(*) filter (where bought_before and bought_lately) as kept,
    count(*) filter (where bought_lately and not bought_before and is_new) as new_customers,
    count(*) filter (where bought_lately and not bought_before and not is_new) as returned,
    coalesce(sum(revenue) filter (where bought_before), 0)::decimal(18, 4) as kept_revenue,
    coalesce(sum(margin) filter (where bought_before), 0)::decimal(18, 4) as kept_margin,
    coalesce(sum(revenue) filter (where not bought_before), 0)::decimal(18, 4) as won_revenue,
    coalesce(sum(margin) filter (where not bought_before), 0)::decimal(18, 4) as won_margin
from customer_years
