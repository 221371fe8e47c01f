-- One row per customer in view: what loyalty stands on, and the tier and band as saved.
select
    loyalty_figures.*,
    value_inputs.saved_tier_number as tier_number,
    value_inputs.band
from loyalty_figures
inner join value_inputs using (customer_key)
