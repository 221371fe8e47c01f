-- One row per customer in view and per prospect: the stage of the lifecycle, the first that fits.
--
-- Silence goes before all else. Growth is null for who has not bought long enough to have a window before to
-- fall from, and where that window brought nothing: both are growing from the second purchase day on.
select
    *,
    case
        when purchase_days = 0 then 'prospect'
        when days_since_last_order >= $horizon_days then 'lost'
        when days_since_last_order >= $dormant_days then 'dormant'
        when days_since_return < $won_back_days then 'won_back'
        when purchase_days = 1 then 'new'
        when growth is null or growth >= $growing_from then 'growing'
        when growth <= -$declining_from then 'declining'
        else 'mature'
    end as stage
from lifecycle_inputs
