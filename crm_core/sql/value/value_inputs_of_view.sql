-- One row per customer in view: all that scoring reads, so that a slider costs one pass over one table.
--
-- saved_tier_number is the tier under the saved scenario; risk_points is the saved risk in
-- ten-thousandths, whole numbers so that sums do not depend on their order.
select
    scoring_inputs.*,
    saved_tiers.tier_number as saved_tier_number,
    saved_risk.risk_points,
    saved_risk.band
from scoring_inputs
inner join saved_tiers using (customer_key)
inner join saved_risk using (customer_key)
