-- One row per tier on the earlier day and tier now that occur together: customers and revenue.
--
-- Who had not bought by the earlier day has no tier then. earlier_revenue is that of the look-back window of the
-- earlier day.
select
    earlier_tiers.tier_number as earlier_tier_number,
    current_tiers.tier_number,
    count(*) as customers,
    sum(current_tiers.revenue) as revenue,
    sum(earlier_tiers.revenue) as earlier_revenue
from current_tiers
left join earlier_tiers using (customer_key)
group by earlier_tiers.tier_number, current_tiers.tier_number
