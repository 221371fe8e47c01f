-- One row per stage now, on the earlier day and as saved that occur together: customers and revenue.
--
-- Who was not known on the earlier day has no stage then. earlier_revenue is what the same customers had
-- brought in the look-back window of the earlier day.
select
    current_stages.stage,
    earlier_stages.stage as earlier_stage,
    saved_stages.stage as saved_stage,
    count(*) as customers,
    sum(current_stages.revenue) as revenue,
    sum(earlier_stages.revenue) as earlier_revenue
from current_stages
inner join saved_stages using (customer_key)
left join earlier_stages using (customer_key)
group by current_stages.stage, earlier_stages.stage, saved_stages.stage
