-- One row: the headline figures of one day, by the rules of the pages that explain them.
--
-- Tiers play no part in them, so a day of the past needs no more than its features.
select
    headline_sums.*,
    top_share.revenue_share as top_share,
    high_loyalty.high_loyalty_share,
    high_risk.customers_at_risk,
    high_risk.revenue_at_risk
from headline_sums
cross join top_share
cross join high_loyalty
cross join high_risk
