-- One row: the share of customers in view whose loyalty is high; null where dependence is known of nobody.
select
    case when count(loyalty_type) > 0 then
        ratio(count(*) filter (where loyalty_type = 'high'), count(*))
    end as high_loyalty_share
from customer_loyalty
