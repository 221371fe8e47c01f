-- One row per customer in view: the figures of the signals, and the tier and band as saved.
select
    customer_changes.*,
    value_inputs.saved_tier_number as tier_number,
    value_inputs.band as saved_band
from customer_changes
inner join value_inputs using (customer_key)
