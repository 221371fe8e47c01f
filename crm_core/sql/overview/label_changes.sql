-- One row per change of labels between the earlier day and this one: customers and revenue.
--
-- Revenue is that of the earlier day's look-back window for who is no longer in view, else of this
-- one's. earlier_revenue is what the same customers brought then. Null labels then: was not yet a customer.
select
    earlier_labels.tier_number as earlier_tier_number,
    current_labels.tier_number,
    earlier_labels.band as earlier_band,
    current_labels.band,
    earlier_labels.loyalty_type as earlier_loyalty_type,
    current_labels.loyalty_type,
    count(*) as customers,
    sum(current_labels.revenue) as revenue,
    sum(earlier_labels.revenue) as earlier_revenue
from current_labels
left join earlier_labels using (customer_key)
group by all
